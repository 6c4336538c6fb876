"""A teacher's projects: all of them, and one with its proposal or completion to write."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from flask import Blueprint, Response, current_app, jsonify, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from contexts.errors import MintmarkError
from issuer.audit import log
from issuer.home.issuer import current_issuer, local_today
from issuer.outbox import queue
from issuer.people.access import gate, rules
from issuer.people.access.gate import MenuEntry
from issuer.people.tables import PersonRow
from issuer.program import policy as policies
from issuer.program.policy import Policy
from issuer.program.projects import answers, drafts, history, submission, words
from issuer.program.projects.drafts import WRITTEN_IN, Overtaken, ReadOnly
from issuer.program.projects.offerings import offered_now
from issuer.program.projects.project_page import checks, decided_by, declared, project_page
from issuer.program.projects.states import TURNS, Act, Conditions, NotNow, State, Turn
from issuer.program.projects.submission import Incomplete
from issuer.program.projects.tables import OfferingRow, ProjectRow
from issuer.program.windows.window import Purpose
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from issuer.web.row_numbers import whole_number
from verifier import clock
from verifier.web.language import time_of_day
from verifier.wording.words import N_

projects = Blueprint("projects", __name__)
NAVIGATION: Final = (MenuEntry("projects.mine", N_("My projects"), lands=2),)


class NotOpen(MintmarkError):
    """The district has not set its program up."""


@projects.errorhandler(NotOpen)
def say_not_open(_error: NotOpen) -> AnyResponse:
    """Lead to the page that says so."""
    return redirect(url_for("projects.mine"), 303)


@projects.get("/projects")
@needs("project", "begin")
def mine() -> Response:
    """List the projects of the signed-in person, and what there is to begin with."""
    me = gate.whoever().me
    with current_issuer().database.reading() as session:
        own = (
            select(ProjectRow)
            .where(ProjectRow.person_pk == me.person)
            .options(joinedload(ProjectRow.offering))
            .order_by(ProjectRow.changed_at.desc())
        )
        rows, policy, now = session.scalars(own).all(), policies.current(session), clock.now()
        rows = sorted(rows, key=lambda row: [*Turn].index(TURNS[State(row.state)]))
        values = {
            "own": rows,
            "until": submission.each_handed_in_until(session, rows, policy, now) if policy else {},
            "decided_by": _decided_by(session, rows, policy),
            "opens_next": submission.next_to_open(session, now),
            "written_in": WRITTEN_IN,
            "offerings": _offerings(session),
            "policy": policy,
        }
    return page(
        "program/mine.html",
        words=words,
        turns=TURNS,
        today=local_today(),
        done=request.args.get("done"),
        **values,
    )


@projects.app_template_global()
def earned_here() -> bool:
    """Return whether teachers earn credentials by the program of this site."""
    with current_issuer().database.reading() as session:
        return policies.current(session) is not None


@projects.app_template_global()
def may_begin() -> bool:
    """Return whether whoever is signed in can begin a project."""
    visitor = gate.signed_in()
    return visitor is not None and rules.may(visitor.me, "project", "begin") and earned_here()


@projects.app_template_global()
def days_to_finish() -> int | None:
    """Return how many days an approved proposal leaves for the work; None without a program."""
    with current_issuer().database.reading() as session:
        policy = policies.current(session)
        return policy.days_to_finish if policy else None


@projects.app_template_global()
def begun_with(achievement: str) -> Sequence[OfferingRow]:
    """Return the offerings with which whoever is signed in can begin to earn this."""
    if not may_begin():
        return ()
    with current_issuer().database.reading() as session:
        rows = select(OfferingRow).where(OfferingRow.achievement_id == achievement, *offered_now())
        return session.scalars(rows.order_by(OfferingRow.title)).all()


@projects.post("/projects")
@needs("project", "begin")
def begin() -> AnyResponse:
    """Begin a project: of one's own idea, or of an offering; one that is begun and still as it was
    is opened instead."""
    _policy()
    public_id = request.form.get("offering", "")
    with current_issuer().database.writing() as session:
        person = gate.acting(session)
        offering = session.scalar(
            select(OfferingRow).where(OfferingRow.public_id == public_id, *offered_now())
        )
        if public_id and offering is None:
            raise NotFound
        project = drafts.untouched(session, person, offering)
        project = project or drafts.begin(session, person, offering, now=clock.now())
    return redirect(url_for("projects.show", project=project.public_id), 303)


@projects.get("/projects/<project>")
@needs("project", "read", key="project")
def show(project: str) -> Response:
    """Show one project: its form where it is being written, else what was handed in."""
    return project_page(project)


@projects.post("/projects/<project>")
@needs("project", "write", key="project")
def save(project: str) -> AnyResponse:
    """Store the answers; with the button for it, hand them in.

    A script that saves while somebody writes asks for JSON, and gets the new revision.
    """
    received = clock.now()
    fields = {name: text for name, text in request.form.items() if _is_answer(name)}
    try:
        revision = _save(project, fields)
        if request.form.get("act") == Act.SUBMIT:
            _hand_in(project, received)
            return redirect(url_for("projects.show", project=project, done="submit"), 303)
    except Overtaken as exc:
        return _overtaken(project, fields, exc)
    except ReadOnly:
        if _is_handed_in(project, fields):
            return redirect(url_for("projects.show", project=project, done="submit"), 303)
        return _read_only(project, fields)
    except Incomplete as exc:
        return project_page(project, missing=exc.missing)
    except NotNow as exc:
        return project_page(project, wrong=words.REASONS[exc.reason])
    if _is_script():
        saved = time_of_day(current_issuer().settings.local(received))
        return jsonify(revision=revision, saved=saved)
    return redirect(url_for("projects.show", project=project, done="saved"), 303)


@projects.post("/projects/<project>/take-back")
@needs("project", "write", key="project")
def take_back(project: str) -> AnyResponse:
    """Turn what was handed in into a draft again."""
    return _act(project, Act.TAKE_BACK)


@projects.post("/projects/<project>/withdraw")
@needs("project", "write", key="project")
def withdraw(project: str) -> AnyResponse:
    """Withdraw the project, which can be opened again."""
    return _act(project, Act.WITHDRAW)


@projects.post("/projects/<project>/reopen")
@needs("project", "write", key="project")
def reopen(project: str) -> AnyResponse:
    """Open a project again that was withdrawn."""
    return _act(project, Act.REOPEN)


@projects.post("/projects/<project>/delete")
@needs("project", "write", key="project")
def delete(project: str) -> AnyResponse:
    """Delete a draft that was never handed in, unless its records have to be kept."""
    by, about = log.person(gate.whoever().person.id), f"project:{project}"
    with current_issuer().database.writing() as session:
        row = or_404(drafts.locked(session, project))
        wrong = _why_it_stays(session, row)
        if not wrong:
            drafts.delete(session, row)
            log.record(session, by=by, action="project.deleted", about=about, now=clock.now())
    if wrong:
        return project_page(project, wrong=wrong)
    return redirect(url_for("projects.mine", done="deleted"), 303)


class Reasons:
    """Sentences about what a page cannot do now."""

    READ_ONLY: Final = N_("This was handed in and can only be read now. Nothing of it was changed.")
    HANDED_IN: Final = N_(
        "Only a draft that was never handed in can be deleted. You can withdraw this project."
    )
    KEPT_BACK: Final = N_(
        "The district has to keep these records for now. You can withdraw this project."
    )
    OVERTAKEN: Final = N_(
        "Another window of yours saved this project first. Both texts are below: yours is in the"
        " form, the saved one beside it. Take over what you want, and save again."
    )


def _save(public_id: str, fields: Mapping[str, str]) -> int:
    issuer = current_issuer()
    with issuer.database.writing() as session:
        project = or_404(drafts.locked(session, public_id))
        purpose = WRITTEN_IN.get(State(project.state))
        if purpose is None:
            raise ReadOnly(f"nothing is written in state {project.state}")
        topic = request.form.get("topic")
        if topic and purpose is Purpose.PROPOSAL:
            drafts.choose_topic(session, project, topic)
        revision = request.form.get("revision", 0, type=whole_number)
        return drafts.save(session, project, purpose, fields, revision=revision, now=clock.now())


def _hand_in(public_id: str, received: datetime) -> None:
    issuer, policy = current_issuer(), _policy()
    with issuer.database.writing() as session:
        project = or_404(drafts.locked(session, public_id))
        person = session.get_one(PersonRow, project.person_pk)
        version = submission.hand_in(
            session,
            project,
            policy,
            received,
            declared=declared(session, project),
            checks=checks(),
            by=person,
        )
        payload, host = {"version": version.id}, issuer.settings.host
        about, kind = project.public_id, submission.RECEIVED
        queue.put(session, kind, about, host=host, now=received, payload=payload)


def _decided_by(
    session: Session, projects: Sequence[ProjectRow], policy: Policy | None
) -> dict[int, date]:
    """Return, by the id of each project that evaluators have, the day by which it is decided."""
    waiting = [row.id for row in projects if TURNS[State(row.state)] is Turn.EVALUATORS]
    if not waiting:
        return {}
    days = {
        version.project_pk: decided_by(version, State(version.project.state), policy)
        for version in submission.newest_of_each(session, waiting)
    }
    return {project: day for project, day in days.items() if day}


def _why_it_stays(session: Session, project: ProjectRow) -> str:
    """Return why a project is not deleted; '' if it may be."""
    if not drafts.is_deletable(session, project):
        return Reasons.HANDED_IN
    kept_back: set[int] = current_app.extensions["kept_back"](session, {project.person_pk})
    return Reasons.KEPT_BACK if kept_back else ""


def _is_handed_in(public_id: str, fields: Mapping[str, str]) -> bool:
    """True if these answers were handed in just before: the button was pressed twice."""
    with current_issuer().database.reading() as session:
        project = or_404(drafts.find(session, public_id))
        stored = project.completion if project.state == State.SUBMITTED else project.proposal
        is_asked = request.form.get("act") == Act.SUBMIT and {**stored, **fields} == stored
        return is_asked and history.was_last(session, project, Act.SUBMIT)


def _act(public_id: str, act: Act) -> AnyResponse:
    issuer, now, policy = current_issuer(), clock.now(), _policy()
    try:
        with issuer.database.writing() as session:
            project = or_404(drafts.locked(session, public_id))
            person = session.get_one(PersonRow, project.person_pk)
            if history.was_last(session, project, act):
                pass
            elif act is Act.TAKE_BACK:
                submission.take_back(session, project, policy, by=person, now=now)
            else:
                history.take(session, project, act, Conditions(), by=person, now=now)
    except NotNow as exc:
        return project_page(public_id, wrong=words.REASONS[exc.reason])
    return redirect(url_for("projects.show", project=public_id, done=act), 303)


def _read_only(public_id: str, fields: Mapping[str, str]) -> AnyResponse:
    """Say that nothing is written now, and show what was typed all the same (E15)."""
    if _is_script():
        return _overtaken_in_script()
    return project_page(public_id, wrong=Reasons.READ_ONLY, unsaved=fields)


def _overtaken(public_id: str, fields: Mapping[str, str], exc: Overtaken) -> AnyResponse:
    if _is_script():
        return _overtaken_in_script()
    return project_page(public_id, wrong=Reasons.OVERTAKEN, typed=fields, overtaken=exc)


def _overtaken_in_script() -> AnyResponse:
    response = jsonify(overtaken=True)
    response.status_code = 409
    return response


def _is_script() -> bool:
    """True if the script saves, and not its writer."""
    return request.accept_mimetypes.best == "application/json"


def _offerings(session: Session) -> object:
    rows = select(OfferingRow).where(*offered_now())
    return session.scalars(
        rows.options(joinedload(OfferingRow.topic), joinedload(OfferingRow.leader)).order_by(
            OfferingRow.title
        )
    ).all()


def _is_answer(name: str) -> bool:
    known = {field.id for fields in answers.FIELDS.values() for field in fields}
    return name in known or name.startswith(answers.QUESTION)


def _policy() -> Policy:
    with current_issuer().database.reading() as session:
        policy = policies.current(session)
    if policy is None:
        raise NotOpen("the program is not set up")
    return policy
