"""Decisions: drafted from the reviews, then released, one or many; only release shows and moves.

decision = draft(session, version, by=superintendent, now=now)
release(session, issuer, [decision], by=superintendent, now=now)
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from contexts.errors import MintmarkError
from issuer.catalog.achievement import Rubric
from issuer.catalog.versions import rubric_of
from issuer.home.settings import Settings
from issuer.outbox import queue
from issuer.people.tables import PersonRow
from issuer.program.evaluation import judgment
from issuer.program.evaluation.conflicts import must_not_judge
from issuer.program.evaluation.judgment import JudgmentOutcome
from issuer.program.evaluation.reviews import MustNotJudge, Unfinished
from issuer.program.evaluation.tables import AssignmentRow, ProjectDecisionRow, ReviewRow
from issuer.program.policy import Policy
from issuer.program.projects import history, submission
from issuer.program.projects.states import Act, Conditions
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.windows.window import Purpose

RELEASED: Final = "decision"
"""The kind of message that tells the teacher of a decision."""
APPROVED: Final = "program-approval"
"""The kind of message that takes an approval to the one door."""


class NotDecidable(MintmarkError):
    """There is nothing to decide: reviews are missing, or it was decided and released."""


def given_reviews(
    session: Session, versions: Iterable[VersionRow]
) -> Mapping[int, Sequence[ReviewRow]]:
    """Return, by version, the reviews that were given and not set aside, the first one first."""
    rows = (
        select(ReviewRow)
        .join(ReviewRow.assignment)
        .where(AssignmentRow.version_pk.in_([version.id for version in versions]))
        .where(AssignmentRow.ended_at.is_(None), ReviewRow.given_at.is_not(None))
        .options(contains_eager(ReviewRow.assignment))
        .order_by(ReviewRow.given_at, ReviewRow.id)
    )
    reviews: dict[int, list[ReviewRow]] = defaultdict(list)
    for review in session.scalars(rows):
        reviews[review.assignment.version_pk].append(review)
    return reviews


def outcomes(rubric: Rubric, reviews: Iterable[ReviewRow]) -> set[JudgmentOutcome]:
    """Return what given reviews lead to, each by itself: two, if they differ (E39)."""
    return {judgment.outcome_of(rubric, review.levels) for review in reviews}


def suggestion(
    rubric: Rubric, reviews: Sequence[ReviewRow]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return what reviews lead to: of two levels the lower one, and all comments.

    Raises `NotDecidable` without a review.
    """
    if not reviews:
        raise NotDecidable("no review was given yet")
    levels, comments = {}, {}
    for criterion in rubric.criteria:
        points = {level.id: level.points for level in criterion.levels}
        reached = [review.levels[criterion.id] for review in reviews]
        levels[criterion.id] = min(reached, key=lambda level: points[level])
        texts = [review.comments.get(criterion.id, "").strip() for review in reviews]
        comments[criterion.id] = "\n\n".join(text for text in texts if text)
    return levels, {id: text for id, text in comments.items() if text}


def draft(
    session: Session,
    version: VersionRow,
    *,
    by: PersonRow,
    now: datetime,
    levels: Mapping[str, str] | None = None,
    comments: Mapping[str, str] | None = None,
) -> ProjectDecisionRow:
    """Write the draft of a decision, or change the one there is.

    Without `levels`, what the reviews lead to. Raises `NotDecidable`, `Unfinished` (I5) and
    `MustNotJudge` for a superintendent who must not decide about this teacher.
    """
    refuse_conflict(session, version, by)
    rubric = rubric_of(version.rubric_version)
    if levels is None:
        levels, comments = suggestion(rubric, given_reviews(session, [version])[version.id])
    decision = unreleased(session, version) or ProjectDecisionRow(version_pk=version.id)
    _write(decision, rubric, levels, comments or {}, by=by, now=now)
    session.add(decision)
    session.flush()
    return decision


def to_release(
    session: Session,
    policy: Policy,
    versions: Sequence[VersionRow],
    *,
    by: PersonRow,
    now: datetime,
) -> list[ProjectDecisionRow]:
    """Return what is released about each version: the draft there is, else what its reviews say.

    Raises as `draft` does, and `NotDecidable` where nothing was decided and the reviews differ or
    are fewer than the district asks for. It takes no more queries for a thousand versions than for
    one.
    """
    _refuse_conflicts(session, versions, by)
    decided, reviews = _decided(session, versions), given_reviews(session, versions)
    rubrics = {row.id: rubric_of(row) for row in {version.rubric_version for version in versions}}
    decisions = []
    for version in versions:
        decision = _unreleased(decided[version.id])
        if decision is None:
            rubric, own = rubrics[version.rubric_version_id], reviews[version.id]
            if len(own) < policy.judges(version.purpose):
                raise NotDecidable("fewer reviews than the district asks for")
            if len(outcomes(rubric, own)) > 1:
                raise NotDecidable("the reviews differ")
            decision = ProjectDecisionRow(version_pk=version.id)
            _write(decision, rubric, *suggestion(rubric, own), by=by, now=now)
        decisions.append(decision)
    session.add_all(decisions)
    session.flush()
    return decisions


