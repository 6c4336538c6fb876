"""`mintmark issue --approvals FILE`: a file of approvals, a line each, issued together.

For what was approved before there was an issuer, or for a whole year at once. Each line is what
the webhook would be sent; the same file again issues nothing twice. Workers of any
`concurrent.futures.Executor` share the work (`verifier.options.executors`): those of this machine
are sent the settings, and those of a cluster have a home of their own, as each host that serves.
"""

import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from itertools import islice
from pathlib import Path
from threading import local
from typing import Final, TypeAlias

from contexts.errors import DONE, FAILED, NOT_YET, UsageError
from issuer.approvals import event
from issuer.approvals.webhook import sender
from issuer.audit.log import COMMAND
from issuer.database.database import UnavailableError
from issuer.home import addresses
from issuer.home.issuer import Issuer
from issuer.home.settings import Settings, load
from issuer.issuance import ApprovalOutcome, Received, receive_all
from issuer.issuance.finish import TOGETHER
from issuer.issuance.prepare import Arrived
from issuer.issuance.problems import Refused
from verifier import clock
from verifier.options import executors
from verifier.parsing.strict_json import StrictJsonError

PATIENCE: Final = (1, 2, 4, 8, 16)
"""Seconds that a worker waits before it tries again if the database cannot be used. Approvals that
it issued before are not issued twice."""
_ONE_A_LINE: Final = "write each approval on a line of its own, as does: jq -c {what} FILE"


class NotLinesError(UsageError):
    """The file does not have an approval on each line."""


NumberedLine = tuple[int, bytes]
LineResult = tuple[int, str, int]
"""The number of a line, what became of it in words, and the exit status it asks for."""
Opens: TypeAlias = Settings | Path
"""What a worker issues with: these settings, or those in the home at its own `$MINTMARK_HOME`, or
in this folder."""
_worker = local()
"""For each thread of a worker: its issuer, and the `Opens` that it was opened with."""


def run(
    file: Path,
    issuer: Issuer,
    *,
    source: str,
    executor: Executor | None = None,
    opens: Opens | None = None,
) -> int:
    """Issue what `file` approves and print a line for each: to whom, the page, the holder's link.

    Return 0 if all are issued, 1 if one was refused, 3 if one could not be signed yet. The workers
    of `executor` share the work; without one, this process does it.
    """
    status = DONE
    _refuse_one_document(file)
    with file.open("rb") as lines:
        numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
        for number, words, code in _results(_groups(numbered), issuer, source, executor, opens):
            print(f"line {number}: {words}", file=sys.stdout if code == DONE else sys.stderr)
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


def _groups(numbered: Iterator[NumberedLine]) -> Iterator[list[NumberedLine]]:
    while group := list(islice(numbered, TOGETHER)):
        yield group


def _results(
    groups: Iterator[list[NumberedLine]],
    issuer: Issuer,
    source: str,
    executor: Executor | None,
    opens: Opens | None,
) -> Iterator[LineResult]:
    """Yield what became of each line, in their order."""
    if executor is None:
        for group in groups:
            yield from _issued(group, issuer, source)
        return
    issuer.database.close()  # no connection survives a fork
    who = (opens or issuer.settings, issuer.settings.issuer_id)
    inputs = ((*who, group, source) for group in groups)
    for results in executors.ordered(executor, issue_group, inputs):
        yield from results


def issue_group(
    opens: Opens, issuer_id: str, group: list[NumberedLine], source: str
) -> list[LineResult]:
    """Issue a group of lines: what a worker does."""
    if getattr(_worker, "opens", None) != opens:
        settings = opens if isinstance(opens, Settings) else _own_settings(opens)
        if settings.issuer_id != issuer_id:
            raise UsageError(f"{settings.home}, a worker's home, is that of {settings.issuer_id}")
        _worker.opens, _worker.issuer = opens, Issuer(settings)
    for seconds in PATIENCE:
        try:
            return _issued(group, _worker.issuer, source)
        except UnavailableError:  # many workers wait for each other, or the database starts again
            time.sleep(seconds)
    return _issued(group, _worker.issuer, source)


def _own_settings(home: Path) -> Settings:
    return load(Path(os.environ.get("MINTMARK_HOME", home)))


def _issued(group: list[NumberedLine], issuer: Issuer, source: str) -> list[LineResult]:
    """Issue the approvals in a group of lines together; return what became of each line."""
    refused: list[LineResult] = []
    arrived: dict[int, Arrived] = {}
    for number, line in group:
        try:
            approval = event.read(line)
        except (StrictJsonError, Refused) as exc:
            refused.append((number, *_refusal(exc)))
            continue
        if approval is not None:
            arrived[number] = Arrived(approval, sender.event_id_of(line.strip()), COMMAND)
    outcomes = receive_all(issuer, list(arrived.values()), source=source, now=clock.now())
    results = [
        (number, *_outcome(issuer, one.approval.recipient.name, outcome))
        for (number, one), outcome in zip(arrived.items(), outcomes, strict=True)
    ]
    return sorted(refused + results)


def _outcome(issuer: Issuer, name: str, outcome: Received | Exception) -> tuple[str, int]:
    """Return in words what became of the approval of a teacher, and the exit status."""
    if isinstance(outcome, Exception):
        return _refusal(outcome)
    if outcome.outcome is ApprovalOutcome.STORED:
        return f"stored, not issued yet: {outcome.quarantined or 'not signed'}", NOT_YET
    if outcome.superseded_by:
        newer = addresses.credential(issuer.settings, outcome.superseded_by)
        return f"already issued to {name}, and a later revision took its place: {newer}", DONE
    page = addresses.credential(issuer.settings, outcome.credential_id)
    done = "issued" if outcome.outcome is ApprovalOutcome.ISSUED else "already issued"
    return f"{done} to {name}: {page}  for the holder alone: {outcome.manage_url}", DONE


def _refusal(error: Exception) -> tuple[str, int]:
    if isinstance(error, Refused):
        wrong = "; ".join(f"{flaw.field} {flaw.detail} ({flaw.remedy})" for flaw in error.flaws)
        return f"needs a correction: {wrong}", FAILED
    return f"refused: {error}", FAILED
