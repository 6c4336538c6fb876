"""Where one person stands in a year: the cap with its arithmetic, what counts, what is left.

standing = standing_of(contract, books(session, person_pk), today)
standing.left       # cents, never below zero
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache, partial

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from issuer.people.tables import PersonRow
from issuer.program.compensation import agreements, ledger
from issuer.program.compensation.reckoning import cap
from issuer.program.compensation.reckoning.cap import Cap, Claim, NoPayRecord, PayRecord, Use
from issuer.program.compensation.reckoning.contract import CarryOver, Contract, Tier
from issuer.program.compensation.reckoning.fiscal_year import FiscalYear
from issuer.program.compensation.tables import LedgerRow, PayRecordRow


class Contradictory(NoPayRecord):
    """Two records of one day say different things, and nobody has said yet which one holds."""


@dataclass(frozen=True)
class Books:
    """All that is written down of one person."""

    records: Sequence[PayRecordRow]
    entries: Sequence[LedgerRow]

    @property
    def is_contradictory(self) -> bool:
        """True if two records in force are of the same day (E59)."""
        return bool(self.contradicted)

    @property
    def contradicted(self) -> set[date]:
        """The days of which two records are in force."""
        return _twice(record.since for record in self.records)

    def without(self, claim: str) -> "Books":
        """Return the same without the entries of a claim."""
        return Books(self.records, [row for row in self.entries if row.claim != claim])


@dataclass(frozen=True)
class YearStanding:
    """One person in one fiscal year, in cents."""

    year: FiscalYear
    cap: Cap
    use: Use
    left: int


def books(session: Session, person_pk: int) -> Books:
    """Return what is written down of one person."""
    return Books(
        session.scalars(_in_force().where(PayRecordRow.person_pk == person_pk)).all(),
        ledger.entries(session, person_pk),
    )


def books_of(session: Session, people: Sequence[PersonRow]) -> Mapping[int, Books]:
    """Return what is written down of some people, by their numbers, in two questions."""
    keys = [person.id for person in people]
    entries = ledger.by_person(session, keys)
    records = _by_person(session.scalars(_in_force().where(PayRecordRow.person_pk.in_(keys))))
    return {key: Books(records[key], entries.get(key, ())) for key in keys}


def contradictory(session: Session, people: Collection[int]) -> set[int]:
    """Return those of these people of whom two records in force are of the same day (E59)."""
    records = _by_person(session.scalars(_in_force().where(PayRecordRow.person_pk.in_(people))))
    return {person_pk for person_pk, rows in records.items() if Books(rows, ()).is_contradictory}


def all_records(session: Session) -> Mapping[int, list[PayRecordRow]]:
    """Return every pay record there was, replaced ones as well, by person."""
    return _by_person(session.scalars(select(PayRecordRow).order_by(PayRecordRow.since)))


def standing_of(
    contract: Contract, own: Books, today: date, year: FiscalYear | None = None
) -> YearStanding:
    """Return where somebody stands today, in this year or another. Raises `NoPayRecord`."""
    if own.is_contradictory:
        raise Contradictory("two pay records of the same day contradict each other")
    records = [
        _record(row.since, row.salary, row.full_time, row.tier, row.cap, row.hired)
        for row in own.records
    ]
    return _stands(contract, records, ledger.claims(own.entries), today, year)


def of_all(
    session: Session, contract: Contract, claims: Mapping[int, Sequence[Claim]], today: date
) -> Iterator[tuple[int, YearStanding]]:
    """Yield where everybody stands this year whose pay records say it, by number."""
    records = _records_by_person(session)
    stands = cache(partial(_stands, contract, today=today))
    for person_pk, own in records.items():
        if _twice(record.since for record in own):
            continue
        with suppress(NoPayRecord):
            yield person_pk, stands(tuple(own), tuple(claims.get(person_pk, ())))


def _stands(
    contract: Contract,
    records: Sequence[PayRecord],
    claims: Sequence[Claim],
    today: date,
    year: FiscalYear | None = None,
) -> YearStanding:
    now = year or agreements.year_of(contract, today)
    day = min(max(today, now.first), now.last)
    carried = _carried(contract, records, claims, now, today)
    most = cap.cap_for(contract, records, now, day, earned=claims, from_last_year=carried)
    use = cap.use_of(contract, claims, now, today)
    return YearStanding(now, most, use, cap.left(contract, most, use))


def _carried(
    contract: Contract,
    records: Sequence[PayRecord],
    claims: Sequence[Claim],
    year: FiscalYear,
    today: date,
) -> int:
    """Return what is left over from the year before, in cents; nothing if nobody knows its cap."""
    if contract.carry_over is CarryOver.NONE:
        return 0
    last = agreements.year_before(contract, year)
    try:
        most = cap.cap_for(contract, records, last, last.last, earned=claims)
    except NoPayRecord:
        return 0
    return cap.carried(contract, most, cap.use_of(contract, claims, last, today))


def _records_by_person(session: Session) -> Mapping[int, list[PayRecord]]:
    """Return the pay records in force; one that says the same of many people is made once."""
    columns = (
        PayRecordRow.person_pk,
        PayRecordRow.since,
        PayRecordRow.salary,
        PayRecordRow.full_time,
        PayRecordRow.tier,
        PayRecordRow.cap,
        PayRecordRow.hired,
    )
    record = cache(_record)
    records: defaultdict[int, list[PayRecord]] = defaultdict(list)
    for person_pk, *values in session.execute(_in_force().with_only_columns(*columns)):
        records[person_pk].append(record(*values))
    return records


def _record(
    since: date,
    salary: int | None,
    full_time: str,
    tier: str | None,
    greatest: int | None,
    hired: date | None,
) -> PayRecord:
    return PayRecord(
        since, salary, Fraction(full_time), Tier(tier) if tier else None, greatest, hired
    )


def _twice(days: Iterable[date]) -> set[date]:
    """Return the days that are there more than once."""
    return {day for day, count in Counter(days).items() if count > 1}


def _in_force() -> Select[PayRecordRow]:
    rows = select(PayRecordRow).where(PayRecordRow.replaced_at.is_(None))
    return rows.order_by(PayRecordRow.since, PayRecordRow.id)


def _by_person(rows: Iterable[PayRecordRow]) -> defaultdict[int, list[PayRecordRow]]:
    records: defaultdict[int, list[PayRecordRow]] = defaultdict(list)
    for row in rows:
        records[row.person_pk].append(row)
    return records
