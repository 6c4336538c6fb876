"""Workbooks (XLSX) as a spreadsheet saves them, made for a test."""

import io
import re
import zipfile
from xml.sax.saxutils import escape

SHEET = '<sheet name="{name}" sheetId="{n}" state="{state}" r:id="r{n}"/>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def workbook(hidden=(), **sheets):
    """Return an XLSX with the rows of some sheets; numbers are written as numbers."""
    names = list(enumerate(sheets, 1))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{XLSX}.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        + "".join(
            SHEET.format(name=name, n=n, state="hidden" if name in hidden else "visible")
            for n, name in names
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/{n}.xml"/>'
            for n, _ in names
        )
        + "</Relationships>",
    }
    for n, name in names:
        rows = "".join(
            f'<row r="{y}">{"".join(cell(x, y, value) for x, value in enumerate(row))}</row>'
            for y, row in enumerate(sheets[name], 1)
        )
        sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        parts[f"xl/worksheets/{n}.xml"] = sheet
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return data.getvalue()


def cell(x, y, value):
    at = f"{chr(65 + x)}{y}"
    if isinstance(value, str):
        return f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{at}"><v>{value}</v></c>'


def as_google_sheets_saves(data):
    """Return a workbook of LibreOffice with what public reports tell of those of Google Sheets.

    A sheet has no `dimension` and a thousand rows, most of formatted cells without a value; the
    format of a day has dots that are not escaped; nothing is told of who wrote it.
    """
    saved = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(saved, "w", 8) as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name.startswith("xl/worksheets/"):
                last = max(map(int, re.findall(r'<row r="(\d+)"', text)))
                empty = "".join(
                    f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(last + 1, 1001)
                )
                text = re.sub(r"<dimension [^>]*/>", "", text)
                text = text.replace("</sheetData>", f"{empty}</sheetData>")
            text = text.replace('formatCode="m/d/yyyy"', 'formatCode="d.m.yyyy"')
            if not name.startswith("docProps/"):
                new.writestr(name, text)
    return saved.getvalue()
