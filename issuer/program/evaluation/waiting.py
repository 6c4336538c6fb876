"""The state of judging: what waits, who has it, and what is ready to decide.

now = waiting(session)          # in two queries, for one request as for two thousand
now.unassigned(Purpose.PROPOSAL), now.late(today), now.ready
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload

from issuer.program.evaluation.tables import AssignmentRow, ReviewRow
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.windows.window import Purpose

_WAITS_IN: Final = {Purpose.PROPOSAL: State.PROPOSED, Purpose.COMPLETION: State.SUBMITTED}


@dataclass(frozen=True)
class Waiting:
    """The newest version of each project that waits, oldest first, and its open assignments."""

    versions: Sequence[VersionRow]
    assignments: Mapping[int, Sequence[AssignmentRow]]

    def unassigned(self, purpose: Purpose) -> int:
        """Return how many requests of a purpose nobody has."""
        return sum(
            version.purpose == purpose and not self.assignments.get(version.id)
            for version in self.versions
        )

    def late(self, today: date) -> int:
        """Return how many reviews should have been given before today."""
        rows = [row for rows in self.assignments.values() for row in rows]
        return sum(given_review(row) is None and row.due_on < today for row in rows)

    @property
    def ready(self) -> list[tuple[VersionRow, list[ReviewRow]]]:
        """What can be decided: each version whose reviews are all given, with its reviews."""
        cases = []
        for version in self.versions:
            reviews = [given_review(row) for row in self.assignments.get(version.id, ())]
            whole = [review for review in reviews if review is not None]
            if whole and len(whole) == len(reviews):
                cases.append((version, whole))
        return cases


def waiting(session: Session) -> Waiting:
    """Return where judging stands now."""
    versions = waiting_versions(session, list(Purpose))
    return Waiting(versions, open_assignments(session, versions))


def waiting_versions(
    session: Session,
    purposes: Collection[Purpose],
    window_pk: int | None = None,
    *,
    teachers: Collection[int] | None = None,
) -> Sequence[VersionRow]:
    """Return the newest version of each project that waits to be judged, oldest first.

    Its project, teacher, field and rubric come with it.
    """
    waits = [
        and_(VersionRow.purpose == purpose, ProjectRow.state == _WAITS_IN[purpose])
        for purpose in purposes
    ]
    of_project = joinedload(VersionRow.project)
    rows = (
        select(VersionRow)
        .join(VersionRow.project)
        .where(or_(*waits))
        .options(of_project.joinedload(ProjectRow.person), of_project.joinedload(ProjectRow.topic))
        .options(joinedload(VersionRow.rubric_version))
        .order_by(VersionRow.id)
    )
    if window_pk is not None:
        rows = rows.where(VersionRow.window_pk == window_pk)
    if teachers is not None:
        rows = rows.where(ProjectRow.person_pk.in_(teachers))
    newest = {version.project_pk: version for version in session.scalars(rows)}
    return list(newest.values())


def open_assignments(
    session: Session, versions: Collection[VersionRow]
) -> Mapping[int, Sequence[AssignmentRow]]:
    """Return, by version, the assignments that have not ended, with their reviews."""
    rows = (
        select(AssignmentRow)
        .where(AssignmentRow.version_pk.in_([version.id for version in versions]))
        .where(AssignmentRow.ended_at.is_(None))
        .options(joinedload(AssignmentRow.review).joinedload(ReviewRow.assignment))
        .order_by(AssignmentRow.id)
    )
    by_version: dict[int, list[AssignmentRow]] = defaultdict(list)
    for row in session.scalars(rows):
        by_version[row.version_pk].append(row)
    return by_version


def given_review(assignment: AssignmentRow) -> ReviewRow | None:
    """Return the review of an assignment, once it is given."""
    review = assignment.review
    return review if review is not None and review.given_at is not None else None
