"""Rows of a table that payroll hands in, CSV or XLSX, and what becomes of each.

rows = read(file, ("staff number", "from"))
amount("1283.5"), day("7/1/2026")       # 128350, date(2026, 7, 1)
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from contexts.errors import MintmarkError
from issuer.people.roster import table
from issuer.people.roster.rows import RosterError
from issuer.people.tables import PersonRow
from issuer.program.compensation.reckoning.cents import cents_of
from issuer.wording.days import written_day
from verifier.wording.words import N_

NUMBER: Final = "staff number"
DECISION: Final = "decision"
REASON: Final = "reason"
REPLACE: Final = "replace"
"""What the column `decision` says of a row that takes another's place."""
NOBODY: Final = N_("nobody has this staff number")
TWICE: Final = N_("the table has this twice: leave one of them out")
CONTRADICTORY: Final = N_("two rows of this table contradict each other: leave one of them out")
_ONE_DECIMAL: Final = re.compile(r"\d+\.\d")
_AMERICAN: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


class TableRefused(MintmarkError):
    """The file is no such table; the message says what to do."""


class RowFate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    SAME = "same"
    DECIDE = "decide"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row, by the heads of its table. `number` is the one that a spreadsheet shows."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PlannedPayRow:
    """A row and its fate: what it says (`values`), or the reason why it waits."""

    row: SheetRow
    fate: RowFate
    person: PersonRow | None = None
    values: Any = None
    reason: str = ""

    @classmethod
    def waiting(
        cls, row: SheetRow, reason: str, person: PersonRow | None = None
    ) -> "PlannedPayRow":
        """Return a row that waits until somebody mends or decides it."""
        return cls(row, RowFate.DECIDE, person, reason=reason)


def read(data: bytes, needed: Collection[str]) -> list[SheetRow]:
    """Return the rows of a table that has these heads. Raises `TableRefused`."""
    try:
        heads, lines = table.headed(table.sheet(data), needed)
    except RosterError as exc:
        raise TableRefused(exc.args[0], remedy=exc.remedy) from exc
    if missing := [name for name in needed if name not in heads]:
        remedy = f"{', '.join(missing)}"
        raise TableRefused(
            N_("the table does not have every column; take the template"), remedy=remedy
        )
    return [
        SheetRow(
            number, {h: v.strip().removeprefix("'") for h, v in zip(heads, line, strict=False)}
        )
        for number, line in lines
        if any(map(str.strip, line))
    ]


def amount(text: str) -> int:
    """Return the cents of a cell, whose last zero a spreadsheet may leave out. ``ValueError``."""
    return cents_of(text + "0" if _ONE_DECIMAL.fullmatch(text) else text)


def day(text: str) -> date:
    """Return the day of a cell: 2026-07-01, or 7/1/2026 with the month first. ``ValueError``."""
    if american := _AMERICAN.fullmatch(text):
        month, number, year = map(int, american.groups())
        return date(year, month, number)
    return written_day(text.removesuffix(" 00:00:00"))


def lock_people(session: Session, rows: Iterable[SheetRow]) -> None:
    """Let nobody else change the money of those that a table speaks of until the transaction
    ends."""
    numbers = {row.cells.get(NUMBER, "") for row in rows}
    known = session.execute(select(PersonRow.id, PersonRow.staff_number)).all()
    ids = [id for id, number in known if number in numbers]
    people = select(PersonRow.id).where(PersonRow.id.in_(ids)).order_by(PersonRow.id)
    session.execute(people.with_for_update(key_share=True)).all()


def people_by_number(session: Session) -> Mapping[str, PersonRow]:
    """Return everybody who has a staff number, by it."""
    rows = select(PersonRow).where(
        PersonRow.staff_number.is_not(None), PersonRow.merged_into.is_(None)
    )
    return {person.staff_number or "": person for person in session.scalars(rows)}
