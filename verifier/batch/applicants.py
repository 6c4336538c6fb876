"""Which applicant submitted which file: by folders, by a zip, or by a table of applicants."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from verifier.batch import table
from verifier.batch.files import BatchError, UnreadableError, Zip
from verifier.batch.sheet import RecordedFile
from verifier.batch.sources import Source, SourceFiles, source_files
from verifier.batch.table import ApplicantFile, ApplicantTable
from verifier.wording.words import N_

TABLE = "applicants.csv"
_OURS = re.compile(r"applicants\b.*\.(?:[ct]sv|txt|xls[xmb]?|ods|numbers|gsheet)", re.IGNORECASE)
"""`applicants.xlsx`, `applicants - Sheet1.csv`, `applicants (1).csv`: other names of the table."""


@dataclass(frozen=True, slots=True)
class Submissions:
    """Every submitted file with its applicant, in `files`. If a table names the applicants, `table`
    is its content, `table_name` its file and `table_sha256` its digest; `unnamed` are the files
    that it does not list."""

    files: tuple[ApplicantFile, ...]
    unnamed: tuple[str, ...] = ()
    table_sha256: str | None = None
    table_name: str = ""
    table: ApplicantTable | None = None

    @property
    def lines(self) -> tuple[ApplicantFile, ...]:
        """Return all that has a line in the results: also `unnamed`, each without an applicant."""
        return (*self.files, *(ApplicantFile("", name, by_table=True) for name in self.unnamed))


def read_submissions(source: Source, rules: Iterable[RecordedFile] = ()) -> Submissions:
    """Return the submitted files in `source` with their applicants, without those of the `rules`:
    they are told by name and content.

    Raises `BatchError` if it is not clear who submitted what.
    """
    files, alone = source_files(source), ""
    if isinstance(source, Path):
        alone = source.name if source.is_file() and table.is_table(source.name) else ""
    names = [alone] if alone else _without(rules, files)
    tops = {name.partition("/")[0] if "/" in name else "" for name in names}
    zipped = isinstance(files, Zip) and not files.is_folder
    top = f"{tops.pop()}/" if zipped and len(tops) == 1 else ""  # a folder in the zip
    name = alone or _table_among(names, top)
    if name is None:
        return Submissions(
            tuple(ApplicantFile(_applicant(file.removeprefix(top)), file) for file in names)
        )
    return _by_table(files, names, name)


def _without(rules: Iterable[RecordedFile], files: SourceFiles) -> list[str]:
    own = {(PurePath(rule.file).name, rule.sha256) for rule in rules}
    names = {name for name, _ in own}

    def is_own(name: str) -> bool:
        short = PurePath(name).name
        return short in names and (short, _digest(files, name)) in own

    return [name for name in files.names() if not is_own(name)]


def _digest(files: SourceFiles, name: str) -> str:
    try:
        return files.read(name)[1]
    except UnreadableError:
        return ""


def _by_table(files: SourceFiles, names: Sequence[str], name: str) -> Submissions:
    try:
        data, digest = files.read(name)
    except UnreadableError as exc:
        raise BatchError(N_("{file} cannot be read ({fault})"), file=name, fault=exc.code) from exc
    applicants = table.read(data, name)
    meant = spelling(names)
    rows = tuple(row._replace(source=meant(row.source)) for row in applicants.rows)
    named = {row.source for row in rows} | {name}
    unnamed = tuple(file for file in names if file not in named)
    return Submissions(rows, unnamed, digest, name, applicants)


def _table_among(names: Sequence[str], top: str) -> str | None:
    """Return the table of applicants: `applicants.csv`, else one of that name in another form,
    else the only table beside the files. None if there is no table."""
    tables = [name for name in names if _last(name).lower() == TABLE]
    tables = tables or [name for name in names if _OURS.fullmatch(_last(name))]
    beside = [name for name in names if "/" not in name.removeprefix(top)]
    tables = tables or [name for name in beside if table.is_table(name)]
    least = min((name.count("/") for name in tables), default=0)
    tables = [name for name in tables if name.count("/") == least]
    if len(tables) > 1:
        raise BatchError(
            N_(
                "any of {files} may say who handed in what: name that one {table}, "
                "and put what an applicant handed in into a folder of its own"
            ),
            files=", ".join(tables[:5]),
            table=TABLE,
        )
    return tables[0] if tables else None


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def spelling(names: Iterable[str]) -> Callable[[str], str]:
    """Return a function that returns the one of `names` that a written name means: systems and
    people write a name in different cases, and its accents in two ways. A name that may mean two is
    returned as it is."""
    folded: dict[str, set[str]] = defaultdict(set)
    for name in names:
        folded[_folded(name)].add(name)

    def meant(name: str) -> str:
        spellings = folded.get(_folded(name), ())
        return next(iter(spellings)) if len(spellings) == 1 else name

    return meant


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _applicant(name: str) -> str:
    """Return the applicant: the name of the folder, or of a file that lies in none."""
    folder, inside, _ = name.partition("/")
    return folder if inside else name.rpartition(".")[0] or name
