"""The cells of a spreadsheet as text; runs in the sandbox (T15)."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

MOST_ROWS, MOST_COLUMNS, MOST_LETTERS = 500, 40, 500
"""Of a sheet in an excerpt; and letters of a cell."""
MOST_CELLS = 20_000
"""Of all sheets of an excerpt."""


@dataclass(frozen=True)
class SheetExcerpt:
    """The first rows of a sheet, and how many rows and columns it has."""

    name: str
    rows: list[list[str]]
    height: int
    width: int


def cells(data: bytes) -> dict[str, list[list[str]]]:
    """Return the rows of every sheet that is shown, by its name; `ValueError` if it is none."""
    return {
        sheet.name: [
            [_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)
        ]
        for sheet in _visible(data)
    }


def excerpt(data: bytes) -> list[SheetExcerpt]:
    """Return the first rows of every sheet that is shown; `ValueError` if it is no workbook."""
    room, sheets = MOST_CELLS, []
    for sheet in _visible(data):
        width = min(sheet.width, MOST_COLUMNS)
        most = min(MOST_ROWS, room // max(width, 1))
        rows = [
            [_text(cell)[:MOST_LETTERS] for cell in row[:width]]
            for row in (sheet.to_python(nrows=most) if most else [])
        ]
        room -= len(rows) * width
        sheets.append(SheetExcerpt(sheet.name, rows, sheet.height, sheet.width))
    return sheets


def _visible(data: bytes) -> "Iterator[CalamineSheet]":
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for sheet in book.sheets_metadata:
            is_table = sheet.typ is calamine.SheetTypeEnum.WorkSheet
            if is_table and sheet.visible is calamine.SheetVisibleEnum.Visible:
                yield book.get_sheet_by_name(sheet.name)
    except calamine.CalamineError as exc:
        raise ValueError(f"no workbook that can be read: {exc}") from exc


def _text(cell: str | float | bool | date | datetime | time | timedelta) -> str:
    """Return a cell as it reads: a number that a sheet keeps as 48123.0 is 48123."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
