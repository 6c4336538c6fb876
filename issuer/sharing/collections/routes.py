"""The pages of collections: the public page, and the page on which its maker changes it."""

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from issuer.home import addresses
from issuer.home.issuer import current_issuer
from issuer.people.access import gate
from issuer.people.tables import PersonRow
from issuer.sharing import previews
from issuer.sharing.collections import collection
from issuer.sharing.collections.collection import Collection, CollectionError, Edited
from issuer.sharing.collections.tables import LONGEST_SENTENCE, LONGEST_TITLE, LONGEST_WORDS
from issuer.sharing.owned import ownership
from issuer.sharing.owned.listing import Held, held
from issuer.sharing.words import STANDINGS
from issuer.web.access import open_to_all
from issuer.web.answers import file, or_404, page
from issuer.wording.language import gettext
from verifier import clock
from verifier.web.limits import limiter_for
from verifier.web.report_page.facts import in_words

collections = Blueprint("collections", __name__)
limiter = limiter_for(collections)


@collections.post("/collections")
@open_to_all
@limiter.limit("30/hour")
def create() -> AnyResponse:
    """Make a collection of the credentials whose holder's links are given."""
    title = request.form.get("title", "").strip() or gettext("My credentials")
    edited = Edited(title, links=request.form.get("links", ""))
    try:
        token = collection.create(current_issuer(), edited, person=_person(), now=clock.now())
    except CollectionError as exc:
        raise NotFound from exc
    return redirect(url_for("collections.edit", token=token), 303)


@collections.get("/collections/<public_id>.html")
@open_to_all
def show(public_id: str) -> Response:
    """Show everybody a collection."""
    collected = _collection_or_404(public_id)
    now = clock.now()
    shown = [
        (member, member.shared.shown, member.shared.standing(now)) for member in collected.shown
    ]
    return page(
        "collections/collection.html",
        collection=collected,
        shown=shown,
        standings=STANDINGS,
        total=in_words(collected.total),
        address=addresses.collection(current_issuer().settings, public_id),
    )


@collections.get("/collections/<public_id>/preview.png")
@open_to_all
def preview_png(public_id: str) -> Response:
    """Serve the picture that stands for a collection where its link is posted."""
    collected = _collection_or_404(public_id)
    shown = [member.shared for member in collected.shown]
    picture = previews.of_collection(collected.title, shown, current_issuer().settings)
    return file(picture, "image/png", "preview.png")


@collections.get("/collections/edit/<token>")
@open_to_all
def edit(token: str) -> Response:
    """Show the page on which a collection is changed."""
    return _edit_page(token)


@collections.post("/collections/edit/<token>")
@open_to_all
@limiter.limit("60/hour")
def change(token: str) -> AnyResponse:
    """Change a collection, delete it, or replace its edit link."""
    issuer, edited = current_issuer(), _edited(request.form)
    match request.form.get("action"):
        case "delete":
            done: object = collection.delete(issuer, token)
            to = url_for("catalog.home")
        case "renew":
            done = collection.renew_link(issuer, token)
            to = url_for("collections.edit", token=done or "-")
        case _:
            try:
                done = collection.change(issuer, token, edited, person=_person())
            except CollectionError as exc:
                return _edit_page(token, wrong=exc, links=edited.links)
            moved = f"c-{edited.move[0]}" if edited.move else None
            to = url_for("collections.edit", token=token, saved=1, _anchor=moved)
    if not done:
        raise NotFound
    return redirect(to, 303)


def _edited(form: MultiDict[str, str]) -> Edited:
    move, _, direction = form.get("move", "").rpartition(":")
    return Edited(
        title=form.get("title", "").strip() or gettext("My credentials"),
        words=form.get("words", ""),
        sentences={id: form.get(f"sentence-{id}", "") for id in form.getlist("keep")},
        links=form.get("links", ""),
        own=tuple(form.getlist("add")),
        move=(move, direction) if move else None,
    )


def _edit_page(token: str, *, wrong: CollectionError | None = None, links: str = "") -> Response:
    collected = or_404(collection.find_edited(current_issuer(), token))
    response = page(
        "collections/edit.html",
        collection=collected,
        token=token,
        address=addresses.collection(current_issuer().settings, collected.public_id),
        wrong=wrong,
        links=links,
        most=collection.MOST,
        own=_own(collected),
        kept=collected.person is not None and collected.person == _person(),
        longest={"title": LONGEST_TITLE, "words": LONGEST_WORDS, "sentence": LONGEST_SENTENCE},
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _own(collected: Collection) -> list[Held]:
    """Return the credentials of whoever is signed in that are not in the collection."""
    issuer, person = current_issuer(), _person()
    if person is None:
        return []
    there = {member.shared.public_id for member in collected.collected}
    with issuer.database.reading() as session:
        owned = ownership.of_person(session, session.get_one(PersonRow, person))
        credentials = held(session, issuer.settings, owned.theirs)
    return [credential for credential in credentials if credential.public_id not in there]


def _person() -> int | None:
    visitor = gate.signed_in()
    return visitor.person.id if visitor else None


def _collection_or_404(public_id: str) -> Collection:
    return or_404(collection.find(current_issuer(), public_id))
