"""A table for a spreadsheet, written while it is sent: of any length, in the same little memory.

return spreadsheet("awards.csv", ["award", "on"], rows)
"""

import csv
from collections.abc import Iterable, Iterator, Sequence

from flask import Response
from werkzeug.http import dump_options_header

from verifier.batch.sheet import cell
from verifier.web.headers import FILE_POLICY


def spreadsheet(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Answer with rows as CSV. `rows` is asked for them one by one, after this has returned.

    No cell begins a formula (T30, E62), but a number stays one.
    """
    response = Response(lines(heads, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = dump_options_header("attachment", {"filename": name})
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


def lines(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield a table as CSV, a line at a time; its first letter says that it is Unicode."""
    writer = csv.writer(_Line())
    yield writer.writerow(["\ufeff" + heads[0], *heads[1:]])
    for row in rows:
        yield writer.writerow([_text(value) for value in row])


class _Line:
    """What a writer of CSV takes for a file: it hands back the line that is written."""

    def write(self, text: str) -> str:
        return text


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int | float) else cell(str(value))
