"""The `mintmark` command line: one line for what was done, one line for what went wrong."""

import argparse
import logging
import os
import sys
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from contexts.errors import DONE, FAILED, MintmarkError
from issuer import migrations
from issuer.approvals import commands as approvals
from issuer.audit import commands as audit
from issuer.audit.log import COMMAND
from issuer.catalog import commands as catalog
from issuer.home.command_line import Commands, Needs
from issuer.home.issuer import Issuer, opened
from issuer.home.settings import SettingsError, load
from issuer.installation import commands as installation
from issuer.installation.doctor import command as doctor
from issuer.issuance import commands as issuance
from issuer.issuance.status_lists import log_head
from issuer.messages import KINDS
from issuer.outbox import commands as outbox
from issuer.people import commands as people
from issuer.program import commands as program
from issuer.program.compensation import invariants as compensation
from issuer.recognition import commands as recognition
from issuer.sharing import samples
from issuer.sharing.holder import commands as holder
from issuer.staff.catalog import acts as catalog_acts
from verifier import __version__
from verifier.parsing import old_spelling

HOME = "MINTMARK_HOME"
PORT = 8202
"""Where the server listens for the web server in front of it, which has the public port."""


def main(argv: list[str] | None = None) -> int:
    """Run one command; return its exit status, of which `contexts.errors` says what each means."""
    args = _parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        return _run(args)
    except MintmarkError as exc:
        return _fail(args, exc, exc.exit_status)
    except OSError as exc:
        return _fail(args, exc, FAILED)


def _run(args: argparse.Namespace) -> int:
    status: int
    if args.needs is Needs.NOTHING:
        status = args.run(args)
        return status
    with opened(load(_home(args))) as issuer:
        if args.needs is Needs.DATABASE:
            migrations.check(issuer.database)
        status = args.run(args, issuer)
        return status


def _fail(args: argparse.Namespace, error: Exception, status: int) -> int:
    print(f"mintmark {old_spelling.current(args.command)}: {error}", file=sys.stderr)
    return status


def _home(args: argparse.Namespace) -> Path:
    home = args.home or os.environ.get(HOME)
    if not home:
        raise SettingsError(f"where does the issuer live? use --home FOLDER, or set {HOME}")
    return Path(home)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mintmark", description="Issue signed Open Badges.")
    parser.add_argument("--home", metavar="FOLDER", help=f"where the issuer lives (or set {HOME})")
    parser.add_argument("--version", action="version", version=f"mintmark {__version__}")
    parser.set_defaults(needs=Needs.DATABASE)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    installation.add_commands(commands)
    doctor.add_commands(commands)
    _add_serve(commands)
    catalog.add_commands(commands, retire=_retire, offer_again=_offer_again)
    approvals.add_commands(commands)
    issuance.add_commands(commands)
    samples.add_commands(commands)
    holder.add_commands(commands)
    people.add_commands(commands)
    outbox.add_commands(commands, KINDS)
    audit.add_commands(commands, log_head.signed)
    program.add_commands(commands, more=compensation.INVARIANTS, unset=compensation.unset_rules)
    recognition.add_commands(commands)
    return parser


def _retire(session: Session, achievement_id: str, now: datetime) -> None:
    catalog_acts.retire(session, achievement_id, by=COMMAND, now=now)


def _offer_again(session: Session, achievement_id: str, now: datetime) -> None:
    catalog_acts.offer_again(session, achievement_id, by=COMMAND, now=now)


def _add_serve(commands: Commands) -> None:
    serve = commands.add_parser("serve", help="run the web server")
    serve.add_argument("--bind", default="127.0.0.1", metavar="ADDRESS")
    serve.add_argument("--port", type=int, help=f"default: {PORT}; for localhost, its own port")
    serve.add_argument("--workers", type=int, default=2)
    serve.set_defaults(run=_serve, needs=Needs.HOME)


def _serve(args: argparse.Namespace, issuer: Issuer) -> int:
    """Become gunicorn. Each worker makes its own application: keys and connections do not
    survive a fork."""
    from issuer.app import start
    from issuer.web import server
    from issuer.web.monitoring import metrics_folder

    start(issuer)
    issuer.database.close()
    settings = issuer.settings
    behind_a_proxy = settings.public_url.startswith("https:")
    port = args.port or (PORT if behind_a_proxy else settings.port or 80)
    os.environ[HOME] = str(settings.home)
    if settings.metrics_token:
        metrics_folder.begin(settings)
    words = server.command(args.bind, port, workers=args.workers, log=settings.log)
    front = "; a web server in front speaks https" if behind_a_proxy else ""
    print(f"serving {settings.public_url}/ at {args.bind}:{port}{front}", flush=True)
    os.execv(sys.executable, words)  # noqa: S606
    return DONE


if __name__ == "__main__":
    sys.exit(main())
