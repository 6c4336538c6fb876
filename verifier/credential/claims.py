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
MORE = "…"
"""Stands as a term where there are more rows than are shown."""


def claims(document: Json) -> tuple[tuple[str, str], ...]:
    """Return the term and the value of each claim: a term inside another after its name and a dot;
    of several subjects each with its number before."""
    subjects = listed(document.get("credentialSubject"))
    rows: list[tuple[str, str]] = []
    for number, subject in enumerate(subjects, 1):
        for term, value in _rows({"id": subject} if isinstance(subject, str) else subject, ""):
            if len(rows) == MAX_ROWS:
                return (*rows, (MORE, MORE))
            rows.append((f"{number}: {term}" if len(subjects) > 1 else term, value[:MAX_TEXT]))
    return tuple(rows)


def _rows(value: Any, term: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for item in value:
            yield from _rows(item, term)
    elif isinstance(value, dict) and "@value" in value:
        yield from _rows(value["@value"], term)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _rows(item, f"{term}.{name}" if term else name)
    elif isinstance(value, bool):
        yield term, "true" if value else "false"
    elif value is not None:
        yield term, str(value)
