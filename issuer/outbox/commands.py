"""`mintmark outbox`: list messages that are not sent yet, and send them now or again."""

import argparse
import sys
from functools import partial

from contexts.errors import DONE, NOT_YET, USAGE
from issuer.home.command_line import Commands
from issuer.home.issuer import Issuer
from issuer.outbox import mail_test, queue, worker
from issuer.outbox.kinds import Kinds
from issuer.outbox.tables import MessageState
from verifier import clock


def add_commands(commands: Commands, kinds: Kinds) -> None:
    """Add `outbox list`, `outbox deliver`, `outbox replay` and `mail test`.

    `kinds` are those that can be delivered.
    """
    outbox = commands.add_parser("outbox", help="mail that has not left yet")
    actions = outbox.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser(
        "list", help="list what waits and what could not be delivered, and why"
    )
    listing.set_defaults(run=_list)
    deliver = actions.add_parser("deliver", help="send what is due now, and end")
    deliver.add_argument("--all", action="store_true", help="also what waits for its next try")
    deliver.set_defaults(run=partial(_deliver, kinds=kinds))
    replay = actions.add_parser("replay", help="send again what could not be delivered")
    replay.add_argument("number", type=int, nargs="?", metavar="NUMBER", help="as list shows it")
    replay.add_argument("--all", action="store_true", help="all of them")
    replay.set_defaults(run=_replay)
    mail_test.add_commands(commands)


def _deliver(args: argparse.Namespace, issuer: Issuer, *, kinds: Kinds) -> int:
    if args.all:
        with issuer.database.writing() as session:
            queue.hasten(session, now=clock.now())
    worker.look(issuer, kinds, now=clock.now())
    taken, refused = worker.deliver_due(issuer, kinds, now=clock.now)
    print(f"{taken} delivered, {refused} not (see: mintmark outbox list)")
    return NOT_YET if refused else DONE


def _replay(args: argparse.Namespace, issuer: Issuer) -> int:
    if (args.number is None) != args.all:
        print("mintmark outbox replay: name one NUMBER, or --all", file=sys.stderr)
        return USAGE
    with issuer.database.writing() as session:
        print(f"{queue.replay(session, args.number, now=clock.now())} will be sent again")
    return DONE


def _list(args: argparse.Namespace, issuer: Issuer) -> int:
    with issuer.database.reading() as session:
        rows = queue.undelivered(session)
    for row in rows:
        when = (
            f"next {row.due_at:%Y-%m-%d %H:%M} UTC" if row.state == MessageState.WAITING else "dead"
        )
        print(f"{row.id}  {row.kind} {row.about}  {when}  tried {row.attempts}  {row.error or ''}")
    if not rows:
        print("everything has left")
    return NOT_YET if rows else DONE
