"""Whether an audit log is what was recorded, from the database or from an exported file.

check(log.entries(session), [log.head(session)])  # raises BrokenError at the first broken entry
"""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict
from typing import Final

from contexts.errors import MintmarkError
from issuer.audit.log import RESTORED, START, Entry, Head
from issuer.database.database import to_json
from verifier.batch.sheet import cell
from verifier.parsing import strict_json


class BrokenError(MintmarkError):
    """The log is not what was recorded. `number` is the first entry that is not."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"the audit log is broken at entry {number}: {why}")
        self.number = number


def check(entries: Iterable[tuple[Entry, str]], heads: Collection[Head]) -> Head:
    """Return the newest entry, if each is in its place and `heads` are among them.

    Raises `BrokenError` at the first entry that is missing, changed, added, or moved. A head that
    an entry names as lost with a restored database need not be there.
    """
    newest, lost = START, set()
    reached, awaited = {START}, {head.number for head in heads}
    for entry, stored in entries:
        newest = _next(newest, entry, stored)
        if newest.number in awaited:
            reached.add(newest)
        if entry.action == RESTORED:
            lost.add(entry.about)
    for head in sorted(head for head in heads if head not in reached and head.hash not in lost):
        if head.number > newest.number:
            raise BrokenError(newest.number + 1, f"it is missing: there were {head.number}")
        raise BrokenError(head.number, "another one was there when its hash was written down")
    return newest


def _next(before: Head, entry: Entry, stored: str) -> Head:
    number = before.number + 1
    if entry.number != number:
        raise BrokenError(number, "it is missing")
    if entry.previous != before.hash:
        raise BrokenError(number, "it does not follow the entry before it")
    if entry.hash != stored:
        raise BrokenError(number, "it was changed")
    return Head(number, stored)


HEADS: Final = (*Entry.__slots__, "hash")
"""The heads of the log as a table."""


def cells(row: tuple[Entry, str]) -> list[object]:
    """Return an entry and its hash as a row of a table; no cell begins a formula."""
    entry, stored = row
    details = json.dumps(entry.details) if entry.details else ""
    values = {**asdict(entry), "details": details}.values()
    return [*(cell(one) if isinstance(one, str) else one for one in values), stored]


def line(entry: Entry, stored: str) -> str:
    """Return an entry as a line of an exported file."""
    return to_json({**asdict(entry), "hash": stored}).decode()


def read(lines: Iterable[bytes]) -> Iterator[tuple[Entry, str]]:
    """Yield the entries of an exported file. Raises `BrokenError` for a line that is no entry."""
    for number, text in enumerate(lines, 1):
        try:
            members = strict_json.loads_object(text)
            stored = members.pop("hash")
            yield Entry(**members), stored
        except (ValueError, KeyError, TypeError) as exc:
            raise BrokenError(number, "its line is no entry") from exc
