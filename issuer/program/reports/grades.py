"""The grades that somebody teaches, and the levels they are at.

grades("K, 1-2")     # {0, 1, 2}
level("6, 7, 8")     # SchoolLevel.MIDDLE
"""

import re
from enum import StrEnum
from typing import Final

_BEFORE_SCHOOL: Final = {"IT": -1, "PR": -1, "PK": -1, "TK": -1, "PREK": -1, "PRE-K": -1}
_NAMED: Final = {**_BEFORE_SCHOOL, "K": 0, "KG": 0, "KINDERGARTEN": 0}
"""As districts write them, and as OneRoster's CEDS codes do."""
_BETWEEN: Final = re.compile(r"[,;/\s]+")
_SPAN: Final = re.compile(r"(.+?)[-–](.+)")


class SchoolLevel(StrEnum):
    """A part of a school career."""

    EARLY = "early"
    ELEMENTARY = "elementary"
    MIDDLE = "middle"
    HIGH = "high"
    SEVERAL = "several"
    UNKNOWN = "unknown"


GRADES: Final = {
    SchoolLevel.EARLY: range(-1, 1),
    SchoolLevel.ELEMENTARY: range(1, 6),
    SchoolLevel.MIDDLE: range(6, 9),
    SchoolLevel.HIGH: range(9, 13),
}
"""Kindergarten is grade 0, and what comes before it -1."""


def grades(text: str) -> frozenset[int]:
    """Return the grades that a text names; what it says else is passed over."""
    named: set[int] = set()
    for word in _BETWEEN.split(re.sub(r"\s*([-–])\s*", r"\1", text.upper().strip())):
        span = _SPAN.fullmatch(word) if word not in _NAMED else None
        first, last = (_grade(end) for end in (span.groups() if span else (word, word)))
        if first is not None and last is not None:
            named |= set(range(first, last + 1))
    return frozenset(named)


def level(text: str) -> SchoolLevel:
    """Return the level of the grades that a text names."""
    taught = grades(text)
    levels = [name for name, span in GRADES.items() if taught & set(span)]
    if not levels:
        return SchoolLevel.UNKNOWN
    return levels[0] if len(levels) == 1 else SchoolLevel.SEVERAL


def _grade(word: str) -> int | None:
    if word in _NAMED:
        return _NAMED[word]
    number = re.fullmatch(r"0?(\d{1,2})(?:ST|ND|RD|TH)?", word)
    return int(number[1]) if number and int(number[1]) <= GRADES[SchoolLevel.HIGH][-1] else None
