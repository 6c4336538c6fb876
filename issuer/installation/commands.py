"""`mintmark init`, `migrate`, `backup` and `keys`: what an installation is made and kept with."""

import argparse
import os
import sys
from functools import partial
from pathlib import Path

from contexts.errors import DONE, MintmarkError
from issuer import migrations
from issuer.audit import log as audit
from issuer.home.command_line import Commands, Needs
from issuer.home.issuer import Issuer
from issuer.home.publishing import documents
from issuer.home.settings import FILE, Settings
from issuer.installation import backup, init
from issuer.issuance.status_lists import lists
from issuer.people.roles import Role
from keys import commands as keys
from keys import passphrase
from keys.entry import KeyState
from verifier import clock


def add_commands(commands: Commands) -> None:
    """Add `init`, `migrate`, `backup` and `keys`."""
    new = commands.add_parser("init", help="make a new issuer: settings, keys, database, files")
    new.add_argument("folder", type=Path, metavar="FOLDER", help="a new or empty folder")
    new.add_argument("--public-url", required=True, help="where people will reach it")
    new.add_argument("--name", required=True, help="the issuer's name, as credentials show it")
    new.add_argument("--source", default="approvals", help="a name for what sends approvals")
    new.add_argument("--did-key", action="store_true", help="be a did:key instead of a did:web")
    new.add_argument("--timezone", help="such as America/Chicago (default: this machine's)")
    new.add_argument("--contact", help="whom teachers may ask, such as: Pat <pat@district.example>")
    new.set_defaults(run=_init, needs=Needs.NOTHING)
    migrate = commands.add_parser("migrate", help="bring the database up to date")
    migrate.set_defaults(run=_migrate, needs=Needs.HOME)
    copy = commands.add_parser("backup", help="copy the home, but for the passphrase")
    copy.add_argument("folder", type=Path, metavar="FOLDER", help="a new folder, on another disk")
    copy.add_argument(
        "--keep",
        type=_at_least_one,
        metavar="N",
        help="make a dated folder in FOLDER instead, and keep the newest N",
    )
    copy.set_defaults(run=_backup)
    keys.add_commands(commands).set_defaults(run=_keys, needs=Needs.HOME)


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give 1 or more")
    return number


def _init(args: argparse.Namespace) -> int:
    settings = init.create(
        args.folder,
        public_url=args.public_url,
        name=args.name,
        source=args.source,
        did_key=args.did_key,
        timezone=args.timezone or init.machine_timezone(),
        contact=_contact(args),
        now=clock.now(),
    )
    print(f"{settings.issuer_id} lives in {settings.home}")
    print(f"  {_days(settings)}")
    print(f"  settings, and the webhook secret of {args.source}: {settings.home}/mintmark.toml")
    print(f"  keep a copy of {settings.home}/keys and {settings.passphrase_file}, apart")
    command = f"mintmark --home {settings.home}"
    print("next:")
    print(f"  {command} catalog load FOLDER: what can be earned; examples/ is such a folder")
    first = f"people invite ADDRESS --name NAME --role {Role.SUPERINTENDENT}"
    print(f"  {command} {first}: a link to sign in")
    print(f"  {command} serve: then open {settings.public_url}/{_behind(settings)}")
    return DONE


def _behind(settings: Settings) -> str:
    """Return what has to stand in front of the server, which itself speaks no https."""
    secure = settings.public_url.startswith("https:")
    return ", with a web server in front (docs/install.md, step 4)" if secure else ""


def _contact(args: argparse.Namespace) -> str:
    """Return whom teachers may ask, asking whoever sits there; "" where nobody does."""
    if args.contact is not None or not sys.stdin.isatty():
        return args.contact or ""
    return input("Whom may teachers ask? Name <address>, or Enter for later: ").strip()


def _days(settings: Settings) -> str:
    if settings.timezone:
        return f"days are those of {settings.timezone} (timezone in {FILE})"
    return f"days are those of each sender: set timezone in {FILE}, such as America/Chicago"


def _migrate(args: argparse.Namespace, issuer: Issuer) -> int:
    migrations.upgrade(issuer.database, tell=partial(print, flush=True))
    print("the database is up to date")
    return DONE


def _backup(args: argparse.Namespace, issuer: Issuer) -> int:
    folder = args.folder
    if args.keep:
        folder = backup.back_up_dated(issuer.settings, folder, keep=args.keep, now=clock.now())
    else:
        backup.back_up(issuer.settings, folder, now=clock.now())
    print(f"{folder} holds the database, the keys and all else, but for the passphrase")
    return DONE


def _keys(args: argparse.Namespace, issuer: Issuer) -> int:
    settings = issuer.settings
    keys.run(
        args,
        home=settings.home,
        issuer_id=settings.issuer_id,
        uses=settings.key_uses,
        passphrase=lambda: passphrase.find(os.environ, settings.passphrase_file),
        now=clock.now(),
    )
    if keys.changes_keys(args):
        documents.publish(settings, issuer.keyring, issuer.database)
        print(f"the keys are published in {settings.public}")
        _record_and_sign_lists_again(issuer, args)
    return DONE


def _record_and_sign_lists_again(issuer: Issuer, args: argparse.Namespace) -> None:
    """A list by a key that is compromised leaves every credential of it unconfirmed."""
    try:
        migrations.check(issuer.database)
        _record(issuer, args)
        numbers = lists.publish_all(issuer, now=clock.now())
        print(f"{len(numbers)} status list(s) are signed by the key that is active now")
    except (MintmarkError, OSError) as exc:
        print(f"the status lists are as they were: {exc}; after that: mintmark publish")


def _record(issuer: Issuer, args: argparse.Namespace) -> None:
    active = [entry.id for entry in issuer.keyring.entries() if entry.state is KeyState.ACTIVE]
    with issuer.database.writing() as session:
        audit.record(
            session,
            by=audit.COMMAND,
            action=f"keys.{args.keys_command}",
            about=getattr(args, "key", None) or "keys",
            details={"active": active},
            now=clock.now(),
        )
