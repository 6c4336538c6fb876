"""`mintmark issue --approvals FILE`: a file of approvals, a line each, issued together.

For what was approved before there was an issuer, or for a whole year at once. Each line is what
the webhook would be sent; the same file again issues nothing twice.
"""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from contexts.errors import MintmarkError
from issuer.approvals import event, sender
from issuer.home import addresses
from issuer.home.issuer import Issuer
from issuer.home.settings import Settings
from issuer.issuance import ApprovalOutcome, Received, receive_all
from issuer.issuance.finish import TOGETHER
from issuer.issuance.prepare import Arrived
from issuer.issuance.problems import Refused
from verifier import clock
from verifier.parsing.strict_json import StrictJsonError

DONE, REFUSED, NOT_YET = 0, 1, 3
WAITING: Final = 16
"""Groups read ahead for each worker: a file may be larger than the memory."""

_ONE_A_LINE: Final = "write each approval on a line of its own, as does: jq -c {what} FILE"


class NotLinesError(MintmarkError):
    """The file does not have an approval on each line."""

    exit_status = 2


Line = tuple[int, bytes]
_said_by: Callable[[list[Line]], list["Said"]]
"""What a worker issues with; each makes its own."""


Said = tuple[int, str, int]
"""The number of a line, what became of it, and the exit code it asks for."""


def run(file: Path, issuer: Issuer, *, source: str, workers: int = 1) -> int:
    """Issue what `file` approves and print a line for each; return 0 if all are issued, 1 if one
    was refused, 3 if one could not be signed yet. `workers` processes share the work."""
    status = DONE
    _refuse_one_document(file)
    with file.open("rb") as lines:
        numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
        for number, said, code in _all_said(_groups(numbered), issuer, source, workers):
            print(f"line {number}: {said}", file=sys.stdout if code == DONE else sys.stderr)
            status = code if status in (DONE, NOT_YET) and code else status
    return status


def _refuse_one_document(file: Path) -> None:
    """Raise `NotLinesError` for one JSON document over the whole file, told by its first lines."""
    with file.open("rb") as lines:
        first, second, *_ = [*islice(filter(None, map(bytes.strip, lines)), 2), b"", b""]
    if first.startswith(b"["):
        raise NotLinesError("the file is one JSON array", remedy=_ONE_A_LINE.format(what=".[]"))
    if first.startswith(b"{") and not first.endswith(b"}") and second.startswith((b'"', b"}")):
        message = "an approval stands on several lines"
        raise NotLinesError(message, remedy=_ONE_A_LINE.format(what="."))


def _groups(numbered: Iterator[Line]) -> Iterator[list[Line]]:
    while group := list(islice(numbered, TOGETHER)):
        yield group


def _all_said(
    groups: Iterator[list[Line]], issuer: Issuer, source: str, workers: int
) -> Iterator[Said]:
    """Give what became of each line, in their order."""
    if workers == 1:
        for group in groups:
            yield from _group_said(group, issuer, source)
        return
    issuer.database.close()  # no connection survives a fork
    with get_context("fork").Pool(workers, _begin, (issuer.settings, source)) as pool:
        while ahead := list(islice(groups, WAITING * workers)):
            for said in pool.imap(_said_by_worker, ahead):
                yield from said


def _group_said(group: list[Line], issuer: Issuer, source: str) -> list[Said]:
    return [(number, *_said(issuer, found)) for number, found in _issue(group, issuer, source)]


def _begin(settings: Settings, source: str) -> None:
    global _said_by
    _said_by = partial(_group_said, issuer=Issuer(settings), source=source)


def _said_by_worker(group: list[Line]) -> list[Said]:
    return _said_by(group)


def _issue(
    group: list[Line], issuer: Issuer, source: str
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
        arrived, receive_all(issuer, together, source=source, now=clock.now()), strict=True
    )


def _said(issuer: Issuer, found: Received | Exception) -> tuple[str, int]:
    if isinstance(found, Refused):
        wrong = "; ".join(f"{flaw.field} {flaw.detail} ({flaw.remedy})" for flaw in found.flaws)
        return f"needs a correction: {wrong}", REFUSED
    if isinstance(found, Exception):
        return f"refused: {found}", REFUSED
    if found.outcome is ApprovalOutcome.STORED:
        return f"stored, not issued yet: {found.quarantined or 'not signed'}", NOT_YET
    page = addresses.credential(issuer.settings, found.credential_id)
    return f"{found.outcome} {page}  for the holder alone: {found.manage_url}", DONE
