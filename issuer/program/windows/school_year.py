"""The school year of a day: July to June, whatever a contract's fiscal year is."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.orm import Session

Local: TypeAlias = Callable[[datetime], datetime]
"""Returns a moment at the offset that the district had then."""
BEGINS: Final = 7
"""The month."""


def of_day(day: date) -> str:
    """Return the school year of a day, such as 2026–27."""
    return _name(_first(day))


def of_column(session: Session, moment: Any, local: Local) -> ColumnElement[str]:
    """Return the school year of a column of moments in SQL, to count by: a case for each year from
    the earliest to the latest that is there."""
    earliest, latest = session.execute(select(func.min(moment), func.max(moment))).one()
    if earliest is None:
        return literal("")
    years = range(_first(local(earliest).date()), _first(local(latest).date()) + 1)
    ends = [(moment < _begins(year + 1, local), _name(year)) for year in years]
    return case(*ends)


def _first(day: date) -> int:
    return day.year - (day.month < BEGINS)


def _name(first: int) -> str:
    return f"{first}–{(first + 1) % 100:02}"


def _begins(first: int, local: Local) -> datetime:
    midnight = datetime(first, BEGINS, 1, tzinfo=UTC)
    return midnight - (local(midnight).utcoffset() or timedelta())
