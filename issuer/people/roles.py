"""Roles of people, each from a day to a day: granting one and taking it back.

Nobody grants themself a role, and the last superintendent cannot be removed.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from contexts.errors import MintmarkError
from issuer.outbox import queue
from issuer.people import acts
from issuer.people.tables import BuildingRow, GrantRow, PersonRow, PostRow
from verifier.wording.words import N_


class Role(StrEnum):
    """What somebody is in the district."""

    TEACHER = "teacher"
    COACH = "coach"
    EVALUATOR = "evaluator"
    BUILDING_ADMINISTRATOR = "building-administrator"
    SUPERINTENDENT = "assistant-superintendent"
    DEPUTY = "deputy"
    OFFICE = "office"
    PAYROLL = "payroll"
    BOARD = "board"
    OPERATOR = "operator"


TITLES: Final = {
    Role.TEACHER: N_("Teacher"),
    Role.COACH: N_("Coach"),
    Role.EVALUATOR: N_("Evaluator"),
    Role.BUILDING_ADMINISTRATOR: N_("Building administrator"),
    Role.SUPERINTENDENT: N_("Assistant superintendent"),
    Role.DEPUTY: N_("Deputy of the assistant superintendent"),
    Role.OFFICE: N_("Office"),
    Role.PAYROLL: N_("Payroll"),
    Role.BOARD: N_("School board"),
    Role.OPERATOR: N_("Operator"),
}
CHANGED: Final = "role-changed"
"""The kind of message that tells somebody of a role granted or ended."""
OF_A_BUILDING: Final = frozenset({Role.BUILDING_ADMINISTRATOR})
"""Roles that say nothing without a building."""


class RoleError(MintmarkError):
    """The role is neither granted nor taken back; the message says why."""


def in_force(today: date) -> ColumnElement[bool]:
    """Return the condition for a grant to hold today."""
    ends = or_(GrantRow.last_day.is_(None), GrantRow.last_day >= today)
    return (GrantRow.first_day <= today) & ends


def roles_of(session: Session, person: PersonRow, *, today: date) -> list[GrantRow]:
    """Return the grants that hold today; none of somebody who left."""
    if not person.is_here:
        return []
    grants = select(GrantRow).where(GrantRow.person_pk == person.id, in_force(today))
    return list(session.scalars(grants.order_by(GrantRow.id)))


def everybody(
    session: Session, role: Role, *, today: date, with_buildings: bool = False
) -> Sequence[PersonRow]:
    """Return everyone who has a role today, in the order in which they came; for a list to choose
    from, with their buildings, in the same query."""
    rows = (
        select(PersonRow)
        .join(GrantRow, GrantRow.person_pk == PersonRow.id)
        .where(GrantRow.role == role, in_force(today), PersonRow.left_at.is_(None))
        .where(PersonRow.erased_at.is_(None), PersonRow.merged_into.is_(None))
    )
    if with_buildings:
        rows = rows.options(joinedload(PersonRow.posts).joinedload(PostRow.building))
    return session.scalars(rows.distinct().order_by(PersonRow.id)).unique().all()


def grant(
    session: Session,
    person: PersonRow,
    role: Role,
    *,
    now: datetime,
    first_day: date,
    last_day: date | None = None,
    building: BuildingRow | None = None,
    by: PersonRow | None = None,
) -> GrantRow:
    """Grant a role; `by` is None for the command line. A grant that is there stays as it is.

    Raises `RoleError`.
    """
    if role in OF_A_BUILDING and building is None:
        raise RoleError(N_("this role needs a building"))
    if last_day is not None and last_day < first_day:
        raise RoleError(N_("the last day is before the first"))
    row = GrantRow(
        person_pk=person.id,
        role=role,
        building_pk=building and building.id,
        first_day=first_day,
        last_day=last_day,
        granted_by=by and by.id,
    )
    for there in _same(session, row):
        return there
    if by is not None and by.id == person.id:
        raise RoleError(N_("nobody grants themself a role"))
    session.add(row)
    session.flush()
    acts.tell(session, by, "role-granted", person, now=now, **_details(row))
    return row


def tell(
    session: Session,
    person: PersonRow,
    role: Role,
    *,
    is_granted: bool,
    host: str,
    now: datetime,
    begins: datetime | None = None,
) -> None:
    """Tell somebody by mail that a role of theirs began or ended; one that `begins` later, then."""
    payload = {"person": person.id, "role": role.value, "is_granted": is_granted}
    due_at = max(now, begins) if begins else now
    about = person.public_id
    queue.put(session, CHANGED, about, host=host, now=now, payload=payload, due_at=due_at)


def _details(row: GrantRow) -> dict[str, object]:
    names = ("role", "building_pk", "first_day", "last_day")
    return {name: getattr(row, name) for name in names}


def _same(session: Session, row: GrantRow) -> Iterable[GrantRow]:
    """Return the grants that say all that `row` says."""
    building = GrantRow.building_pk.is_not_distinct_from(row.building_pk)
    ends = GrantRow.last_day.is_not_distinct_from(row.last_day)
    whose = (GrantRow.person_pk == row.person_pk, GrantRow.role == row.role)
    return session.scalars(
        select(GrantRow).where(*whose, building, ends, GrantRow.first_day <= row.first_day)
    )


def take_back(
    session: Session,
    row: GrantRow,
    *,
    today: date,
    now: datetime,
    by: PersonRow | None = None,
) -> bool:
    """End a grant as of yesterday; delete one that has not begun. Returns whether it was ended:
    False for one that had ended before, which stays as it is. Raises `RoleError`."""
    if row.last_day is not None and row.last_day < today:
        return False
    refuse_without_superintendent(session, row.person_pk, today=today, ending=row)
    person = session.get_one(PersonRow, row.person_pk)
    acts.tell(session, by, "role-taken-back", person, now=now, **_details(row))
    if row.first_day >= today:
        session.delete(row)
    else:
        row.last_day = today - timedelta(days=1)
    return True


def refuse_without_superintendent(
    session: Session, person_pk: int, *, today: date, ending: GrantRow | None = None
) -> None:
    """Raise `RoleError` if nobody were the superintendent without this person, or this grant.

    `session` writes. A grant with a last day does not count: it ends by itself.
    """
    lasting = (
        select(GrantRow)
        .join(PersonRow, PersonRow.id == GrantRow.person_pk)
        .where(GrantRow.role == Role.SUPERINTENDENT, in_force(today), GrantRow.last_day.is_(None))
        .where(PersonRow.left_at.is_(None), PersonRow.erased_at.is_(None))
        .with_for_update()
    )
    grants = session.scalars(lasting).all()
    lost = [g for g in grants if (g.id == ending.id if ending else g.person_pk == person_pk)]
    if lost and len(lost) == len(grants):
        raise RoleError(
            N_("the last assistant superintendent cannot be removed: name another first")
        )


def is_anyone(session: Session, role: Role, *, today: date) -> bool:
    """Return whether anybody has this role today."""
    return bool(session.scalar(select(exists().where(GrantRow.role == role, in_force(today)))))
