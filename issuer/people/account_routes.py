"""One's own account: names, addresses, roles, and the browsers in which one is signed in."""

from flask import Blueprint, Response, redirect, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.people import roles
from issuer.people.access import gate, sessions
from issuer.people.signing_in import identities
from issuer.people.tables import PersonRow, SessionRow
from issuer.web.access import needs
from issuer.web.answers import page
from verifier import clock

account = Blueprint("account", __name__)


@account.get("/account")
@needs("account", "read")
def show() -> Response:
    """Show whoever is signed in what is known about them here."""
    issuer, found, now = current_issuer(), gate.whoever(), clock.now()
    with issuer.database.reading() as session:
        person = session.get_one(PersonRow, found.person.id)
        today = issuer.settings.local(now).date()
        values = {
            "person": person,
            "addresses": person.addresses,
            "other_names": person.other_names,
            "grants": [
                (given, given.building) for given in roles.roles_of(session, person, today=today)
            ],
            "bound": identities.of_person(session, person.id),
            "open_sessions": sessions.open_ones(session, person.id, now=now),
        }
    return page(
        "people/account.html",
        titles=roles.TITLES,
        providers=issuer.settings.sign_in,
        this=found.session.id,
        local=issuer.settings.local,
        **values,
    )


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
