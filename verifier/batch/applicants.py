"""Who hands in what: a folder, a zip, or a table `applicants.csv` with files or links."""

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from verifier.batch.shelf import MAX_FILES, BatchError, UnreadableError, shelf
from verifier.intake import MAX_BYTES

TABLE = "applicants.csv"
_COLUMNS = {
    **dict.fromkeys(("name", "fullname"), "name"),
    **dict.fromkeys(("firstname", "givenname"), "first"),
    **dict.fromkeys(("lastname", "surname", "familyname"), "last"),
    "email": "emails",
    **dict.fromkeys(("file", "link", "url"), "source"),
}
"""Heads of columns, by the letters that they begin with, or that stand behind *applicant*."""
_BETWEEN = re.compile(r"\s*[;\n]\s*|[,\s]+(?=https?://)", re.IGNORECASE)
"""What parts several files or links in one cell, as forms write them."""


class HandedIn(NamedTuple):
    """One thing that one applicant handed in: `source` is a file's name, a link, or empty."""

    applicant: str
    source: str
    name: str = ""
    emails: tuple[str, ...] = ()

    @property
    def is_link(self) -> bool:
        """Whether it has to be fetched."""
        return self.source.startswith(("https://", "http://"))


@dataclass(frozen=True, slots=True)
class Pile:
    """Everything that was handed in; `table` is the SHA-256 of the table that says by whom, and
    `unnamed` are the files that it does not name."""

    handed_in: tuple[HandedIn, ...]
    unnamed: tuple[str, ...] = ()
    table: str | None = None


def pile(source: Path, ours: Collection[Path] = ()) -> Pile:
    """Return what was handed in, by whom, but for files of `ours` that lie among it;
    `BatchError` if that cannot be told."""
    files, table_alone = shelf(source), source.suffix.lower() == ".csv"
    own = {path.relative_to(source).as_posix() for path in ours if path.is_relative_to(source)}
    names = [source.name] if table_alone else [name for name in files.names() if name not in own]
    tables = [name for name in names if table_alone or _last(name).lower() == TABLE]
    if not tables:
        tops = {name.partition("/")[0] if "/" in name else "" for name in names}
        top = f"{tops.pop()}/" if source.is_file() and len(tops) == 1 else ""  # a zipped folder
        return Pile(tuple(HandedIn(_by_whom(name.removeprefix(top)), name) for name in names))
    table = min(tables, key=lambda name: name.count("/"))
    try:
        data, digest = files.read(table)
    except UnreadableError as exc:
        raise BatchError(f"{table} cannot be read ({exc.code})") from exc
    spelt = {_folded(name): name for name in names}
    rows = tuple(
        row._replace(source=spelt.get(_folded(row.source), row.source))
        for row in read_table(data, table)
    )
    named = {row.source for row in rows} | {table}
    return Pile(rows, tuple(name for name in names if name not in named), digest)


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _folded(name: str) -> str:
    """Systems write one name in several ways, and people write it in other letters."""
    return unicodedata.normalize("NFC", name).casefold()


def _by_whom(name: str) -> str:
    """A folder of files is one applicant's; a file on its own is the applicant's of that name."""
    folder, inside, _ = name.partition("/")
    return folder if inside else name.rpartition(".")[0] or name


def read_table(data: bytes, where: str = TABLE) -> list[HandedIn]:
    """Return the rows of a table as a spreadsheet saves it: applicant, name, e-mails, file, link.

    Other columns are left alone. `BatchError` names the row and what to mend.
    """
    text = _text(data, where)
    delimiter = max(",;\t", key=text.lstrip().partition("\n")[0].count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = [row for row in enumerate(table, 1) if any(map(str.strip, row[1]))]
    except csv.Error as exc:
        raise BatchError(f"{where} is no table: {exc}") from exc
    if rows and rows[0][1][0].startswith("sep="):  # a line that a spreadsheet writes for itself
        del rows[0]
    columns = [_column(head) for head in rows.pop(0)[1]] if rows else []
    if "source" not in columns or not {"applicant", "name", "last"} & {*columns}:
        known = "applicant, name, e-mails, file, link"
        raise BatchError(f"{where} needs the columns applicant and file (known: {known})")
    if len(rows) > MAX_FILES:
        raise BatchError(f"{where} has more than {MAX_FILES} rows: check it in parts")
    found: dict[tuple[str, str], HandedIn] = {}
    for number, cells in rows:
        if len(cells) > len(columns):
            raise BatchError(f"{where}, row {number}, has more cells than the first row")
        row: dict[str, list[str]] = defaultdict(list)
        for column, cell in zip(columns, cells, strict=False):
            row[column] += [cell.strip()] if cell.strip() else []
        found |= {(t.applicant, t.source): t for t in _handed_in(row, number, where)}
    return list(found.values())


def _column(head: str) -> str:
    letters = re.sub("[^a-z]", "", head.lower())
    rest = letters.removeprefix("applicant")
    found = next((name for start, name in _COLUMNS.items() if rest.startswith(start)), "")
    return found or ("applicant" if rest != letters else "")


def _handed_in(row: dict[str, list[str]], number: int, where: str) -> Iterator[HandedIn]:
    """Yield what one row of a table says was handed in; a file lies beside the table."""
    name = " ".join(" ".join(row["name"] or row["first"] + row["last"]).split())
    applicant = " ".join(" ".join(row["applicant"]).split()) or name or f"row {number}"
    emails = tuple(re.findall(r"[^\s,;]+", " ".join(row["emails"])))
    sources = [each for cell in row["source"] for each in _BETWEEN.split(cell) if each]
    for source in sources or [""]:
        scheme, colon, rest = source.partition("://")
        thing = HandedIn(applicant, f"{scheme.lower()}{colon}{rest}", name, emails)
        if source and not thing.is_link:
            path = PurePosixPath(where).parent / source.replace("\\", "/")
            thing = thing._replace(source=path.as_posix())
        yield thing


def _text(data: bytes, where: str) -> str:
    """Spreadsheets save UTF-8, what Windows had before it, or UTF-16."""
    if len(data) > MAX_BYTES:
        raise BatchError(f"{where} is over {MAX_BYTES // 1024**2} MB: check it in parts")
    if data.startswith(b"PK\x03\x04"):
        raise BatchError(f"{where} is a spreadsheet by another name: save it as CSV UTF-8")
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BatchError(f"{where} cannot be read as text: save it as CSV UTF-8")
