"""The pages of cohorts: set up by the superintendent or the office, led by a coach."""

from typing import Final
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer, local_today
from issuer.people import roles
from issuer.people.access import gate, rules
from issuer.people.access.gate import MenuEntry
from issuer.people.register import of_address
from issuer.people.roles import Role
from issuer.people.tables import PersonRow
from issuer.program.coaching import cohorts, news
from issuer.program.coaching.cohorts import CohortRefused
from issuer.program.coaching.tables import CohortMemberRow, CohortRow, MeetingRow
from issuer.program.evaluation.conflicts import judging_in_conflict
from issuer.program.projects.offerings import offered_now
from issuer.program.projects.tables import OfferingRow
from issuer.program.windows.form_time import moment_in
from issuer.program.windows.window import WindowRefused
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from issuer.web.row_numbers import whole_number
from verifier import clock
from verifier.wording.words import N_

cohort_pages = Blueprint("cohorts", __name__)
NAVIGATION: Final = (MenuEntry("cohorts.list_all", N_("Cohorts")),)


@cohort_pages.get("/cohorts")
@needs("cohort", "list")
def list_all() -> Response:
    """List the cohorts that are for the signed-in person; who makes them finds the form here."""
    return _list()


@cohort_pages.post("/cohorts")
@needs("cohort", "make")
def gather() -> AnyResponse:
    """Begin a cohort."""
    form = request.form
    try:
        with current_issuer().database.writing() as session:
            gate.acting(session)
            leaders = {person.public_id: person for person in _coaches(session)}
            offering = session.scalar(
                select(OfferingRow).where(OfferingRow.public_id == form.get("offering", ""))
            )
            leader = leaders.get(form.get("leader", ""))
            name = form.get("name", "")
            row = cohorts.gather(session, name, offering, leader, now=clock.now())
            public_id = row.public_id
    except CohortRefused as exc:
        return _list(wrong=exc)
    return redirect(url_for("cohorts.show", cohort=public_id), 303)


@cohort_pages.get("/cohorts/<cohort>")
@needs("cohort", "read", key="cohort")
def show(cohort: str) -> Response:
    """Show one cohort: its roster and its meetings."""
    return _page(cohort)


@cohort_pages.post("/cohorts/<cohort>/members")
@needs("cohort", "change", key="cohort")
def add_member(cohort: str) -> AnyResponse:
    """Take somebody in, unless they, or the leader, judge work of the cohort now (I2)."""
    try:
        with current_issuer().database.writing() as session:
            row = _find(session, cohort)
            address = of_address(session, request.form.get("address", ""))
            person = session.get(PersonRow, address.person_pk) if address else None
            cohorts.join(session, row, person, now=clock.now())
            session.expire(row, ["members"])
            teachers = [row.leader_pk, *(member.person_pk for member in row.members)]
            if judging_in_conflict(session, teachers):
                wrong = N_("Two of this cohort review each other now: move that work first.")
                raise CohortRefused("address", wrong)
    except CohortRefused as exc:
        return _page(cohort, wrong=exc)
    return redirect(url_for("cohorts.show", cohort=cohort, done=1), 303)


@cohort_pages.post("/cohorts/<cohort>/members/<int:other>/end")
@needs("cohort", "change", key="cohort")
def end_member(cohort: str, other: int) -> AnyResponse:
    """Record that a member left."""
    with current_issuer().database.writing() as session:
        cohorts.leave(session, _find(session, cohort), other, now=clock.now())
    return redirect(url_for("cohorts.show", cohort=cohort, done=1), 303)


@cohort_pages.post("/cohorts/<cohort>/leader")
@needs("cohort", "change", key="cohort")
def change_leader(cohort: str) -> AnyResponse:
    """Give the cohort another leader, unless they are judging its work now (I2)."""
    try:
        with current_issuer().database.writing() as session:
            row = _find(session, cohort)
            leaders = {person.public_id: person for person in _coaches(session)}
            cohorts.lead(session, row, leaders.get(request.form.get("leader", "")))
            if judging_in_conflict(session, [member.person_pk for member in row.members]):
                wrong = N_("This coach reviews work of the cohort now: move that work first.")
                raise CohortRefused("leader", wrong)
    except CohortRefused as exc:
        return _page(cohort, wrong=exc)
    return redirect(url_for("cohorts.show", cohort=cohort, done=1), 303)


