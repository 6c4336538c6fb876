"""Entries of the log that fit what is asked for, the newest first, a page at a time.

search.page(session, LogQuery(where=true(), kind="credential", about="x7…"))
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from issuer.audit.log import Entry, entry_of
from issuer.audit.tables import AuditRow

SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class LogQuery:
    """What entries to look for; None does not narrow the search.

    `people` are actors or subjects, as the log calls them. `kind` is what
    stands before the dot of an action. `until` is the first moment that is too late. `where` is
    what whoever asks may see.
    """

    where: ColumnElement[bool]
    people: Collection[str] | None = None
    about: str | None = None
    kind: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the query as conditions for a row."""
        asked = [self.where]
        if self.people is not None:
            asked.append(or_(AuditRow.actor.in_(self.people), AuditRow.about.in_(self.people)))
        if self.about is not None:
            asked.append(AuditRow.about == self.about)
        if self.kind is not None:
            asked.append(of_kinds(self.kind))
        if self.since is not None:
            asked.append(AuditRow.at >= self.since)
        if self.until is not None:
            asked.append(AuditRow.at < self.until)
        return asked


def of_kinds(*kinds: str) -> ColumnElement[bool]:
    """Return the condition for an entry to be of one of these kinds."""
    return or_(*(AuditRow.action.startswith(f"{kind}.", autoescape=True) for kind in kinds))


def page(
    session: Session, query: LogQuery, *, before: int | None = None, size: int = SIZE
) -> Sequence[tuple[Entry, str]]:
    """Return the newest entries that fit, each with the hash that is stored for it; the next page
    is `before` the number of the last."""
    rows = select(AuditRow).where(*query.conditions()).order_by(AuditRow.number.desc())
    if before is not None:
        rows = rows.where(AuditRow.number < before)
    return [(entry_of(vars(row)), row.hash) for row in session.scalars(rows.limit(size))]
