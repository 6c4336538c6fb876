"""The state of judging: what waits, who has it, and what is ready to decide.

now = waiting(session)          # in one query, for one request as for two thousand
now.lacking(Purpose.PROPOSAL, 2), now.late(today)
ready(session)                  # the versions that can be decided
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from issuer.program.evaluation.tables import AssignmentRow, ReviewRow
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.windows.window import Purpose

_WAITS_IN: Final = {Purpose.PROPOSAL: State.PROPOSED, Purpose.COMPLETION: State.SUBMITTED}
_HAS_IT: Final = (AssignmentRow.version_pk == VersionRow.id) & AssignmentRow.ended_at.is_(None)
"""What joins a request to those who have it now."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """An evaluator who has a request, by when, and whether the review is given."""

    evaluator_pk: int
    due_on: date
    created_at: datetime
    is_given: bool


@dataclass(frozen=True, slots=True)
class WaitingRequest:
    """What waits to be judged: the newest version of a project, and who has it."""

    version_pk: int
    purpose: Purpose
    window_pk: int | None
    received_at: datetime
    assigned: tuple[Assigned, ...]

    @property
    def is_ready(self) -> bool:
        """True once somebody has it, and every review is given."""
        return bool(self.assigned) and all(one.is_given for one in self.assigned)


@dataclass(frozen=True)
class Waiting:
    """Every request that waits, oldest first."""

    requests: Sequence[WaitingRequest]

    @property
    def to_judge(self) -> list[Assigned]:
        """Whose review is not given yet."""
        return [one for row in self.requests for one in row.assigned if not one.is_given]

    def lacking(self, purpose: Purpose, judges: int) -> int:
        """Return how many requests of a purpose fewer than so many evaluators have."""
        return sum(row.purpose == purpose and len(row.assigned) < judges for row in self.requests)

    def late(self, today: date) -> int:
        """Return how many reviews should have been given before today."""
        return sum(one.due_on < today for one in self.to_judge)


def waiting(session: Session) -> Waiting:
    """Return where judging stands now."""
    rows = (
        select(
            VersionRow.id,
            VersionRow.purpose,
            VersionRow.window_pk,
            VersionRow.received_at,
            AssignmentRow.evaluator_pk,
            AssignmentRow.due_on,
            AssignmentRow.created_at,
            ReviewRow.given_at,
        )
        .outerjoin(AssignmentRow, _HAS_IT)
        .outerjoin(ReviewRow, ReviewRow.assignment_pk == AssignmentRow.id)
        .where(VersionRow.id.in_(_newest()))
        .order_by(VersionRow.id, AssignmentRow.id)
    )
    by_version = groupby(session.execute(rows), key=lambda row: row.id)
    return Waiting([_request(list(own)) for _, own in by_version])


def _request(rows: Sequence[Row[*tuple[Any, ...]]]) -> WaitingRequest:
    """Return a request from its rows: one for each evaluator, or one without."""
    first = rows[0]
    return WaitingRequest(
        first.id,
        Purpose(first.purpose),
        first.window_pk,
        first.received_at,
        tuple(
            Assigned(row.evaluator_pk, row.due_on, row.created_at, row.given_at is not None)
            for row in rows
            if row.evaluator_pk is not None
        ),
    )


def ready(session: Session) -> Sequence[int]:
    """Return the versions that can be decided, oldest first: of each request that `is_ready`."""
    rows = (
        select(VersionRow.id)
        .join(AssignmentRow, _HAS_IT)
        .outerjoin(ReviewRow, ReviewRow.assignment_pk == AssignmentRow.id)
        .where(VersionRow.id.in_(_newest()))
        .group_by(VersionRow.id)
        .having(func.count(AssignmentRow.id) == func.count(ReviewRow.given_at))
    )
    return session.scalars(rows.order_by(VersionRow.id)).all()


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
    of_project = joinedload(VersionRow.project)
    rows = (
        select(VersionRow)
        .join(VersionRow.project)
        .where(_waits(purposes))
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


def _newest() -> Select[int]:
    """Return the newest version of each project that waits."""
    rows = select(func.max(VersionRow.id)).join(VersionRow.project).where(_waits(Purpose))
    return rows.group_by(VersionRow.project_pk)


def _waits(purposes: Iterable[Purpose]) -> ColumnElement[bool]:
    """Return the condition for a version to wait to be judged, beside newer ones of its project."""
    return or_(
        *(
            and_(VersionRow.purpose == purpose, ProjectRow.state == _WAITS_IN[purpose])
            for purpose in purposes
        )
    )


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
