"""Pay records by table: what payroll says of each staff number from a day on (E59).

    planned = plan(session, settings, rows)
    carry_out(session, planned, by=payroll, now=now)

A row that contradicts another, or what is there, waits; `replace` in its column *decision* says
that it takes the other's place.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.people.tables import PersonRow
from issuer.program.compensation import steps
from issuer.program.compensation.imports import sheet
from issuer.program.compensation.imports.sheet import PlannedPayRow, RowFate, SheetRow
from issuer.program.compensation.reckoning.contract import HandedOver, Tier
from issuer.program.compensation.tables import PayRecordRow
from verifier.wording.words import N_

COLUMNS: Final = (
    sheet.NUMBER,
    "from",
    "salary",
    "full time",
    "tier",
    "cap",
    "hired",
    sheet.DECISION,
)
NEEDED: Final = (sheet.NUMBER, "from")
EXAMPLE: Final = ("10042", "2026-07-01", "62480.00", "1", "", "", "", "")
_VALUES: Final = ("salary", "full_time", "tier", "cap", "hired")
_ONE_OF_THREE: Final = N_("write a salary, a tier or a cap, and only one of them")
_NOT_SALARY: Final = N_("the contract asks for no salary: write the tier or the cap")
_ONLY_CAP: Final = N_("the contract asks for the cap alone")
_OTHERWISE: Final = N_(
    "another record of this day says otherwise: write replace into the column decision, or leave"
    " the row out"
)
_UNREADABLE: Final = {
    "from": N_("from cannot be read: write a day such as 2026-07-01"),
    "salary": N_("salary cannot be read: write an amount such as 62480.00"),
    "full time": N_("full time cannot be read: write a share such as 0.5"),
    "tier": N_("tier cannot be read: write A or B"),
    "cap": N_("cap cannot be read: write an amount such as 2000.00"),
    "hired": N_("hired cannot be read: write a day such as 2026-07-01"),
}
PayRecordValues = Mapping[str, Any]


def plan(
    session: Session, settings: Mapping[str, str], rows: Sequence[SheetRow]
) -> list[PlannedPayRow]:
    """Return the fate of each row, with nothing changed."""
    people, in_force = sheet.people_by_number(session), _in_force(session)
    planned = [_read(settings, row, people.get(row.cells.get(sheet.NUMBER, ""))) for row in rows]
    in_table = defaultdict(list)
    for item in planned:
        if item.person and item.values:
            in_table[item.person.id, item.values["since"]].append(item.values)
    return [_judged(item, in_table, in_force) for item in planned]


def carry_out(
    session: Session, planned: Iterable[PlannedPayRow], *, by: PersonRow, now: datetime
) -> int:
    """Put into force what waits for no decision; return how many records that are."""
    in_force, people = _in_force(session), set()
    count = 0
    for item in planned:
        if item.fate is not RowFate.NEW or item.person is None:
            continue
        since = item.values["since"]
        for replaced in in_force.get((item.person.id, since), ()):
            replaced.replaced_at = now
        session.add(PayRecordRow(person_pk=item.person.id, created_at=now, **item.values))
        people.add(item.person.id)
        count += 1
    session.flush()
    for person_pk in sorted(people):
        steps.settle(session, person_pk, now=now, by=by)
    return count


def _in_force(session: Session) -> Mapping[tuple[int, date], list[PayRecordRow]]:
    """Return the records in force, by person and day."""
    by_day = defaultdict(list)
    for row in session.scalars(select(PayRecordRow).where(PayRecordRow.replaced_at.is_(None))):
        by_day[row.person_pk, row.since].append(row)
    return by_day


def _judged(
    item: PlannedPayRow,
    in_table: Mapping[tuple[int, date], list[PayRecordValues]],
    in_force: Mapping[tuple[int, date], list[PayRecordRow]],
) -> PlannedPayRow:
    if item.person is None or item.values is None:
        return item
    key = item.person.id, item.values["since"]
    if any(other != item.values for other in in_table[key]):
        return PlannedPayRow.waiting(item.row, sheet.CONTRADICTORY, item.person)
    if in_table[key][0] is not item.values:
        return PlannedPayRow(item.row, RowFate.SAME, item.person, item.values)
    stored = [{name: getattr(row, name) for name in _VALUES} for row in in_force.get(key, ())]
    own = {name: item.values[name] for name in _VALUES}
    if own in stored and len(stored) == 1:
        return PlannedPayRow(item.row, RowFate.SAME, item.person, item.values)
    if stored and item.row.cells.get(sheet.DECISION, "").lower() != sheet.REPLACE:
        return PlannedPayRow.waiting(item.row, _OTHERWISE, item.person)
    return item


def _read(settings: Mapping[str, str], row: SheetRow, person: PersonRow | None) -> PlannedPayRow:
    if person is None:
        return PlannedPayRow.waiting(row, sheet.NOBODY)
    values: dict[str, Any] = {}
    for column, reader in _READERS.items():
        text = row.cells.get(column, "")
        try:
            values[_NAMES.get(column, column)] = reader(text) if text else None
        except (ValueError, ArithmeticError):
            return PlannedPayRow.waiting(row, _UNREADABLE[column], person)
    if values["since"] is None:
        return PlannedPayRow.waiting(row, _UNREADABLE["from"], person)
    values["full_time"] = values["full_time"] or "1"
    if reason := _unfit(settings.get("given", ""), values):
        return PlannedPayRow.waiting(row, reason, person)
    return PlannedPayRow(row, RowFate.NEW, person, values)


def _unfit(handed_over: str, values: PayRecordValues) -> str:
    """Return why a record does not say what the contract asks for, or ""."""
    if sum(values[name] is not None for name in ("salary", "tier", "cap")) != 1:
        return _ONE_OF_THREE
    if values["salary"] is not None and handed_over in (HandedOver.TIER, HandedOver.CAP):
        return _NOT_SALARY if handed_over == HandedOver.TIER else _ONLY_CAP
    return _ONLY_CAP if values["tier"] and handed_over == HandedOver.CAP else ""


def _share(text: str) -> str:
    """Return a share of full-time work, above 0 and at most 1: `0.5`, or `50%`."""
    number = Decimal(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    if not 0 < number <= 1:
        raise ValueError(f"{text!r} is no share")
    return str(Fraction(number).limit_denominator(9999))


_NAMES: Final = {"from": "since", "full time": "full_time"}
_READERS: Final[Mapping[str, Any]] = {
    "from": sheet.day,
    "salary": sheet.amount,
    "full time": _share,
    "tier": lambda text: Tier(text.upper()).value,
    "cap": sheet.amount,
    "hired": sheet.day,
}
