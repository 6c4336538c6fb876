"""People in a table: CSV as spreadsheets save it, or XLSX.

>>> read(b"Name;Address\\nJordan Example;jordan@school.example").rows[0].addresses
('jordan@school.example',)
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from issuer.people.roles import TITLES, Role
from issuer.people.roster.rows import Roster, RosterError, RosterRow
from verifier.batch.sheet import cell
from verifier.intake import sandbox
from verifier.wording.words import N_

COLUMNS: Final = (
    "name",
    "address",
    "other addresses",
    "staff number",
    "building",
    "building name",
    "grades",
    "subjects",
    "roles",
    "decision",
)
"""The heads of the template, in their order."""
REASON: Final = "reason"
"""The column of a file to mend that says why a row waits; it is not read."""
_EXAMPLE: Final = (
    *("Jordan Example", "teacher@district.example", "", "10042", "MS", "Middle School"),
    *("6, 7, 8", "music", "teacher", ""),
)
_NEEDED: Final = ("name", "address")
_DELIMITERS: Final = ",;\t"
_WORKBOOK: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_ROLES: Final = {word.lower(): role for role in Role for word in (role, TITLES[role])}
_TITLES: Final = 10
"""Rows among which the heads are looked for."""
_BETWEEN: Final = re.compile(r"[,;|\n]+")

Numbered: TypeAlias = tuple[int, list[str]]
"""A row, and its number in the sheet."""


def template() -> bytes:
    """Return an empty table with one example, for a spreadsheet; handed in, that is left out."""
    return written([dict(zip(COLUMNS, _EXAMPLE, strict=True))])


def written(rows: Iterable[Mapping[str, str]], *more: str) -> bytes:
    """Return rows as CSV with the heads of the template and `more`; no cell begins a formula."""
    out = io.StringIO()
    table = csv.writer(out)
    heads = [*COLUMNS, *more]
    table.writerow(heads)
    table.writerows([cell(row.get(head, "")) for head in heads] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def read(data: bytes) -> Roster:
    """Return the people of a table. Raises `RosterError`."""
    heads, rows = headed(sheet(data), _NEEDED)
    if missing := [name for name in _NEEDED if name not in heads]:
        raise RosterError(
            N_("the table has no columns name and address"),
            remedy=f"missing: {', '.join(missing)}; take the template",
        )
    people = (row_of(number, _cells(heads, values)) for number, values in rows)
    return Roster(tuple(row for row in people if not _is_example(row)))


def _is_example(row: RosterRow) -> bool:
    """Return whether a row is the example of the template."""
    name, address, *_ = _EXAMPLE
    return row.name == name and row.addresses[:1] == (address,)


def sheet(data: bytes) -> list[list[str]]:
    """Return the rows of a table, whatever they mean. Raises `RosterError`."""
    return _workbook(data) if data.startswith(_WORKBOOK) else _csv(data)


def headed(rows: Sequence[list[str]], needed: Iterable[str]) -> tuple[list[str], list[Numbered]]:
    """Return the heads of a table, and each row below them that is not empty with its number.

    The heads are the first row that has all that are `needed`: a title may stand above them. Where
    no row has them, they are the first row with anything in it.
    """
    filled = [(number, row) for number, row in enumerate(rows, 1) if any(row)]
    named = [[head(cell) for cell in row] for _, row in filled[:_TITLES]] or [[]]
    first = next((place for place, row in enumerate(named) if {*needed} <= {*row}), 0)
    return named[first], filled[first + 1 :]


def head(text: str) -> str:
    """Return the head of a column as it is known here."""
    return " ".join(text.lower().replace("_", " ").split())


def _cells(heads: Sequence[str], values: Sequence[str]) -> dict[str, str]:
    """Return what a row says, without the apostrophe that keeps a cell from being a formula."""
    pairs = zip(heads, values, strict=False)
    return {head: value.strip().removeprefix("'") for head, value in pairs}


def row_of(number: int, cells: Mapping[str, str]) -> RosterRow:
    """Return the row of a table with these cells, by the heads of the template."""
    words = _several(cells.get("roles", ""))
    addresses = [cells.get("address", ""), *_several(cells.get("other addresses", ""))]
    return RosterRow(
        number,
        name=cells.get("name", ""),
        addresses=tuple(filter(None, addresses)),
        staff_number=cells.get("staff number", ""),
        building=cells.get("building", ""),
        building_name=cells.get("building name", ""),
        grades=", ".join(_several(cells.get("grades", ""))),
        subjects=", ".join(_several(cells.get("subjects", ""))),
        roles=tuple(_ROLES[word.lower()] for word in words if word.lower() in _ROLES),
        unknown_roles=tuple(word for word in words if word.lower() not in _ROLES),
        decision=cells.get("decision", "").lower(),
        cells=cells,
    )


def _several(text: str) -> list[str]:
    return [part.strip() for part in _BETWEEN.split(text) if part.strip()]


def _csv(data: bytes) -> list[list[str]]:
    text = _text(data)
    delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as exc:
        raise RosterError(N_("this is not a table"), remedy="save it as CSV UTF-8 or XLSX") from exc


def _text(data: bytes) -> str:
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RosterError(N_("this is no text"), remedy="save it as CSV UTF-8 or XLSX")


def _workbook(data: bytes) -> list[list[str]]:
    """Return the first sheet that has cells, as read by a process of its own (T15)."""
    try:
        result = sandbox.read("workbook", data)
    except sandbox.SandboxError as exc:
        raise RosterError(N_("the workbook is too large"), remedy="save it as CSV UTF-8") from exc
    sheets: dict[str, list[list[str]]] = result.get("sheets", {})
    sheet = next((rows for rows in sheets.values() if any(map(any, rows))), None)
    if sheet is None:
        raise RosterError(N_("the workbook cannot be read"), remedy="save it as CSV UTF-8")
    return sheet
