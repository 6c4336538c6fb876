"""The `mintmark` command line: one line for what was done, one line for what went wrong."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from contexts.errors import DONE, FAILED, MintmarkError
from issuer import migrations
from issuer.audit.log import COMMAND
from issuer.home.command_line import Commands, Needs
from issuer.home.issuer import Issuer, opened
from issuer.home.settings import SettingsError, load
from verifier import __version__
from verifier.parsing import old_spelling

COMMANDS: Final = {
    "issuer.installation.commands": ("init", "migrate", "backup", "keys"),
    "issuer.installation.doctor.command": ("doctor",),
    "issuer.__main__": ("serve",),
    "issuer.catalog.commands": ("catalog",),
    "issuer.approvals.commands": ("issue", "deliveries", "correct", "webhook"),
    "issuer.issuance.commands": (
        "pending",
        "list",
        "export",
        "revoke",
        "publish",
        "after-restore",
    ),
    "issuer.sharing.samples": ("preview",),
    "issuer.sharing.holder.commands": ("holder-link",),
    "issuer.people.commands": ("people",),
    "issuer.outbox.commands": ("outbox", "mail"),
    "issuer.audit.commands": ("audit",),
    "issuer.program.commands": ("program",),
    "issuer.recognition.commands": ("trust-entry", "trust-list", "endorse"),
}
"""What each module adds. It is imported when one of them is asked for: all together take longer
than most commands."""
HOME = "MINTMARK_HOME"
PORT = 8202
"""Where the server listens for the web server in front of it, which has the public port."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status, of which `contexts.errors` says what each means."""
    argv = sys.argv[1:] if argv is None else argv
    args = parser(_command(argv)).parse_args(argv)
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


def _command(argv: Sequence[str]) -> str:
    """Return the command that is asked for; '' where it is for argparse to say what is wrong."""
    words = iter(argv)
    for word in words:
        if word == "--home":
            next(words, "")
        elif not word.startswith("--home="):
            return word
    return ""


def parser(command: str = "") -> argparse.ArgumentParser:
    """Return the parser of the commands that one module adds, `command` among them; of all commands
    if no module adds it."""
    parser = argparse.ArgumentParser(prog="mintmark", description="Issue signed Open Badges.")
    parser.add_argument("--home", metavar="FOLDER", help=f"where the issuer lives (or set {HOME})")
    parser.add_argument("--version", action="version", version=f"mintmark {__version__}")
    parser.set_defaults(needs=Needs.DATABASE)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    command = old_spelling.NEW_WORDS.get(command, command)
    named = [module for module, names in COMMANDS.items() if command in names]
    for module in named or COMMANDS:
        add = _ADD.get(module) or import_module(module).add_commands
        add(commands)
    return parser


def _add_serve(commands: Commands) -> None:
    serve = commands.add_parser("serve", help="run the web server")
    serve.add_argument("--bind", default="127.0.0.1", metavar="ADDRESS")
    serve.add_argument("--port", type=int, help=f"default: {PORT}; for localhost, its own port")
    serve.add_argument("--workers", type=int, default=2)
    serve.set_defaults(run=_serve, needs=Needs.HOME)


def _add_catalog(commands: Commands) -> None:
    from issuer.catalog.commands import add_commands

    add_commands(commands, retire=_retire, offer_again=_offer_again)


def _retire(session: Session, achievement_id: str, now: datetime) -> None:
    from issuer.staff.catalog import acts

    acts.retire(session, achievement_id, by=COMMAND, now=now)


def _offer_again(session: Session, achievement_id: str, now: datetime) -> None:
    from issuer.staff.catalog import acts

    acts.offer_again(session, achievement_id, by=COMMAND, now=now)


def _add_outbox(commands: Commands) -> None:
    from issuer.messages import KINDS
    from issuer.outbox.commands import add_commands

    add_commands(commands, KINDS)


def _add_audit(commands: Commands) -> None:
    from issuer.audit.commands import add_commands
    from issuer.issuance.status_lists import log_head

    add_commands(commands, log_head.signed)


def _add_program(commands: Commands) -> None:
    from issuer.program.commands import add_commands
    from issuer.program.compensation import invariants

    add_commands(commands, more=invariants.INVARIANTS, unset=invariants.unset_rules)


_ADD: Final[Mapping[str, Callable[[Commands], None]]] = {
    "issuer.__main__": _add_serve,
    "issuer.catalog.commands": _add_catalog,
    "issuer.outbox.commands": _add_outbox,
    "issuer.audit.commands": _add_audit,
    "issuer.program.commands": _add_program,
}
"""How those are added that are given something of the rooms above them."""


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
