"""The school year of a day: July to June, whatever a contract's fiscal year is."""

from datetime import date
from typing import Final

BEGINS: Final = 7
"""The month."""


def of_day(day: date) -> str:
    """Return the school year of a day, such as 2026–27."""
    first = day.year - (day.month < BEGINS)
    return f"{first}–{(first + 1) % 100:02}"
