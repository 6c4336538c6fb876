"""What other sites show of a page: its preview picture, a card in a frame, and oEmbed 1.0."""

import re
from typing import Final

from flask import Blueprint, Response, jsonify, render_template, request

from issuer.drawing import preview
from issuer.home import addresses
from issuer.home.issuer import current_issuer
from issuer.sharing import previews
from issuer.sharing.credential_page import about, public
from issuer.sharing.shared import find_shared
from issuer.web.access import open_to_all
from issuer.web.answers import file, or_404, page
from issuer.web.row_numbers import whole_number
from verifier import clock
from verifier.web.headers import PAGE_POLICY

FRAMED_POLICY: Final = PAGE_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
"""The one page of this origin that others may frame: it holds links and nothing to press."""
WIDEST, NARROW = 640, 420
"""CSS pixels; below `NARROW` the card stands on end."""
HEIGHT, HEIGHT_ON_END = 260, 460
KEPT_BY_CONSUMERS: Final = 3600
"""Seconds until somebody who embeds a card should ask again; the card itself is always new."""

embed = Blueprint("embed", __name__)


@embed.get("/credentials/<public_id>/preview.png")
@open_to_all
def preview_png(public_id: str) -> Response:
    """Serve the picture that stands for the page of a credential where its link is posted."""
    shared = public(public_id)
    standing = shared.standing(clock.now())
    picture = previews.of_credential(shared, standing, current_issuer().settings)
    return file(picture, "image/png", "preview.png")


@embed.get("/credentials/<public_id>/embed")
@open_to_all
def card(public_id: str) -> Response:
    """Show a credential as a card for a frame in somebody's own page."""
    response = page("public/embed.html", **about(public(public_id), now=clock.now()))
    response.headers["Content-Security-Policy"] = FRAMED_POLICY
    return response


@embed.get("/oembed")
@open_to_all
def oembed() -> Response:
    """Answer with oEmbed 1.0 for the page of a credential: JSON, and no XML."""
    if request.args.get("format", "json") != "json":
        return _refused(501, "Only format=json is offered.")
    shared = or_404(find_shared(current_issuer(), _public_id(request.args.get("url", ""))))
    if shared.private:
        return _refused(401, "Its holder does not share this credential.")
    title = shared.shown.name or ""
    settings = current_issuer().settings
    width = min(WIDEST, _most("maxwidth"))
    height = min(HEIGHT if width >= NARROW else HEIGHT_ON_END, _most("maxheight"))
    address = addresses.credential(settings, shared.public_id)
    response = jsonify(
        {
            "version": "1.0",
            "type": "rich",
            "title": title,
            "author_name": shared.shown.recipient_name or "",
            "provider_name": settings.issuer_name,
            "provider_url": f"{settings.public_url}/",
            "cache_age": KEPT_BY_CONSUMERS,
            "width": width,
            "height": height,
            # The link in plain, because WordPress lets nothing in a stranger's frame be opened.
            "html": render_template(
                "public/frame.html",
                address=address,
                width=width,
                height=height,
                title=title,
                quoted=title,
            ),
            **_thumbnail(address),
        }
    )
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _public_id(url: str) -> str:
    """Return the id in the address of a credential's page; 404 for every other address."""
    start = re.escape(addresses.credential(current_issuer().settings, ""))
    match = or_404(
        re.fullmatch(rf"{start}([\w-]+)(?:\.html)?", url.partition("?")[0].partition("#")[0])
    )
    return match[1]


def _most(name: str) -> int:
    """Return the bound that the consumer sets; what is no whole number above 0 sets none."""
    bound = request.args.get(name, type=whole_number) or 0
    return bound if bound > 0 else max(preview.SIZE)


def _thumbnail(address: str) -> dict[str, object]:
    """Return the preview, unless it is larger than the consumer takes (oEmbed 1.0, 2.3.4)."""
    width, height = preview.SIZE
    if width > _most("maxwidth") or height > _most("maxheight"):
        return {}
    picture = f"{address}/preview.png"
    return {"thumbnail_url": picture, "thumbnail_width": width, "thumbnail_height": height}


def _refused(status: int, why: str) -> Response:
    return Response(f"{why}\n", status, mimetype="text/plain")
