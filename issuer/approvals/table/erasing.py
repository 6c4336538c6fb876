"""Erasing a person: the rows of tables that name her, and that became no credential, go."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.approvals.table.tables import TableRow
from issuer.issuance.records.search import fold
from issuer.people import register
from issuer.people.tables import PersonRow

_ADDRESSES: Final = ("e-mail", "second e-mail")


def erasing(
    session: Session, person: PersonRow, *, by: PersonRow | None, now: datetime
) -> Callable[[], None]:
    """Delete the rows of approval tables that hold an address or a name of a person.

    A row that was issued holds neither. The row of a namesake goes as well, and can be handed in
    again. Call it while the person's names and addresses are there. There is nothing to do once it
    is committed.
    """
    addresses = {row.folded for row in person.addresses}
    names = {person.folded, *(fold(row.name) for row in person.other_names)}
    for row in session.scalars(select(TableRow).where(TableRow.cells.is_not(None))).all():
        cells = row.cells or {}
        written = {register.folded(cells.get(head, "")) for head in _ADDRESSES}
        if written & addresses or fold(cells.get("name", "")) in names:
            session.delete(row)
    return lambda: None
