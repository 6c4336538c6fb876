"""Evidence that teachers show to colleagues, once it has earned its credential (D9)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from issuer.people.tables import PersonRow
from issuer.program.evidence.artifacts import ArtifactTier
from issuer.program.evidence.tables import ArtifactRow
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow, TopicRow
from issuer.program.reports.awards import is_earned

PAGE: Final = 20


@dataclass(frozen=True)
class SharedPage:
    """A page of projects, the newest first, with what each shows; and how many pages there are."""

    projects: Sequence[ProjectRow]
    artifacts: Mapping[int, Sequence[ArtifactRow]]
    number: int
    pages: int


def is_shared() -> ColumnElement[bool]:
    """Return the condition for an artifact to be shown to colleagues now: until its credential is
    revoked, its consent is withdrawn, its teacher leaves, or it is disposed of."""
    its_project = (ProjectRow.id == ArtifactRow.project_pk) & (ProjectRow.state == State.ISSUED)
    of_a_colleague = (
        select(ProjectRow.id)
        .join(ProjectRow.person)
        .where(its_project, PersonRow.left_at.is_(None), is_earned())
    )
    return (
        (ArtifactRow.tier == ArtifactTier.DISTRICT)
        & ArtifactRow.removed_at.is_(None)
        & ArtifactRow.withdrawn_at.is_(None)
        & or_(ArtifactRow.sha256.is_not(None), ArtifactRow.url.is_not(None))
        & of_a_colleague.correlate(ArtifactRow).exists()
    )


def shared(session: Session, seen: ColumnElement[bool], field: str, number: int) -> SharedPage:
    """Return a page of the projects whose evidence is `seen`, of one field if one is named."""
    rows = select(ProjectRow).where(ProjectRow.id.in_(select(ArtifactRow.project_pk).where(seen)))
    if field:
        rows = rows.join(TopicRow, TopicRow.id == ProjectRow.topic_pk).where(TopicRow.name == field)
    total = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    pages = max(1, -(-total // PAGE))
    number = min(max(1, number), pages)
    projects = session.scalars(
        rows.options(joinedload(ProjectRow.person), joinedload(ProjectRow.topic))
        .order_by(ProjectRow.id.desc())
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    ).all()
    artifacts = defaultdict(list)
    listed = ArtifactRow.project_pk.in_([project.id for project in projects])
    for row in session.scalars(select(ArtifactRow).where(listed, seen).order_by(ArtifactRow.id)):
        artifacts[row.project_pk].append(row)
    return SharedPage(projects, artifacts, number, pages)


def fields(session: Session, seen: ColumnElement[bool]) -> Sequence[str]:
    """Return the fields of the projects whose evidence is `seen`, by name."""
    rows = (
        select(TopicRow.name)
        .join(ProjectRow, ProjectRow.topic_pk == TopicRow.id)
        .where(ProjectRow.id.in_(select(ArtifactRow.project_pk).where(seen)))
    )
    return session.scalars(rows.distinct().order_by(TopicRow.name)).all()
