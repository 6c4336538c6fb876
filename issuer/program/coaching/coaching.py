"""Coaching a project (R4, R5): who coaches, what is noted, and who reads which of it.

begin(session, project, coach, now=now)
note(session, project, coach, date(2026, 11, 30), "Visited third period.", now=now)
entries(session, project, reader=administrator)     # texts only of what was shared
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from issuer.database.pressed_twice import add_once
from issuer.home.problem import FieldError
from issuer.people.tables import ExpertiseRow, PersonRow
from issuer.program.coaching.tables import (
    CoachEntryRow,
    CoachingRow,
    CohortMemberRow,
    CohortRow,
    StudyEntryRow,
)
from issuer.program.projects.tables import ProjectRow
from verifier.wording.words import N_

LONGEST_ENTRY: Final = 4000
LONGEST_PROVIDER: Final = 200
LEAST_HOURS: Final = 1 / 60
MOST_HOURS: Final = 1000
_STUDIED: Final = ("project_pk", "day", "text", "minutes", "provider")


class CoachingRefused(FieldError):
    """The entry, or the coach, is not taken; the message says why, `field` what to change."""


@dataclass(frozen=True)
class CoachingEntry:
    """An entry as its reader sees it: without text where it is not theirs to read."""

    id: int
    day: date
    coach: str
    text: str | None
    is_shared: bool


class Entries(NamedTuple):
    """How many entries there are, and the day of the newest."""

    number: int
    newest: date


def begin(session: Session, project: ProjectRow, coach: PersonRow, *, now: datetime) -> None:
    """Add a coach to a project, beside those it has. Raises `CoachingRefused`."""
    if coach.id == project.person_pk:
        raise CoachingRefused("coach", N_("Nobody coaches their own project."))
    if not is_coach(session, project, coach):
        session.add(CoachingRow(project_pk=project.id, coach_pk=coach.id, began_at=now))
        session.flush()


def replace(
    session: Session, project: ProjectRow, old: PersonRow, new: PersonRow, *, now: datetime
) -> None:
    """Replace a coach; the new one sees earlier entries only if they were shared."""
    for row in _current(session, project):
        if row.coach_pk == old.id:
            row.ended_at = now
    begin(session, project, new, now=now)


def assigned_coaches(session: Session, project: ProjectRow) -> list[PersonRow]:
    """Return the coaches who are assigned to this project now."""
    return [row.coach for row in _current(session, project)]


def coaches(session: Session, project: ProjectRow) -> list[PersonRow]:
    """Return who coaches a project now: its own coaches, and leaders of the teacher's cohorts."""
    given_to = select(CoachingRow.coach_pk).where(
        CoachingRow.project_pk == project.id, CoachingRow.ended_at.is_(None)
    )
    leaders = (
        select(CohortRow.leader_pk)
        .join(CohortMemberRow, CohortMemberRow.cohort_pk == CohortRow.id)
        .where(CohortMemberRow.person_pk == project.person_pk, CohortMemberRow.left_at.is_(None))
        .where(CohortRow.ended_at.is_(None))
        .where(CohortRow.offering_pk.is_not_distinct_from(project.offering_pk))
    )
    people = select(PersonRow).where(
        PersonRow.id != project.person_pk,
        or_(PersonRow.id.in_(given_to), PersonRow.id.in_(leaders)),
    )
    return list(session.scalars(people.order_by(PersonRow.folded, PersonRow.id)))


def is_coach(session: Session, project: ProjectRow, person: PersonRow) -> bool:
    """True if this person coaches the project now."""
    mine = exists().where(ProjectRow.id == project.id, coached_by(person.id))
    return bool(session.scalar(select(mine)))


def coached_by(person: int) -> ColumnElement[bool]:
    """Return the condition for a project to be coached by this person now."""
    by_hand = select(CoachingRow.project_pk).where(
        CoachingRow.coach_pk == person, CoachingRow.ended_at.is_(None)
    )
    led = exists().where(
        CohortRow.id == CohortMemberRow.cohort_pk,
        CohortRow.leader_pk == person,
        CohortRow.ended_at.is_(None),
        CohortRow.offering_pk.is_not_distinct_from(ProjectRow.offering_pk),
        CohortMemberRow.person_pk == ProjectRow.person_pk,
        CohortMemberRow.left_at.is_(None),
    )
    return (ProjectRow.person_pk != person) & or_(ProjectRow.id.in_(by_hand), led)


def note(
    session: Session,
    project: ProjectRow,
    coach: PersonRow,
    day: date,
    text: str,
    *,
    now: datetime,
) -> CoachEntryRow | None:
    """Write a coach's dated entry and return it; None if it is there. Raises `CoachingRefused`."""
    if not is_coach(session, project, coach):
        raise CoachingRefused("text", N_("Only a coach of this project writes here."))
    entry = CoachEntryRow(
        project_pk=project.id,
        coach_pk=coach.id,
        day=_day(day, now),
        text=_text(text),
        created_at=now,
    )
    return entry if add_once(session, entry, "project_pk", "coach_pk", "day", "text") else None


def share(session: Session, entry: CoachEntryRow, *, is_shared: bool, now: datetime) -> None:
    """Share an entry with all who may see the project, or stop; the teacher decides."""
    entry.shared_at = now if is_shared else None
    session.flush()