@cohort_pages.post("/cohorts/<cohort>/end")
@needs("cohort", "change", key="cohort")
def end(cohort: str) -> AnyResponse:
    """End a cohort."""
    with current_issuer().database.writing() as session:
        cohorts.end(session, _find(session, cohort), now=clock.now())
    return redirect(url_for("cohorts.show", cohort=cohort, done=1), 303)


@cohort_pages.post("/cohorts/<cohort>/meetings")
@needs("cohort", "lead", key="cohort")
def add_meeting(cohort: str) -> AnyResponse:
    """Note a meeting, in the district's local time."""
    form = request.form
    try:
        with current_issuer().database.writing() as session:
            gate.acting(session)
            row, begins = _find(session, cohort), moment_in(form, "begins", _zone())
            minutes = form.get("minutes", type=whole_number)
            meeting = cohorts.meet(session, row, form.get("title", ""), begins, minutes)
            host, now = current_issuer().settings.host, clock.now()
            if meeting is not None:
                news.tell_of_meeting(session, row, meeting, host=host, now=now)
    except (CohortRefused, WindowRefused) as exc:
        return _page(cohort, wrong=exc)
    return redirect(url_for("cohorts.show", cohort=cohort, done=1), 303)


@cohort_pages.post("/cohorts/<cohort>/meetings/<int:meeting>")
@needs("cohort", "lead", key="cohort")
def came(cohort: str, meeting: int) -> AnyResponse:
    """Note who came."""
    with current_issuer().database.writing() as session:
        row = session.get(MeetingRow, meeting, with_for_update=True)
        cohort_row = _find(session, cohort)
        if row is None or row.cohort_pk != cohort_row.id:
            raise NotFound
        asked = {member.person_pk for member in cohort_row.members if member.left_at is None}
        checked = asked & set(request.form.getlist("came", type=whole_number))
        cohorts.came(session, row, checked, of=asked)
    return redirect(url_for("cohorts.show", cohort=cohort, done=1), 303)


def _list(*, wrong: CohortRefused | None = None) -> Response:
    visitor = gate.whoever()
    visible = rules.visible(visitor.me, "cohort", "read", gate.kinds())
    makes = rules.may(visitor.me, "cohort", "make")
    offered = select(OfferingRow).where(*offered_now())
    with current_issuer().database.reading() as session:
        rows = select(CohortRow).where(visible).order_by(CohortRow.name, CohortRow.id)
        loads = joinedload(CohortRow.leader), joinedload(CohortRow.offering)
        return page(
            "program/cohorts.html",
            cohorts=session.scalars(rows.options(*loads)).all(),
            makes=makes,
            leaders=_coaches(session) if makes else (),
            offerings=session.scalars(offered.order_by(OfferingRow.title)).all() if makes else (),
            wrong={wrong.field: str(wrong)} if wrong else {},
            typed=request.form,
        )


def _page(public_id: str, *, wrong: CohortRefused | WindowRefused | None = None) -> Response:
    visitor = gate.whoever()
    changes = rules.may(visitor.me, "cohort", "change")
    with current_issuer().database.reading() as session:
        cohort = _find(session, public_id)
        present = [member for member in cohort.members if member.left_at is None]
        return page(
            "program/cohort.html",
            cohort=cohort,
            members=sorted(present, key=lambda member: member.person.folded),
            leads=cohort.leader_pk == visitor.person.id,
            changes=changes and cohort.ended_at is None,
            leaders=[person for person in _coaches(session) if person.id != cohort.leader_pk]
            if changes
            else (),
            me=visitor.person.id,
            zone=_zone(),
            wrong={wrong.field: str(wrong)} if wrong else {},
            typed=request.form,
            done=request.args.get("done"),
        )


def _coaches(session: Session) -> list[PersonRow]:
    coaches = roles.everybody(session, Role.COACH, today=local_today(), with_buildings=True)
    return sorted(coaches, key=lambda person: person.folded)


def _find(session: Session, public_id: str) -> CohortRow:
    members = selectinload(CohortRow.members).joinedload(CohortMemberRow.person)
    return or_404(
        session.scalar(
            select(CohortRow)
            .where(CohortRow.public_id == public_id)
            .options(joinedload(CohortRow.leader), joinedload(CohortRow.offering), members)
            .options(selectinload(CohortRow.meetings))
        )
    )


def _zone() -> ZoneInfo:
    return current_issuer().settings.timezone or ZoneInfo("UTC")
