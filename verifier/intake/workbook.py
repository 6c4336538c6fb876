"""The cells of a spreadsheet as text; runs in the sandbox (T15)."""

import io
from datetime import date, datetime, time, timedelta


def cells(data: bytes) -> dict[str, list[list[str]]]:
    """Return the rows of every sheet that is shown, by its name; `ValueError` if it is none."""
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.typ is calamine.SheetTypeEnum.WorkSheet
            and sheet.visible is calamine.SheetVisibleEnum.Visible
        ]
        return {
            name: [
                [_text(cell) for cell in row]
                for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            ]
            for name in visible
        }
    except calamine.CalamineError as exc:
        raise ValueError(f"no workbook that can be read: {exc}") from exc


def _text(cell: str | float | bool | date | datetime | time | timedelta) -> str:
    """Return a cell as it reads: a number that a sheet keeps as 48123.0 is 48123."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
