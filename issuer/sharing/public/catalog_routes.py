"""The issuer's own pages: who signs here, what can be earned, and how each of it is judged.

The ids that stand in credentials lead here: `issuer.url`, `achievement.id`, `criteria.id`.
"""

from typing import Any, Final

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import NotFound

from issuer.catalog import versions
from issuer.catalog.picture import badge
from issuer.drawing import images, logo
from issuer.home import addresses
from issuer.home.issuer import current_issuer
from issuer.issuance.build import CONTEXTS, achievement_object, profile
from issuer.sharing.forms import FORMS
from issuer.sharing.public import earned, search
from issuer.web.access import open_to_all
from issuer.web.answers import accepted, file, or_404, page, to_page
from issuer.web.row_numbers import whole_number

OFFERS: Final = {"application/ld+json": "json", "application/json": "json", "text/html": "html"}

SMALL: Final = 192
"""Pixels of `.small.png`: sharp at 96, as in a list or an e-mail signature."""

catalog = Blueprint("catalog", __name__)


@catalog.get("/")
@open_to_all
def home() -> Response:
    """Show whose site this is, its keys and its catalog; machines get its profile."""
    issuer = current_issuer()
    if accepted({"text/html": "html", **OFFERS}) == "json":
        return _json(profile(issuer.settings), "issuer.json")
    with issuer.database.reading() as session:
        listed = versions.listed(session)
    keys = issuer.keyring.entries()
    asked = request.args
    matches = search.narrow(
        listed,
        words=asked.get("q", ""),
        tag=asked.get("tag", ""),
        page=asked.get("page", 1, type=whole_number),
    )
    values = {"settings": issuer.settings, "found": matches, "all": len(listed), "keys": keys}
    return page("public/home.html", listed=not asked.keys() - {"lang"}, **values)


@catalog.get("/achievements/<achievement_id>", defaults={"name": ""})
@catalog.get("/achievements/<achievement_id>/<name>")
@open_to_all
def achievement(achievement_id: str, name: str) -> Response:
    """Answer with one version of an achievement, or the newest: page, JSON-LD, or picture."""
    number, dot, suffix = name.partition(".")
    settings = current_issuer().settings
    with current_issuer().database.reading() as session:
        newest = versions.find(session, achievement_id)
        row = versions.find(session, achievement_id, _number(number)) if name else newest
        if row is None or newest is None:
            raise NotFound
        version, times = versions.read(row), earned.times(session, achievement_id)
    address = addresses.achievement(settings, version.id, version.version)
    suffix = suffix if dot else accepted(OFFERS)
    if suffix == "html" and not dot:
        return to_page(address)
    if suffix == "html":
        return page(
            "public/achievement.html",
            listed=version.listed,
            achievement=version,
            address=address,
            newest=newest.version,
            times=times,
        )
    if suffix == "json":
        return _json(achievement_object(version, settings), f"{version.id}.json")
    if suffix == "small.png":
        small = images.within(badge(version, settings, "png"), SMALL, SMALL)
        return file(small, "image/png", f"{version.id}.png")
    if suffix not in ("png", "svg"):
        raise NotFound
    media_type = FORMS[suffix].media_types[0]
    return file(badge(version, settings, suffix), media_type, f"{version.id}.{suffix}")


@catalog.get("/logo.png")
@open_to_all
def logo_png() -> Response:
    """Serve the district's logo."""
    picture = or_404(logo.png(current_issuer().settings))
    return file(picture, "image/png", "logo.png")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _json(members: dict[str, Any], file_name: str) -> Response:
    document = {"@context": list(CONTEXTS), **members}
    return file(jsonify(document).data, "application/ld+json", file_name)
