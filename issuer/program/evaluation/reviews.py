"""An evaluator's own judgment: opened, drafted, given once, or handed back.

review = opened(session, assignment, now=now)
save(session, review, levels, comments, revision=review.revision, now=now)
give(session, review, now=now)
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from contexts.errors import MintmarkError
from issuer.catalog.achievement import Rubric
from issuer.catalog.versions import rubric_of
from issuer.program.evaluation import judgment
from issuer.program.evaluation.conflicts import must_not_judge
from issuer.program.evaluation.tables import AssignmentRow, ReviewRow
from issuer.program.evaluation.waiting import given_review
from issuer.program.projects.tables import VersionRow


class Ending(StrEnum):
    """Why an assignment ended: without a review, or with one that does not count."""

    RECUSED = "recused"
    REASSIGNED = "reassigned"
    SET_ASIDE = "set_aside"
    SETTLED = "settled"


class MustNotJudge(MintmarkError):
    """This person must not judge this work (I2); a relation may have been told since (E25)."""


class ReviewClosed(MintmarkError):
    """The review was given, or its assignment ended: nothing of it changes any more (I6)."""


class Unfinished(MintmarkError):
    """The review needs more before it is given; `gaps` says what, by criterion (I5)."""

    def __init__(self, gaps: Mapping[str, str]) -> None:
        super().__init__("not finished: " + ", ".join(gaps))
        self.gaps = dict(gaps)


class ReviewOvertaken(MintmarkError):
    """Another page saved this review first (E37)."""


def rubric(assignment: AssignmentRow) -> Rubric:
    """Return the rubric that judges, in the version that was pinned when the work came in (E35)."""
    return rubric_of(assignment.version.rubric_version)


def of_evaluator(
    session: Session, evaluator_pk: int, names: Sequence[_AbstractLoad], *, most: int, after: int
) -> tuple[list[AssignmentRow], list[AssignmentRow], int]:
    """Return whose review somebody has yet to give, the most urgent first; `most` of those that
    they gave, the newest first, behind the `after` that were given last; and how many they gave.

    `names` is what to load of each version's teacher. It takes as many queries for many as for one.
    """
    mine = (AssignmentRow.evaluator_pk == evaluator_pk, AssignmentRow.ended_at.is_(None))
    newest = (ReviewRow.given_at.desc(), ReviewRow.id.desc())
    finished = select(AssignmentRow.id).join(AssignmentRow.review).where(*mine)
    finished = finished.where(ReviewRow.given_at.is_not(None)).order_by(*newest)
    rows = (
        select(AssignmentRow)
        .outerjoin(AssignmentRow.review)
        .where(*mine)
        .where(
            or_(
                ReviewRow.given_at.is_(None),
                AssignmentRow.id.in_(finished.limit(most).offset(after)),
            )
        )
        .options(joinedload(AssignmentRow.version).options(*names))
        .options(contains_eager(AssignmentRow.review))
        .order_by(ReviewRow.given_at.desc(), AssignmentRow.due_on, AssignmentRow.id)
    )
    counting = select(func.count()).select_from(AssignmentRow).join(AssignmentRow.review)
    counting = counting.where(*mine, ReviewRow.given_at.is_not(None)).correlate(None)
    listed = session.execute(rows.add_columns(counting.scalar_subquery())).all()
    count = listed[0][1] if listed else session.scalar(counting) or 0
    waiting = [row for row, _ in listed if given_review(row) is None]
    return waiting, [row for row, _ in listed if given_review(row)], count


def earlier(session: Session, assignment: AssignmentRow) -> Sequence[AssignmentRow]:
    """Return the assignments in which the same evaluator reviewed earlier versions of the same
    work, the newest first (R36)."""
    version = assignment.version
    rows = (
        select(AssignmentRow)
        .join(AssignmentRow.review)
        .join(AssignmentRow.version)
        .where(AssignmentRow.evaluator_pk == assignment.evaluator_pk)
        .where(AssignmentRow.ended_at.is_(None), ReviewRow.given_at.is_not(None))
        .where(VersionRow.project_pk == version.project_pk)
        .where(VersionRow.purpose == version.purpose, VersionRow.number < version.number)
        .options(contains_eager(AssignmentRow.review))
    )
    return session.scalars(rows.order_by(VersionRow.number.desc())).all()


def in_conflict(session: Session, assignments: Sequence[AssignmentRow]) -> set[int]:
    """Return the assignments whose evaluator must not judge the teacher's work, as known now."""
    teachers = {row.id: row.version.project.person_pk for row in assignments}
    forbidden = must_not_judge(session, set(teachers.values()))
    return {row.id for row in assignments if row.evaluator_pk in forbidden[teachers[row.id]]}


