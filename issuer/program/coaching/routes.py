"""The pages of coaching: a coach's teachers; and each project's coaches, entries, study record and
signatures.
"""

from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from contexts.errors import MintmarkError
from issuer.home.issuer import current_issuer, local_today
from issuer.people.access import gate, rules
from issuer.people.access.gate import MenuEntry
from issuer.people.roles import Role
from issuer.people.tables import PersonRow, PostRow
from issuer.program import policy as policies
from issuer.program.coaching import coaching, hours, news, sign_offs
from issuer.program.coaching.coaching import CoachingRefused
from issuer.program.coaching.sign_offs import SignOffRefused, SignOffRole
from issuer.program.coaching.tables import CoachEntryRow
from issuer.program.policy import Policy
from issuer.program.projects import drafts, history, words
from issuer.program.projects.answers import day, number
from issuer.program.projects.history import OutlineStage
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from issuer.web.row_numbers import whole_number
from issuer.wording.days import WRITE_A_DAY
from verifier import clock
from verifier.wording.words import N_

coaching_pages = Blueprint("coaching", __name__)
NAVIGATION: Final = (MenuEntry("coaching.mine", N_("My teachers"), lands=6),)
SIGNERS: Final = {
    SignOffRole.TEACHER: N_("Teacher"),
    SignOffRole.COACH: N_("Coach"),
    SignOffRole.ADMINISTRATOR: N_("Building administrator"),
}
UNDER_WAY: Final = (State.DRAFT, State.PROPOSED, State.ACTIVE, State.SUBMITTED)


@coaching_pages.get("/coaching")
@needs("coaching", "list")
def mine() -> Response:
    """List the projects that the signed-in person coaches, those that ask for something first."""
    me = gate.whoever().person
    with current_issuer().database.reading() as session:
        rows = (
            select(ProjectRow)
            .where(coaching.coached_by(me.id), ProjectRow.state.in_(UNDER_WAY))
            .where(gate.seen(session, "project"))
            .join(PersonRow, PersonRow.id == ProjectRow.person_pk)
            .options(joinedload(ProjectRow.person))
            .order_by(PersonRow.folded, ProjectRow.id)
        )
        projects = session.scalars(rows).all()
        outlines = history.outlines(session, projects)
        numbers = [project.id for project in projects]
        signed, policy = sign_offs.signers(session, numbers), policies.current(session)
        asked = {
            project.id
            for project in projects
            if policy and policy.three_sign_offs
            if outlines[project.id].stage is OutlineStage.UNDER_WAY
            if SignOffRole.COACH not in signed[project.id]
        }
        to_sign = [project for project in projects if project.id in asked]
        today, now = local_today(), clock.now()
        return page(
            "program/my_teachers.html",
            needed_by=sign_offs.needed_by(
                session, to_sign, outlines, signed, policy, today=today, now=now
            ),
            projects=sorted(projects, key=lambda project: project.id not in asked),
            entries=coaching.count(session, numbers),
            asked=asked,
            outlines=outlines,
            written=history.written(session, projects, outlines),
            stages=words.OUTLINE,
            today=today,
        )


@coaching_pages.get("/projects/<project>/coaching")
@needs("project", "read", key="project")
def show(project: str) -> Response:
    """Show who coaches a project, and of what was noted as much as is for the reader."""
    return _page(project)


@coaching_pages.post("/projects/<project>/coaching/entries")
@needs("project", "coach", key="project")
def note(project: str) -> AnyResponse:
    """Write a coach's entry."""
    try:
        with current_issuer().database.writing() as session:
            row, me = or_404(drafts.locked(session, project)), gate.person(session)
            text, now = request.form.get("text", ""), clock.now()
            entry = coaching.note(session, row, me, _day(), text, now=now)
            if entry is not None:
                news.tell_of_entry(session, entry, host=current_issuer().settings.host, now=now)
    except CoachingRefused as exc:
        return _page(project, wrong=exc, about="entry")
    if request.form.get("back") == "coaching":
        return redirect(url_for("coaching.mine", done=project), 303)
    return _done(project, "entries")


@coaching_pages.post("/projects/<project>/coaching/entries/<int:entry>")
@needs("project", "write", key="project")
def share(project: str, entry: int) -> AnyResponse:
    """Share a coach's entry with others who see the project, or no longer."""
    with current_issuer().database.writing() as session:
        row = session.get(CoachEntryRow, entry)
        if row is None or row.project_pk != or_404(drafts.find(session, project)).id:
            raise NotFound
        is_shared = request.form.get("act") == "share"
        coaching.share(session, row, is_shared=is_shared, now=clock.now())
    return _done(project, "entries")


@coaching_pages.post("/projects/<project>/study")
@needs("project", "write", key="project")
def study(project: str) -> AnyResponse:
    """Write an entry of the teacher's study record, or learning outside (`act=outside`)."""
    form, is_outside = request.form, request.form.get("act") == "outside"
    try:
        if is_outside:
            return _learned_outside(project)
        minutes = form.get("minutes", type=whole_number) if form.get("minutes") else None
        if form.get("minutes") and minutes is None:
            raise CoachingRefused("minutes", N_("Write the minutes of one day, or leave them out."))
        with current_issuer().database.writing() as session:
            row, text = or_404(drafts.locked(session, project)), form.get("text", "")
            coaching.study(session, row, _day(), text, minutes=minutes, now=clock.now())
    except CoachingRefused as exc:
        return _page(project, wrong=exc, about="outside" if is_outside else "study")
    return _done(project, "study")


