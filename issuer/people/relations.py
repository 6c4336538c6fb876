"""Pairs of people who may not judge each other's work.

tell(session, me, other, "", now=now)       # the reason may be left out
named(session, me.id)                       # whom I named, and who named me
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from issuer.people.acts import tell as tell_log
from issuer.people.tables import PersonRow, RelationRow


class Named(NamedTuple):
    """The other person of a relation, and whether it can be taken back."""

    person: PersonRow
    is_mine: bool


def tell(
    session: Session,
    person: PersonRow,
    other: PersonRow,
    reason: str,
    *,
    now: datetime,
    is_pinned: bool = False,
    by: PersonRow | None = None,
) -> None:
    """Note that two people must not judge each other; a relation that is there stays."""
    first, second = sorted((person.id, other.id))
    row = session.get(RelationRow, (first, second))
    if row is None:
        row = RelationRow(
            person_pk=first, other_pk=second, told_by=(by or person).id, created_at=now
        )
        row.reason = reason or None
        session.add(row)
        tell_log(session, by or person, "related", person, now=now, other=other.id)
    row.is_pinned = row.is_pinned or is_pinned
    session.flush()


def take_back(session: Session, person: PersonRow, other_pk: int) -> bool:
    """Take back a relation that this person told; False if it is pinned, or another's."""
    first, second = sorted((person.id, other_pk))
    row = session.get(RelationRow, (first, second))
    if row is None or row.is_pinned or row.told_by != person.id:
        return False
    session.delete(row)
    session.flush()
    return True


def named(session: Session, person_pk: int) -> Sequence[Named]:
    """Return everyone related to a person, by name."""
    rows = session.scalars(
        select(RelationRow).where(
            or_(RelationRow.person_pk == person_pk, RelationRow.other_pk == person_pk)
        )
    ).all()
    people = {
        person.id: person
        for person in session.scalars(
            select(PersonRow).where(
                PersonRow.id.in_({row.person_pk for row in rows} | {row.other_pk for row in rows})
            )
        )
    }
    others = [
        Named(
            people[row.other_pk if row.person_pk == person_pk else row.person_pk],
            row.told_by == person_pk and not row.is_pinned,
        )
        for row in rows
    ]
    return sorted(others, key=lambda one: one.person.folded)
