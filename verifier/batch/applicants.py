"""Who hands in what: a folder, a zip, or a table `applicants.csv` with files or links.

Nothing is unpacked to disk, and no name leads out of what was given. A file that cannot be read
has its row all the same, so nobody is forgotten.
"""

import csv
import hashlib
import io
import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO, TypeAlias

from verifier.intake import MAX_BYTES

TABLE = "applicants.csv"
MAX_FILES = 50_000
MAX_ZIP_DIRECTORY_BYTES = 16 * 1024 * 1024
"""The list of contents in a zip: it is read whole, before anything can be counted."""
_COLUMNS = {
    **dict.fromkeys(("applicantname", "name", "fullname"), "name"),
    **dict.fromkeys(("applicantemail", "email"), "emails"),
    **dict.fromkeys(("file", "link", "url"), "source"),
    "applicant": "applicant",
}
"""Heads of columns, by the letters that they begin with."""
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LEFT_BY_SYSTEMS = (".", "__MACOSX", "Thumbs.db", "desktop.ini")


class ApplicantsError(ValueError):
    """What was given cannot be gone through. The message says what to mend."""


class UnreadableError(Exception):
    """One file cannot be read. `code` is a row of the words."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class HandedIn:
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
    `ApplicantsError` if that cannot be told."""
    files, table_alone = shelf(source), source.suffix.lower() == ".csv"
    names = [source.name] if table_alone else files.names()
    names = [name for name in names if source / name not in ours]
    tables = [n for n in names if table_alone or PurePosixPath(n).name.lower() == TABLE]
    if not tables:
        tops = {name.partition("/")[0] if "/" in name else "" for name in names}
        top = tops.pop() + "/" if len(tops) == 1 else ""  # as when a whole folder is zipped
        return Pile(tuple(HandedIn(_by_whom(name.removeprefix(top)), name) for name in names))
    table = min(tables, key=lambda name: name.count("/"))
    try:
        data, digest = files.read(table)
    except UnreadableError as exc:
        raise ApplicantsError(f"{table} cannot be read ({exc.code})") from exc
    spelt = {_folded(name): name for name in names}
    rows = tuple(
        replace(row, source=spelt.get(_folded(row.source), row.source))
        for row in read_table(data, table)
    )
    named = {row.source for row in rows} | {table}
    return Pile(rows, tuple(name for name in names if name not in named), digest)


def _folded(name: str) -> str:
    """Systems write one name in several ways, and people write it in other letters."""
    return unicodedata.normalize("NFC", name).casefold()


def _by_whom(name: str) -> str:
    """A folder of files is one applicant's; a file on its own is the applicant's of that name."""
    path = PurePosixPath(name)
    return path.parts[0] if len(path.parts) > 1 else path.stem


def read_table(data: bytes, where: str = TABLE) -> list[HandedIn]:
    """Return the rows of a table as a spreadsheet saves it: applicant, name, e-mails, file, link.

    Other columns are left alone. `ApplicantsError` names the row and what to mend.
    """
    text = _text(data, where)
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    try:
        heads, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except (csv.Error, ValueError) as exc:
        raise ApplicantsError(f"{where} is no table, or empty: {exc}") from exc
    columns = [_column(head) for head in heads]
    if "source" not in columns or not {"applicant", "name"} & set(columns):
        known = "applicant, name, e-mails, file, link"
        raise ApplicantsError(f"{where} needs the columns applicant and file (known: {known})")
    if len(rows) > MAX_FILES:
        raise ApplicantsError(f"{where} has more than {MAX_FILES} rows: check it in parts")
    found: dict[tuple[str, str], HandedIn] = {}
    for number, cells in enumerate(rows, 2):
        if len(cells) > len(columns):
            raise ApplicantsError(f"{where}, row {number}, has more cells than the first row")
        row: dict[str, list[str]] = defaultdict(list)
        for column, cell in zip(columns, cells, strict=False):
            row[column] += [cell.strip()] if cell.strip() else []
        if any(row.values()):
            found |= {(t.applicant, t.source): t for t in _handed_in(row, number, where)}
    return list(found.values())


def _column(head: str) -> str:
    letters = re.sub("[^a-z]", "", head.lower())
    return next((name for start, name in _COLUMNS.items() if letters.startswith(start)), "")


def _handed_in(row: dict[str, list[str]], number: int, where: str) -> list[HandedIn]:
    """Return what one row of a table says was handed in; a file lies beside the table."""
    name = " ".join(row["name"])
    applicant = " ".join(row["applicant"]) or name or f"row {number}"
    emails = tuple(re.findall(r"[^\s,;]+", " ".join(row["emails"])))
    found = []
    for source in row["source"] or [""]:
        thing = HandedIn(applicant, source, name, emails)
        if source and not thing.is_link:
            path = PurePosixPath(where).parent / source.replace("\\", "/")
            thing = HandedIn(applicant, path.as_posix(), name, emails)
        found.append(thing)
    return found


