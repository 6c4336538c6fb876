"""Where a person works, merging two records of one person, and erasing a person.

Another name, leaving and coming back are in `register`.
"""

from datetime import date, datetime
from typing import Final

from sqlalchemy import Column, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from issuer.database.database import Base
from issuer.outbox.tables import OutboxRow
from issuer.people import acts, roles
from issuer.people.access import sessions
from issuer.people.register import RegisterError
from issuer.people.roles import Role
from issuer.people.tables import (
    LONGEST_GRADES,
    LONGEST_SUBJECTS,
    BuildingRow,
    ExpertiseRow,
    FormerAddressRow,
    IdentityRow,
    ImportRow,
    KeptFormRow,
    OtherNameRow,
    PersonAddressRow,
    PersonRow,
    PostRow,
    RelationRow,
    SessionRow,
    SignInRow,
)
from verifier.wording.words import N_

_OF_THE_RECORD: Final = (
    *(OtherNameRow, PersonAddressRow, FormerAddressRow, IdentityRow, PostRow, ExpertiseRow),
    *(KeptFormRow, SignInRow, SessionRow),
)
"""What belongs to nobody when its person is erased."""


def refuse_if_privileged(
    session: Session, person: PersonRow, *, may_name_roles: bool, today: date
) -> None:
    """Raise `RegisterError` if only people who grant roles may change this person's record: whoever
    controls its addresses can do everything its person can."""
    held = {grant.role for grant in roles.roles_of(session, person, today=today)}
    if held - {Role.TEACHER} and not may_name_roles:
        raise RegisterError(N_("only who grants roles changes the record of somebody who has one"))


def works_at(
    session: Session,
    person: PersonRow,
    building: BuildingRow,
    *,
    grades: str,
    subjects: str,
    now: datetime,
    by: PersonRow | None = None,
) -> None:
    """Record that a person works in a building, with grades and subjects as lists with commas
    between. Raises `RegisterError`.
    """
    grades, subjects = grades.strip(), subjects.strip()
    too_long = len(grades) > LONGEST_GRADES or len(subjects) > LONGEST_SUBJECTS
    if too_long or not (grades + subjects).isprintable():
        raise RegisterError(N_("grades have at most 200 letters, subjects 500, each on one line"))
    post = next((post for post in person.posts if post.building_pk == building.id), None)
    if post is None:
        post = PostRow(building_pk=building.id, building=building)
        person.posts.append(post)
    elif (post.grades, post.subjects) == (grades, subjects):
        return
    post.grades, post.subjects = grades, subjects
    session.flush()
    acts.tell(session, by, "posted", person, now=now)


def works_no_more_at(
    session: Session,
    person: PersonRow,
    building: BuildingRow,
    *,
    now: datetime,
    by: PersonRow | None = None,
) -> None:
    """Record that a person does not work in a building any more; their roles stay as they are."""
    for post in [post for post in person.posts if post.building_pk == building.id]:
        person.posts.remove(post)
        session.delete(post)
        session.flush()
        acts.tell(session, by, "posted", person, now=now)


def merge(
    session: Session,
    person: PersonRow,
    double: PersonRow,
    *,
    now: datetime,
    by: PersonRow | None = None,
) -> None:
    """Give everything of `double` to `person`, in every room. Raises `RegisterError`.

    The double stays as a sign to the record that is kept; both names stay known.
    """
    if person.id == double.id or not (person.is_here and double.is_here):
        raise RegisterError(N_("these are not two records of people who are here"))
    number, double.staff_number = double.staff_number, None
    session.flush()
    person.staff_number = person.staff_number or number
    person.did = person.did or double.did
    _merge_sets(session, person, double)
    for row in double.addresses:
        row.is_primary = False
    sessions.end(session, SessionRow.person_pk == double.id, now=now)
    session.flush()
    try:
        with session.begin_nested():
            for column in _naming_people():
                moved = update(column.table).where(column == double.id).values({column: person.id})
                session.execute(moved)
    except IntegrityError as exc:
        raise RegisterError(
            N_("both records have something that one person has once: settle that first")
        ) from exc
    session.execute(
        update(PersonRow).where(PersonRow.id == double.id).values(merged_into=person.id)
    )
    for record in (person, double):
        session.refresh(record)
    acts.tell(session, by, "merged", person, now=now, double=f"person:{double.id}")


def _naming_people() -> list[Column[int]]:
    """Return every column of every room that holds the number of a person."""
    return [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name != "merged_into"
        and any(key.column.table.name == "people" for key in column.foreign_keys)
    ]


def _merge_sets(session: Session, person: PersonRow, double: PersonRow) -> None:
    """Take away from the double what the kept record has as well, and keep both names."""
    known = {row.name for row in person.other_names} | {person.name}
    for row in list(double.other_names):
        if row.name in known:
            session.delete(row)
    if double.name not in known | {row.name for row in double.other_names}:
        person.other_names.append(OtherNameRow(name=double.name))
    here = {post.building_pk for post in person.posts}
    for post in double.posts:
        if post.building_pk in here:
            session.delete(post)
    topics = select(ExpertiseRow.topic).where(ExpertiseRow.person_pk == person.id)
    session.execute(
        delete(ExpertiseRow).where(
            ExpertiseRow.person_pk == double.id, ExpertiseRow.topic.in_(topics)
        )
    )
    _merge_relations(session, person, double)


def _merge_relations(session: Session, person: PersonRow, double: PersonRow) -> None:
    """Name the kept record in the double's relations, each once, the smaller number first."""
    mine = RelationRow.person_pk == double.id
    for row in session.scalars(
        select(RelationRow).where(mine | (RelationRow.other_pk == double.id))
    ):
        other = row.other_pk if row.person_pk == double.id else row.person_pk
        first, second = sorted((person.id, other))
        session.delete(row)
        session.flush()
        if first != second and session.get(RelationRow, (first, second)) is None:
            relation = RelationRow(person_pk=first, other_pk=second, reason=row.reason)
            relation.is_pinned, relation.told_by = row.is_pinned, row.told_by
            relation.created_at = row.created_at
            session.add(relation)
    session.flush()


def erase(
    session: Session, person: PersonRow, *, now: datetime, today: date, by: PersonRow | None = None
) -> None:
    """Blank a person: no name, no address, no way in. Events and credentials stay as they are.

    Raises `RegisterError`, and `RoleError` for the last superintendent.
    """
    if by is not None and by.id == person.id:
        raise RegisterError(N_("nobody erases their own record: ask another who may"))
    roles.refuse_without_superintendent(session, person.id, today=today)
    session.execute(delete(ImportRow))  # each has many people, and can be uploaded again
    doubles = select(PersonRow).where(PersonRow.merged_into == person.id)
    for record in [person, *session.scalars(doubles)]:
        _blank(session, record, now=now)
    session.flush()
    session.expire_all()
    acts.tell(session, by, "erased", person, now=now)


def _blank(session: Session, person: PersonRow, *, now: datetime) -> None:
    for row in person.addresses:
        why_not = OutboxRow.error.icontains(row.address, autoescape=True)
        session.execute(update(OutboxRow).where(why_not).values(error=None))
    person.name = person.folded = ""
    person.staff_number = person.language = person.did = None
    person.erased_at, person.left_at = now, person.left_at or now
    for table in _OF_THE_RECORD:
        session.execute(delete(table).where(table.person_pk == person.id))
    theirs = (RelationRow.person_pk == person.id) | (RelationRow.other_pk == person.id)
    session.execute(update(RelationRow).where(theirs).values(reason=None))
