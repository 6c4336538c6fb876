"""The page of a person's own account: names, addresses, roles and sessions."""

from flask import Blueprint, Response, current_app, redirect, request, url_for
from sqlalchemy import select
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.people import roles
from issuer.people.access import gate, sessions
from issuer.people.account import own_addresses
from issuer.people.register import RegisterError
from issuer.people.signing_in import identities
from issuer.people.tables import PersonRow, SessionRow
from issuer.web.access import needs
from issuer.web.answers import page
from verifier import clock
from verifier.web.language import chosen

account = Blueprint("account", __name__)


@account.get("/start")
@needs("account", "read")
def start() -> AnyResponse:
    """Redirect the signed-in person to the page where they work."""
    pages = current_app.extensions["navigation"]()
    first = max(pages, key=lambda entry: entry.lands, default=None)
    return redirect(url_for(first.endpoint if first and first.lands else "account.show"), 303)


@account.get("/account")
@needs("account", "read")
def show() -> Response:
    """Show the account of the signed-in person."""
    return _page()


@account.post("/account/addresses")
@needs("account", "change")
def add_address() -> AnyResponse:
    """Mail a link to the address that is to be added."""
    issuer, typed = current_issuer(), request.form.get("address", "")
    if issuer.settings.mail is None:
        raise NotFound
    with issuer.database.writing() as session:
        try:
            own_addresses.ask(
                session,
                issuer.settings,
                gate.acting(session),
                typed,
                language=chosen(),
                now=clock.now(),
            )
        except RegisterError as exc:
            wrong = exc
        else:
            return redirect(url_for("account.show", done="asked", _anchor="addresses"), 303)
    return _page(wrong=wrong, part="address")


@account.get("/account/addresses/<token>")
@needs("account", "read")
def look_at_address(token: str) -> Response:
    """Ask whether the address of a link is to be added; a program that opens links adds nothing."""
    return _address_page(token)


@account.post("/account/addresses/<token>")
@needs("account", "bind")
def confirm_address(token: str) -> AnyResponse:
    """Add the address that a link was mailed to."""
    issuer = current_issuer()
    with issuer.database.writing() as session:
        me = gate.person(session)
        address = own_addresses.address_in(issuer.settings, me, token)
        if address is None:
            return _address_page(token)
        try:
            own_addresses.confirm(session, me, address, now=clock.now())
        except RegisterError as exc:
            wrong = exc
        else:
            return redirect(url_for("account.show", done="added", _anchor="addresses"), 303)
    return _address_page(token, wrong=wrong)


@account.post("/account/addresses/<int:address>/change")
@needs("account", "change")
def change_address(address: int) -> AnyResponse:
    """Prefer an address for mail, or remove it."""
    with current_issuer().database.writing() as session:
        me = gate.person(session)
        try:
            if request.form.get("what") == "prefer":
                own_addresses.prefer(session, me, address)
            else:
                own_addresses.give_up(session, me, address, now=clock.now())
        except RegisterError as exc:
            wrong = exc
        else:
            return redirect(url_for("account.show", done="changed", _anchor="addresses"), 303)
    return _page(wrong=wrong, part="addresses")


@account.post("/sessions/<session>/end")
@needs("session", "end", key="session")
def end_session(session: str) -> AnyResponse:
    """Sign out a browser: one's own, or as operator any."""
    with current_issuer().database.writing() as writing:
        row = writing.scalars(select(SessionRow).where(SessionRow.public_id == session)).one()
        sessions.end(writing, SessionRow.id == row.id, now=clock.now())
        whose = writing.get_one(PersonRow, row.person_pk)
    if whose.id == gate.whoever().person.id:
        return redirect(url_for("account.show"), 303)
    return redirect(url_for("people.show", person=whose.public_id), 303)


def _page(*, wrong: RegisterError | None = None, part: str = "") -> Response:
    """Show the account; `wrong` is the error in what was typed into one part of it."""
    issuer, visitor, now = current_issuer(), gate.whoever(), clock.now()
    with issuer.database.reading() as session:
        person = gate.person(session)
        today = issuer.settings.local(now).date()
        values = {
            "person": person,
            "addresses": person.addresses,
            "other_names": person.other_names,
            "grants": [
                (grant, grant.building) for grant in roles.roles_of(session, person, today=today)
            ],
            "bound": identities.of_person(session, person.id),
            "open_sessions": sessions.open_ones(session, person.id, now=now),
        }
    return page(
        "people/account.html",
        titles=roles.TITLES,
        providers=issuer.settings.sign_in,
        this=visitor.session.id,
        wrong={part: wrong} if wrong else {},
        typed=request.form,
        done=request.args.get("done"),
        **values,
    )


def _address_page(token: str, *, wrong: RegisterError | None = None) -> Response:
    settings, visitor = current_issuer().settings, gate.whoever()
    address = own_addresses.address_in(settings, visitor.person, token)
    response = page("people/own_address.html", address=address, wrong=wrong)
    response.status_code = 422 if wrong else 200 if address else 410
    return response
