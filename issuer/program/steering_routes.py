"""The superintendent's pages for single projects: find one, assign a coach, extend or close it."""

from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer, local_today
from issuer.issuance.records.search import fold
from issuer.outbox import queue
from issuer.people import register
from issuer.people.access import gate
from issuer.people.tables import PersonRow
from issuer.program.coaching import coaching, earners, matching
from issuer.program.coaching.coaching import CoachingRefused
from issuer.program.coaching.matching import MatchGround
from issuer.program.coaching.tables import CoachingRow
from issuer.program.evaluation.conflicts import judging_in_conflict
from issuer.program.projects import drafts, due, words
from issuer.program.projects.answers import day
from issuer.program.projects.due import DueRefused
from issuer.program.projects.states import NotNow, State
from issuer.program.projects.tables import ProjectRow
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from issuer.web.row_numbers import whole_number
from verifier import clock
from verifier.wording.words import N_

steering = Blueprint("steering", __name__)
PAGE: Final = 50
GROUNDS: Final = {
    MatchGround.KNOWS_FIELD: N_("knows the field"),
    MatchGround.EARNED_IT: N_("earned it"),
    MatchGround.COACH: N_("a coach"),
}
WITHOUT_COACH: Final = "without-coach"
OVERDUE: Final = "overdue"


@steering.get("/program/projects")
@needs("program", "run")
def list_all() -> Response:
    """List projects, a page at a time: by the teacher's name, by state, or what needs a hand."""
    text, which = request.args.get("q", ""), request.args.get("which", "")
    number = max(1, request.args.get("page", 1, type=whole_number))
    fits = [*_named(text), *_which(which)]
    with current_issuer().database.reading() as session:
        seen = gate.seen(session, "project")
        rows = select(ProjectRow).join(PersonRow, PersonRow.id == ProjectRow.person_pk)
        rows = rows.where(*fits, seen)
        total = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
        number = min(number, max(1, -(-total // PAGE)))
        listed = session.scalars(
            rows.options(joinedload(ProjectRow.person))
            .order_by(PersonRow.folded, ProjectRow.id)
            .limit(PAGE)
            .offset((number - 1) * PAGE)
        ).all()
    return page(
        "program/projects.html",
        listed=listed,
        total=total,
        number=number,
        pages=max(1, -(-total // PAGE)),
        text=text,
        which=which,
        states=words.SHORT,
        today=local_today(),
    )


@steering.get("/projects/<project>/steer")
@needs("project", "steer", key="project")
def show(project: str) -> Response:
    """Show what can be done with one project."""
    return _page(project)


@steering.post("/projects/<project>/coach")
@needs("project", "steer", key="project")
def give_coach(project: str) -> AnyResponse:
    """Give a project a coach, in place of another if one is named."""
    form, now = request.form, clock.now()
    try:
        with current_issuer().database.writing() as session:
            row = or_404(drafts.locked(session, project))
            new = register.find(session, form.get("coach", ""))
            if new is None or not _is_choice(session, row, new):
                raise CoachingRefused("coach", N_("Choose a coach."))
            if old := register.find(session, form.get("old", "")):
                coaching.replace(session, row, old, new, now=now)
            else:
                coaching.begin(session, row, new, now=now)
            if judging_in_conflict(session, [row.person_pk]):
                raise CoachingRefused(
                    "coach",
                    N_("This coach reviews work of this teacher now: give that to another first."),
                )
    except CoachingRefused as exc:
        return _page(project, wrong={exc.field: str(exc)})
    return _done(project)


@steering.post("/projects/<project>/extend")
@needs("project", "steer", key="project")
def extend(project: str) -> AnyResponse:
    """Give a project more time (R23)."""
    until, now = day(request.form.get("due_on", "")), clock.now()
    try:
        with current_issuer().database.writing() as session:
            row, by = or_404(drafts.locked(session, project)), gate.person(session)
            if due.extend(session, row, until, by=by, today=local_today(), now=now):
                payload = {"project": row.id, "until": f"{row.due_on}"}
                host = current_issuer().settings.host
                queue.put(session, due.EXTENDED, project, host=host, now=now, payload=payload)
    except DueRefused as exc:
        return _page(project, wrong={"due_on": str(exc)})
    except NotNow as exc:
        return _page(project, wrong={"due_on": words.REASONS[exc.reason]})
    return _done(project)


@steering.post("/projects/<project>/close")
@needs("project", "steer", key="project")
def close(project: str) -> AnyResponse:
    """Close a project whose day has passed; a person decides it, and no clock (I7)."""
    try:
        with current_issuer().database.writing() as session:
            row = or_404(drafts.locked(session, project))
            due.close(session, row, by=gate.person(session), today=local_today(), now=clock.now())
    except NotNow as exc:
        return _page(project, wrong={"close": words.REASONS[exc.reason]})
    return _done(project)


def _page(public_id: str, *, wrong: dict[str, str] | None = None) -> Response:
    with current_issuer().database.reading() as session:
        person, topic = joinedload(ProjectRow.person), joinedload(ProjectRow.topic)
        project = or_404(drafts.find(session, public_id, person, topic))
        return page(
            "program/steer.html",
            project=project,
            teacher=project.person,
            state=State(project.state),
            coaches=coaching.coaches(session, project),
            by_hand=coaching.assigned_coaches(session, project),
            choices=matching.choices(
                session,
                project,
                earners=earners.of_field(session, project),
                today=local_today(),
            ),
            grounds=GROUNDS,
            words=words,
            is_overdue=due.is_overdue(project, today=local_today()),
            wrong=wrong or {},
            typed=request.form,
            done=request.args.get("done"),
        )


def _named(text: str) -> list[ColumnElement[bool]]:
    return [PersonRow.folded.contains(fold(text), autoescape=True)] if text.strip() else []


def _which(which: str) -> list[ColumnElement[bool]]:
    """Return the condition of a filter; an unknown one shows all."""
    if which in set(State):
        return [ProjectRow.state == which]
    if which == OVERDUE:
        return [ProjectRow.state == State.ACTIVE, ProjectRow.due_on < local_today()]
    if which == WITHOUT_COACH:
        coached = exists().where(
            CoachingRow.project_pk == ProjectRow.id, CoachingRow.ended_at.is_(None)
        )
        return [ProjectRow.state.in_((State.DRAFT, State.PROPOSED, State.ACTIVE)), ~coached]
    return []


def _is_choice(session: Session, project: ProjectRow, person: PersonRow) -> bool:
    choices = matching.choices(session, project, earners=(), today=local_today())
    return any(choice.person.id == person.id for choice in choices)


def _done(project: str) -> AnyResponse:
    return redirect(url_for("steering.show", project=project, done=1), 303)