def _learned_outside(project: str) -> AnyResponse:
    form = request.form
    with current_issuer().database.writing() as session:
        coaching.learn_outside(
            session,
            or_404(drafts.locked(session, project)),
            _day(),
            form.get("text", ""),
            provider=form.get("provider", ""),
            hours=number(form.get("hours", "")),
            now=clock.now(),
        )
    return _done(project, "study")


@coaching_pages.post("/projects/<project>/sign")
@needs("project", "sign", key="project")
def sign(project: str) -> AnyResponse:
    """Sign for a project as one of the three."""
    try:
        with current_issuer().database.writing() as session:
            row, policy = or_404(drafts.locked(session, project)), policies.current(session)
            if policy is None:
                raise SignOffRefused(N_("You cannot sign as this person."))
            _sign(session, row, policy)
    except SignOffRefused as exc:
        return _page(project, wrong=exc, about="sign")
    return _done(project, "sign-offs")


def _sign(session: Session, project: ProjectRow, policy: Policy) -> None:
    """Sign as whom the form says. Raises `SignOffRefused`."""
    form, me = request.form, gate.person(session)
    able = _may_sign_as(session, project, policy, is_coach=coaching.is_coach(session, project, me))
    signer = next((one for one in able if one == form.get("signer")), None)
    if signer is None:
        raise SignOffRefused(N_("You cannot sign as this person."))
    fidelity = dict.fromkeys(form.getlist("fidelity"), True)
    now, host = clock.now(), current_issuer().settings.host
    is_new = signer not in sign_offs.by_signer(session, project)
    sign_offs.sign(session, project, signer, me, fidelity=fidelity, policy=policy, now=now)
    if signer is SignOffRole.TEACHER and is_new:
        news.ask_to_sign(session, project, host=host, today=local_today(), now=now)


def _page(public_id: str, *, wrong: MintmarkError | None = None, about: str = "") -> Response:
    issuer, visitor = current_issuer(), gate.whoever()
    with issuer.database.reading() as session:
        person = joinedload(ProjectRow.person)
        project = or_404(drafts.find(session, public_id, person))
        is_mine = project.person_pk == visitor.person.id
        coaches = coaching.coaches(session, project)
        is_coach = visitor.person.id in {coach.id for coach in coaches}
        signed = sign_offs.by_signer(session, project)
        has_signed = visitor.person.id in {row.person_pk for row in signed.values()}
        policy = policies.current(session)
        able = _may_sign_as(session, project, policy, is_coach=is_coach)
        reads_study = is_mine or is_coach or rules.may(visitor.me, "project", "steer")
        values: dict[str, Any] = {
            "project": project,
            "title": _title(session, project),
            "teacher": project.person,
            "coaches": coaches,
            "entries": coaching.entries(session, project, reader=visitor.person),
            "study": coaching.study_record(session, project) if reads_study else (),
            "hours": hours.of(session, [project])[project.id] if reads_study else None,
            "signed": signed,
            "policy": policy,
            "signs_as": [one for one in able if one not in signed and not has_signed],
        }
    return page(
        "program/coaching.html",
        is_mine=is_mine,
        is_coach=is_coach and rules.may(visitor.me, "project", "coach"),
        reads_study=reads_study,
        steers=rules.may(visitor.me, "project", "steer"),
        signers=SIGNERS,
        under_way=UNDER_WAY,
        today=local_today(),
        wrong=wrong,
        about=about,
        typed=request.form,
        done=request.args.get("done"),
        **values,
    )


def _may_sign_as(
    session: Session, project: ProjectRow, policy: Policy | None, *, is_coach: bool
) -> list[SignOffRole]:
    """Return the role in which the visitor may sign, if the district asks for signatures."""
    if policy is None or not policy.three_sign_offs or not sign_offs.are_taken(session, project):
        return []
    if project.person_pk == gate.whoever().person.id:
        return [SignOffRole.TEACHER]
    able = {
        SignOffRole.COACH: is_coach,
        SignOffRole.ADMINISTRATOR: _administers(session, project),
    }
    return [signer for signer, is_able in able.items() if is_able]


def _title(session: Session, project: ProjectRow) -> str:
    """Return what a project is called, as far as the signed-in person sees it (I12)."""
    if history.sees_attempts(gate.whoever().me, project):
        return str(project.proposal.get("title", ""))
    return history.written_of(session, project).title


def _administers(session: Session, project: ProjectRow) -> bool:
    """True if the signed-in person administers a building in which the teacher works."""
    roles = gate.whoever().me.roles
    own = [building for role, building in roles if role == Role.BUILDING_ADMINISTRATOR]
    posts = select(PostRow.id).where(
        PostRow.person_pk == project.person_pk, PostRow.building_pk.in_(own)
    )
    return bool(own) and session.scalar(posts.limit(1)) is not None


def _done(project: str, part: str) -> AnyResponse:
    return redirect(url_for("coaching.show", project=project, done=1, _anchor=part), 303)


def _day() -> date:
    """Return the day of the form. Raises `CoachingRefused`."""
    chosen = day(request.form.get("day", ""))
    if chosen is None:
        raise CoachingRefused("day", WRITE_A_DAY)
    return chosen
