"""`mintmark correct`: put an approval right, or issue again what was revoked by mistake."""

import argparse
import sys
from typing import Any

from contexts.errors import DONE, FAILED, NOT_YET, UsageError
from issuer.approvals import correction
from issuer.audit.log import COMMAND
from issuer.home import addresses
from issuer.home.command_line import Commands
from issuer.home.issuer import Issuer
from issuer.issuance.problems import Refused
from issuer.issuance.records import register
from verifier import clock


def add_commands(commands: Commands) -> None:
    """Add `correct`."""
    correct = commands.add_parser(
        "correct", help="issue a corrected credential, which takes the place of the one before"
    )
    correct.add_argument("credential", metavar="ID", help="its address or the end of it, or a name")
    correct.add_argument("--reason", required=True, help="why; it is kept, and never published")
    correct.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="such as recipient.name='Jordán Example'; without it, what was approved is issued"
        " again as it was",
    )
    correct.add_argument("--yes", action="store_true", help="do not ask first")
    correct.set_defaults(run=_correct)


def _correct(args: argparse.Namespace, issuer: Issuer) -> int:
    public_id = register.the_one(issuer, args.credential, now=clock.now())
    opened = correction.open_again(issuer, public_id)
    for change in args.set:
        field, equals, value = change.partition("=")
        if not equals:
            raise UsageError(f"--set {change}: write FIELD=VALUE")
        print(f"{field}: {_set(opened.data, field, value)!r} becomes {value!r}")
    if not (args.yes or _agreed(opened.data)):
        print("mintmark correct: nothing is issued (--yes does not ask)", file=sys.stderr)
        return FAILED
    now = clock.now()
    try:
        received = correction.issue(issuer, opened, reason=args.reason, by=COMMAND, now=now)
    except Refused as exc:
        for flaw in exc.flaws:
            print(f"  {flaw.field} {flaw.detail}\n    {flaw.remedy}", file=sys.stderr)
        return FAILED
    page = addresses.credential(issuer.settings, received.credential_id)
    if received.manage_url is None:
        print(f"stored; the one before is in force until this is signed: {page}", file=sys.stderr)
        return NOT_YET
    print(f"issued: {page}\nfor the holder alone: {received.manage_url}")
    return DONE


def _set(data: dict[str, Any], field: str, value: str) -> Any:
    """Change one field of an approval; return what stood there."""
    *way, last = field.removeprefix("data.").split(".")
    place: Any = data
    try:
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
        if isinstance(place, list):
            before, place[int(last)] = place[int(last)], value
            return before
        before, place[last] = place.get(last), value
    except (AttributeError, IndexError, TypeError, ValueError):
        raise UsageError(f"--set {field}: there is no such field") from None
    return before


def _agreed(data: dict[str, Any]) -> bool:
    """Ask at the terminal. Without somebody to answer, nothing is agreed."""
    print(f"Revision {data['revision']} for {data['recipient']['name']}.")
    print("The one before is revoked, for ever, as soon as this one is issued.")
    try:
        return input("Issue it? Type yes: ").strip().lower() == "yes"
    except EOFError:
        return False
