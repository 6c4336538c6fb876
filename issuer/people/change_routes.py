"""The page on which the office changes a record: name, address, leaving, merging, erasing."""

from datetime import date, datetime
from typing import Final

from flask import Blueprint, Response, current_app, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.people import changes, register
from issuer.people.access import gate, rules
from issuer.people.account import own_addresses
from issuer.people.register import RegisterError
from issuer.people.roles import RoleError
from issuer.people.tables import PersonRow
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from issuer.web.row_numbers import whole_number
from verifier import clock
from verifier.wording.words import N_

changing = Blueprint("changing", __name__)
NOBODY: Final = N_("nobody has this address or staff number")


@changing.get("/people/<person>/change")
@needs("person", "change", key="person")
def form(person: str) -> Response:
    """Show what can be changed."""
    return _page(person)


@changing.post("/people/<person>/change")
@needs("person", "change", key="person")
def change(person: str) -> AnyResponse:
    """Change what the form asks for."""
    now = clock.now()
    try:
        with current_issuer().database.writing() as session:
            row, by = or_404(register.present(session, person)), gate.person(session)
            may = rules.may(gate.whoever().me, "person", "roles")
            changes.refuse_if_privileged(session, row, may_name_roles=may, today=_today(now))
            _do(session, row, by, may_name_roles=may, now=now)
    except (RegisterError, RoleError) as exc:
        return _page(person, wrong=exc)
    return redirect(url_for("people.show", person=person, done="changed"), 303)


@changing.post("/people/<person>/erase")
@needs("person", "erase", key="person")
def erase(person: str) -> AnyResponse:
    """Blank a record, once its name was typed."""
    now = clock.now()
    try:
        with current_issuer().database.writing() as session:
            row = or_404(register.present(session, person))
            if request.form.get("erase-name", "").strip() != row.name:
                raise RegisterError(N_("to erase somebody, type the name as it stands there"))
            by = gate.person(session)
            ways = current_app.extensions["erasing"]
            finishes = [way(session, row, by=by, now=now) for way in ways]
            changes.erase(session, row, now=now, today=_today(now), by=by)
    except (RegisterError, RoleError) as exc:
        return _page(person, wrong=exc)
    for finish in finishes:
        finish()
    return redirect(url_for("people.list_all", done="erased"), 303)


def _do(
    session: Session, row: PersonRow, by: PersonRow, *, may_name_roles: bool, now: datetime
) -> None:
    form, today = request.form, _today(now)
    match form.get("what"):
        case "name":
            register.rename(session, row, form.get("name", ""), now=now, by=by)
        case "other-name":
            register.add_name(session, row, form.get("other-name", ""), now=now, by=by)
        case "number":
            register.number(session, row, form.get("number", ""), now=now, by=by)
        case "address":
            register.add_address(session, row, form.get("address", ""), verified_at=now)
        case "address-ended":
            address = own_addresses.of(row, form.get("ended", 0, type=whole_number))
            register.end_address(session, row, address, now=now, by=by)
        case "post":
            _works_at(session, row, by, now=now)
        case "post-ended":
            building = register.building(session, form.get("building", ""))
            changes.works_no_more_at(session, row, building, now=now, by=by)
        case "left":
            register.leaves(session, row, now=now, today=today, by=by)
        case "back":
            register.comes_back(session, row, now=now, by=by)
        case "merge":
            double = _other(session, form.get("other", "").strip())
            changes.refuse_if_privileged(
                session, double, may_name_roles=may_name_roles, today=today
            )
            changes.merge(session, row, double, now=now, by=by)
        case _:
            raise RegisterError(N_("choose what to change"))


def _works_at(session: Session, row: PersonRow, by: PersonRow, *, now: datetime) -> None:
    """Take what the form says of one building, which may be a new one for this person."""
    form = request.form
    building = register.building(session, form.get("building", ""))
    typed = {
        name: form.get(f"{name}-{building.id}", form.get(f"{name}-new", ""))
        for name in ("grades", "subjects")
    }
    changes.works_at(session, row, building, **typed, now=now, by=by)


def _other(session: Session, text: str) -> PersonRow:
    """Return whose address or staff number this is."""
    row = register.of_address(session, text)
    if row is not None:
        return session.get_one(PersonRow, row.person_pk)
    person = session.scalar(select(PersonRow).where(PersonRow.staff_number == text))
    if person is None or not text:
        raise RegisterError(NOBODY)
    return person


def _page(public_id: str, *, wrong: RegisterError | RoleError | None = None) -> Response:
    with current_issuer().database.reading() as session:
        person = or_404(register.present(session, public_id))
        posts = [(post, post.building) for post in person.posts]
        here = {building.id for _, building in posts}
        values = {
            "addresses": list(person.addresses),
            "posts": posts,
            "other_buildings": [one for one in register.buildings(session) if one.id not in here],
        }
    values |= {"typed": request.form, "erases": rules.may(gate.whoever().me, "person", "erase")}
    return page("people/change.html", person=person, wrong=wrong, **values)


def _today(now: datetime) -> date:
    return current_issuer().settings.local(now).date()
