"""`mintmark outbox`: what has not left yet, and sending it now or again."""

import argparse
import sys
from typing import Any

from issuer.home.issuer import Issuer
from issuer.outbox import queue, worker
from issuer.outbox.kinds import Kinds
from issuer.outbox.tables import MessageState
from verifier import clock

_INCOMPLETE = 3


def add_outbox_commands(commands: Any) -> None:
    """Add `outbox list`, `outbox deliver` and `outbox replay` to a parser."""
    outbox = commands.add_parser("outbox", help="mail that has not left yet")
    actions = outbox.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="list what waits and what could not be delivered, and why")
    deliver = actions.add_parser("deliver", help="send what is due now, and end")
    deliver.add_argument("--all", action="store_true", help="also what waits for its next try")
    replay = actions.add_parser("replay", help="send again what could not be delivered")
    replay.add_argument("number", type=int, nargs="?", metavar="NUMBER", help="as list shows it")
    replay.add_argument("--all", action="store_true", help="all of them")


def run(args: argparse.Namespace, *, issuer: Issuer, kinds: Kinds) -> int:
    """Do the `outbox` command in `args`; return 0, or 3 if something has not left."""
    now = clock.now()
    if args.action == "deliver":
        if args.all:
            with issuer.database.writing() as session:
                queue.hasten(session, now=now)
        taken, refused = worker.deliver_due(issuer, kinds, now=clock.now)
        print(f"{taken} delivered, {refused} not (see: mintmark outbox list)")
        return _INCOMPLETE if refused else 0
    if args.action == "replay":
        if (args.number is None) != args.all:
            print("mintmark outbox replay: name one NUMBER, or --all", file=sys.stderr)
            return 2
        with issuer.database.writing() as session:
            print(f"{queue.replay(session, args.number, now=now)} will be sent again")
        return 0
    with issuer.database.reading() as session:
        rows = queue.undelivered(session)
    for row in rows:
        when = (
            f"next {row.due_at:%Y-%m-%d %H:%M} UTC" if row.state == MessageState.WAITING else "dead"
        )
        print(f"{row.id}  {row.kind} {row.about}  {when}  tried {row.attempts}  {row.error or ''}")
    if not rows:
        print("everything has left")
    return _INCOMPLETE if rows else 0
