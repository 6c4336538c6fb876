"""Rows of a table whose address the register of people knows under another name.

for other in otherwise_named(session, tried, visible_people):
    other.row.number, other.address, other.name
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from issuer.approvals.table.rehearsal import Rehearsed
from issuer.issuance.approval import Approval
from issuer.people.register import folded
from issuer.people.tables import PersonAddressRow, PersonRow


class OtherwiseNamed(NamedTuple):
    """A row, and the name that the register has for one of its addresses."""

    row: Rehearsed
    address: str
    name: str


def otherwise_named(
    session: Session, rows: Sequence[Rehearsed], visible: ColumnElement[bool]
) -> Sequence[OtherwiseNamed]:
    """Return the rows whose approval names somebody otherwise than the register does, each once.

    Other names of a person are theirs as well. `visible` says which people may be seen.
    """
    stated = [(row, row.approval) for row in rows if row.approval]
    addresses = {folded(one) for _, approval in stated for one in approval.recipient.emails}
    known = (
        select(PersonAddressRow.folded, PersonRow)
        .join(PersonRow, PersonRow.id == PersonAddressRow.person_pk)
        .where(visible, PersonAddressRow.folded.in_(addresses))
    )
    people = {row.folded: row.PersonRow for row in session.execute(known)}
    differing = (_differing(row, approval, people) for row, approval in stated)
    return [one for one in differing if one]


def _differing(
    row: Rehearsed, approval: Approval, people: dict[str, PersonRow]
) -> OtherwiseNamed | None:
    for address in approval.recipient.emails:
        person = people.get(folded(address))
        names = [person.name, *(other.name for other in person.other_names)] if person else []
        if person and approval.recipient.name not in names:
            return OtherwiseNamed(row, address, person.name)
    return None
