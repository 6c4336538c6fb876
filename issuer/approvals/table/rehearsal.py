"""Try a table: what would become of each row is said before anything is issued.

for row in rehearsal.dry_run(issuer, job, now=now):
    row.number, row.new, row.problem  # 4, True, "levels.work …"
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from contexts.errors import MintmarkError
from issuer.approvals.table import job
from issuer.approvals.table.tables import Fate, TableRow
from issuer.database.database import UnavailableError
from issuer.home.issuer import Issuer
from issuer.home.problem import Flaw
from issuer.issuance import ConflictError, rehearse_all
from issuer.issuance.approval import Approval
from issuer.issuance.records.unprintable import unprintable_texts


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What would become of one row. `approval` is what it states, if it states one; `error` is what
    stands in the way, if it could not be issued; `unprintable` are texts of it that no font here
    can print."""

    number: int
    cells: Mapping[str, str]
    new: bool
    approval: Approval | None = None
    error: Exception | None = None
    unprintable: Sequence[Flaw] = ()

    @property
    def name(self) -> str:
        """Whom the row names."""
        return self.cells.get("name", "")

    @property
    def problem(self) -> str | None:
        """What to mend, as a file to mend says it; None if the row could be issued."""
        return None if self.error is None else job.what_to_mend(self.error)


def dry_run(issuer: Issuer, public_id: str, *, now: datetime) -> Iterator[Rehearsed]:
    """Yield what would become of each row of a job that waits or is to mend; nothing is kept.

    Of two rows that are the same approval, the first is the new one. Raises `UnavailableError`.
    """
    with issuer.database.reading() as session:
        source = job.find(session, public_id).source
        left = job.rows_with(session, public_id, (Fate.WAITING, Fate.TO_MEND))
    above: dict[str, Approval] = {}
    for start in range(0, len(left), job.TOGETHER):
        group = left[start : start + job.TOGETHER]
        read = job.approvals_of(issuer, group)
        fates = {number: _before(one, above) for number, one in read.items()}
        new = {
            number: one
            for number, one in read.items()
            if isinstance(one, Approval) and fates[number] is True
        }
        fates |= _rehearsed(issuer, new, source=source, now=now)
        for row in group:
            yield _of(issuer, row, read[row.number], fates[row.number])


def _of(
    issuer: Issuer, row: TableRow, approval: Approval | Exception, fate: bool | Exception
) -> Rehearsed:
    stated = approval if isinstance(approval, Approval) else None
    return Rehearsed(
        row.number,
        row.cells or {},
        new=fate is True,
        approval=stated,
        error=fate if isinstance(fate, Exception) else None,
        unprintable=unprintable_texts(stated, issuer.settings) if stated else (),
    )


def _before(approval: Approval | Exception, above: dict[str, Approval]) -> bool | Exception:
    """Return what the rows above make of a row: whether it is new, or what is in its way."""
    if isinstance(approval, Exception):
        return approval
    first = above.setdefault(approval.approval_id, approval)
    if first.digest != approval.digest:
        return ConflictError("approval_id", newest=1)
    return first is approval


def _rehearsed(
    issuer: Issuer, approvals: Mapping[int, Approval], *, source: str, now: datetime
) -> dict[int, bool | Exception]:
    """Return whether each is new, or what is in its way: they are tried in halves, until the one
    that something is in the way of is alone. Raises `UnavailableError`."""
    if not approvals:
        return {}
    try:
        new = rehearse_all(issuer, [*approvals.values()], source=source, now=now)
        return dict(zip(approvals, new, strict=True))
    except UnavailableError:
        raise
    except (MintmarkError, IntegrityError) as exc:
        if len(approvals) == 1:
            return dict.fromkeys(approvals, exc)
    rows, half = [*approvals.items()], len(approvals) // 2
    first = _rehearsed(issuer, dict(rows[:half]), source=source, now=now)
    return first | _rehearsed(issuer, dict(rows[half:]), source=source, now=now)
