"""Days as people write them, in the years that a school's records are about.

One range for whatever names a day: a year such as 0001 or 9999 is mistyped, and at either end of
time no zone has a moment for it.

    written_day("2026-11-30")    # date(2026, 11, 30); ValueError for 9999-12-31
"""

import re
from datetime import date, timedelta
from typing import Final

from verifier.wording.words import N_

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2099
"""The years that the published schema of approvals takes as well."""
_AMERICAN: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?: 0?0:00(?::00)?)?")
_IN_WORDS: Final = re.compile(r"([A-Za-z]{3,9})\.? ([0-9]{1,2}),? ([0-9]{4})")
_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
WRITE_A_DAY: Final = N_("Write a day in the years 1900 to 2099, such as 2026-10-26.")


def written_day(text: str) -> date:
    """Return the day that is written as year-month-day. Raises `ValueError` for anything else, and
    for a day in no year of records."""
    day = date.fromisoformat(text.strip())
    if not is_of_records(day):
        raise ValueError(f"{day.year} is no year between {FIRST_YEAR} and {LAST_YEAR}")
    return day


def day_in_a_table(text: str) -> str:
    """Return a day that is written month/day/year, as in 11/12/2026, or with the month's name, as
    in Nov 12, 2026, as year-month-day; any other text as it is, also a day that cannot be."""
    parts = _AMERICAN.fullmatch(text.strip()) or _IN_WORDS.fullmatch(text.strip())
    try:
        return date(int(parts[3]), _month(parts[1]), int(parts[2])).isoformat() if parts else text
    except ValueError:
        return text


def _month(text: str) -> int:
    """Return the number of a month, which may be its name, or how that begins."""
    if text.isdigit():
        return int(text)
    fitting = [n for n, name in enumerate(_MONTHS, 1) if name.startswith(text.lower())]
    return fitting[0] if fitting else 0


def is_of_records(day: date) -> bool:
    """True if a day, or a moment, is in the years that records are about."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def day_after(day: date, days: int) -> date:
    """Return the day so many days later, or the last there is."""
    return day + min(timedelta(days), date.max - day)
