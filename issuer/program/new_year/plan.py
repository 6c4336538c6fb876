"""Copy this year's windows to the next year, on the same weekdays.

for copy in copies(windows):
    copy.name, copy.opens, copy.closes      # "P1 2027", local times 52 weeks later
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from issuer.people.tables import GrantRow, PersonRow
from issuer.program.windows.tables import WindowRow

YEAR: Final = timedelta(weeks=52)
"""So that a window that opens on a Monday does so again."""
_SOON: Final = timedelta(days=60)
_YEAR: Final = re.compile(r"\b(20\d\d)(?:([–/-])(\d\d))?\b")


@dataclass(frozen=True, slots=True)
class WindowCopy:
    """A window of the next year: local times, as a form writes them, in the zone of `window`."""

    window: WindowRow
    name: str
    opens: datetime
    closes: datetime


def copies(windows: Iterable[WindowRow]) -> list[WindowCopy]:
    """Return the windows of the newest year, each a year later, the first to open first."""
    ordered = sorted(windows, key=lambda row: row.opens)
    newest = [row for row in ordered if row.opens > ordered[-1].opens - YEAR]
    return [WindowCopy(row, _named(row.name), *map(_later, _local(row))) for row in newest]


def roles_that_end(session: Session, today: date) -> Sequence[tuple[GrantRow, PersonRow]]:
    """Return the roles that ended a while ago, or end soon, of people who are here."""
    rows = (
        select(GrantRow, PersonRow)
        .join(PersonRow, PersonRow.id == GrantRow.person_pk)
        .where(GrantRow.last_day > today - _SOON, GrantRow.last_day < today + _SOON)
        .where(PersonRow.left_at.is_(None), PersonRow.merged_into.is_(None))
        .options(joinedload(GrantRow.building))
        .order_by(GrantRow.last_day, PersonRow.folded)
    )
    return [(grant, person) for grant, person in session.execute(rows)]


def _local(row: WindowRow) -> tuple[datetime, datetime]:
    zone = row.window.zone
    opens, closes = row.opens.astimezone(zone), row.closes.astimezone(zone)
    return opens.replace(tzinfo=None), closes.replace(tzinfo=None)


def _later(local: datetime) -> datetime:
    return local + YEAR


def _named(name: str) -> str:
    """Return the name of a window a year later: P1 2026–27 becomes P1 2027–28."""
    return _YEAR.sub(_next, name)


def _next(year: re.Match[str]) -> str:
    first, between, last = year.groups()
    return (
        f"{int(first) + 1}{between or ''}{(int(last) + 1) % 100:02}"
        if last
        else f"{int(first) + 1}"
    )
