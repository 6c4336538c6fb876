"""The `mintmark` command line: one line for what was done, one line for what went wrong."""

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any

from contexts.errors import MintmarkError
from issuer import migrations
from issuer.approvals import commands as webhook
from issuer.approvals import many
from issuer.catalog import commands as catalog
from issuer.database.database import UnavailableError
from issuer.home import published
from issuer.home.issuer import Issuer, opened
from issuer.home.settings import FILE, Settings, SettingsError, load
from issuer.installation import backup, init
from issuer.installation.doctor import command as doctor
from issuer.issuance.build import timestamp
from issuer.issuance.finish import finish_pending, pending
from issuer.issuance.records import register
from issuer.issuance.records.unprintable import unprintable_credentials
from issuer.issuance.status_lists import lists
from issuer.messages import KINDS
from issuer.migrations import SchemaError
from issuer.outbox import commands as outbox
from issuer.outbox import mail_test
from issuer.recognition import endorsement, trust_list
from issuer.sharing.holder import commands as holder
from keys import commands as keys
from keys import passphrase
from keys.documents import did_document
from keys.signer import KeysError
from verifier import __version__, clock, trust
from verifier.parsing import old_spelling

HOME = "MINTMARK_HOME"
PORT = 8202
"""Where the server listens for the web server in front of it, which has the public port."""
FAILED = 1
USAGE = 2
INCOMPLETE = 3
"""Something is left to do: credentials are pending."""

Command = Callable[[argparse.Namespace, Issuer], int]


def main(argv: list[str] | None = None) -> int:
    """Run one command; return the exit code: 0 done, 1 failed, 2 usage, 3 something is left."""
    args = _parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    args.command = old_spelling.current(args.command)
    try:
        if args.command == "init":
            return _init(args)
        with opened(load(_home(args))) as issuer:
            if args.command not in _WITHOUT_DATABASE:
                migrations.check(issuer.database)
            return _COMMANDS[args.command](args, issuer)
    except MintmarkError as exc:
        return _fail(args, str(exc), exc.exit_status)
    except OSError as exc:
        return _fail(args, str(exc))


