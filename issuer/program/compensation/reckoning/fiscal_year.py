"""A district's fiscal year: July 1 to June 30 in most.

year = fiscal_year(date(2026, 11, 9), YearStart(7, 1))
year.first, year.last, year.name    # 2026-07-01, 2027-06-30, "2026–27"
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple


class YearStart(NamedTuple):
    """The month and the day on which a fiscal year begins."""

    month: int
    day: int


def read_year_start(text: str) -> YearStart:
    """Return the start that is written as `07-01`. ``ValueError`` for a day no year has."""
    day = date.fromisoformat(f"2001-{text}")
    return YearStart(day.month, day.day)


@dataclass(frozen=True, order=True)
class FiscalYear:
    """One year, from its first day to its last."""

    first: date
    last: date

    @property
    def name(self) -> str:
        """`2026–27`, or `2026` where it is the calendar's year."""
        if self.first.year == self.last.year:
            return str(self.first.year)
        return f"{self.first.year}–{self.last.year % 100:02}"

    @property
    def days(self) -> int:
        """365, or 366."""
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def fiscal_year(day: date, start: YearStart) -> FiscalYear:
    """Return the fiscal year that a day is in."""
    first = date(day.year, *start)
    if day < first:
        first = date(day.year - 1, *start)
    return FiscalYear(first, date(first.year + 1, *start) - timedelta(days=1))


def next_year(year: FiscalYear) -> FiscalYear:
    """Return the year after a year."""
    first = year.last + timedelta(days=1)
    return fiscal_year(first, YearStart(first.month, first.day))
