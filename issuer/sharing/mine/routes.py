"""*My credentials*: all credentials of the signed-in person, each with a link to its own page."""

from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.people.access import gate
from issuer.people.access.gate import MenuEntry
from issuer.sharing.collections import collection
from issuer.sharing.collections.collection import CollectionError, Edited
from issuer.sharing.owned import claims, ownership
from issuer.sharing.owned.listing import held
from issuer.web.access import needs
from issuer.web.answers import page
from issuer.wording.language import gettext
from verifier import clock
from verifier.wording.words import N_

mine = Blueprint("mine", __name__)
NAVIGATION: Final = (MenuEntry("mine.show", N_("My credentials"), lands=1),)


@mine.get("/my-credentials")
@needs("own credentials", "read")
def show() -> Response:
    """List the credentials and the collections of the signed-in person."""
    issuer = current_issuer()
    with issuer.database.reading() as session:
        person = gate.person(session)
        owned = ownership.of_person(session, person)
        values = {
            "person": person,
            "addresses": [row for row in person.addresses if row.verified_at],
            "owned": owned,
            "held": held(session, issuer.settings, owned.theirs),
            "collections": collection.of_person(session, issuer.settings, person.id),
        }
    return page("mine/mine.html", now=clock.now(), most=collection.MOST, **values)


@mine.post("/my-credentials/ask")
@needs("own credentials", "read")
def ask() -> AnyResponse:
    """Ask the office whether what is unsure is theirs."""
    with current_issuer().database.writing() as session:
        person = gate.person(session)
        claims.ask(session, person, now=clock.now())
    return redirect(url_for("mine.show", done="asked", _anchor="unsure"), 303)


@mine.post("/my-credentials/collections")
@needs("own credentials", "read")
def collect() -> AnyResponse:
    """Make a collection of the credentials that are checked."""
    title = request.form.get("title", "").strip() or gettext("My credentials")
    edited = Edited(title, own=tuple(request.form.getlist("add")))
    person = gate.whoever().person.id
    try:
        token = collection.create(current_issuer(), edited, person=person, now=clock.now())
    except CollectionError:
        return redirect(url_for("mine.show", done="none", _anchor="collect"), 303)
    return redirect(url_for("collections.edit", token=token), 303)
