"""What a teacher's cap is in a year, what counts against it, and what is left (R24 to R26, I9).

    cap = cap_for(contract, records, year, asked_on)
    use = use_of(contract, claims, year, today)
    left(contract, cap, use)    # cents, never below zero

Each answer comes with the lines of its arithmetic, which the teacher reads.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from contexts.errors import MintmarkError
from issuer.program.compensation.reckoning.cents import rounded
from issuer.program.compensation.reckoning.contract import (
    AsOf,
    Basis,
    CapCounts,
    CarryOver,
    Contract,
    CountsIn,
    Effect,
    MidYearHire,
    Release,
    Tier,
)
from issuer.program.compensation.reckoning.fiscal_year import FiscalYear, fiscal_year


@dataclass(frozen=True)
class PayRecord:
    """What payroll says of one person from a day on.

    Exactly one of `salary` (cents a year, as paid), `tier` and `cap` (cents) is set: a district
    that gives the tier or the cap need not hand over salaries.
    """

    since: date
    salary: int | None = None
    full_time: Fraction = Fraction(1)
    tier: Tier | None = None
    cap: int | None = None
    hired: date | None = None

    def __post_init__(self) -> None:
        if sum(value is not None for value in (self.salary, self.tier, self.cap)) != 1:
            raise ValueError("a pay record has a salary, a tier or a cap, and only one of them")
        if not 0 < self.full_time <= 1:
            raise ValueError("the share of full-time work is above 0 and at most 1")


class NoPayRecord(MintmarkError):
    """Payroll has said nothing yet that holds on a day."""


class LineKind(StrEnum):
    """What a line of the arithmetic is about."""

    SALARY = "salary"
    INCREMENTS = "increments"
    FULL_TIME_SALARY = "full_time_salary"
    CAP = "cap"
    HIRED = "hired"
    CARRIED = "carried"


@dataclass(frozen=True)
class Line:
    """One line of the arithmetic, in cents."""

    kind: LineKind
    amount: int


@dataclass(frozen=True)
class Cap:
    """The greatest sum of a year, in cents, and how it came about."""

    amount: int
    tier: Tier | None
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Claim:
    """One project's sum, in cents, and the days of its way."""

    amount: int
    applied: date
    approved: date | None = None
    completed: date | None = None
    paid: date | None = None


@dataclass(frozen=True)
class Use:
    """What counts in a year, in cents, by how far it has come."""

    applied: int = 0
    approved: int = 0
    earned: int = 0
    paid: int = 0


def cap_for(
    contract: Contract,
    records: Sequence[PayRecord],
    year: FiscalYear,
    claim_day: date,
    *,
    earned: Iterable[Claim] = (),
    from_last_year: int = 0,
) -> Cap:
    """Return the cap of a year for a claim that is made, or completed, on a day.

    `earned` are the claims of which the increments of the base salary come; `from_last_year` is
    what `carried` answered for the year before. Raises `NoPayRecord`.
    """
    day = year.first if contract.as_of is AsOf.YEAR_START else claim_day
    record = _record_on(records, day, year)
    lines: list[Line] = []
    tier = record.tier or _tier(contract, record, day, earned, lines)
    amount = record.cap
    if amount is None:
        amount = contract.below if tier is Tier.A else contract.above
    if amount is None or (tier is None and record.cap is None):
        raise NoPayRecord("the record does not say what the contract asks for")
    lines.append(Line(LineKind.CAP, amount))
    if (share := _share_of_year(contract, record, year)) < 1:
        amount = rounded(amount * share)
        lines.append(Line(LineKind.HIRED, amount))
    if from_last_year:
        amount += from_last_year
        lines.append(Line(LineKind.CARRIED, from_last_year))
    return Cap(amount, tier, tuple(lines))


def use_of(contract: Contract, claims: Iterable[Claim], year: FiscalYear, today: date) -> Use:
    """Return what of the claims counts in a year, as things stand today."""
    sums = {"applied": 0, "approved": 0, "earned": 0, "paid": 0}
    for claim in claims:
        if _day_of(contract, claim, today) in year and not _released(contract, claim, today):
            sums[_stage(claim)] += claim.amount
    return Use(**sums)