def are_released(session: Session, versions: Sequence[VersionRow], *, by: PersonRow) -> bool:
    """True if this person released a decision about each version: the button was pressed twice."""
    decided = _decided(session, versions)
    return bool(versions) and all(
        any(row.released_by == by.id for row in decided[version.id]) for version in versions
    )


def unreleased(session: Session, version: VersionRow) -> ProjectDecisionRow | None:
    """Return the draft of a version's decision, if there is one. Raises `NotDecidable`."""
    return _unreleased(_decided(session, [version])[version.id])


def _unreleased(rows: Sequence[ProjectDecisionRow]) -> ProjectDecisionRow | None:
    if any(row.released_at for row in rows):
        raise NotDecidable("this version was decided, and the decision released")
    return rows[0] if rows else None


def _decided(
    session: Session, versions: Iterable[VersionRow]
) -> Mapping[int, Sequence[ProjectDecisionRow]]:
    """Return, by version, all that was drafted or released."""
    rows = select(ProjectDecisionRow).where(
        ProjectDecisionRow.version_pk.in_([version.id for version in versions])
    )
    decided: dict[int, list[ProjectDecisionRow]] = defaultdict(list)
    for row in session.scalars(rows.order_by(ProjectDecisionRow.id)):
        decided[row.version_pk].append(row)
    return decided


def _write(
    decision: ProjectDecisionRow,
    rubric: Rubric,
    levels: Mapping[str, str],
    comments: Mapping[str, str],
    *,
    by: PersonRow,
    now: datetime,
) -> None:
    """Write the draft of a decision. Raises `Unfinished` (I5)."""
    if gaps := judgment.gaps(rubric, levels, comments):
        raise Unfinished(gaps)
    decision.outcome = judgment.outcome_of(rubric, levels)
    decision.levels, decision.comments = dict(levels), dict(comments)
    decision.drafted_by, decision.drafted_at = by.id, now


def lock(session: Session, versions: Iterable[int]) -> None:
    """Lock the projects of these versions until `session` commits."""
    projects = select(VersionRow.project_pk).where(VersionRow.id.in_(versions))
    rows = select(ProjectRow).where(ProjectRow.id.in_(projects)).order_by(ProjectRow.id)
    session.scalars(rows.with_for_update()).all()


def release(
    session: Session,
    settings: Settings,
    policy: Policy,
    decisions: Iterable[ProjectDecisionRow],
    *,
    by: PersonRow,
    now: datetime,
) -> None:
    """Release decisions in the transaction of `session`: each moves its project and tells its
    teacher; what is approved at completion goes on to the one door (I1).

    Raises `NotDecidable`, `MustNotJudge` and `NotNow`, with nothing released.
    """
    listed = list(decisions)
    versions = [decision.version for decision in listed]
    _refuse_conflicts(session, versions, by)
    newest = submission.newest_versions(session, [version.project_pk for version in versions])
    for decision, version in zip(listed, versions, strict=True):
        if decision.released_at is not None:
            raise NotDecidable("this decision was released")
        if newest[version.project_pk] != version.id:
            raise NotDecidable("something newer was handed in")
        decision.released_at, decision.released_by = now, by.id
        is_approved = decision.outcome == JudgmentOutcome.APPROVED
        act = Act.APPROVE if is_approved else Act.NOT_YET
        carry_out(session, settings, policy, decision, act, by=by, now=now)
    session.flush()


def carry_out(
    session: Session,
    settings: Settings,
    policy: Policy,
    decision: ProjectDecisionRow,
    act: Act | None,
    *,
    by: PersonRow,
    now: datetime,
) -> None:
    """Move the project of a released decision, tell its teacher, and let an approval go on.

    Without an `act` the project stays where it is. Raises `NotNow`.
    """
    version = decision.version
    project, host, payload = version.project, settings.host, {"decision": decision.id}
    if act is not None:
        history.take(session, project, act, Conditions(), by=by, now=now, version=version)
    is_approved = decision.outcome == JudgmentOutcome.APPROVED
    if version.purpose == Purpose.PROPOSAL and act is not None and is_approved:
        project.due_on = settings.local(now).date() + timedelta(days=policy.days_to_finish)
    queue.put(session, RELEASED, project.public_id, host=host, now=now, payload=payload)
    if is_approved and version.purpose == Purpose.COMPLETION:
        queue.put(session, APPROVED, project.public_id, host=host, now=now, payload=payload)


