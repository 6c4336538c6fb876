"""After a release: another look that a teacher asks for, and a decision that takes another's place.

look = ask(session, decision, "My film was not opened.", policy, now=now)
give_to(session, look, evaluator, due_on=due_on, now=now)
correct(session, settings, policy, decision, levels, comments, by=superintendent, now=now)

Nothing that was released changes: a correction is a further release, and both stay (I6, E40).
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from issuer.catalog.versions import rubric_of
from issuer.home.settings import Settings
from issuer.outbox import queue
from issuer.people.tables import PersonRow
from issuer.program import policy as policies
from issuer.program.evaluation import decisions, judgment, reviews
from issuer.program.evaluation.conflicts import must_not_judge
from issuer.program.evaluation.decisions import NotDecidable, carry_out, refuse_conflict
from issuer.program.evaluation.judgment import JudgmentOutcome
from issuer.program.evaluation.reviews import MustNotJudge, Unfinished
from issuer.program.evaluation.tables import AssignmentRow, LookRow, ProjectDecisionRow
from issuer.program.policy import Policy
from issuer.program.projects import submission
from issuer.program.projects.states import Act
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.windows.window import Purpose

ANOTHER_LOOK: Final = "another_look"
"""The ground of an assignment for another look."""
STAYS: Final = "decision-stays"
"""The kind of message that tells a teacher that a decision stays after another look."""
LONGEST_REASON: Final = 1000


def newest(session: Session, project: ProjectRow) -> ProjectDecisionRow | None:
    """Return the decision that holds: the last that was released about what was handed in last."""
    version = submission.newest_version(session, project)
    return decisions.released(session, version) if version else None


def look_at(session: Session, version: VersionRow) -> LookRow | None:
    """Return the other look at a version, if its teacher asked for one."""
    return session.get(LookRow, version.id)


def open_looks(session: Session, seen: ColumnElement[bool]) -> list[VersionRow]:
    """Return the versions for which another look is asked for and not settled, of projects that are
    `seen`."""
    rows = select(VersionRow).join(LookRow, LookRow.version_pk == VersionRow.id)
    rows = rows.join(ProjectRow, ProjectRow.id == VersionRow.project_pk).where(seen)
    whole = joinedload(VersionRow.project)
    asked = rows.where(LookRow.settled_at.is_(None)).order_by(LookRow.asked_at)
    return list(session.scalars(asked.options(whole)))


def released_results(session: Session, project: ProjectRow, now: datetime) -> list[dict[str, Any]]:
    """Return what was released about a project, by whose reviews where the district shows them,
    and whether another look can be asked for."""
    results, policy = decisions.released_results(session, project), policies.current(session)
    if results and policy is not None:
        held = newest(session, project)
        results[0]["may_ask"] = may_ask(session, project, policy, now) is not None
        results[0]["look"] = look_at(session, held.version) if held else None
        if policy.evaluators_shown:
            _add_reviewers(session, project, results)
    return results


def _add_reviewers(session: Session, project: ProjectRow, results: list[dict[str, Any]]) -> None:
    """Add to each result who had given a review when it was released."""
    by_version = decisions.given_reviews(session, project.versions)
    for result in results:
        version = session.get_one(ProjectDecisionRow, result["id"]).version_pk
        result["reviewers"] = [
            review.assignment.evaluator.name
            for review in by_version[version]
            if review.given_at is not None and review.given_at <= result["at"]
        ]


def may_ask(
    session: Session, project: ProjectRow, policy: Policy, now: datetime
) -> ProjectDecisionRow | None:
    """Return the decision for which another look can be asked: "not yet", once, in time."""
    decision = newest(session, project)
    if decision is None or decision.outcome != JudgmentOutcome.NOT_YET:
        return None
    released, days = decision.released_at, timedelta(days=policy.days_for_another_look)
    is_in_time = released is not None and now < released + days
    return decision if is_in_time and look_at(session, decision.version) is None else None


def ask(
    session: Session, project: ProjectRow, reason: str, policy: Policy, *, now: datetime
) -> LookRow:
    """Ask for another look at the decision that holds, and return it; or the same one that was
    asked for. Raises `NotDecidable`."""
    held, reason = newest(session, project), reason.strip()[:LONGEST_REASON]
    look = look_at(session, held.version) if held else None
    if look is not None and look.settled_at is None and look.reason == reason:
        return look
    decision = may_ask(session, project, policy, now)
    if decision is None:
        raise NotDecidable("another look is asked for once, and within some days")
    look = LookRow(
        version_pk=decision.version_pk,
        decision_pk=decision.id,
        reason=reason,
        asked_at=now,
    )
    session.add(look)
    session.flush()
    return look


def not_involved(session: Session, version: VersionRow, person: PersonRow) -> bool:
    """True if somebody neither judged nor decided anything of this project, and may judge it."""
    of_project = select(VersionRow.id).where(VersionRow.project_pk == version.project_pk)
    judged = select(AssignmentRow.id).where(
        AssignmentRow.version_pk.in_(of_project), AssignmentRow.evaluator_pk == person.id
    )
    decided = select(ProjectDecisionRow.id).where(
        ProjectDecisionRow.version_pk.in_(of_project),
        or_(
            ProjectDecisionRow.drafted_by == person.id, ProjectDecisionRow.released_by == person.id
        ),
    )
    teacher = version.project.person_pk
    is_free = person.id not in must_not_judge(session, [teacher])[teacher]
    return is_free and not session.scalar(judged) and not session.scalar(decided)


def give_to(
    session: Session, look: LookRow, evaluator: PersonRow, *, due_on: date, now: datetime
) -> AssignmentRow:
    """Give another look to somebody not involved. Raises `MustNotJudge` and `NotDecidable`."""
    version = session.get_one(VersionRow, look.version_pk)
    if look.settled_at is not None or look.assignment is not None:
        raise NotDecidable("somebody has it")
    if not not_involved(session, version, evaluator):
        raise MustNotJudge("somebody not involved looks at it")
    look.assignment = AssignmentRow(
        version_pk=version.id,
        evaluator_pk=evaluator.id,
        ground=ANOTHER_LOOK,
        by_hand=True,
        due_on=due_on,
        created_at=now,
    )
    session.flush()
    return look.assignment


def let_stand(session: Session, settings: Settings, look: LookRow, *, now: datetime) -> None:
    """Settle another look with the decision as it stands, and tell its teacher."""
    if look.settled_at is not None:
        raise NotDecidable("this was settled")
    _settle(look, now)
    project = session.get_one(VersionRow, look.version_pk).project
    payload = {"version": look.version_pk}
    queue.put(session, STAYS, project.public_id, host=settings.host, now=now, payload=payload)
    session.flush()


def correct(
    session: Session,
    settings: Settings,
    policy: Policy,
    decision: ProjectDecisionRow,
    levels: Mapping[str, str],
    comments: Mapping[str, str],
    *,
    by: PersonRow,
    now: datetime,
) -> ProjectDecisionRow:
    """Release a decision that takes the place of `decision`, and return it.

    Raises `MustNotJudge`, `Unfinished`, and `NotDecidable` once the teacher has handed in anew, or
    once it led to a credential, which is corrected where credentials are.
    """
    version, project = decision.version, decision.version.project
    refuse_conflict(session, version, by)
    was_approved = decision.outcome == JudgmentOutcome.APPROVED
    if newest(session, project) is not decision:
        raise NotDecidable("there is a later decision, or a later version")
    if was_approved and version.purpose == Purpose.COMPLETION:
        raise NotDecidable("it led to a credential")
    rubric = rubric_of(version.rubric_version)
    if gaps := judgment.gaps(rubric, levels, comments):
        raise Unfinished(gaps)
    outcome = judgment.outcome_of(rubric, levels)
    new = ProjectDecisionRow(
        version=version,
        outcome=outcome,
        levels=dict(levels),
        comments=dict(comments),
        drafted_by=by.id,
        drafted_at=now,
        released_by=by.id,
        released_at=now,
        corrects=decision.id,
    )
    session.add(new)
    session.flush()
    carry_out(session, settings, policy, new, _act(decision, outcome), by=by, now=now)
    if (look := look_at(session, version)) and look.settled_at is None:
        _settle(look, now)
    session.flush()
    return new


def _settle(look: LookRow, now: datetime) -> None:
    look.settled_at = now
    if look.assignment is not None:
        reviews.end_settled(look.assignment, now=now)


def _act(decision: ProjectDecisionRow, outcome: JudgmentOutcome) -> Act | None:
    if outcome == decision.outcome:
        return None
    is_approved = outcome is JudgmentOutcome.APPROVED
    return Act.APPROVE_AFTER_ALL if is_approved else Act.NOT_YET_AFTER_ALL
