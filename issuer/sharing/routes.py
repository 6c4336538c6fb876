"""What people and machines fetch: credentials in every form, holder's pages, achievements."""

import hashlib
from datetime import UTC, datetime
from typing import Final

from flask import Blueprint, Response, jsonify, make_response, render_template, request
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from issuer import addresses, certificate
from issuer.catalogue import versions
from issuer.catalogue.achievement import Achievement
from issuer.issuance.build import CONTEXTS, achievement_object
from issuer.issuer import current_issuer
from issuer.problems import Problem
from issuer.sharing import shared
from issuer.sharing.forms import FORMS, badge
from issuer.sharing.shared import Shared
from verifier.web.headers import FILE_POLICY

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
INLINE: Final = {"json", "jwt", "png"}
"""Forms that a browser shows. An SVG or a PDF of our origin is only ever saved (T17)."""

sharing = Blueprint("sharing", __name__)


@sharing.get("/")
def home() -> Response:
    """Show whose site this is, its identifier, and how to check what it issues."""
    return _page("home.html", settings=current_issuer().settings)


@sharing.get("/credentials/<name>")
def credential(name: str) -> Response:
    """Answer with a credential in the form that the suffix fixes, else in the one accepted."""
    public_id, dot, suffix = name.partition(".")
    found = shared.find(current_issuer(), public_id)
    if found is None:
        raise NotFound
    if not dot:
        suffix = CREDENTIAL_OFFERS[_accepted(CREDENTIAL_OFFERS)]
    if suffix == "html":
        return _credential_page(found)
    form = FORMS.get(suffix)
    data = None if form is None else form.make(found, current_issuer().settings)
    if form is None or data is None:
        raise NotFound if dot else Problem("not-acceptable")
    media_type = request.accept_mimetypes.best_match(form.media_types, form.media_types[0])
    return _file(data, media_type, f"{found.achievement.id}.{suffix}")


@sharing.get("/manage/<token>")
def manage(token: str) -> Response:
    """Show the holder everything that is kept about the credential, evaluators' words too."""
    found = shared.find_held(current_issuer(), token)
    if found is None:
        raise NotFound
    response = _page("holder.html", token=token, **_about(found))
    response.headers["Cache-Control"] = "no-store"
    return response


@sharing.get("/manage/<token>/to-share.json")
def to_share(token: str) -> Response:
    """Hand the holder the form from which copies that show less are made, and nobody else."""
    found = shared.find_held(current_issuer(), token)
    if found is None or found.to_share is None:
        raise NotFound
    media_type = FORMS["json"].media_types[0]
    name = f"{found.achievement.id}-to-share.json"
    response = _file(found.to_share, media_type, name)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    del response.headers["Access-Control-Allow-Origin"]
    return response


@sharing.get("/achievements/<achievement_id>/<name>")
def achievement(achievement_id: str, name: str) -> Response:
    """Answer with one version of an achievement: its page, its JSON-LD, or its picture."""
    version, dot, suffix = name.partition(".")
    found = _achievement(achievement_id, version)
    settings = current_issuer().settings
    if not dot:
        suffix = ACHIEVEMENT_OFFERS[_accepted(ACHIEVEMENT_OFFERS)]
    if suffix == "html":
        return _page("achievement.html", achievement=found)
    if suffix == "json":
        document = {"@context": list(CONTEXTS), **achievement_object(found, settings)}
        return _file(jsonify(document).data, "application/ld+json", f"{found.id}.json")
    if suffix in ("png", "svg"):
        media_type = FORMS[suffix].media_types[0]
        return _file(badge(found, settings, suffix), media_type, f"{found.id}.{suffix}")
    raise NotFound


def _achievement(achievement_id: str, version: str) -> Achievement:
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
    with current_issuer().database.reading() as session:
        row = versions.find(session, achievement_id, number)
        if row is None:
            raise NotFound
        return versions.read(row)


def _accepted(offers: dict[str, str]) -> str:
    best = request.accept_mimetypes.best_match(offers) if request.accept_mimetypes else None
    if best is None and request.accept_mimetypes:
        raise Problem("not-acceptable")
    return best or next(iter(offers))


def _credential_page(found: Shared) -> Response:
    return _page("credential.html", **_about(found))


def _about(found: Shared) -> dict[str, object]:
    settings, now = current_issuer().settings, datetime.now(UTC)
    address = addresses.credential(settings, found.public_id)
    return {
        "shared": found,
        "credential": found.credential,
        "standing": found.standing(now),
        "now": now,
        "address": address,
        "forms": {name: form for name, form in FORMS.items() if name != "jwt" or found.jwt},
        "code": Markup(certificate.check_code(address).svg()),  # noqa: S704 (squares, drawn by us)
    }


def _page(template: str, **values: object) -> Response:
    return _conditional(make_response(render_template(template, **values)))


def _file(data: bytes, media_type: str, file_name: str) -> Response:
    response = Response(data, content_type=media_type)
    shown = "inline" if file_name.rpartition(".")[2] in INLINE else "attachment"
    response.headers["Content-Disposition"] = f'{shown}; filename="{file_name}"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return _conditional(response)


def _conditional(response: Response) -> Response:
    """Let a reader who has these very bytes keep them; everything is asked for again each time."""
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.vary.add("Accept")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    response.make_conditional(request)
    return response
