"""The ledger: entries that are only ever added, and what they come to (I8).

post(session, person_pk=7, claim=project.public_id, stage=Stage.APPLIED, cents=800_00, …)
claims(entries(session, 7))     # what `cap.use_of` reckons with
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from issuer.home.problem import Kind, Problem, ProblemType
from issuer.people.tables import PersonRow
from issuer.program.compensation.reckoning.cap import Claim
from issuer.program.compensation.tables import ClosedYearRow, LedgerRow
from verifier.wording.words import N_


class Stage(StrEnum):
    """How far a claim has come."""

    APPLIED = "applied"
    APPROVED = "approved"
    EARNED = "earned"
    PAID = "paid"


class Why(StrEnum):
    """Why an entry was made: a step of the project, a decision of a person, or a run."""

    STEP = "step"
    VALUE = "value"
    OPENING = "opening"
    RUN = "run"
    TAKEN_BACK = "taken_back"
    LEFT = "left"


_REACHED: Final[Mapping[str, tuple[str, ...]]] = {
    Stage.APPLIED: (Stage.APPLIED,),
    Stage.APPROVED: (Stage.APPROVED, Stage.APPLIED),
    Stage.EARNED: (Stage.EARNED, Stage.APPROVED, Stage.APPLIED),
    Stage.PAID: (Stage.PAID, Stage.EARNED, Stage.APPROVED, Stage.APPLIED),
}
"""The stages that a claim has passed, the last one first."""


YEAR_CLOSED: Final = ProblemType(
    "year-closed",
    Kind(
        409,
        N_("A year of the ledger was closed meanwhile"),
        N_("This amount would count in a year that is closed. Nothing was changed."),
        N_("Go back, load the page again, and send it once more."),
    ),
)


class YearClosed(Problem):
    """The year that an entry would count in was closed."""

    def __init__(self) -> None:
        super().__init__(YEAR_CLOSED)


@dataclass
class Balance:
    """What a claim comes to at each stage, in cents, and the day on which it last got there."""

    sums: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Stage, 0))
    days: dict[str, date] = field(default_factory=dict)
    reasons: set[str] = field(default_factory=set)


def lock(session: Session, person_pk: int) -> None:
    """Let nobody else reckon with this person's cap until the transaction ends (E58)."""
    row = select(PersonRow.id).where(PersonRow.id == person_pk)
    session.execute(row.with_for_update(key_share=True))


def post(
    session: Session,
    *,
    person_pk: int,
    claim: str,
    stage: Stage,
    cents: int,
    on: date,
    why: Why,
    now: datetime,
    by: int | None = None,
    run_pk: int | None = None,
) -> None:
    """Add an entry. Raises `YearClosed` for a day of a closed year."""
    if on < open_from(session):
        raise YearClosed
    session.add(
        LedgerRow(
            person_pk=person_pk,
            claim=claim,
            stage=stage,
            cents=cents,
            on=on,
            why=why,
            run_pk=run_pk,
            created_at=now,
            created_by=by,
        )
    )
    session.flush()


def open_from(session: Session) -> date:
    """Return the first day that may still get an entry: the one after the last closed year."""
    closed = session.scalar(select(func.max(ClosedYearRow.first_day)))
    return date.min if closed is None else closed.replace(year=closed.year + 1)


def entries(session: Session, person_pk: int) -> Sequence[LedgerRow]:
    """Return all entries of one person, oldest first."""
    rows = select(LedgerRow).where(LedgerRow.person_pk == person_pk)
    return session.scalars(rows.order_by(LedgerRow.id)).all()


def balances(rows: Iterable[LedgerRow]) -> Mapping[str, Balance]:
    """Return what each claim comes to, the oldest first."""
    by_claim: dict[str, Balance] = {}
    for row in rows:
        balance = by_claim.setdefault(row.claim, Balance())
        balance.sums[row.stage] += row.cents
        balance.reasons.add(row.why)
        if row.cents > 0:
            balance.days[row.stage] = row.on
    return by_claim


def claims(rows: Iterable[LedgerRow]) -> list[Claim]:
    """Return the claims that the reckoning counts: one for each stage that holds a sum."""
    return [claim for balance in balances(rows).values() for claim in _claims(balance)]


def _claims(balance: Balance) -> list[Claim]:
    return [_claim(balance, stage, cents) for stage, cents in balance.sums.items() if cents]


def _claim(balance: Balance, stage: str, cents: int) -> Claim:
    """Return a claim at a stage. A claim that came in by table has only the day of its stage."""
    days: dict[str, date] = {}
    known = balance.days[stage] if stage in balance.days else max(balance.days.values())
    for earlier in _REACHED[stage]:
        days[earlier] = known = min(balance.days.get(earlier, known), known)
    return Claim(
        cents,
        days[Stage.APPLIED],
        days.get(Stage.APPROVED),
        days.get(Stage.EARNED),
        days.get(Stage.PAID),
    )


def by_person(
    session: Session, people: Collection[int] | None = None
) -> Mapping[int, list[LedgerRow]]:
    """Return the entries of everybody who has one, or of some people."""
    rows = select(LedgerRow).order_by(LedgerRow.id)
    if people is not None:
        rows = rows.where(LedgerRow.person_pk.in_(people))
    by_number: defaultdict[int, list[LedgerRow]] = defaultdict(list)
    for row in session.scalars(rows):
        by_number[row.person_pk].append(row)
    return by_number


def claims_by_person(session: Session, *, unpaid: bool = False) -> Mapping[int, list[Claim]]:
    """Return what `claims` would, of everybody at once: the database adds up, for reports.

    With `unpaid`, only of what is not wholly paid.
    """
    stages = tuple(Stage)
    of_stage = [LedgerRow.stage == stage for stage in stages]
    sums = [func.coalesce(func.sum(LedgerRow.cents).filter(is_it), 0) for is_it in of_stage]
    days = [func.max(LedgerRow.on).filter(is_it, LedgerRow.cents > 0) for is_it in of_stage]
    # A claim is one person's. Grouped by it alone, its index has the entries in their order.
    rows = select(func.min(LedgerRow.person_pk), *sums, *days).group_by(LedgerRow.claim)
    if unpaid:
        open_sums = [
            total != 0 for stage, total in zip(stages, sums, strict=True) if stage is not Stage.PAID
        ]
        rows = rows.having(or_(*open_sums))
    by_number: defaultdict[int, list[Claim]] = defaultdict(list)
    alike: dict[tuple[Any, ...], list[Claim]] = {}
    for person_pk, *figures in session.execute(rows):
        key = tuple(figures)
        if key not in alike:  # many are, since whole windows are released and paid on one day
            balance = Balance(
                dict(zip(stages, key[:4], strict=True)),
                {stage: day for stage, day in zip(stages, key[4:], strict=True) if day},
            )
            alike[key] = _claims(balance)
        by_number[person_pk] += alike[key]
    return by_number


def with_sums() -> Select[str]:
    """Return the claims that come to something at any stage, to filter by."""
    standing = select(LedgerRow.claim).group_by(LedgerRow.claim, LedgerRow.stage)
    return standing.having(func.sum(LedgerRow.cents) != 0)
