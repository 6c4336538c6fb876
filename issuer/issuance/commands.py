"""`mintmark pending`, `list`, `export`, `revoke`, `publish` and `after-restore`."""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from typing import Final

from contexts.errors import DONE, FAILED, NOT_YET, UsageError
from issuer.audit.log import COMMAND
from issuer.home.command_line import Commands
from issuer.home.issuer import Issuer
from issuer.home.publishing import bucket, documents, published_rows
from issuer.issuance.finish import pending
from issuer.issuance.records import find, register
from issuer.issuance.records.find import Query, Sort
from issuer.issuance.records.tables import CredentialState
from issuer.issuance.records.unprintable import unprintable_credentials
from issuer.issuance.status_lists import lists
from keys.signer import KeysError
from verifier import clock

UNISSUED: Final = (CredentialState.PREPARED, CredentialState.QUARANTINED)


def add_commands(commands: Commands) -> None:
    """Add the commands for credentials and their status lists."""
    waiting = commands.add_parser(
        "pending", help="list credentials that are not issued yet, and why"
    )
    waiting.set_defaults(run=_pending)
    listing = commands.add_parser("list", help="list credentials")
    listing.add_argument(
        "text", nargs="?", default="", metavar="TEXT", help="a part of name, address or number"
    )
    _add_conditions(listing)
    listing.set_defaults(run=_list)
    export = commands.add_parser("export", help="print every credential as a table")
    export.add_argument("--csv", action="store_true", required=True, help="for a spreadsheet")
    _add_conditions(export)
    export.set_defaults(run=_export)
    revoke = commands.add_parser("revoke", help="revoke a credential, for all to see")
    revoke.add_argument(
        "credentials", nargs="+", metavar="ID", help="its address or the end of it, or a name"
    )
    revoke.add_argument("--reason", required=True, help="why; shown on the credential's page")
    revoke.add_argument("--yes", action="store_true", help="do not ask first")
    revoke.add_argument(
        "--correct", action="store_true", help="it is revoked: only replace the public reason"
    )
    revoke.set_defaults(run=_revoke)
    publish = commands.add_parser("publish", help="sign and write every public file again (daily)")
    publish.set_defaults(run=_publish)
    restored = commands.add_parser(
        "after-restore", help="make a restored backup safe to issue from"
    )
    restored.set_defaults(run=_after_restore)


def _add_conditions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--teacher", default="", metavar="NAME", help="a part of the name")
    parser.add_argument("--address", default="", help="a part of an e-mail address")
    parser.add_argument("--achievement", default="", metavar="ID", help="in any version")
    parser.add_argument("--year", type=int, help="of the award")
    states = [*find.ListedState, *UNISSUED]
    parser.add_argument("--state", default="", choices=states, help="; ".join(states))


def _query(args: argparse.Namespace, text: str = "") -> Query:
    return Query(
        text=text,
        teacher=args.teacher,
        address=args.address,
        achievement=args.achievement,
        awarded_from=date(args.year, 1, 1) if args.year else None,
        awarded_until=date(args.year, 12, 31) if args.year else None,
        state=args.state,
        sort=Sort.STORED,
    )


def _pending(args: argparse.Namespace, issuer: Issuer) -> int:
    rows = pending(issuer)
    for row in rows:
        print(f"{row.public_id}  {row.state}  {row.problem or 'not signed yet'}")
    if not rows:
        print("nothing is pending")
    for public_id, flaw in unprintable_credentials(issuer):
        print(f"{public_id}  its {flaw.field} {flaw.detail}; {flaw.remedy}")
    return NOT_YET if rows else DONE


def _list(args: argparse.Namespace, issuer: Issuer) -> int:
    for entry in register.matching(issuer, _query(args, text=args.text), now=clock.now()):
        print(f"{entry.public_id}  {entry.state:<8}  {entry.name}  {entry.achievement}")
    return DONE


def _export(args: argparse.Namespace, issuer: Issuer) -> int:
    entries = register.matching(issuer, _query(args), now=clock.now())
    register.write_csv(entries, sys.stdout)
    return DONE


def _revoke(args: argparse.Namespace, issuer: Issuer) -> int:
    ids = [register.the_one(issuer, entry, now=clock.now()) for entry in args.credentials]
    if args.correct:
        (public_id,) = ids if len(ids) == 1 else [_one_reason()]
        corrected = lists.correct_reason(
            issuer, public_id, reason=args.reason, by=COMMAND, now=clock.now()
        )
        print(f"{public_id}: {'its page shows the new reason' if corrected else 'not revoked'}")
        return DONE if corrected else FAILED
    if not (args.yes or _agreed(issuer, ids)):
        print("mintmark revoke: nothing is revoked (--yes does not ask)", file=sys.stderr)
        return FAILED
    try:
        fresh = lists.revoke_all(issuer, ids, reason=args.reason, by=COMMAND, now=clock.now())
    except (KeysError, OSError) as exc:
        message = f"recorded, but not yet for all to see: {exc}; then: mintmark publish"
        raise KeysError(message) from exc
    except lists.BackupError as exc:
        raise lists.BackupError(f"recorded, but not yet for all to see: {exc}") from exc
    for public_id in ids:
        done = "is revoked" if public_id in fresh else "was revoked before"
        print(f"{public_id} {done}; its list is published")
    if fresh:
        print("everybody can read the reason on the credential's page")
    return _send(issuer)


def _one_reason() -> str:
    raise UsageError("--correct replaces the reason of one credential")


def _agreed(issuer: Issuer, ids: Sequence[str]) -> bool:
    """Ask at the terminal. Without somebody to answer, nothing is agreed."""
    for public_id in ids:
        query = Query(public_id=public_id, sort=Sort.STORED)
        (entry,) = register.matching(issuer, query, now=clock.now())
        print(f"{entry.name}, {entry.achievement}, approved {entry.approved_at}: {entry.page}")
    print("Revoked is for ever: nobody can take it back (Bitstring Status List 1.0, revocation).")
    try:
        return input("Revoke? Type yes: ").strip().lower() == "yes"
    except EOFError:
        return False


def _publish(args: argparse.Namespace, issuer: Issuer) -> int:
    documents.publish(issuer.settings, issuer.keyring, issuer.database)
    numbers = lists.publish_all(issuer, now=clock.now())
    files = f"{len(numbers)} status list(s) and the head of the audit log"
    print(f"published the keys, {files} in {issuer.settings.public}")
    if issuer.settings.publish_bucket:
        with issuer.database.writing() as session:
            published_rows.send_again(session)
    return _send(issuer)


def _send(issuer: Issuer) -> int:
    """Put into the bucket what waits, if there is one; return the exit status."""
    if not issuer.settings.publish_bucket:
        return DONE
    try:
        sent = bucket.send(issuer.settings, issuer.database)
    except bucket.BucketError as exc:
        print(f"not in the bucket yet: {exc}; mintmark serve tries again", file=sys.stderr)
        return NOT_YET
    print(f"put {sent} file(s) into {issuer.settings.publish_bucket}")
    return DONE


def _after_restore(args: argparse.Namespace, issuer: Issuer) -> int:
    adopted, number = lists.after_restore(issuer, now=clock.now())
    print(f"took in {adopted} revocation(s) from the published lists; status list {number} is new")
    return DONE
