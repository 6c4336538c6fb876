"""The superintendent's page for one request: its reviews, the decision, a correction after release,
words to hide, and another look by somebody else.
"""

from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from contexts.errors import MintmarkError
from issuer.catalog.versions import rubric_of
from issuer.home.issuer import current_issuer, local_today
from issuer.people.access import gate
from issuer.people.tables import PersonRow
from issuer.program import policy as policies
from issuer.program.assigning import plans
from issuer.program.assigning.refusals import REFUSED
from issuer.program.evaluation import corrections, decisions, redactions, reviews
from issuer.program.evaluation.conflicts import must_not_judge
from issuer.program.evaluation.decisions import NotDecidable
from issuer.program.evaluation.judgment import JudgmentOutcome
from issuer.program.evaluation.reviews import MustNotJudge, Unfinished
from issuer.program.evaluation.tables import ProjectDecisionRow
from issuer.program.evaluation.waiting import given_review
from issuer.program.evidence.artifacts import elsewhere
from issuer.program.partner_badges import badges
from issuer.program.partner_badges.badge_views import STANDINGS, badge_views
from issuer.program.policy import Policy
from issuer.program.projects import answers, submission, words
from issuer.program.projects.states import NotNow
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.windows.window import Purpose
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from issuer.web.row_numbers import whole_number
from verifier import clock
from verifier.wording.words import N_

deciding = Blueprint("deciding", __name__)


class DecidedMeanwhile(MintmarkError):
    """A form was made from a decision in whose place another stands now."""


REFUSALS: Final = (MustNotJudge, NotDecidable, Unfinished, NotNow, DecidedMeanwhile)
WHY: Final = {
    **REFUSED,
    DecidedMeanwhile: N_(
        "Somebody else has decided meanwhile: read that decision first. What you chose and wrote is"
        " still here."
    ),
}


@deciding.get("/program/requests/<int:version>")
@needs("program", "run")
def show(version: int) -> Response:
    """Show one request, its reviews, and what was decided."""
    return _page(version)


@deciding.post("/program/requests/<int:version>")
@needs("program", "run")
def decide(version: int) -> AnyResponse:
    """Draft the decision; the teacher sees nothing until it is released."""
    return _change(version, _draft)


@deciding.post("/program/requests/<int:version>/correction")
@needs("program", "release")
def correct(version: int) -> AnyResponse:
    """Release a decision that takes the place of the one that holds."""
    return _change(version, _correct)


@deciding.post("/program/requests/<int:version>/words")
@needs("program", "run")
def cover(version: int) -> AnyResponse:
    """Cover words wherever names are hidden."""
    return _change(version, _cover)


@deciding.post("/program/requests/<int:version>/set-aside")
@needs("program", "run")
def set_aside(version: int) -> AnyResponse:
    """Set a review aside; somebody else judges."""
    return _change(version, _set_aside)


@deciding.post("/program/requests/<int:version>/look")
@needs("program", "run")
def look(version: int) -> AnyResponse:
    """Give another look to somebody not involved, or let the decision stand."""
    return _change(version, _look)


def _change(number: int, change: Any) -> AnyResponse:
    issuer = current_issuer()
    try:
        with issuer.database.writing() as session:
            decisions.lock(session, [number])
            version = _version(session, number)
            change(session, version, gate.person(session))
    except REFUSALS as exc:
        gaps = exc.gaps if isinstance(exc, Unfinished) else {}
        return _page(number, wrong=WHY[type(exc)], gaps=gaps)
    return redirect(url_for("deciding.show", version=number, done=1), 303)


def _draft(session: Session, version: VersionRow, by: PersonRow) -> None:
    levels, comments = _typed()
    drafted = decisions.unreleased(session, version)
    if drafted is not None and _says(drafted, levels, comments):
        return
    _refuse_stale(drafted)
    decisions.draft(session, version, by=by, now=clock.now(), levels=levels, comments=comments)


def _correct(session: Session, version: VersionRow, by: PersonRow) -> None:
    held, policy = corrections.newest(session, version.project), _policy(session)
    if held is None or held.version_pk != version.id:
        raise NotDecidable("nothing of this is released, or something newer is handed in")
    settings, (levels, comments) = current_issuer().settings, _typed()
    corrected = held.corrects and session.get(ProjectDecisionRow, held.corrects)
    if corrected and _is_made_from(corrected) and _says(held, levels, comments):
        return
    _refuse_stale(held)
    corrections.correct(session, settings, policy, held, levels, comments, by=by, now=clock.now())


def _refuse_stale(decision: ProjectDecisionRow | None) -> None:
    """Raise `DecidedMeanwhile` if the form was made from another decision than the one there is."""
    if not _is_made_from(decision):
        raise DecidedMeanwhile


def _is_made_from(decision: ProjectDecisionRow | None) -> bool:
    return request.form.get("decision", "") == _mark(decision)


def _says(decision: ProjectDecisionRow, levels: dict[str, str], comments: dict[str, str]) -> bool:
    """True if a decision is what is sent: its button was pressed twice."""
    return (dict(decision.levels), dict(decision.comments)) == (levels, comments)


def _mark(decision: ProjectDecisionRow | None) -> str:
    """Return what a form carries of the decision that it corrects, or of the draft it changes."""
    return f"{decision.id} {decision.drafted_at.isoformat()}" if decision else ""


