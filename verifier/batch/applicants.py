"""Who hands in what: a folder, a zip, or a table of applicants with files or links."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from verifier.batch import table
from verifier.batch.shelf import BatchError, Shelf, UnreadableError, shelf
from verifier.batch.table import HandedIn, Table

TABLE = "applicants.csv"
_OURS = re.compile(r"applicants\b.*\.(?:[ct]sv|txt|xls[xmb]?|ods|numbers|gsheet)", re.IGNORECASE)
"""`applicants.xlsx`, `applicants - Sheet1.csv`, `applicants (1).csv`: meant as the table."""


@dataclass(frozen=True, slots=True)
class Pile:
    """Everything that was handed in; `table` is the SHA-256 of the table that says by whom,
    `table_name` where it lies, `said` what it says, and `unnamed` are the files that it does not
    name."""

    handed_in: tuple[HandedIn, ...]
    unnamed: tuple[str, ...] = ()
    table: str | None = None
    table_name: str = ""
    said: Table | None = None


def pile(source: Path, ours: Collection[Path] = ()) -> Pile:
    """Return what was handed in, by whom, but for files of `ours` that lie among it;
    `BatchError` if that cannot be told."""
    files, alone = shelf(source), source.is_file() and table.is_table(source.name)
    own = {path.relative_to(source).as_posix() for path in ours if path.is_relative_to(source)}
    names = [source.name] if alone else [name for name in files.names() if name not in own]
    tops = {name.partition("/")[0] if "/" in name else "" for name in names}
    top = f"{tops.pop()}/" if source.is_file() and len(tops) == 1 else ""  # a zipped folder
    name = source.name if alone else _table_among(names, top)
    if name is None:
        return Pile(tuple(HandedIn(_by_whom(each.removeprefix(top)), each) for each in names))
    return _by_table(files, names, name)


def _by_table(files: Shelf, names: Sequence[str], name: str) -> Pile:
    try:
        data, digest = files.read(name)
    except UnreadableError as exc:
        raise BatchError(f"{name} cannot be read ({exc.code})") from exc
    said = table.read(data, name)
    spelled = {_folded(each): each for each in names}
    rows = tuple(
        row._replace(source=spelled.get(_folded(row.source), row.source)) for row in said.rows
    )
    named = {row.source for row in rows} | {name}
    unnamed = tuple(each for each in names if each not in named)
    return Pile(rows, unnamed, digest, name, said)


def _table_among(names: Sequence[str], top: str) -> str | None:
    """Return the table that says by whom: `applicants.csv`, else one of that name in another
    form, else the only one that lies beside the files. None where there is no table at all."""
    found = [name for name in names if _last(name).lower() == TABLE]
    found = found or [name for name in names if _OURS.fullmatch(_last(name))]
    beside = [name for name in names if "/" not in name.removeprefix(top)]
    found = found or [name for name in beside if table.is_table(name)]
    least = min((name.count("/") for name in found), default=0)
    found = [name for name in found if name.count("/") == least]
    if len(found) > 1:
        raise BatchError(
            f"any of {', '.join(found[:5])} may say who handed in what: name that one {TABLE}, and "
            "put what an applicant handed in into a folder of its own"
        )
    return found[0] if found else None


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _folded(name: str) -> str:
    """Systems write one name in several ways, and people write it in other letters."""
    return unicodedata.normalize("NFC", name).casefold()


def _by_whom(name: str) -> str:
    """A folder of files is one applicant's; a file on its own is the applicant's of that name."""
    folder, inside, _ = name.partition("/")
    return folder if inside else name.rpartition(".")[0] or name
