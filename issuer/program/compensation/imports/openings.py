"""Opening balances by table: awards and sums from before this program, and of what runs.

    planned = plan(session, rows)
    carry_out(session, planned, by=payroll, now=now)

A table that comes again changes nothing: what is there, just so, is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.people.register import new_id
from issuer.people.tables import PersonRow
from issuer.program.compensation import ledger
from issuer.program.compensation.imports import sheet
from issuer.program.compensation.imports.sheet import PlannedPayRow, RowFate, SheetRow
from issuer.program.compensation.ledger import Stage, Why
from issuer.program.compensation.tables import LedgerRow, OpeningRow
from issuer.program.projects.tables import ProjectRow
from verifier.wording.words import N_

COLUMNS: Final = (sheet.NUMBER, "award", "stage", "amount", "day", "project")
NEEDED: Final = (sheet.NUMBER, "stage", "amount", "day")
EXAMPLE: Final = ("10042", "Rhythm by composing", "paid", "800.00", "2026-08-31", "")
_STAGES: Final = (Stage.APPROVED, Stage.EARNED, Stage.PAID)
_UNREADABLE: Final = {
    "stage": N_("stage cannot be read: write approved, earned or paid"),
    "amount": N_("amount cannot be read: write an amount such as 800.00"),
    "day": N_("day cannot be read: write a day such as 2026-08-31"),
}
_NAMELESS: Final = N_("write what the award is called, or the id of its project")
_NO_PROJECT: Final = N_("this person has no project with this id")
_COUNTED: Final = N_("this project has an amount already")
_CLOSED: Final = N_("the year of this day was closed")


def plan(
    session: Session, _settings: Mapping[str, str], rows: Sequence[SheetRow]
) -> list[PlannedPayRow]:
    """Return the fate of each row, with nothing changed."""
    known, people, seen = _Known(session), sheet.people_by_number(session), set()
    planned = []
    for row in rows:
        item = _read(row, people.get(row.cells.get(sheet.NUMBER, "")), known)
        if item.fate is RowFate.NEW and item.person is not None:
            key = (item.person.id, *item.values.values())
            item = item if key not in seen else PlannedPayRow.waiting(row, sheet.TWICE, item.person)
            seen.add(key)
        planned.append(item)
    return planned


def carry_out(
    session: Session, planned: Iterable[PlannedPayRow], *, by: PersonRow, now: datetime
) -> int:
    """Put into the ledger what waits for no decision; return how many entries that are."""
    count = 0
    for item in planned:
        if item.fate is not RowFate.NEW or item.person is None:
            continue
        values, claim = item.values, item.values["project"] or new_id()
        if not values["project"]:
            row = OpeningRow(claim=claim, person_pk=item.person.id, title=values["award"])
            session.add(row)
        ledger.post(
            session,
            person_pk=item.person.id,
            claim=claim,
            stage=values["stage"],
            cents=values["amount"],
            on=values["day"],
            why=Why.OPENING,
            now=now,
            by=by.id,
        )
        count += 1
    return count


class _Known:
    """What is there: opening balances, sums of projects, projects, and the last closed day."""

    def __init__(self, session: Session) -> None:
        titles = {row.claim: row.title for row in session.scalars(select(OpeningRow))}
        entries = session.scalars(select(LedgerRow)).all()
        self.openings = {
            (row.person_pk, titles.get(row.claim, ""), row.stage, row.cents, row.on, "")
            if row.claim in titles
            else (row.person_pk, "", row.stage, row.cents, row.on, row.claim)
            for row in entries
            if row.why == Why.OPENING
        }
        self.counted = {row.claim for row in entries}
        owners = select(ProjectRow.public_id, ProjectRow.person_pk)
        self.projects = {row.public_id: row.person_pk for row in session.execute(owners)}
        self.open_from = ledger.open_from(session)


def _read(row: SheetRow, person: PersonRow | None, known: _Known) -> PlannedPayRow:
    if person is None:
        return PlannedPayRow.waiting(row, sheet.NOBODY)
    project = row.cells.get("project", "")
    values: dict[str, Any] = {"award": "" if project else row.cells.get("award", "")[:200]}
    for column, reader in _READERS.items():
        try:
            values[column] = reader(row.cells.get(column, ""))
        except ValueError:
            return PlannedPayRow.waiting(row, _UNREADABLE[column], person)
    values["project"] = project
    if (person.id, *values.values()) in known.openings:
        return PlannedPayRow(row, RowFate.SAME, person, values)
    if reason := _unfit(values, person, known):
        return PlannedPayRow.waiting(row, reason, person)
    return PlannedPayRow(row, RowFate.NEW, person, values)


def _unfit(values: Mapping[str, Any], person: PersonRow, known: _Known) -> str:
    project = values["project"]
    if not project and not values["award"]:
        return _NAMELESS
    if project and known.projects.get(project) != person.id:
        return _NO_PROJECT
    if project in known.counted:
        return _COUNTED
    return _CLOSED if values["day"] < known.open_from else ""


def _stage(text: str) -> Stage:
    stage = Stage(text.lower())
    if stage not in _STAGES:
        raise ValueError(f"{text!r} is no stage of an opening balance")
    return stage


_READERS: Final[Mapping[str, Any]] = {"stage": _stage, "amount": sheet.amount, "day": sheet.day}
