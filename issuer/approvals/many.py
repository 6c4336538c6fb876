"""`mintmark issue --approvals FILE`: a file of approvals, a line each, issued together.

For what was approved before there was an issuer, or for a whole year at once. Each line is what
the webhook would be sent; the same file again issues nothing twice.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from issuer import addresses
from issuer.approvals import event, sender
from issuer.approvals.flaws import Refused
from issuer.issuance import Outcome, Received, receive_all
from issuer.issuance.finish import TOGETHER
from issuer.issuance.prepare import Arrived
from issuer.issuer import Issuer
from verifier.strict_json import StrictJsonError

DONE, REFUSED, NOT_YET = 0, 1, 3


def run(file: Path, issuer: Issuer, *, source: str) -> int:
    """Issue what `file` approves and print a line for each; return 0 if all are issued, 1 if one
    was refused, 3 if one could not be signed yet."""
    status = DONE
    with file.open("rb") as lines:
        numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
        while group := list(islice(numbered, TOGETHER)):
            for number, found in _issue(group, issuer, source):
                said, code = _said(issuer, found)
                print(f"line {number}: {said}", file=sys.stdout if code == DONE else sys.stderr)
                status = code if status in (DONE, NOT_YET) and code else status
    return status


def _issue(
    group: list[tuple[int, bytes]], issuer: Issuer, source: str
) -> Iterator[tuple[int, Received | Exception]]:
    arrived: dict[int, Arrived] = {}
    for number, line in group:
        try:
            approval = event.read(line)
        except (StrictJsonError, Refused) as exc:
            yield number, exc
            continue
        if approval is not None:
            arrived[number] = Arrived(approval, sender.event_id_of(line.strip()))
    together = list(arrived.values())
    yield from zip(
        arrived, receive_all(issuer, together, source=source, now=datetime.now(UTC)), strict=True
    )


def _said(issuer: Issuer, found: Received | Exception) -> tuple[str, int]:
    if isinstance(found, Refused):
        wrong = "; ".join(f"{flaw.field} {flaw.detail} ({flaw.remedy})" for flaw in found.flaws)
        return f"needs a correction: {wrong}", REFUSED
    if isinstance(found, Exception):
        return f"refused: {found}", REFUSED
    if found.outcome is Outcome.STORED:
        return f"stored, not issued yet: {found.quarantined or 'not signed'}", NOT_YET
    page = addresses.credential(issuer.settings, found.credential_id)
    return f"{found.outcome} {page}", DONE