def counted_in(contract: Contract, claim: Claim, today: date) -> tuple[FiscalYear, str] | None:
    """Return the year that a claim counts in, and its stage; None if it counts no more."""
    if _released(contract, claim, today):
        return None
    return fiscal_year(_day_of(contract, claim, today), contract.year_start), _stage(claim)


def left(contract: Contract, cap: Cap, use: Use) -> int:
    """Return what can still be asked for, in cents; never below zero, and nothing is taken back."""
    counted = use.approved + use.earned + use.paid
    if contract.cap_counts is CapCounts.APPLICATION:
        counted += use.applied
    return max(0, cap.amount - counted)


def carried(contract: Contract, cap: Cap, use: Use) -> int:
    """Return what of a year's cap is added to the next year's, in cents."""
    return left(contract, cap, use) if contract.carry_over is CarryOver.ONE_YEAR else 0


def base_salary(
    contract: Contract, record: PayRecord, day: date, earned: Iterable[Claim]
) -> int | None:
    """Return the salary on a day, in cents, with the increments that took effect since its record.

    None if the record names no salary.
    """
    if record.salary is None:
        return None
    return record.salary + sum(
        claim.amount
        for claim in earned
        if claim.completed and record.since < _effective(contract, claim.completed) <= day
    )


def _record_on(records: Sequence[PayRecord], day: date, year: FiscalYear) -> PayRecord:
    """Return the newest record that holds on a day; for who is hired later, the year's first."""
    holding = [record for record in records if record.since <= day]
    if holding:
        return max(holding, key=lambda record: record.since)
    later = [record for record in records if record.since in year]
    if not later:
        raise NoPayRecord(f"no pay record holds on {day}")
    return min(later, key=lambda record: record.since)


def _tier(
    contract: Contract, record: PayRecord, day: date, earned: Iterable[Claim], lines: list[Line]
) -> Tier | None:
    salary = base_salary(contract, record, day, earned)
    if record.salary is None or salary is None or contract.threshold is None:
        return None
    lines.append(Line(LineKind.SALARY, record.salary))
    if salary != record.salary:
        lines.append(Line(LineKind.INCREMENTS, salary - record.salary))
    if contract.basis is Basis.ANNUALIZED and record.full_time < 1:
        salary = rounded(salary / record.full_time)
        lines.append(Line(LineKind.FULL_TIME_SALARY, salary))
    if salary == contract.threshold:
        return contract.at_threshold
    return Tier.A if salary < contract.threshold else Tier.B


def _share_of_year(contract: Contract, record: PayRecord, year: FiscalYear) -> Fraction:
    """Return the part of the year for which someone is employed, as the contract counts it."""
    hired = record.hired
    if hired is None or hired <= year.first or contract.mid_year_hire is MidYearHire.NONE:
        return Fraction(1)
    if contract.mid_year_hire is MidYearHire.DAYS:
        return Fraction((year.last - hired).days + 1, year.days)
    months = (year.last.year - hired.year) * 12 + year.last.month - hired.month + 1
    return Fraction(months, 12)


def _day_of(contract: Contract, claim: Claim, today: date) -> date:
    """Return the day in whose year a claim counts; what is undecided counts in that of today."""
    decisive = claim.approved if contract.counts_in is CountsIn.APPROVAL else claim.completed
    return decisive or max(claim.applied, today)


def _released(contract: Contract, claim: Claim, today: date) -> bool:
    """True if an approved, unfinished sum counts no more."""
    if contract.release is Release.NEVER or claim.completed or claim.approved is None:
        return False
    return today > fiscal_year(claim.approved, contract.year_start).last


def _stage(claim: Claim) -> str:
    if claim.paid:
        return "paid"
    if claim.completed:
        return "earned"
    return "approved" if claim.approved else "applied"


def _effective(contract: Contract, completed: date) -> date:
    """Return the day on which an earned sum becomes part of the base salary."""
    if contract.effect is Effect.COMPLETION:
        return completed
    start = date(completed.year, *contract.year_start)
    return start if completed < start else date(completed.year + 1, *contract.year_start)