def drafts(session: Session, version_pks: Collection[int]) -> Mapping[int, ProjectDecisionRow]:
    """Return, by version, the decisions that are drafted and not released."""
    rows = select(ProjectDecisionRow).where(
        ProjectDecisionRow.version_pk.in_(version_pks), ProjectDecisionRow.released_at.is_(None)
    )
    return {row.version_pk: row for row in session.scalars(rows)}


def mark(decision: ProjectDecisionRow | None, reviews: Iterable[ReviewRow]) -> str:
    """Return what a page carries of what it shows to be released: the draft and the reviews.

    It differs once somebody decides, gives another review, or sets one aside.
    """
    drafted = f"{decision.id} {decision.drafted_at.isoformat()}" if decision else "none"
    return " ".join([drafted, *(f"{review.id}" for review in reviews)])


def released_last(
    session: Session, seen: ColumnElement[bool], most: int = 20
) -> Sequence[ProjectDecisionRow]:
    """Return the decisions that were released last, of projects that are `seen`, newest first."""
    rows = (
        select(ProjectDecisionRow)
        .join(VersionRow, VersionRow.id == ProjectDecisionRow.version_pk)
        .join(ProjectRow, ProjectRow.id == VersionRow.project_pk)
        .where(ProjectDecisionRow.released_at.is_not(None), seen)
    )
    whole = joinedload(ProjectDecisionRow.version).joinedload(VersionRow.project)
    newest = (ProjectDecisionRow.released_at.desc(), ProjectDecisionRow.id.desc())
    return session.scalars(rows.options(whole).order_by(*newest).limit(most)).all()


def released(session: Session, version: VersionRow) -> ProjectDecisionRow | None:
    """Return the decision on a version that was released last, if one was."""
    rows = select(ProjectDecisionRow).where(
        ProjectDecisionRow.version_pk == version.id, ProjectDecisionRow.released_at.is_not(None)
    )
    return session.scalar(rows.order_by(ProjectDecisionRow.id.desc()).limit(1))


def released_at(session: Session, version_pks: Collection[int]) -> Mapping[int, datetime]:
    """Return, by version, when the decision that holds was released; none for what waits."""
    rows = (
        select(ProjectDecisionRow.version_pk, func.max(ProjectDecisionRow.released_at))
        .where(ProjectDecisionRow.version_pk.in_(version_pks))
        .where(ProjectDecisionRow.released_at.is_not(None))
        .group_by(ProjectDecisionRow.version_pk)
    )
    return {version: moment for version, moment in session.execute(rows) if moment}


def released_results(session: Session, project: ProjectRow) -> list[dict[str, Any]]:
    """Return what was released about a project, the newest first: what its teacher reads."""
    rows = session.scalars(
        select(ProjectDecisionRow)
        .join(VersionRow, VersionRow.id == ProjectDecisionRow.version_pk)
        .where(VersionRow.project_pk == project.id)
        .where(ProjectDecisionRow.released_at.is_not(None))
        .order_by(ProjectDecisionRow.released_at.desc(), ProjectDecisionRow.id.desc())
    )
    return [_result(row) for row in rows]


def _result(row: ProjectDecisionRow) -> dict[str, Any]:
    rubric = rubric_of(row.version.rubric_version)
    criteria = []
    for criterion in rubric.criteria:
        names = {level.id: level.name for level in criterion.levels}
        comment = row.comments.get(criterion.id, "")
        criteria.append((criterion.name, names[row.levels[criterion.id]], comment))
    return {
        "purpose": row.version.purpose,
        "outcome": row.outcome,
        "at": row.released_at,
        "id": row.id,
        "is_corrected": row.corrects is not None,
        "criteria": criteria,
    }


def refuse_conflict(session: Session, version: VersionRow, person: PersonRow) -> None:
    """Raise `MustNotJudge` for a superintendent who must not decide about this teacher."""
    _refuse_conflicts(session, [version], person)


def _refuse_conflicts(session: Session, versions: Iterable[VersionRow], person: PersonRow) -> None:
    forbidden = must_not_judge(session, {version.project.person_pk for version in versions})
    if any(person.id in people for people in forbidden.values()):
        raise MustNotJudge("a deputy decides about this work")