def _fail(args: argparse.Namespace, message: str, status: int = FAILED) -> int:
    print(f"mintmark {args.command}: {message}", file=sys.stderr)
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
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    new = commands.add_parser("init", help="make a new issuer: settings, keys, database, files")
    new.add_argument("folder", type=Path, metavar="FOLDER", help="a new or empty folder")
    new.add_argument("--public-url", required=True, help="where people will reach it")
    new.add_argument("--name", required=True, help="the issuer's name, as credentials show it")
    new.add_argument("--source", default="approvals", help="a name for what sends approvals")
    new.add_argument("--did-key", action="store_true", help="be a did:key instead of a did:web")
    new.add_argument("--timezone", help="such as America/Chicago (default: this machine's)")
    commands.add_parser("migrate", help="bring the database up to date")
    serve = commands.add_parser("serve", help="run the web server")
    serve.add_argument("--bind", default="127.0.0.1", metavar="ADDRESS")
    serve.add_argument("--port", type=int, help=f"default: {PORT}; for localhost, its own port")
    serve.add_argument("--workers", type=int, default=2)
    commands.add_parser("publish", help="sign and write every public file again (daily)")
    commands.add_parser("pending", help="list credentials that are not issued yet, and why")
    issue = commands.add_parser("issue", help="issue what is pending, or a file of approvals")
    what = issue.add_mutually_exclusive_group(required=True)
    what.add_argument("--pending", action="store_true", help="finish what is not issued yet")
    what.add_argument("--approvals", type=Path, metavar="FILE", help="JSON, an approval a line")
    issue.add_argument(
        "--workers", type=int, default=1, metavar="N", help="processes that share the file"
    )
    issue.add_argument("--source", help="the source that approved (default: the first one)")
    revoke = commands.add_parser("revoke", help="revoke a credential, for all to see")
    revoke.add_argument("credential", metavar="ID", help="its address or the end of it, or a name")
    revoke.add_argument("--reason", required=True, help="why; shown on the credential's page")
    revoke.add_argument("--yes", action="store_true", help="do not ask first")
    revoke.add_argument(
        "--correct", action="store_true", help="it is revoked: only replace the public reason"
    )
    listing = commands.add_parser("list", help="list credentials")
    listing.add_argument(
        "text", nargs="?", default="", metavar="TEXT", help="a part of name, address or number"
    )
    export = commands.add_parser("export", help="print every credential as a table")
    export.add_argument("--csv", action="store_true", required=True, help="for a spreadsheet")
    copy = commands.add_parser("backup", help="copy the home, but for the passphrase")
    copy.add_argument("folder", type=Path, metavar="FOLDER", help="a new folder, on another disk")
    copy.add_argument(
        "--keep",
        type=_at_least_one,
        metavar="N",
        help="make a dated folder in FOLDER instead, and keep the newest N",
    )
    commands.add_parser("after-restore", help="make a restored backup safe to issue from")
    entry = commands.add_parser("trust-entry", help="print this issuer's entry for trust lists")
    entry.add_argument("--kind", default="district", help="what kind of body the issuer is")
    entry.add_argument("--list", metavar="NAME", help="print a whole list with this name")
    listed = commands.add_parser("trust-list", help="sign a trust list of others, and print it")
    listed.add_argument("file", type=Path, metavar="FILE", help="a MintmarkTrustList")
    listed.add_argument("--days", type=int, default=90, help="how long it holds; default: 90")
    endorsed = commands.add_parser("endorse", help="sign a word for another issuer, and print it")
    endorsed.add_argument("issuer", metavar="DID", help="its identifier")
    endorsed.add_argument("--name", required=True, help="its name, as people know it")
    endorsed.add_argument("--until", metavar="DAY", help="the last day, such as 2027-06-30")
    keys.add_keys_commands(commands)
    catalog.add_catalog_commands(commands)
    webhook.add_webhook_commands(commands)
    outbox.add_outbox_commands(commands)
    mail_test.add_mail_commands(commands)
    holder.add_holder_commands(commands)
    doctor.add_doctor_command(commands)
    return parser


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
        now=clock.now(),
    )
    print(f"{settings.issuer_id} lives in {settings.home}")
    print(f"  {_days(settings)}")
    print(f"  settings, and the webhook secret of {args.source}: {settings.home}/mintmark.toml")
    print(f"  keep a copy of {settings.home}/keys and {settings.passphrase_file}, apart")
    print(f"next: mintmark --home {settings.home} catalog load FOLDER, then … serve")
    return 0


def _days(settings: Settings) -> str:
    if settings.timezone:
        return f"days are those of {settings.timezone} (timezone in {FILE})"
    return f"days are those of each sender: set timezone in {FILE}, such as America/Chicago"


def _migrate(args: argparse.Namespace, issuer: Issuer) -> int:
    migrations.upgrade(issuer.database, tell=partial(print, flush=True))
    print("the database is up to date")
    return 0


def _serve(args: argparse.Namespace, issuer: Issuer) -> int:
    """Become gunicorn. Each worker makes its own application: keys and connections do not
    survive a fork."""
    from issuer.app import start
    from issuer.web import server

    start(issuer)
    issuer.database.close()
    settings = issuer.settings
    behind_a_proxy = settings.public_url.startswith("https:")
    port = args.port or (PORT if behind_a_proxy else settings.port or 80)
    os.environ[HOME] = str(settings.home)
    print(f"serving {settings.public_url}/ at {args.bind}:{port}", flush=True)
    os.execv(sys.executable, server.command(args.bind, port, workers=args.workers))  # noqa: S606


def _publish(args: argparse.Namespace, issuer: Issuer) -> int:
    published.write_documents(issuer.settings, issuer.keyring)
    numbers = lists.publish_all(issuer, now=clock.now())
    print(f"published the keys and {len(numbers)} status list(s) in {issuer.settings.public}")
    return 0


