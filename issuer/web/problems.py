"""Everything that goes wrong over HTTP, answered in one shape: problem details (RFC 9457).

A subject raises a `Problem` of a type it declares; only this file turns one into an answer, and
only this file logs it. A line in the log holds codes and field names, never a value: what was
refused may be personal (R42), and a traceback's message may quote it.

    problems.register(app, settings, types=(*problems.TYPES, *sharing.TYPES), loggable=loggable)
"""

import logging
import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Final

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, NotFound

from issuer.database.database import UnavailableError, Unstorable, UnstorableError
from issuer.home import addresses
from issuer.home.problem import Kind, Problem, ProblemType
from issuer.home.settings import Settings
from issuer.web.access import open_to_all
from issuer.wording.language import gettext
from verifier.web.problems import STANDARD, answer, details, places
from verifier.wording.words import N_

_log = logging.getLogger(__name__)

BAD_REQUEST: Final = ProblemType(
    "bad-request",
    Kind(
        400,
        "The request cannot be read",
        "The request is not the HTTP that this address understands.",
        "Compare it with the description of the webhook, and send it again.",
    ),
)
UNSTORABLE: Final = ProblemType(
    "unstorable",
    Kind(
        400,
        N_("Something that was sent cannot be stored"),
        N_("A text, a number or a day in the address or in the form cannot be stored."),
        N_("Go back, correct it, and send it again."),
    ),
)
REASONS: Final = {
    Unstorable.NUL: N_("A text holds a character that no text has (U+0000)."),
    Unstorable.LONG: N_("A text is longer than there is room for."),
    Unstorable.LARGE: N_("A number is larger than there is room for."),
    Unstorable.DAY: N_("A day is in a year that does not exist."),
    Unstorable.OTHER: UNSTORABLE.kind.meaning,
}
WRONG_HOST: Final = ProblemType(
    "wrong-host",
    Kind(
        400,
        "This server goes by another name",
        "The header Host does not name this server, so an answer could lead people elsewhere.",
        "Ask by the address in `public_url`. Where a web server passes requests on, let it keep the"
        " Host header: in nginx `proxy_set_header Host $http_host;`.",
    ),
)
OTHER_SITE: Final = ProblemType(
    "other-site",
    Kind(
        403,
        N_("This form was sent from another site"),
        N_("What is decided on a page of ours counts only when it is sent from that page."),
        N_("Open the page at this site's own address, and decide there."),
    ),
)
NOT_FOUND: Final = ProblemType("not-found", STANDARD[404])
METHOD_NOT_ALLOWED: Final = ProblemType(
    "method-not-allowed",
    Kind(
        405,
        N_("This address takes only what is sent to it"),
        N_("It is no page to open: the form of a page, or a program, sends something to it."),
        N_("Go back to the page before. A program uses a method that the header Allow names."),
    ),
)
NOT_ACCEPTABLE: Final = ProblemType(
    "not-acceptable",
    Kind(
        406,
        "This address does not speak what was asked for",
        "The header Accept names none of the forms that there are.",
        "Ask for text/html, application/json or application/jwt, or put .html, .json or .jwt"
        " behind the address.",
    ),
)
TOO_LARGE: Final = ProblemType(
    "too-large",
    Kind(
        413,
        "The message is too large",
        "An approval is text; evidence is named by address and digest, not sent along.",
        "Leave files out, and shorten long texts.",
    ),
)
INTERNAL: Final = ProblemType(
    "internal",
    Kind(
        500,
        "Something went wrong here",
        "This is a fault of the issuer, not of the request.",
        "Try again later. If it stays, tell the issuer the number in `instance`.",
    ),
)
UNAVAILABLE: Final = ProblemType(
    "unavailable",
    Kind(
        503,
        "The issuer cannot work just now",
        "Its database or its disk cannot be used at the moment.",
        "Send the same message again, under the same event id, after the seconds that Retry-After"
        " names. However often it is sent, it gives one credential.",
    ),
)
TYPES: Final = (
    *(
        BAD_REQUEST,
        UNSTORABLE,
        WRONG_HOST,
        OTHER_SITE,
        NOT_FOUND,
        METHOD_NOT_ALLOWED,
        NOT_ACCEPTABLE,
    ),
    *(TOO_LARGE, INTERNAL, UNAVAILABLE),
)
"""What the web itself refuses, whatever was asked for."""
_BY_STATUS: Final = {
    type.kind.status: type
    for type in (BAD_REQUEST, NOT_FOUND, METHOD_NOT_ALLOWED, TOO_LARGE, UNAVAILABLE)
}


def register(
    app: Flask,
    settings: Settings,
    *,
    types: Iterable[ProblemType],
    loggable: Callable[[str], str],
) -> None:
    """Answer every error of `app` with problem details, and serve a page for each of `types`.

    `loggable` returns a flaw's field without what the sender chose in it. Raises `ValueError` if
    two types have one slug.
    """
    kinds: dict[str, Kind] = {}
    for type in types:
        if kinds.setdefault(type.slug, type.kind) is not type.kind:
            raise ValueError(f"two types of problem are called {type.slug}")

    @app.errorhandler(Exception)
    def answer_error(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException) and _by_itself(error):
            return error
        problem = problem_of(error)
        _record(problem, loggable)
        errors = {"errors": [asdict(flaw) for flaw in problem.flaws]} if problem.flaws else {}
        address = addresses.problem(settings, problem.type.slug)
        kind, members = problem.type.kind, problem.members | errors
        response = answer(kind, details(kind, problem.detail, type=address, **members))
        response.headers.update(problem.headers)
        return response

    @app.get("/problems/<slug>")
    @open_to_all
    def explain_problem(slug: str) -> Response:
        kind = kinds.get(slug)
        if kind is None:
            raise NotFound
        document = {
            "type": addresses.problem(settings, slug),
            "title": kind.title,
            "status": kind.status,
            "meaning": kind.meaning,
            "remedy": kind.remedy,
        }
        return answer(kind, document, "application/json")


def problem_of(error: Exception) -> Problem:
    """Return the problem that `error` is. What nobody foresaw is `internal`, without detail."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, UnavailableError):
        return Problem(UNAVAILABLE, headers={"Retry-After": str(error.retry_after)})
    if isinstance(error, UnstorableError):
        _log.warning("%s\n%s", error, places(error))
        return Problem(UNSTORABLE, gettext(REASONS[error.reason]))
    if isinstance(error, HTTPException) and error.code in _BY_STATUS:
        headers = {name: value for name, value in error.get_headers() if name != "Content-Type"}
        return Problem(_BY_STATUS[error.code], headers=headers)
    number = uuid.uuid4().urn
    _log.error("internal %s\n%s", number, places(error))
    return Problem(INTERNAL, members={"instance": number})


def _by_itself(error: HTTPException) -> bool:
    """True for what is no problem (a redirect) and for what HTTP itself explains."""
    return error.code is None or (error.code < 500 and error.code not in _BY_STATUS)


def _record(problem: Problem, loggable: Callable[[str], str]) -> None:
    rule = request.url_rule.rule if request.url_rule else "-"
    flaws = " ".join(f"{flaw.code}:{loggable(flaw.field)}" for flaw in problem.flaws)
    reason, type = problem.members.get("reason", ""), problem.type
    line = f"{request.method} {rule} {type.kind.status} {type.slug} {reason}{flaws}".rstrip()
    # A page that is not there is everyday news; a refused message is somebody's approval.
    _log.log(logging.INFO if request.method == "GET" else logging.WARNING, "%s", line)
