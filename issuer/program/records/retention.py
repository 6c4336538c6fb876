"""How long each class of record is kept, what extends that, and what may be disposed of.

    retention.choose(session, Record.REVIEWS, 7, by=person, now=now)
    due(session, now)        # what a person may confirm the disposal of, and nothing else

There is no default: a class that the district has not chosen for is kept.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, case, exists, literal, not_, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from contexts.errors import MintmarkError
from issuer.database.pressed_twice import add_once
from issuer.people.tables import PersonRow
from issuer.program.evidence.tables import ArtifactRow
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow
from issuer.program.records.tables import (
    DisposalRow,
    HoldRow,
    InspectedRow,
    InspectionRow,
    RetentionRow,
)
from verifier.wording.words import N_


class Record(StrEnum):
    """A class of record of a project."""

    EVIDENCE = "evidence"
    TEXTS = "texts"
    COACHING = "coaching"
    REVIEWS = "reviews"


ENDED: Final = (State.ISSUED, State.CLOSED, State.WITHDRAWN)
"""The states from whose day on years are counted."""
MOST_YEARS: Final = 100
_BITS: Final = {record: 1 << place for place, record in enumerate(Record)}
Key: TypeAlias = tuple[int, Record]
"""The number of a project, and a class of its records."""


class RecordRefused(MintmarkError):
    """A choice, or a disposal, is not possible; the message says why."""


@dataclass(frozen=True, slots=True)
class Due:
    """One class of record of one project, whose time is over."""

    project: ProjectRow
    record: Record


@dataclass(frozen=True, slots=True)
class DueList:
    """What may be disposed of, oldest first: the number of each project, with the bits of its
    classes. Of a hundred thousand records, a page shows the first and counts the others."""

    projects: Sequence[tuple[int, int]]

    def __len__(self) -> int:
        """How many records there are: each class of each project."""
        return sum(bits.bit_count() for _, bits in self.projects)

    def first(self, most: int) -> list[Key]:
        """The keys of the first of them."""
        keys = ((number, record) for number, bits in self.projects for record in _classes(bits))
        return list(islice(keys, most))

    @property
    def digest(self) -> str:
        """What stands for the list, so that what is confirmed is what was looked at."""
        text = " ".join(f"{number}:{bits}" for number, bits in self.projects)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class DisposalLine:
    """What a page shows of one class of record of one project; without a title it is ""."""

    teacher: str
    title: str
    ended: datetime
    record: Record


def choose(
    session: Session, record: Record, years: int | None, *, by: PersonRow, now: datetime
) -> None:
    """Keep a class of record for some years after a project's end, or for ever (None).

    Raises `RecordRefused`.
    """
    if years is not None and not 0 <= years <= MOST_YEARS:
        raise RecordRefused(N_("Write a number of years from 0 to 100."))
    if record not in (there := chosen(session)) or there[record] != years:
        row = RetentionRow(record=record, years=years, created_at=now, created_by=by.id)
        session.add(row)
        session.flush()


def chosen(session: Session) -> Mapping[Record, int | None]:
    """Return the years of each class for which somebody chose."""
    rows = session.scalars(select(RetentionRow).order_by(RetentionRow.id))
    return {Record(row.record): row.years for row in rows}


def hold(
    session: Session, person: PersonRow | None, reason: str, *, by: PersonRow, now: datetime
) -> None:
    """Keep everything of a person, or of all, whatever its age; once for one reason.

    Raises `RecordRefused`.
    """
    if not 0 < len(reason.strip()) <= 500:
        raise RecordRefused(N_("Write why, in 1 to 500 characters."))
    whose = person and person.id
    row = HoldRow(person_pk=whose, reason=reason.strip(), began_at=now, began_by=by.id)
    add_once(session, row, "person_pk", "reason", "ended_at")


def holds(session: Session) -> Sequence[HoldRow]:
    """Return the holds that have not ended."""
    rows = select(HoldRow).where(HoldRow.ended_at.is_(None)).options(joinedload(HoldRow.person))
    return session.scalars(rows.order_by(HoldRow.id)).all()


def kept_back(session: Session, people: Collection[int]) -> set[int]:
    """Return the people whose records must be kept: for a hold, or a parent's open request."""
    rows = select(PersonRow.id).where(PersonRow.id.in_(people), _is_kept_back(PersonRow.id))
    return set(session.scalars(rows))


