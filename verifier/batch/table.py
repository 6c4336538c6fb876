"""The table that names each applicant's files, as a spreadsheet, a form or a database exports it.

>>> read(b"Name,Link\\nJordan Example,https://a.example/1", "applicants.csv").rows[0].applicant
'Jordan Example'
"""

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple, TypeAlias

from verifier.batch import columns
from verifier.batch.files import MAX_FILES, TABLES, BatchError
from verifier.intake import sandbox
from verifier.intake.submission import MAX_BYTES
from verifier.wording.words import N_

DELIMITERS = ",;\t|"
NEEDED = N_(
    "{file} does not say who handed in what: it needs a column File or Link, and Applicant, Name "
    "or Email; heads are read whole, and the documentation (docs/verify.md) lists those that are "
    "known"
)
Rows: TypeAlias = list[tuple[int, list[str]]]

_WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_SEPARATOR = re.compile(r"\s*sep=(.)\r?\n?")
"""A line that a spreadsheet writes for itself."""
_BETWEEN = re.compile(r"\s*[;\n\r]\s*|[,\s]+(?=https?://)", re.IGNORECASE)
"""What parts several files or links in one cell, as forms write them."""
_NAMED_LINK = re.compile(r"[^;\n()]*\((https?://[^\s()]+)\)(?:\s*,\s*)?", re.IGNORECASE)
"""`badge.png (https://…)`: how a database writes a file."""
_ADDRESS = re.compile(r"[^\s,;:<>()\[\]\"']+@[^\s,;:<>()\[\]\"'?]+")
_BEHIND = (
    "jr",
    "sr",
    "ii",
    "iii",
    "iv",
    "phd",
    "edd",
    "eds",
    "ma",
    "ms",
    "mat",
    "mba",
    "med",
    "md",
)
"""Words that follow a name and a comma, but are not a first name."""
_NOBODY = ("anonymous", "anónimo", "anonymous user")
"""What a form writes into an answer that was left empty."""


class ApplicantFile(NamedTuple):
    """One file or link that one applicant submitted; `source` is empty if there is none, and
    `applicant` is empty if no row of the table names the file.

    `by_table` is True if a table names the applicant, whose identity must then be compared.
    """

    applicant: str
    source: str
    name: str = ""
    emails: tuple[str, ...] = ()
    by_table: bool = False

    @property
    def is_link(self) -> bool:
        """Whether it has to be fetched."""
        return self.source.startswith(("https://", "http://"))


@dataclass(frozen=True, slots=True)
class ApplicantTable:
    """The rows of a table, and how its columns are used: `used` holds pairs (head, use)."""

    rows: tuple[ApplicantFile, ...]
    used: tuple[tuple[str, str], ...]
    unused: tuple[str, ...]


def is_table(name: str) -> bool:
    """Whether a file is a table by the end of its name."""
    return name.lower().endswith(TABLES)


def read(data: bytes, where: str) -> ApplicantTable:
    """Return the content of a table; the files that it names lie beside it.

    Raises `BatchError`, which names the row or column and what to correct.
    """
    if len(data) > MAX_BYTES:
        most = MAX_BYTES // 1024**2
        raise BatchError(N_("{file} is over {most} MB: check it in parts"), file=where, most=most)
    sheets = _sheets(data, where) if data.startswith(_WORKBOOK) else {"": _lines(data, where)}
    fit = {name: rows for name, rows in sheets.items() if rows and _is_head(rows[0][1])}
    if not fit:
        raise BatchError(NEEDED, file=where)
    if len(fit) > 1:
        several = N_("{file} holds {number} sheets of applicants: keep one")
        raise BatchError(several, file=where, number=len(fit))
    ((sheet, rows),) = fit.items()
    place = f"{where}, sheet {sheet}" if len(sheets) > 1 else where
    return _table(rows, place, PurePosixPath(where).parent)


def _is_head(cells: list[str]) -> bool:
    roles = {*map(columns.role, cells)}
    return "source" in roles and bool(roles & {"applicant", "name", "first", "last", "emails"})


def _table(rows: Rows, where: str, folder: PurePosixPath) -> ApplicantTable:
    (_, heads), *rows = rows
    heads = [" ".join(head.split()) for head in heads]
    uses = [columns.role(head) for head in heads]
    _refuse_twins(heads, uses, where)
    if len(rows) > MAX_FILES:
        raise BatchError(
            N_("{file} has more than {most} rows: check it in parts"), file=where, most=MAX_FILES
        )
    files: dict[tuple[str, str], ApplicantFile] = {}
    for number, cells in rows:
        if any(cells[len(uses) :]):
            longer = N_("{file}, row {number}, has more cells than the first row")
            raise BatchError(longer, file=where, number=number)
        row: dict[str, list[str]] = defaultdict(list)
        for use, cell in zip(uses, cells, strict=False):
            row[use] += [cell] if cell and cell.casefold() not in _NOBODY else []
        files |= {(t.applicant, t.source): t for t in _files_of_row(row, number, folder)}
    used = tuple((head, columns.ROLES[use]) for head, use in zip(heads, uses, strict=True) if use)
    unused = (head for head, use in zip(heads, uses, strict=True) if head and not use)
    return ApplicantTable(tuple(files.values()), used, tuple(unused))


