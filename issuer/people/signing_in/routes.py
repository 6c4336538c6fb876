"""The pages to sign in and out."""

import secrets
from datetime import timedelta
from typing import Any, Final, TypeVar

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.people import register
from issuer.people.access import kept_forms, sessions
from issuer.people.access.gate import cookie_name, set_cookie, signed_in, signed_in_answer
from issuer.people.signing_in import sign_in
from issuer.people.signing_in.blueprint import OFTEN, begin_session, device, limiter, signing_in
from issuer.people.tables import PersonRow, SessionRow, SignInRow
from issuer.web.access import needs, open_to_all
from issuer.web.answers import page
from verifier import clock
from verifier.web.language import chosen

__all__ = ["signing_in"]
Sent = TypeVar("Sent", bound=AnyResponse)
_ASKING: Final = "asking"
_HOUR: Final = 3600


@signing_in.get("/sign-in")
@open_to_all
def form() -> Response:
    """Ask for the address that the link is to go to."""
    visitor = signed_in()
    return _form(address=_address_of(visitor.person) if visitor else "")


@signing_in.post("/sign-in")
@open_to_all
@limiter.limit(OFTEN)
def ask() -> AnyResponse:
    """Send the link, and lead to the page that says so, whether anybody has the address or not."""
    issuer, address = current_issuer(), request.form.get("address", "").strip()
    if issuer.settings.mail is None:
        return _form(address=address)
    if "@" not in address:
        return _form(address=address, is_wrong=True)
    name = cookie_name(issuer.settings, _ASKING)
    browser = request.cookies.get(name) or secrets.token_urlsafe(32)
    with issuer.database.writing() as session:
        sign_in.ask(
            session,
            issuer.settings,
            address,
            browser=browser,
            device=device(),
            lands_on=request.form.get("lands_on", "")[:500],
            language=chosen(),
            now=clock.now(),
        )
    response = redirect(url_for("sign_in.sent"), 303)
    set_cookie(response, name, browser, _HOUR)
    return response


@signing_in.get("/sign-in/sent")
@open_to_all
def sent() -> Response:
    """Say that the mail is on its way, and take the six digits."""
    return _private(page("people/sent.html", wrong=False, minutes=_minutes()))


@signing_in.post("/sign-in/sent")
@open_to_all
@limiter.limit(OFTEN)
def type_code() -> AnyResponse:
    """Sign in with the six digits that the link showed elsewhere."""
    issuer, now = current_issuer(), clock.now()
    browser = request.cookies.get(cookie_name(issuer.settings, _ASKING), "")
    typed = request.form.get("code", "")
    with issuer.database.writing() as session:
        row = sign_in.of_code(session, issuer.settings, browser, typed, now=now)
        token = _begin(session, row, "code") if row else None
    if row is None or token is None:
        return _private(page("people/sent.html", wrong=True, minutes=_minutes()))
    return signed_in_answer(token, row.lands_on)


@signing_in.get("/sign-in/<token>")
@open_to_all
def link(token: str) -> AnyResponse:
    """Sign in the browser that asked; show every other one the six digits."""
    issuer, now = current_issuer(), clock.now()
    asking = request.cookies.get(cookie_name(issuer.settings, _ASKING))
    looks_ahead = request.method == "HEAD" or "prefetch" in request.headers.get("Sec-Purpose", "")
    with issuer.database.writing() as session:
        row = sign_in.of_link(session, issuer.settings, token, now=now)
        if row is None or looks_ahead:
            return _ended()
        if sign_in.is_asking(row, asking):
            begun = _begin(session, row, "mail")
            return signed_in_answer(begun, row.lands_on) if begun else _ended()
        row.opened_at = row.opened_at or now
        address = sign_in.address_of(session, row)
        person = session.get(PersonRow, row.person_pk) if row.person_pk else None
    return _elsewhere(row, person, address.address if address else "", token)


@signing_in.post("/sign-in/<token>")
@open_to_all
@limiter.limit(OFTEN)
def accept(token: str) -> AnyResponse:
    """Sign in with a link that an operator printed, which no browser asked for."""
    issuer, now = current_issuer(), clock.now()
    with issuer.database.writing() as session:
        row = sign_in.of_link(session, issuer.settings, token, now=now)
        printed = row is not None and row.browser is None
        begun = _begin(session, row, "invitation") if row and printed else None
    return signed_in_answer(begun, "") if begun else _ended()


@signing_in.post("/sign-out")
@open_to_all
def sign_out() -> AnyResponse:
    """End this browser's session, and say so on the home page."""
    issuer, visitor = current_issuer(), signed_in()
    if visitor is not None:
        with issuer.database.writing() as session:
            sessions.end(session, SessionRow.id == visitor.session.id, now=clock.now())
    response = redirect(url_for("catalog.home", done="signed-out"), 303)
    response.delete_cookie(cookie_name(issuer.settings), secure=_is_secure(), path="/")
    return response


@signing_in.get("/kept/<form>")
@needs("kept form", "read", key="form")
def kept_form(form: str) -> Response:
    """Show a form that came too late, to be sent again."""
    with current_issuer().database.reading() as session:
        stored = kept_forms.find(session, form)
    if stored is None:
        raise NotFound
    return page("people/kept.html", form_id=form, path=stored.path, fields=stored.fields)


def _form(*, address: str, is_wrong: bool = False) -> Response:
    response = page(
        "people/sign_in.html",
        address=address,
        wrong=is_wrong,
        lands_on=request.values.get("lands_on", ""),
        providers=current_issuer().settings.sign_in,
    )
    return _private(response)


def _elsewhere(row: SignInRow, person: PersonRow | None, address: str, token: str) -> Response:
    """Sent a browser that did not ask."""
    values: dict[str, Any] = {"person": person, "address": address, "token": token, "row": row}
    settings = current_issuer().settings
    values |= {"at": settings.local(row.created_at), "code": sign_in.code(settings, row)}
    return _private(page("people/elsewhere.html", **values))


def _ended() -> Response:
    response = page("people/ended.html")
    response.status_code = 410
    return _private(response)


def _begin(session: Session, row: SignInRow, way: str) -> str | None:
    """Use up a request and return the token of the new session; None if nobody is to sign in."""
    now = clock.now()
    person = sign_in.use(session, row, now=now)
    return None if person is None else begin_session(session, person, way, now)


def _private(response: Sent) -> Sent:
    response.headers["Cache-Control"] = "no-store"
    return response


def _address_of(person: PersonRow) -> str:
    with current_issuer().database.reading() as session:
        row = register.primary_address(session.get_one(PersonRow, person.id))
        return row.address if row else ""


def _minutes() -> int:
    return sign_in.LASTS // timedelta(minutes=1)


def _is_secure() -> bool:
    return current_issuer().settings.public_url.startswith("https:")
