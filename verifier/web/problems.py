"""Every error over HTTP has one shape: problem details (RFC 9457).

Browsers get the same content as a page: what is wrong, and what to do about it.
"""

import json
import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, render_template, request
from flask.globals import request_ctx
from markupsafe import Markup, escape
from werkzeug.exceptions import HTTPException

from verifier.wording.words import N_

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of problem as its page explains it: what it is, and what to do about it."""

    status: int
    title: str
    meaning: str
    remedy: str


STANDARD: Final = {
    kind.status: kind
    for kind in (
        Kind(
            400,
            N_("The request cannot be read"),
            N_("The request is not the HTTP that this address understands."),
            N_("Compare it with the description, and send it again."),
        ),
        Kind(
            404,
            N_("There is nothing at this address"),
            N_("The address may have been copied incompletely."),
            N_("Compare it with the one you were given."),
        ),
        Kind(
            405,
            N_("This address answers another method"),
            N_("What is read is asked for with GET, what is checked is sent with POST."),
            N_("Use a method that the header Allow names."),
        ),
        Kind(
            406,
            N_("This address does not speak what was asked for"),
            N_("The answer is JSON, and the header Accept does not name it."),
            N_("Send the header Accept: application/json, or none."),
        ),
        Kind(
            413,
            N_("That is too large"),
            N_("It was not read. A credential is much smaller."),
            N_("Hand in the file that the issuer gave, and nothing else with it."),
        ),
        Kind(
            415,
            N_("The kind of what was sent is not known here"),
            N_("The header Content-Type names no kind in which a credential comes."),
            N_(
                "Send multipart/form-data with a part `file`, or the credential as the body, as"
                " application/json, application/jwt, image/png, image/svg+xml or application/pdf."
            ),
        ),
        Kind(
            500,
            N_("Something went wrong here"),
            N_("This is a fault of this service, not of the request."),
            N_("Try again later."),
        ),
    )
}
"""What HTTP itself can find wrong."""


def of(error: HTTPException) -> Response:
    """Return the answer to an error of HTTP: its own if it brings one, else by its status."""
    if error.response is not None:
        return error.get_response()  # type: ignore[return-value]
    kind = STANDARD.get(error.code or 500, STANDARD[400])
    response = answer(kind)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def places(error: BaseException) -> str:
    """Return the places in the code where `error` and its causes arose, without their messages,
    which may quote a person."""
    cause = error.__cause__ or error.__context__
    before = places(cause) if cause else ""
    return f"{before}{''.join(traceback.format_tb(error.__traceback__))}{type(error).__name__}\n"


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
