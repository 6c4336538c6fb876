"""What people and machines fetch: credentials in every form, and achievements."""

from datetime import UTC, datetime
from typing import Final

from flask import Blueprint, Response, jsonify, request
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from issuer import addresses, certificate
from issuer.catalogue import versions
from issuer.catalogue.achievement import Achievement
from issuer.issuance.build import CONTEXTS, achievement_object
from issuer.issuer import current_issuer
from issuer.problems import Problem
from issuer.sharing import shared
from issuer.sharing.answers import accepted, file, page
from issuer.sharing.forms import FORMS, badge, disclosed
from issuer.sharing.shared import Shared

PAGE: Final = "text/html"
CREDENTIAL_OFFERS: Final = {
    **dict.fromkeys(FORMS["json"].media_types, "json"),
    PAGE: "html",
    **dict.fromkeys(("application/jwt", "application/vc+jwt", "text/plain"), "jwt"),
}
"""What the plain address of a credential answers to, in the order that settles a tie."""
ACHIEVEMENT_OFFERS: Final = {
    "application/ld+json": "json",
    "application/json": "json",
    PAGE: "html",
}
sharing = Blueprint("sharing", __name__)


@sharing.get("/")
def home() -> Response:
    """Show whose site this is, its identifier, and how to check what it issues."""
    return page("home.html", settings=current_issuer().settings)


@sharing.get("/credentials/<name>")
def credential(name: str) -> Response:
    """Answer with a credential in the form that the suffix fixes, else in the one accepted."""
    public_id, dot, suffix = name.partition(".")
    found = shared.find(current_issuer(), public_id)
    if found is None:
        raise NotFound
    if found.private:
        raise Problem("not-shared")
    if not dot:
        suffix = _best_form(found)
    if suffix == "html":
        return credential_page(found)
    if suffix not in found.whole_forms:
        raise NotFound
    if suffix not in found.forms:
        raise Problem("form-withheld")
    settings = current_issuer().settings
    data = FORMS[suffix].make(disclosed(found, settings), settings)
    types = FORMS[suffix].media_types
    media_type = request.accept_mimetypes.best_match(types, types[0])
    return file(data, media_type, f"{found.achievement.id}.{suffix}")


def _best_form(found: Shared) -> str:
    """Return the accepted form: one that is offered before one that is withheld."""
    there, public = (
        {kind: form for kind, form in CREDENTIAL_OFFERS.items() if form in ("html", *forms)}
        for forms in (found.whole_forms, found.forms)
    )
    best = request.accept_mimetypes.best_match(public)
    return public[best] if best else accepted(there)


@sharing.get("/achievements/<achievement_id>/<name>")
def achievement(achievement_id: str, name: str) -> Response:
    """Answer with one version of an achievement: its page, its JSON-LD, or its picture."""
    version, dot, suffix = name.partition(".")
    found = _achievement(achievement_id, version)
    settings = current_issuer().settings
    if not dot:
        suffix = accepted(ACHIEVEMENT_OFFERS)
    if suffix == "html":
        return page("achievement.html", achievement=found)
    if suffix == "json":
        document = {"@context": list(CONTEXTS), **achievement_object(found, settings)}
        return file(jsonify(document).data, "application/ld+json", f"{found.id}.json")
    if suffix in ("png", "svg"):
        media_type = FORMS[suffix].media_types[0]
        return file(badge(found, settings, suffix), media_type, f"{found.id}.{suffix}")
    raise NotFound


def _achievement(achievement_id: str, version: str) -> Achievement:
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
    with current_issuer().database.reading() as session:
        row = versions.find(session, achievement_id, number)
        if row is None:
            raise NotFound
        return versions.read(row)


def credential_page(found: Shared) -> Response:
    """Show everybody a credential as its holder lets it be shown."""
    return page("credential.html", listed=found.listed, **about(found))


def about(found: Shared) -> dict[str, object]:
    """Return what the public page and the holder's page say alike."""
    settings, now = current_issuer().settings, datetime.now(UTC)
    address = addresses.credential(settings, found.public_id)
    return {
        "shared": found,
        "credential": found.shown,
        "standing": found.standing(now),
        "now": now,
        "address": address,
        "forms": {name: FORMS[name] for name in found.forms},
        "code": Markup(certificate.check_code(address).svg()),  # noqa: S704 (squares, drawn by us)
    }