def _pending(args: argparse.Namespace, issuer: Issuer) -> int:
    rows = pending(issuer)
    for row in rows:
        print(f"{row.public_id}  {row.state}  {row.problem or 'not signed yet'}")
    if not rows:
        print("nothing is pending")
    for public_id, flaw in unprintable_credentials(issuer):
        print(f"{public_id}  its {flaw.field} {flaw.detail}; {flaw.remedy}")
    return INCOMPLETE if rows else 0


def _issue(args: argparse.Namespace, issuer: Issuer) -> int:
    lists.mend(issuer, now=clock.now())
    if args.approvals is not None:
        source = webhook.source_named(issuer.settings, args.source)
        if source is None:
            return USAGE
        return many.run(args.approvals, issuer, source=source.name, workers=max(1, args.workers))
    if args.workers != 1:
        print("mintmark issue: --workers goes with --approvals", file=sys.stderr)
        return USAGE
    for row, error in finish_pending(issuer):
        print(f"{row.public_id}  {error or 'issued'}")
    return INCOMPLETE if pending(issuer) else 0


def _revoke(args: argparse.Namespace, issuer: Issuer) -> int:
    public_id = register.the_one(issuer, args.credential)
    if args.correct:
        corrected = lists.correct_reason(issuer, public_id, reason=args.reason)
        print(f"{public_id}: {'its page shows the new reason' if corrected else 'not revoked'}")
        return 0 if corrected else FAILED
    if not (args.yes or _agreed(issuer, public_id)):
        print("mintmark revoke: nothing is revoked (--yes does not ask)", file=sys.stderr)
        return FAILED
    try:
        fresh = lists.revoke(issuer, public_id, reason=args.reason, now=clock.now())
    except (KeysError, OSError) as exc:
        said = f"recorded, but not yet for all to see: {exc}; then: mintmark publish"
        raise KeysError(said) from exc
    print(f"{public_id} {'is revoked' if fresh else 'was revoked before'}; its list is published")
    if fresh:
        print("everybody can read the reason on the credential's page")
    return 0


def _agreed(issuer: Issuer, public_id: str) -> bool:
    """Ask whoever sits there; nobody, where nobody does."""
    (entry,) = register.entries(issuer, f"/{public_id}.")
    print(f"{entry.name}, {entry.achievement}, approved {entry.approved_at}: {entry.page}")
    print("Revoked is for ever: nobody can take it back (Bitstring Status List 1.0, revocation).")
    try:
        return input("Revoke it? Type yes: ").strip().lower() == "yes"
    except EOFError:
        return False


def _list(args: argparse.Namespace, issuer: Issuer) -> int:
    for entry in register.entries(issuer, args.text):
        print(f"{entry.public_id}  {entry.state:<8}  {entry.name}  {entry.achievement}")
    return 0


def _export(args: argparse.Namespace, issuer: Issuer) -> int:
    register.write_csv(register.entries(issuer), sys.stdout)
    return 0


def _backup(args: argparse.Namespace, issuer: Issuer) -> int:
    made = args.folder
    if args.keep:
        made = backup.back_up_dated(issuer.settings, made, keep=args.keep, now=clock.now())
    else:
        backup.back_up(issuer.settings, made, now=clock.now())
    print(f"{made} holds the database, the keys and all else, but for the passphrase")
    return 0


def _after_restore(args: argparse.Namespace, issuer: Issuer) -> int:
    adopted, number = lists.after_restore(issuer, now=clock.now())
    print(f"took in {adopted} revocation(s) from the published lists; status list {number} is new")
    return 0


def _trust_entry(args: argparse.Namespace, issuer: Issuer) -> int:
    settings, now = issuer.settings, timestamp(clock.now())
    entry: dict[str, Any] = {
        "id": settings.issuer_id,
        "name": settings.issuer_name,
        "kind": args.kind,
        "didDocument": did_document(settings.issuer_id, issuer.keyring.entries()),
        "retrieved": now,
    }
    whole = {
        "type": "MintmarkTrustList",
        "version": 1,
        "name": args.list,
        "updated": now,
        "entries": [entry],
    }
    print(json.dumps(whole if args.list else entry, indent=2, ensure_ascii=False))
    return 0