def entries(session: Session, project: ProjectRow, *, reader: PersonRow) -> list[CoachingEntry]:
    """Return the coaches' entries as this person may read them, oldest first.

    The teacher reads all; a coach reads their own and what was shared; everybody else who may
    see the project reads what was shared, and only that the others are there.
    """
    rows = select(CoachEntryRow).where(CoachEntryRow.project_pk == project.id)
    rows = rows.options(joinedload(CoachEntryRow.coach))
    return [
        CoachingEntry(
            id=row.id,
            day=row.day,
            coach=row.coach.name,
            text=row.text if _may_read(row, project, reader) else None,
            is_shared=row.shared_at is not None,
        )
        for row in session.scalars(rows.order_by(CoachEntryRow.day, CoachEntryRow.id))
    ]


def count(session: Session, projects: Collection[int]) -> dict[int, Entries]:
    """Return how many entries each of these projects has: what an administrator sees."""
    rows = (
        select(CoachEntryRow.project_pk, func.count(), func.max(CoachEntryRow.day))
        .where(CoachEntryRow.project_pk.in_(projects))
        .group_by(CoachEntryRow.project_pk)
    )
    return {project: Entries(number, day) for project, number, day in session.execute(rows)}


def study(
    session: Session,
    project: ProjectRow,
    day: date,
    text: str,
    *,
    minutes: int | None = None,
    now: datetime,
) -> None:
    """Write an entry of the teacher's study record (R2), unless it is there. Raises
    `CoachingRefused`."""
    if minutes is not None and not 0 < minutes <= 24 * 60:
        raise CoachingRefused("minutes", N_("Write the minutes of one day, or leave them out."))
    entry = StudyEntryRow(
        project_pk=project.id, day=_day(day, now), text=_text(text), minutes=minutes, created_at=now
    )
    add_once(session, entry, *_STUDIED)


def learn_outside(
    session: Session,
    project: ProjectRow,
    day: date,
    text: str,
    *,
    provider: str,
    hours: float | None,
    now: datetime,
) -> None:
    """Write learning outside, such as a college course, into the study record, unless it is there:
    what it was, where, how many hours, and its last `day` (R22). Raises `CoachingRefused`."""
    provider = " ".join(provider.split())
    if not 0 < len(provider) <= LONGEST_PROVIDER:
        raise CoachingRefused("provider", N_("Write where it was, in at most 200 characters."))
    if hours is None or not LEAST_HOURS <= hours <= MOST_HOURS:
        raise CoachingRefused("hours", N_("Write its hours as a number, such as 15 or 7.5."))
    entry = StudyEntryRow(
        project_pk=project.id,
        day=_day(day, now),
        text=_text(text),
        provider=provider,
        minutes=round(hours * 60),
        created_at=now,
    )
    add_once(session, entry, *_STUDIED)


def study_record(session: Session, project: ProjectRow) -> Sequence[StudyEntryRow]:
    """Return the teacher's study record, oldest first."""
    rows = select(StudyEntryRow).where(StudyEntryRow.project_pk == project.id)
    return session.scalars(rows.order_by(StudyEntryRow.day, StudyEntryRow.id)).all()


def experts(session: Session, topic: str) -> Sequence[PersonRow]:
    """Return who knows a topic and is here: whom to ask to coach."""
    rows = (
        select(PersonRow)
        .join(ExpertiseRow, ExpertiseRow.person_pk == PersonRow.id)
        .where(ExpertiseRow.topic == topic, PersonRow.left_at.is_(None))
        .where(PersonRow.erased_at.is_(None), PersonRow.merged_into.is_(None))
    )
    return session.scalars(rows.order_by(PersonRow.folded)).all()


def cohort_and_coaches(session: Session, teachers: Collection[int]) -> Iterable[tuple[int, int]]:
    """Return pairs (teacher, person who must not judge them): coaches, and members and leader of
    the same cohort (I2, E28)."""
    coached = (
        select(ProjectRow.person_pk, CoachingRow.coach_pk)
        .join(CoachingRow, CoachingRow.project_pk == ProjectRow.id)
        .where(ProjectRow.person_pk.in_(teachers))
    )
    for teacher, person in session.execute(coached):
        yield teacher, person
    mine = select(CohortMemberRow.cohort_pk).where(CohortMemberRow.person_pk.in_(teachers))
    theirs = or_(CohortRow.leader_pk.in_(teachers), CohortRow.id.in_(mine))
    cohorts = select(CohortRow).where(theirs).options(joinedload(CohortRow.members))
    for cohort in session.scalars(cohorts).unique():
        everybody = {cohort.leader_pk, *(member.person_pk for member in cohort.members)}
        for teacher in everybody.intersection(teachers):
            yield from ((teacher, person) for person in everybody)


def _current(session: Session, project: ProjectRow) -> Sequence[CoachingRow]:
    rows = select(CoachingRow).where(CoachingRow.project_pk == project.id)
    rows = rows.where(CoachingRow.ended_at.is_(None)).options(joinedload(CoachingRow.coach))
    return session.scalars(rows).all()


def _may_read(row: CoachEntryRow, project: ProjectRow, reader: PersonRow) -> bool:
    return reader.id in (project.person_pk, row.coach_pk) or row.shared_at is not None


def _day(day: date, now: datetime) -> date:
    """Return a day that is not in the future anywhere on earth."""
    if (day - now.date()).days > 1:
        raise CoachingRefused("day", N_("This day has not come: write one that has."))
    return day


def _text(text: str) -> str:
    text = text.strip()
    if not 0 < len(text) <= LONGEST_ENTRY:
        raise CoachingRefused("text", N_("Write a few words, at most 4,000 characters."))
    return text
