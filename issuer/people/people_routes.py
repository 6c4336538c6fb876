"""The register's pages: who is here, and one person with roles, addresses and sessions."""

from datetime import UTC, date, datetime, time
from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer, local_today
from issuer.people import acts, listing, register, roles
from issuer.people.access import gate, rules, sessions
from issuer.people.access.gate import MenuEntry
from issuer.people.register import RegisterError
from issuer.people.roles import Role, RoleError
from issuer.people.tables import BuildingRow, GrantRow, PersonRow
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from issuer.web.row_numbers import whole_number
from issuer.wording.days import written_day
from verifier import clock
from verifier.wording.words import N_

people = Blueprint("people", __name__)
NAVIGATION: Final = (MenuEntry("people.list_all", N_("People")),)


@people.get("/people")
@needs("person", "list")
def list_all() -> Response:
    """List people, those who fit `q`."""
    visitor, text = gate.whoever(), request.args.get("q", "")
    visible = rules.visible(visitor.me, "person", "list", gate.kinds())
    with current_issuer().database.reading() as session:
        listed = listing.search(
            session, visible, text, request.args.get("page", 1, type=whole_number)
        )
    return page(
        "people/list.html",
        listed=listed,
        text=text,
        titles=roles.TITLES,
        today=local_today(),
        added=request.args.get("added", 0, type=whole_number),
        changed=request.args.get("changed", 0, type=whole_number),
    )


@people.post("/people")
@needs("person", "add")
def add() -> AnyResponse:
    """Add a person by name and address."""
    now, form = clock.now(), request.form
    try:
        with current_issuer().database.writing() as session:
            by = gate.acting(session)
            name, address = form.get("name", ""), form.get("address", "")
            person = register.add_with_address(session, name, address, now=now, by=by)
    except RegisterError as exc:
        return _new(wrong=exc)
    return redirect(url_for("people.show", person=person.public_id, done="added"), 303)


@people.get("/people/new")
@needs("person", "add")
def new() -> Response:
    """Show the form for a person who is not in the register."""
    return _new()


@people.get("/people/<person>")
@needs("person", "read", key="person")
def show(person: str) -> Response:
    """Show one person; to have looked leaves an entry in the log."""
    with current_issuer().database.writing() as session:
        row, me = or_404(register.present(session, person)), gate.whoever().person
        if row.id != me.id:
            acts.tell(session, session.get_one(PersonRow, me.id), "read", row, now=clock.now())
    return _page(person)


@people.post("/people/<person>/roles")
@needs("person", "roles", key="person")
def grant(person: str) -> AnyResponse:
    """Grant a role."""
    form = request.form
    with current_issuer().database.writing() as session:
        row, by = or_404(register.present(session, person)), gate.acting(session)
        before = {one.id for one in row.grants}
        code = form.get("building", "")
        building = session.scalar(select(BuildingRow).where(BuildingRow.code == code))
        try:
            role = _role(form.get("role", ""))
            first_day, last_day = _day("first_day") or local_today(), _day("last_day")
            new_grant = roles.grant(
                session,
                row,
                role,
                now=clock.now(),
                first_day=first_day,
                last_day=last_day,
                building=building,
                by=by,
            )
            host, now, begins = current_issuer().settings.host, clock.now(), _begins(first_day)
            if new_grant.id not in before:
                roles.tell(session, row, role, is_granted=True, host=host, now=now, begins=begins)
        except RoleError as exc:
            wrong = exc
        else:
            return redirect(url_for("people.show", person=person, done="role"), 303)
    return _page(person, wrong=wrong)


@people.post("/people/<person>/roles/<int:grant>/end")
@needs("person", "roles", key="person")
def take_back(person: str, grant: int) -> AnyResponse:
    """Take a role back."""
    with current_issuer().database.writing() as session:
        row, by = or_404(register.present(session, person)), gate.acting(session)
        this = select(GrantRow).where(GrantRow.id == grant, GrantRow.person_pk == row.id)
        grant_row = or_404(session.scalar(this.with_for_update()))
        try:
            host, now, role = current_issuer().settings.host, clock.now(), Role(grant_row.role)
            has_begun = grant_row.first_day <= local_today()
            has_ended = roles.take_back(session, grant_row, today=local_today(), now=now, by=by)
            if has_begun and has_ended:
                roles.tell(session, row, role, is_granted=False, host=host, now=now)
        except RoleError as exc:
            wrong = exc
        else:
            return redirect(url_for("people.show", person=person, done="role"), 303)
    return _page(person, wrong=wrong)


def _new(*, wrong: RegisterError | None = None) -> Response:
    return page("people/new.html", wrong=wrong, form_values=request.form)


def _page(public_id: str, *, wrong: RoleError | None = None) -> Response:
    issuer, visitor, now = current_issuer(), gate.whoever(), clock.now()
    with issuer.database.reading() as session:
        person = or_404(register.present(session, public_id))
        values = {
            "grants": [(row, row.building) for row in person.grants],
            "posts": [(post, post.building) for post in person.posts],
            "addresses": person.addresses,
            "other_names": person.other_names,
            "buildings": register.buildings(session),
            "open_sessions": sessions.open_ones(session, person.id, now=now),
        }
    return page(
        "people/person.html",
        person=person,
        wrong=wrong,
        titles=roles.TITLES,
        today=local_today(),
        names_roles=rules.may(visitor.me, "person", "roles"),
        is_self=person.id == visitor.person.id,
        ends_sessions=Role.OPERATOR in {role for role, _ in visitor.me.roles},
        done=request.args.get("done"),
        **values,
    )


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise RoleError(N_("choose a role")) from None


def _day(field: str) -> date | None:
    text = request.form.get(field, "").strip()
    try:
        return written_day(text) if text else None
    except ValueError:
        raise RoleError(N_("give a day in the years 1900 to 2099, as year-month-day")) from None


def _begins(day: date) -> datetime:
    """Return the moment at which a day begins in the district."""
    zone = current_issuer().settings.timezone or UTC
    return datetime.combine(day, time(), zone).astimezone(UTC)