def _cover(session: Session, version: VersionRow, by: PersonRow) -> None:
    redactions.add(session, version, request.form.get("words", ""), by=by, now=clock.now())


def _set_aside(session: Session, version: VersionRow, by: PersonRow) -> None:
    number = request.form.get("assignment", 0, type=whole_number)
    decisions.refuse_conflict(session, version, by)
    decisions.unreleased(session, version)  # raises `NotDecidable` once it is released
    for row in plans.of_version(session, version):
        if row.id == number and row.ended_at is None and given_review(row):
            reviews.set_aside(row, now=clock.now())
            return
    raise NotFound


def _look(session: Session, version: VersionRow, by: PersonRow) -> None:
    asked, now = corrections.look_at(session, version), clock.now()
    if asked is None:
        raise NotFound
    decisions.refuse_conflict(session, version, by)
    if request.form.get("act") == "stays":
        corrections.let_stand(session, current_issuer().settings, asked, now=now)
        return
    evaluator = or_404(session.get(PersonRow, request.form.get("evaluator", 0, type=whole_number)))
    due_on = local_today() + timedelta(days=_policy(session).days_to_decide)
    corrections.give_to(session, asked, evaluator, due_on=due_on, now=now)


def _page(number: int, *, wrong: str = "", gaps: dict[str, str] | None = None) -> Response:
    with current_issuer().database.reading() as session:
        version = _version(session, number)
        rubric, policy = rubric_of(version.rubric_version), _policy(session)
        rows = [row for row in plans.of_version(session, version) if row.ended_at is None]
        own = [row for row in rows if row.ground != corrections.ANOTHER_LOOK]
        judged = [review for row in own if (review := given_review(row))]
        released = _released(session, version)
        decision = released[-1] if released else decisions.unreleased(session, version)
        return page(
            "program/request.html",
            version=version,
            project=version.project,
            teacher=version.project.person,
            rubric=rubric,
            cases=[(row, given_review(row)) for row in rows],
            related=must_not_judge(session, [version.project.person_pk])[version.project.person_pk],
            released=released,
            form=_form(version, decision, judged),
            mark=_mark(decision),
            draft=decision if decision and not released else None,
            is_correction=bool(released),
            may_decide=_may_decide(session, version, released, bool(own), len(judged) == len(own)),
            lacking=max(0, policy.judges(version.purpose) - len(judged))
            if judged and not released
            else 0,
            differ=len(decisions.outcomes(rubric, judged)) > 1 and not released,
            look=corrections.look_at(session, version),
            others=_not_involved(session, version),
            covered=redactions.added(session, [version.id])[version.id],
            names_hidden=policy.names_hidden,
            elsewhere=elsewhere(session, version),
            badges=badge_views(session, badges.handed_in(session, version)),
            standings=STANDINGS,
            blind=str,
            fields=answers.FIELDS[Purpose(version.purpose)],
            questions=policy.questions,
            words=words,
            wrong=wrong,
            gaps=gaps or {},
            done=request.args.get("done"),
        )


def _form(
    version: VersionRow, decision: ProjectDecisionRow | None, judged: list[Any]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the levels and comments that the form shows: what was typed, what holds, what the
    reviews lead to."""
    if request.method == "POST":
        return _typed()
    if decision is not None:
        return dict(decision.levels), dict(decision.comments)
    return decisions.suggestion(rubric_of(version.rubric_version), judged) if judged else ({}, {})


def _may_decide(
    session: Session,
    version: VersionRow,
    released: list[ProjectDecisionRow],
    is_assigned: bool,
    is_judged: bool,
) -> bool:
    """True where a decision can be drafted or corrected now."""
    if not released:
        return is_assigned and is_judged
    led_to_credential = (
        released[-1].outcome == JudgmentOutcome.APPROVED and version.purpose == Purpose.COMPLETION
    )
    newest = submission.newest_version(session, version.project)
    return newest is version and not led_to_credential


def _released(session: Session, version: VersionRow) -> list[ProjectDecisionRow]:
    rows = select(ProjectDecisionRow).where(
        ProjectDecisionRow.version_pk == version.id, ProjectDecisionRow.released_at.is_not(None)
    )
    return list(session.scalars(rows.order_by(ProjectDecisionRow.id)))


def _not_involved(session: Session, version: VersionRow) -> list[PersonRow]:
    look = corrections.look_at(session, version)
    if look is None or look.settled_at or look.assignment_pk:
        return []
    people = plans.active_evaluators(session, today=local_today())
    return [person for person in people if corrections.not_involved(session, version, person)]


def _typed() -> tuple[dict[str, str], dict[str, str]]:
    form = request.form
    levels, comments = (
        {
            name.removeprefix(prefix): text.strip()
            for name, text in form.items()
            if name.startswith(prefix) and text.strip()
        }
        for prefix in ("level-", "comment-")
    )
    return levels, comments


def _version(session: Session, number: int) -> VersionRow:
    """Return a version whose project is there for the signed-in person (I11)."""
    rows = select(VersionRow).join(ProjectRow, ProjectRow.id == VersionRow.project_pk)
    return or_404(
        session.scalar(rows.where(VersionRow.id == number, gate.seen(session, "project")))
    )


def _policy(session: Session) -> Policy:
    return or_404(policies.current(session))
