"""How long each class of record is kept, what extends that, and what may be disposed of.

    retention.choose(session, Record.REVIEWS, 7, by=person, now=now)
    due(session, now)        # what a person may confirm the disposal of, and nothing else

There is no default: a class that the district has not chosen for is kept.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

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


class RecordRefused(MintmarkError):
    """A choice, or a disposal, is not possible; the message says why."""


@dataclass(frozen=True, slots=True)
class Due:
    """One class of record of one project, whose time is over."""

    project: ProjectRow
    record: Record

    @property
    def key(self) -> str:
        """What names it in a list that is confirmed."""
        return f"{self.project.id}:{self.record}"


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
    held = {row.person_pk for row in holds(session)}
    if None in held:
        return set(people)
    asked = (
        select(ProjectRow.person_pk)
        .join(ArtifactRow, ArtifactRow.project_pk == ProjectRow.id)
        .join(InspectedRow, InspectedRow.artifact_pk == ArtifactRow.id)
        .join(InspectionRow, InspectionRow.id == InspectedRow.inspection_pk)
        .where(InspectionRow.closed_at.is_(None))
    )
    return set(people) & ({number for number in held if number} | set(session.scalars(asked)))


def due(session: Session, now: datetime) -> list[Due]:
    """Return what may be disposed of now, oldest first."""
    begins = {
        record: _years_before(now, years)
        for record, years in chosen(session).items()
        if years is not None
    }
    if not begins:
        return []
    rows = (
        select(ProjectRow)
        .where(ProjectRow.state.in_(ENDED), ProjectRow.changed_at <= max(begins.values()))
        .options(joinedload(ProjectRow.person))
        .order_by(ProjectRow.changed_at, ProjectRow.id)
    )
    projects = session.scalars(rows).all()
    done = session.execute(select(DisposalRow.project_pk, DisposalRow.record, DisposalRow.at))
    gone = {(project, record): at for project, record, at in done}
    held = kept_back(session, {project.person_pk for project in projects})
    return [
        Due(project, record)
        for project in projects
        for record in Record
        if record in begins
        and project.changed_at <= begins[record]
        and not _is_gone(gone.get((project.id, record)), project)
        and project.person_pk not in held
    ]


def digest(listed: Iterable[Due]) -> str:
    """Return what stands for a list, so that what is confirmed is what was looked at."""
    return hashlib.sha256(" ".join(item.key for item in listed).encode()).hexdigest()[:32]


def _is_gone(at: datetime | None, project: ProjectRow) -> bool:
    """True if nothing was written since it was disposed of: a project may be opened again."""
    return at is not None and at >= project.changed_at


def _years_before(now: datetime, years: int) -> datetime:
    try:
        return now.replace(year=now.year - years)
    except ValueError:  # February 29
        return now.replace(year=now.year - years, day=28)
