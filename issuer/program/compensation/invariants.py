"""What is true of money at every moment, proved on any district's database (I8, I9)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from issuer.program.compensation import agreements, ledger, standing
from issuer.program.compensation.agreements import Agreement
from issuer.program.compensation.ledger import Stage, Why
from issuer.program.compensation.reckoning.cap import NoPayRecord
from issuer.program.compensation.reckoning.contract import CapCounts, Contract
from issuer.program.compensation.standing import Books
from issuer.program.compensation.steps import STAGES, UNPAID
from issuer.program.compensation.tables import ClosedYearRow, LedgerRow, PayRecordRow, PayRunRow
from issuer.program.invariants import Breach, Invariant
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow


def unset_rules(session: Session) -> list[str]:
    """Return the rules of the contract that are not set, with what may be written for each."""
    agreement = agreements.current(session)
    return (
        [] if agreement is None else [f"{rule}: {why}" for rule, why in agreement.missing.items()]
    )


def _runs_add_up(session: Session) -> Iterator[Breach]:
    """I8: what a confirmed run paid is in the ledger, to the cent; each line is its awards."""
    paid: defaultdict[int, int] = defaultdict(int)
    rows = select(LedgerRow).where(LedgerRow.run_pk.is_not(None), LedgerRow.stage == Stage.PAID)
    for row in session.scalars(rows):
        paid[row.run_pk or 0] += row.cents
    for run in session.scalars(select(PayRunRow).options(selectinload(PayRunRow.lines))):
        if any(line.cents != sum(dict(line.awards["awards"]).values()) for line in run.lines):
            yield Breach("I8", run.public_id, "has a line that is not the sum of its awards")
        if paid[run.id] != (sum(line.cents for line in run.lines) if run.confirmed_at else 0):
            yield Breach("I8", run.public_id, "is not what the ledger says was paid")


def _nothing_is_asked_below_zero(session: Session) -> Iterator[Breach]:
    """I8: no claim is below zero before it is paid, unless a person took something back."""
    for rows in ledger.by_person(session).values():
        for claim, balance in ledger.balances(rows).items():
            owed = balance.sums[Stage.EARNED] < 0 and Why.TAKEN_BACK not in balance.reasons
            if owed or balance.sums[Stage.APPLIED] < 0 or balance.sums[Stage.APPROVED] < 0:
                yield Breach("I8", claim, "came to less than nothing")


def _within_the_cap(session: Session) -> Iterator[Breach]:
    """I9: whatever was applied for, or approved, fitted the cap of that moment beside all else."""
    in_force, records = agreements.all_of(session), standing.all_records(session)
    for person_pk, rows in ledger.by_person(session).items():
        for step, before, after in _steps(rows):
            contract = _contract(in_force, step.created_at)
            if contract is None or step.why not in (Why.STEP, Why.VALUE):
                continue
            if _counted(contract, after, step.claim) <= _counted(contract, before, step.claim):
                continue  # it was counted before: what fitted once is not taken back
            known = [row for row in records[person_pk] if _is_known(row, step.created_at)]
            if _is_too_much(contract, Books(known, after), step.on):
                yield Breach("I9", step.claim, "asked for more than was left of the cap")


def _stands_where_its_project_stands(session: Session) -> Iterator[Breach]:
    """I8: what a project brings, as far as it is not paid, stands where the project stands."""
    balances = {
        claim: balance
        for rows in ledger.by_person(session).values()
        for claim, balance in ledger.balances(rows).items()
    }
    for project in session.scalars(select(ProjectRow)):
        balance, stage = balances.get(project.public_id), STAGES[State(project.state)]
        if balance is None or Why.OPENING in balance.reasons:
            continue
        waits = stage in (Stage.APPROVED, Stage.EARNED)  # for pay records: applied for, until then
        allowed = {stage, Stage.APPLIED} if waits else {stage}
        if any(balance.sums[unpaid] > 0 and unpaid not in allowed for unpaid in UNPAID):
            yield Breach("I8", project.public_id, "has a sum that does not stand where it stands")


def _steps(
    rows: Sequence[LedgerRow],
) -> Iterator[tuple[LedgerRow, Sequence[LedgerRow], Sequence[LedgerRow]]]:
    """Yield each step of a claim: an entry of it, all entries before it, and all until it."""
    first = 0
    for _, group in groupby(rows, key=lambda row: (row.claim, row.created_at)):
        entries = list(group)
        yield entries[0], rows[:first], rows[: first + len(entries)]
        first += len(entries)


def _contract(in_force: Sequence[tuple[datetime, Agreement]], at: datetime) -> Contract | None:
    """Return the last whole contract of a moment."""
    whole = [agreement.contract for since, agreement in in_force if since <= at]
    return next((contract for contract in reversed(whole) if contract is not None), None)


def _counted(contract: Contract, rows: Iterable[LedgerRow], claim: str) -> int:
    """Return what a claim comes to where the contract counts it, in cents."""
    is_early = contract.cap_counts is CapCounts.APPLICATION
    mine = (row for row in rows if row.claim == claim)
    return sum(row.cents for row in mine if is_early or row.stage != Stage.APPLIED)


def _is_known(row: PayRecordRow, at: datetime) -> bool:
    return row.created_at <= at and (row.replaced_at is None or row.replaced_at > at)


def _is_too_much(contract: Contract, books: Books, day: date) -> bool:
    """True if more counts than the cap; False while nobody knew the cap."""
    try:
        stands = standing.standing_of(contract, books, day)
    except NoPayRecord:
        return False
    use = stands.use
    counted = use.approved + use.earned + use.paid
    if contract.cap_counts is CapCounts.APPLICATION:
        counted += use.applied
    return counted > stands.cap.amount


def _closed_years_stay_closed(session: Session) -> Iterator[Breach]:
    """I8: no entry fell in a year after it was closed."""
    for year in session.scalars(select(ClosedYearRow)):
        after = year.first_day.replace(year=year.first_day.year + 1)
        late = select(LedgerRow).where(LedgerRow.on < after, LedgerRow.created_at > year.closed_at)
        for row in session.scalars(late):
            yield Breach("I8", row.claim, "has an entry in a year that was closed")


INVARIANTS: Final[tuple[Invariant, ...]] = (
    _runs_add_up,
    _nothing_is_asked_below_zero,
    _within_the_cap,
    _stands_where_its_project_stands,
    _closed_years_stay_closed,
)
