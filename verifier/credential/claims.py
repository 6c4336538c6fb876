"""What a credential that is no badge says of its subjects, row by row, by the terms' own names.

>>> claims({"credentialSubject": {"id": "urn:x:t", "degree": {"name": "Reading", "level": 2}}})
(('id', 'urn:x:t'), ('degree.name', 'Reading'), ('degree.level', '2'))
"""

from collections.abc import Iterator
from typing import Any

from contexts.json_types import Json
from verifier.credential.model import listed

MAX_ROWS = 200
MAX_TEXT = 500
"""Characters of one value; the whole is in the report as JSON."""
MAX_DATA = 40
"""Characters of a `data:` address, such as of a picture, which nobody reads."""
MORE = "…"
"""Stands where there is more than is shown: rows, or characters of a value."""


def claims(document: Json) -> tuple[tuple[str, str], ...]:
    """Return the term and the value of each claim: a term inside another after its name and a dot,
    of one of several with its number; of several subjects each with its number before."""
    subjects = listed(document.get("credentialSubject"))
    rows: list[tuple[str, str]] = []
    for number, subject in enumerate(subjects, 1):
        for term, value in _rows({"id": subject} if isinstance(subject, str) else subject, ""):
            if len(rows) == MAX_ROWS:
                return (*rows, (MORE, MORE))
            rows.append((f"{number}: {term}" if len(subjects) > 1 else term, _cut(value)))
    return tuple(rows)


def _cut(value: str) -> str:
    most = MAX_DATA if value.startswith("data:") else MAX_TEXT
    return value if len(value) <= most else value[:most] + MORE


def _rows(value: Any, term: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        numbered = len(value) > 1 and any(isinstance(i, dict) and "@value" not in i for i in value)
        for number, item in enumerate(value, 1):
            yield from _rows(item, f"{term} {number}" if numbered else term)
    elif isinstance(value, dict) and "@value" in value:
        yield from _rows(value["@value"], term)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _rows(item, f"{term}.{name}" if term else name)
    elif isinstance(value, bool):
        yield term, "true" if value else "false"
    elif value is not None:
        yield term, str(value)
