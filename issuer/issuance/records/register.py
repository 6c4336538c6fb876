"""Find issued credentials by name, address or serial number, and write them as a table.

for entry in entries(issuer, "Jordan", now=now):
    print(entry.public_id, entry.name)
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import datetime
from typing import Final, TextIO

from sqlalchemy import select

from contexts.errors import MintmarkError
from issuer.home.issuer import Issuer
from issuer.issuance.records import find
from issuer.issuance.records.find import Query, RegisterEntry, Sort
from issuer.issuance.records.tables import CredentialRow

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_SHOWN: Final = 10
"""If several fit, at most as many are named."""


class NotOneError(MintmarkError):
    """No credential fits, or several do."""


def entries(issuer: Issuer, text: str = "", *, now: datetime) -> Iterator[RegisterEntry]:
    """Yield every credential, oldest first; with `text`, those whose name, e-mail address or
    approval id has it, or whose id or serial number it is, without regard to case."""
    yield from matching(issuer, Query(text=text, sort=Sort.STORED), now=now)


def matching(issuer: Issuer, query: Query, *, now: datetime) -> Iterator[RegisterEntry]:
    """Yield every credential that fits, with its state at `now`."""
    with issuer.database.reading() as session:
        yield from find.every(session, issuer.settings, query, now=now)


def the_one(issuer: Issuer, text: str, *, now: datetime) -> str:
    """Return the id of the one credential that `text` names: by its address or the end of it, else
    by what `entries` looks for. Raises `NotOneError` for none or several, and names these."""
    public_id = text.rstrip("/").rpartition("/")[2].partition(".")[0]
    with issuer.database.reading() as session:
        exact = select(CredentialRow.public_id).where(CredentialRow.public_id == public_id)
        if known := session.scalar(exact):
            return known
    fitting = list(entries(issuer, text, now=now)) if text.strip() else []
    standing = [entry for entry in fitting if entry.state != find.ListedState.SUPERSEDED]
    if len(standing) == 1 or len(fitting) == 1:
        return (standing or fitting)[0].public_id
    if not fitting:
        raise NotOneError(f"no credential {text!r}", remedy="mintmark list")
    named = [f"{entry.public_id}  {entry.name}  {entry.achievement}" for entry in fitting[:_SHOWN]]
    message = "\n  ".join([f"{len(fitting)} credentials fit {text!r}; name one by its id:", *named])
    raise NotOneError(message)


def write_csv(rows: Iterable[RegisterEntry], file: TextIO) -> None:
    """Write a table that a spreadsheet can open: a cell that would begin a formula there, such as
    a name that somebody else chose, begins with an apostrophe."""
    file.writelines(csv_lines(rows))


def csv_lines(rows: Iterable[RegisterEntry]) -> Iterator[str]:
    """Yield the lines of that table, as soon as each of `rows` is there."""
    table = csv.writer(_Lines())
    names = [field.name for field in fields(RegisterEntry)]
    yield table.writerow(names)
    for entry in rows:
        yield table.writerow([plain(str(getattr(entry, name))) for name in names])


class _Lines:
    """A file that gives back each line that is written to it."""

    def write(self, line: str) -> str:
        return line


def plain(cell: str) -> str:
    """Return the text of a cell as one that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
