"""One shape for everything that can go wrong over HTTP: problem details (RFC 9457).

A browser gets the same as a page. Each says what it is, and what to do about it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request
from flask.globals import request_ctx
from markupsafe import Markup, escape

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of problem as its page explains it: what it is, and what to do about it."""

    status: int
    title: str
    meaning: str
    remedy: str


def details(kind: Kind, detail: str = "", **members: Any) -> dict[str, Any]:
    """Return the problem details of a kind; `members` are further members, or replace some."""
    return {
        "type": "about:blank",
        "title": kind.title,
        "status": kind.status,
        "detail": detail or kind.meaning,
        "remedy": kind.remedy,
        **members,
    }


def answer(
    kind: Kind, document: Mapping[str, Any] | None = None, media_type: str = MEDIA_TYPE
) -> Response:
    """Return a page for a browser and `document` for everybody else, its details if not given."""
    document = details(kind) if document is None else document
    best = request.accept_mimetypes.best_match([media_type, "application/json", "text/html"])
    # Under a foreign host name there is no page, because there would be no address for its parts.
    if best == "text/html" and request_ctx.url_adapter is not None:
        page = render_template("problem.html", kind=kind, problem=document, code=_code)
        response = Response(page, mimetype="text/html")
    else:
        text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
        response = Response(text, mimetype=media_type)
    if media_type == MEDIA_TYPE:
        response.status_code = kind.status
        response.headers["Cache-Control"] = "no-store"
    response.vary.add("Accept")
    return response


def _code(text: str) -> Markup:
    """Return one of our texts as HTML, with what stands between backticks as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704
