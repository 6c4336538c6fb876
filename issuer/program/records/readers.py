"""Who opened evidence that may show students: one event for each reader, object and day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from issuer.audit.tables import AuditRow
from issuer.people.tables import PersonRow
from issuer.program.evidence.artifacts import READ
from issuer.program.evidence.tables import ArtifactRow
from issuer.program.projects.tables import ProjectRow

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class EvidenceReading:
    """Somebody opened a piece of evidence."""

    number: int
    at: datetime
    reader: str
    artifact: str
    teacher: str


def readings(
    session: Session, seen: ColumnElement[bool], before: int | None = None
) -> Sequence[EvidenceReading]:
    """Return who opened what, the newest first, a page at a time; what it was is left out where its
    project is not `seen`."""
    rows = select(AuditRow).where(AuditRow.action == READ).order_by(AuditRow.number.desc())
    if before is not None:
        rows = rows.where(AuditRow.number < before)
    entries = session.scalars(rows.limit(PAGE)).all()
    people = _named(session, {_number(row.actor) for row in entries})
    objects = _artifacts(session, {_number(row.about) for row in entries}, seen)
    return [
        EvidenceReading(
            row.number,
            row.at,
            people.get(_number(row.actor), ""),
            *objects.get(_number(row.about), ("", "")),
        )
        for row in entries
    ]


def _number(name: str) -> int:
    return int(name.partition(":")[2] or 0)


def _named(session: Session, numbers: set[int]) -> dict[int, str]:
    rows = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(numbers))
    return dict(session.execute(rows).all())


def _artifacts(
    session: Session, numbers: set[int], seen: ColumnElement[bool]
) -> dict[int, tuple[str, str]]:
    rows = select(ArtifactRow).join(ProjectRow, ProjectRow.id == ArtifactRow.project_pk)
    rows = rows.where(ArtifactRow.id.in_(numbers), seen)
    with_teacher = joinedload(ArtifactRow.project).joinedload(ProjectRow.person)
    return {
        row.id: (row.name, row.project.person.name)
        for row in session.scalars(rows.options(with_teacher))
    }