def opened(session: Session, assignment: AssignmentRow, *, now: datetime) -> ReviewRow:
    """Return the review of an assignment, begun now if it was not.

    Raises `MustNotJudge` and `ReviewClosed`.
    """
    refuse_conflict(session, assignment)
    if assignment.ended_at is not None:
        raise ReviewClosed("this assignment has ended")
    if assignment.review is not None:
        return assignment.review
    review = ReviewRow(assignment=assignment, levels={}, comments={}, changed_at=now)
    session.add(review)
    session.flush()
    return review


def of_assignment(session: Session, assignment: AssignmentRow) -> ReviewRow:
    """Return the review of an assignment to be read; an empty one if it was not begun.

    Raises `MustNotJudge` and `ReviewClosed`.
    """
    refuse_conflict(session, assignment)
    if assignment.ended_at is not None:
        raise ReviewClosed("this assignment has ended")
    return assignment.review or ReviewRow(levels={}, comments={}, revision=0)


def save(
    session: Session,
    review: ReviewRow,
    levels: Mapping[str, str],
    comments: Mapping[str, str],
    *,
    revision: int,
    now: datetime,
) -> int:
    """Store the draft, and return the revision that the next page begins from.

    Only criteria of the rubric are stored.
    Raises `MustNotJudge`, `ReviewClosed` and `ReviewOvertaken`.
    """
    refuse_conflict(session, review.assignment)
    if review.given_at is not None or review.assignment.ended_at is not None:
        raise ReviewClosed("this review was given")
    new_levels, new_comments = _of_criteria(review, levels, comments)
    if (new_levels, new_comments) == (review.levels, review.comments):
        return review.revision
    if revision != review.revision:
        raise ReviewOvertaken("another page saved this review first")
    review.levels, review.comments = new_levels, new_comments
    review.revision += 1
    review.changed_at = now
    session.flush()
    return review.revision


def was_given(review: ReviewRow, levels: Mapping[str, str], comments: Mapping[str, str]) -> bool:
    """True if a review was given with just these levels and comments: the button was pressed
    twice."""
    written = _of_criteria(review, levels, comments)
    return review.given_at is not None and written == (review.levels, review.comments)


def _of_criteria(
    review: ReviewRow, levels: Mapping[str, str], comments: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    criteria = {criterion.id for criterion in rubric(review.assignment).criteria}
    return (
        {id: level for id, level in levels.items() if id in criteria and level},
        {id: text for id, text in comments.items() if id in criteria and text.strip()},
    )


def give(session: Session, review: ReviewRow, *, now: datetime) -> None:
    """Give the review: it is part of the decision from now on, and does not change.

    Raises `MustNotJudge`, `ReviewClosed` and `Unfinished`.
    """
    refuse_conflict(session, review.assignment)
    if review.given_at is not None or review.assignment.ended_at is not None:
        raise ReviewClosed("this review was given")
    gaps = judgment.gaps(rubric(review.assignment), review.levels, review.comments)
    if gaps:
        raise Unfinished(gaps)
    review.given_at = now
    session.flush()


def recuse(session: Session, assignment: AssignmentRow, *, reason: str = "", now: datetime) -> None:
    """End an assignment because its evaluator does not want to, or must not, judge it.

    The reason may be left out, and the superintendent alone sees it. One that was handed back stays
    so. Raises `ReviewClosed`.
    """
    if assignment.ending == Ending.RECUSED:
        return
    if assignment.ended_at or (assignment.review and assignment.review.given_at):
        raise ReviewClosed("this review was given")
    assignment.ended_at, assignment.ending = now, Ending.RECUSED
    assignment.reason = reason.strip()[:500] or None
    session.flush()


def set_aside(assignment: AssignmentRow, *, now: datetime) -> None:
    """Set a review aside, such as one whose evaluator turned out to be related (E25): it is kept,
    and somebody else judges."""
    assignment.ended_at, assignment.ending = now, Ending.SET_ASIDE


def end_settled(assignment: AssignmentRow, *, now: datetime) -> None:
    """End an assignment that is settled without it; a review that was given stays."""
    if assignment.ended_at is None and given_review(assignment) is None:
        assignment.ended_at, assignment.ending = now, Ending.SETTLED


def refuse_conflict(session: Session, assignment: AssignmentRow) -> None:
    """Raise `MustNotJudge` if the evaluator must not judge this teacher's work, as known now."""
    teacher = assignment.version.project.person_pk
    if assignment.evaluator_pk in must_not_judge(session, [teacher])[teacher]:
        raise MustNotJudge("this evaluator must not judge this work")