def _trust_list(args: argparse.Namespace, issuer: Issuer) -> int:
    found = trust.load(args.file.read_bytes())
    print(trust_list.sign(found, issuer, now=clock.now(), days=args.days).decode())
    return 0


def _endorse(args: argparse.Namespace, issuer: Issuer) -> int:
    try:
        until = args.until and _end_of(args.until, issuer.settings)
    except ValueError:
        raise endorsement.EndorsementError(
            f"--until {args.until}: give a day, such as 2027-06-30"
        ) from None
    signed = endorsement.sign(issuer, args.issuer, name=args.name, now=clock.now(), until=until)
    print(signed.decode())
    return 0


def _end_of(day: str, settings: Settings) -> datetime:
    """Return the last second of a day of the district."""
    return datetime.combine(date.fromisoformat(day), time(23, 59, 59), settings.timezone or UTC)


def _keys(args: argparse.Namespace, issuer: Issuer) -> int:
    settings = issuer.settings
    code = keys.run(
        args,
        home=settings.home,
        issuer_id=settings.issuer_id,
        uses=settings.key_uses,
        passphrase=lambda: passphrase.find(os.environ, settings.passphrase_file),
        now=clock.now(),
    )
    if code == 0 and keys.changes_keys(args):
        published.write_documents(settings, issuer.keyring)
        print(f"the keys are published in {settings.public}")
        _sign_lists_again(issuer)
    return code


def _sign_lists_again(issuer: Issuer) -> None:
    """A list by a key that is compromised leaves every credential of it unconfirmed."""
    try:
        migrations.check(issuer.database)
        numbers = lists.publish_all(issuer, now=clock.now())
        print(f"{len(numbers)} status list(s) are signed by the key that is active now")
    except (KeysError, SchemaError, UnavailableError, lists.BackupError, OSError) as exc:
        print(f"the status lists are as they were: {exc}; after that: mintmark publish")


def _catalog(args: argparse.Namespace, issuer: Issuer) -> int:
    return catalog.run(
        args, database=issuer.database, font_folders=issuer.settings.font_folders, now=clock.now()
    )


def _webhook(args: argparse.Namespace, issuer: Issuer) -> int:
    return webhook.run(args, settings=issuer.settings)


def _outbox(args: argparse.Namespace, issuer: Issuer) -> int:
    return outbox.run(args, issuer=issuer, kinds=KINDS)


def _mail(args: argparse.Namespace, issuer: Issuer) -> int:
    return mail_test.run(args, settings=issuer.settings)


def _doctor(args: argparse.Namespace, issuer: Issuer) -> int:
    return doctor.run(args, issuer=issuer, now=clock.now())


def _holder_link(args: argparse.Namespace, issuer: Issuer) -> int:
    return holder.run(args, issuer=issuer)


_WITHOUT_DATABASE = {
    "migrate",
    "keys",
    "trust-entry",
    "trust-list",
    "endorse",
    "webhook",
    "serve",
    "mail",
    "doctor",
}
_COMMANDS: dict[str, Command] = {
    "migrate": _migrate,
    "serve": _serve,
    "publish": _publish,
    "pending": _pending,
    "issue": _issue,
    "revoke": _revoke,
    "list": _list,
    "export": _export,
    "backup": _backup,
    "after-restore": _after_restore,
    "trust-entry": _trust_entry,
    "trust-list": _trust_list,
    "endorse": _endorse,
    "keys": _keys,
    "catalog": _catalog,
    "webhook": _webhook,
    "outbox": _outbox,
    "mail": _mail,
    "doctor": _doctor,
    "holder-link": _holder_link,
}

if __name__ == "__main__":
    sys.exit(main())
