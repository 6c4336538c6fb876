"""What can be decided: each request whose reviews are all given, with what they lead to.

for case in ready_cases(session, waiting(session).ready, me.id):
    case.outcomes, case.is_settled
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, union
from sqlalchemy.orm import Session

from issuer.catalog.achievement import Rubric
from issuer.catalog.versions import rubric_of
from issuer.program.evaluation import decisions
from issuer.program.evaluation.conflicts import must_not_judge
from issuer.program.evaluation.judgment import JudgmentOutcome
from issuer.program.evaluation.tables import AssignmentRow, ProjectDecisionRow, ReviewRow
from issuer.program.evaluation.waiting import to_decide
from issuer.program.projects.tables import VersionRow


@dataclass(frozen=True)
class Case:
    """What can be decided: the reviews of a version, and what they lead to. `related` says that
    somebody who gave one must not have judged it, as is known now; `is_for_deputy`, that whoever
    decides must not decide about this teacher."""

    version: VersionRow
    reviews: Sequence[ReviewRow]
    rubric: Rubric
    draft: ProjectDecisionRow | None
    related: bool
    is_for_deputy: bool

    @property
    def mark(self) -> str:
        """What the page carries of what it shows."""
        return decisions.mark(self.draft, self.reviews)

    @property
    def outcomes(self) -> set[JudgmentOutcome]:
        """What the reviews lead to: two, if they differ."""
        return decisions.outcomes(self.rubric, self.reviews)

    @property
    def is_settled(self) -> bool:
        """True if it can be released as it is, without somebody looking at it."""
        is_clear = self.draft is not None or len(self.outcomes) == 1
        return is_clear and not self.related and not self.is_for_deputy


def ready_cases(session: Session, version_pks: Collection[int], me: int) -> list[Case]:
    """Return what the person of the number `me` can decide about these versions, oldest first."""
    ready = to_decide(session, version_pks)
    drafts = decisions.drafts(session, version_pks)
    forbidden = must_not_judge(session, {version.project.person_pk for version, _ in ready})
    rubrics = {row.id: rubric_of(row) for row in {version.rubric_version for version, _ in ready}}
    cases = []
    for version, reviews in ready:
        conflicts = forbidden[version.project.person_pk]
        judges = {review.assignment.evaluator_pk for review in reviews}
        cases.append(
            Case(
                version,
                reviews,
                rubric=rubrics[version.rubric_version_id],
                draft=drafts.get(version.id),
                related=not judges.isdisjoint(conflicts),
                is_for_deputy=me in conflicts,
            )
        )
    return cases


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