def _text(data: bytes, where: str) -> str:
    """Spreadsheets save UTF-8, what Windows had before it, or UTF-16."""
    if len(data) > MAX_BYTES:
        raise ApplicantsError(f"{where} is over {MAX_BYTES // 1024**2} MB: check it in parts")
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ApplicantsError(f"{where} cannot be read as text: save it as CSV UTF-8")


class Folder:
    """The files of a folder and of the folders in it. Nothing leads out of it."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def names(self) -> list[str]:
        """Return the files' names, in order, with `/` between folders."""
        found = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = filter(_is_handed_in, folders)
            inside = Path(folder).relative_to(self.root)
            found += [(inside / name).as_posix() for name in files if _is_handed_in(name)]
            if len(found) > MAX_FILES:
                raise ApplicantsError(f"more than {MAX_FILES} files: check them in parts")
        return sorted(found)

    def read(self, name: str) -> tuple[bytes, str]:
        """Return as much of a file as is needed, and the SHA-256 of it all; `UnreadableError`."""
        try:
            path = os.path.realpath(os.path.join(self.root, name))  # noqa: PTH118
            if not path.startswith(f"{self.root}{os.sep}"):
                raise UnreadableError("file_outside")
            with open(path, "rb", opener=_without_waiting) as file:
                found = os.fstat(file.fileno())
                if not stat.S_ISREG(found.st_mode):
                    raise UnreadableError("file_unreadable", detail="it is no file")
                return _take(file, found.st_size)
        except FileNotFoundError as exc:
            raise UnreadableError("file_missing") from exc
        except (OSError, ValueError) as exc:
            detail = getattr(exc, "strerror", None) or "its name is no file name"
            raise UnreadableError("file_unreadable", detail=detail) from exc


class Zip:
    """The files in a zip, read where they lie. `ApplicantsError` if it is not to be trusted."""

    def __init__(self, path: Path) -> None:
        try:
            _refuse_endless(path)
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile, ValueError) as exc:
            raise ApplicantsError(f"{path} is no folder, table (.csv) or sound zip: {exc}") from exc
        inside = [info for info in self._zip.infolist() if not info.is_dir()]
        self._files = {info.filename: info for info in inside}
        if len(self._files) < len(inside):
            raise ApplicantsError(f"{path} holds two files of one name: make the zip again")
        if len(inside) > MAX_FILES:
            raise ApplicantsError(f"{path} holds more than {MAX_FILES} files: check it in parts")

    def names(self) -> list[str]:
        """Return the files' names, in order, with `/` between folders."""
        return sorted(n for n in self._files if all(map(_is_handed_in, n.split("/"))))

    def read(self, name: str) -> tuple[bytes, str]:
        """Return a file and its SHA-256; `UnreadableError`, before one too large is even begun."""
        info, parts = self._files.get(name), name.split("/")
        if ".." in parts or "\\" in name or ":" in parts[0] or not parts[0]:
            raise UnreadableError("file_outside")
        if info is None:
            raise UnreadableError("file_missing")
        if info.file_size > MAX_BYTES:
            raise UnreadableError("too_large", limit_mb=MAX_BYTES // 1024**2)
        if info.flag_bits & 1 or info.compress_type not in (
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        ):
            raise UnreadableError("file_unreadable", detail="it is locked, or packed unusually")
        try:
            with self._zip.open(info) as file:
                return _take(file, info.file_size)
        except (OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError) as exc:
            raise UnreadableError("file_unreadable", detail="the zip is damaged there") from exc


Shelf: TypeAlias = Folder | Zip


def shelf(source: Path) -> Shelf:
    """Return where the files of `source` lie; those of a table lie beside it."""
    if not source.exists():
        raise ApplicantsError(f"there is no {source}")
    if source.is_dir():
        return Folder(source)
    return Folder(source.parent) if source.suffix.lower() == ".csv" else Zip(source)


def _take(file: IO[bytes], size: int) -> tuple[bytes, str]:
    data = file.read(min(size, MAX_BYTES) + 1)
    digest = hashlib.sha256(data)
    while size > MAX_BYTES and (more := file.read(1024 * 1024)):
        digest.update(more)
    return data, digest.hexdigest()


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # a pipe would wait for whoever fills it


def _is_handed_in(name: str) -> bool:
    return name == ".." or not name.startswith(_LEFT_BY_SYSTEMS)


def _refuse_endless(path: Path) -> None:
    """Refuse a zip whose list of contents is longer than that of any honest one."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 65_557))
        before, _, end = file.read().rpartition(b"PK\x05\x06")
    if len(end) < 18 or 18 + int.from_bytes(end[16:18], "little") != len(end):
        raise ValueError("it has no proper end")
    size = int.from_bytes(end[8:12], "little")
    if before[-20:].startswith(b"PK\x06\x07") or size > MAX_ZIP_DIRECTORY_BYTES:
        raise ValueError(f"it lists too much (at most {MAX_FILES} files): check it in parts")