def _refuse_twins(heads: list[str], uses: list[str], where: str) -> None:
    """Of two equal heads nobody can tell which is the applicant's, and which a reference's."""
    of_people = (
        h.casefold() for h, use in zip(heads, uses, strict=True) if use not in ("", "source")
    )
    for head, number in Counter(of_people).items():
        if number > 1:
            twins = N_(
                "{file} has {number} columns “{head}”: rename those that are not the applicant's"
            )
            raise BatchError(twins, file=where, number=number, head=head)


def _files_of_row(
    row: dict[str, list[str]], number: int, folder: PurePosixPath
) -> Iterator[ApplicantFile]:
    """Yield the files and links in one row; the files lie in `folder`."""
    who = " ".join(" ".join(row["applicant"]).split())
    name = _name(row) or (who if _is_name(who) else "")
    emails = tuple(dict.fromkeys(_ADDRESS.findall(" ".join(row["emails"]))))
    applicant = who or name or next(iter(emails), f"row {number}")
    for source in [source for cell in row["source"] for source in _parted(cell)] or [""]:
        scheme, colon, rest = source.partition("://")
        thing = ApplicantFile(
            applicant, f"{scheme.lower()}{colon}{rest}", name, emails, by_table=True
        )
        if source and not thing.is_link:
            thing = thing._replace(source=(folder / source.replace("\\", "/")).as_posix())
        yield thing


def _parted(cell: str) -> list[str]:
    cell = _NAMED_LINK.sub(r"\1\n", cell)
    return [part for part in map(str.strip, _BETWEEN.split(cell)) if part]


def _name(row: dict[str, list[str]]) -> str:
    """Return a name in the order in which it is spoken, from one column or two."""
    first, last = " ".join(row["first"]), " ".join(row["last"])
    whole = next(iter(row["name"]), "")
    if not whole or (last and not first and last.casefold() not in whole.casefold()):
        whole = f"{first or whole} {last}"  # *Nombre* and *Apellidos*
    before, comma, behind = whole.partition(",")
    if comma and "," not in behind and re.sub(r"\W", "", behind).lower() not in _BEHIND:
        whole = f"{behind} {before}"
    return " ".join(whole.split())


def _is_name(text: str) -> bool:
    """Whether what stands for an applicant is a name, and no number of the office's own."""
    return " " in text and not any(map(str.isdigit, text))


def _lines(data: bytes, where: str) -> Rows:
    """Return the rows of a text, parted by whatever makes most of its heads known."""
    text = _text(data, where)
    hint = _SEPARATOR.match(text)
    text = text[hint.end() :] if hint else text
    best: Rows = []
    fault = ""
    for delimiter in hint[1] if hint else DELIMITERS:
        try:
            rows = _parsed(text, delimiter)
        except csv.Error as exc:
            fault = str(exc)
            continue
        best = max(best, rows, key=_known_heads)
    if fault and not _known_heads(best):
        raise BatchError(N_("{file} is no table: {fault}"), file=where, fault=fault)
    return best


def _known_heads(rows: Rows) -> int:
    return len([1 for head in rows[0][1] if columns.role(head)]) if rows else 0


def _parsed(text: str, delimiter: str) -> Rows:
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = ((number, [cell.strip() for cell in cells]) for number, cells in enumerate(table, 1))
    return [(number, cells) for number, cells in rows if any(cells)]


def _sheets(data: bytes, where: str) -> dict[str, Rows]:
    """Return the rows of each sheet that is shown, as read by a process of its own (T15)."""
    try:
        result = sandbox.read("workbook", data)
    except sandbox.ReaderBusyError as exc:
        busy = N_("this verifier was too busy to read {file}: try again in a minute")
        raise BatchError(busy, file=where) from exc
    except sandbox.SandboxError as exc:
        hard = N_("{file} is too large or too hard to read: save it as CSV")
        raise BatchError(hard, file=where) from exc
    if "code" in result:
        unread = N_("{file} is no workbook that can be read: save it as CSV UTF-8")
        raise BatchError(unread, file=where)
    numbered = {name: list(enumerate(rows, 1)) for name, rows in result["sheets"].items()}
    return {name: [row for row in rows if any(row[1])] for name, rows in numbered.items()}


def _text(data: bytes, where: str) -> str:
    """Spreadsheets save UTF-8, what Windows had before it, or UTF-16."""
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BatchError(N_("{file} cannot be read as text: save it as CSV UTF-8"), file=where)
