"""What can be decided: each request whose reviews are all given, with what they lead to.

for case in ready_cases(session, policy, ready(session)[:50], me.id):
    case.outcomes, case.is_settled
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import or_, select, union
from sqlalchemy.orm import Session, contains_eager, defer, joinedload

from issuer.catalog.achievement import Rubric
from issuer.catalog.versions import rubric_of
from issuer.program.evaluation import decisions
from issuer.program.evaluation.conflicts import must_not_judge
from issuer.program.evaluation.judgment import JudgmentOutcome
from issuer.program.evaluation.tables import AssignmentRow, ProjectDecisionRow, ReviewRow
from issuer.program.policy import Policy
from issuer.program.projects.tables import ProjectRow, VersionRow


@dataclass(frozen=True)
class Case:
    """What can be decided: the reviews of a version, and what they lead to. `related` says that
    somebody who gave one must not have judged it, as is known now; `is_for_deputy`, that whoever
    decides must not decide about this teacher. `lacking` is how many more reviews the district asks
    for."""

    version: VersionRow
    reviews: Sequence[ReviewRow]
    rubric: Rubric
    draft: ProjectDecisionRow | None
    related: bool
    is_for_deputy: bool
    lacking: int

    @property
    def mark(self) -> str:
        """What the page carries of what it shows."""
        return decisions.mark(self.draft, self.reviews)

    @cached_property
    def outcomes(self) -> set[JudgmentOutcome]:
        """What the reviews lead to: two, if they differ."""
        return decisions.outcomes(self.rubric, self.reviews)

    def lines(self, review: ReviewRow) -> list[tuple[str, str, str]]:
        """Return what a review says of each criterion: its name, its level's name, a comment."""
        return [
            (criterion.name, level.name, review.comments.get(criterion.id, ""))
            for criterion in self.rubric.criteria
            for level in criterion.levels
            if level.id == review.levels[criterion.id]
        ]

    @property
    def is_settled(self) -> bool:
        """True if it can be released as it is, without somebody looking at it."""
        is_clear = self.draft is not None or (len(self.outcomes) == 1 and not self.lacking)
        return is_clear and not self.related and not self.is_for_deputy


def ready_cases(
    session: Session, policy: Policy, version_pks: Collection[int], me: int
) -> list[Case]:
    """Return what the person of the number `me` can decide about these versions, oldest first."""
    drafts = _with_drafts(session, version_pks)
    reviews = _reviews(session, version_pks)
    forbidden = must_not_judge(session, {version.project.person_pk for version in drafts})
    rubrics = {row.id: rubric_of(row) for row in {version.rubric_version for version in drafts}}
    cases = []
    for version, draft in drafts.items():
        conflicts = forbidden[version.project.person_pk]
        judges = {review.assignment.evaluator_pk for review in reviews[version.id]}
        cases.append(
            Case(
                version,
                reviews[version.id],
                rubric=rubrics[version.rubric_version_id],
                draft=draft,
                related=not judges.isdisjoint(conflicts),
                is_for_deputy=me in conflicts,
                lacking=max(0, policy.judges(version.purpose) - len(reviews[version.id])),
            )
        )
    return cases


def _with_drafts(
    session: Session, version_pks: Collection[int]
) -> Mapping[VersionRow, ProjectDecisionRow | None]:
    """Return these versions, oldest first, each with the draft of its decision if there is one; of
    what was written, only what a list shows."""
    of_project = contains_eager(VersionRow.project)
    drafted = (ProjectDecisionRow.version_pk == VersionRow.id) & (
        ProjectDecisionRow.released_at.is_(None)
    )
    rows = (
        select(VersionRow, ProjectDecisionRow)
        .join(VersionRow.project)
        .join(ProjectRow.person)
        .outerjoin(ProjectDecisionRow, drafted)
        .where(VersionRow.id.in_(version_pks))
        .options(
            of_project.contains_eager(ProjectRow.person), of_project.defer(ProjectRow.completion)
        )
        .options(joinedload(VersionRow.rubric_version), defer(VersionRow.artifacts))
        .order_by(VersionRow.id)
    )
    return dict(session.execute(rows).all())


def _reviews(session: Session, version_pks: Collection[int]) -> Mapping[int, Sequence[ReviewRow]]:
    """Return, by version, the reviews that are given and not set aside."""
    rows = (
        select(ReviewRow)
        .join(ReviewRow.assignment)
        .where(AssignmentRow.version_pk.in_(version_pks))
        .where(AssignmentRow.ended_at.is_(None), ReviewRow.given_at.is_not(None))
        .options(contains_eager(ReviewRow.assignment))
        .order_by(AssignmentRow.id)
    )
    reviews: dict[int, list[ReviewRow]] = defaultdict(list)
    for review in session.scalars(rows):
        reviews[review.assignment.version_pk].append(review)
    return reviews


def changed_since(session: Session, version_pks: Collection[int], moment: datetime) -> set[int]:
    """Return those of these versions of which, after a moment, a review was given or set aside, or
    a decision drafted."""
    reviewed = (
        select(AssignmentRow.version_pk)
        .outerjoin(ReviewRow, ReviewRow.assignment_pk == AssignmentRow.id)
        .where(AssignmentRow.version_pk.in_(version_pks))
        .where(or_(AssignmentRow.ended_at > moment, ReviewRow.given_at > moment))
    )
    drafted = select(ProjectDecisionRow.version_pk).where(
        ProjectDecisionRow.version_pk.in_(version_pks), ProjectDecisionRow.drafted_at > moment
    )
    return set(session.scalars(union(reviewed, drafted)))