def due(session: Session, now: datetime) -> list[Due]:
    """Return what may be disposed of now, oldest first."""
    rows = _due(session, now, ProjectRow)
    return [Due(project, record) for project, bits in rows for record in _classes(bits)]


def due_list(session: Session, now: datetime) -> DueList:
    """Return the same as numbers alone, without reading a project."""
    return DueList(_due(session, now, ProjectRow.id))


def as_list(rows: Iterable[Due]) -> DueList:
    """Return the numbers of what is due."""
    projects: dict[int, int] = defaultdict(int)
    for item in rows:
        projects[item.project.id] |= _BITS[item.record]
    return DueList(list(projects.items()))


def listed(session: Session, keys: Sequence[Key]) -> list[DisposalLine]:
    """Return what a page shows of some keys, in their order."""
    columns = (ProjectRow.id, PersonRow.name, ProjectRow.proposal, ProjectRow.changed_at)
    people = PersonRow.id == ProjectRow.person_pk
    rows = select(*columns).select_from(ProjectRow).join(PersonRow, people)
    rows = rows.where(ProjectRow.id.in_({number for number, _ in keys}))
    projects = {
        number: (teacher, proposal.get("title", ""), ended)
        for number, teacher, proposal, ended in session.execute(rows)
    }
    return [DisposalLine(*projects[number], record) for number, record in keys]


def _classes(bits: int) -> list[Record]:
    return [record for record, bit in _BITS.items() if bits & bit]


def _due(session: Session, now: datetime, what: Any) -> Sequence[Any]:
    """Return a column of each project, or its row, with the bits of what is over."""
    choices = chosen(session)
    begins = {
        record: _years_before(now, years)
        for record in Record
        if (years := choices.get(record)) is not None
    }
    if not begins:
        return []
    disposals = {record: aliased(DisposalRow) for record in begins}
    is_over = {record: _is_over(day, disposals[record]) for record, day in begins.items()}
    bits = [case((over, _BITS[record]), else_=0) for record, over in is_over.items()]
    rows = (
        select(what, sum(bits, literal(0)))
        .select_from(ProjectRow)
        .where(ProjectRow.state.in_(ENDED), or_(*is_over.values()))
        .where(not_(_is_kept_back(ProjectRow.person_pk)))
        .order_by(ProjectRow.changed_at, ProjectRow.id)
    )
    for record, disposal in disposals.items():
        of_it = (disposal.project_pk == ProjectRow.id) & (disposal.record == record)
        rows = rows.outerjoin(disposal, of_it)
    return session.execute(rows).all()


def _is_over(day: datetime, disposal: Any) -> ColumnElement[bool]:
    """True of a project that ended by a day, unless the class is gone and nothing was written
    since: a project may be opened again."""
    is_there = or_(disposal.at.is_(None), disposal.at < ProjectRow.changed_at)
    return (ProjectRow.changed_at <= day) & is_there


def _is_kept_back(person_pk: Any) -> ColumnElement[bool]:
    """True of a person whose records must be kept."""
    in_force = HoldRow.ended_at.is_(None)
    everybody = exists().where(in_force, HoldRow.person_pk.is_(None))
    held = select(HoldRow.person_pk).where(in_force, HoldRow.person_pk.is_not(None))
    asked = (
        select(ProjectRow.person_pk)
        .join(ArtifactRow, ArtifactRow.project_pk == ProjectRow.id)
        .join(InspectedRow, InspectedRow.artifact_pk == ArtifactRow.id)
        .join(InspectionRow, InspectionRow.id == InspectedRow.inspection_pk)
        .where(InspectionRow.closed_at.is_(None))
        .correlate(None)
    )
    return or_(everybody, person_pk.in_(held), person_pk.in_(asked))


def _years_before(now: datetime, years: int) -> datetime:
    try:
        return now.replace(year=now.year - years)
    except ValueError:  # February 29
        return now.replace(year=now.year - years, day=28)
