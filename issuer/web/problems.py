"""Everything that can go wrong over HTTP, said in one shape: problem details (RFC 9457).

A rule raises `Problem` or its own exception; only this file turns one into an answer, and
only this file logs it. A line in the log holds codes and field names, never a value: what
was refused may be personal (R42), and a traceback's message may quote it.
"""

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, NotFound

from issuer.database.database import UnavailableError
from issuer.home import addresses
from issuer.home.settings import Settings
from issuer.issuance import ConflictError, QuarantinedError
from issuer.issuance.flaws import Flaw, Refused
from verifier.web.problems import STANDARD, Kind, answer, details, places
from verifier.wording.words import N_

_log = logging.getLogger(__name__)


KINDS: Final[Mapping[str, Kind]] = {
    "bad-request": Kind(
        400,
        "The request cannot be read",
        "The request is not the HTTP that this address understands.",
        "Compare it with the description of the webhook, and send it again.",
    ),
    "wrong-host": Kind(
        400,
        "This server goes by another name",
        "The header Host does not name this server, so an answer could lead people elsewhere.",
        "Ask by the address in `public_url`. Where a web server passes requests on, let it keep the"
        " Host header: in nginx `proxy_set_header Host $http_host;`.",
    ),
    "not-json": Kind(
        400,
        "The body is not strict JSON",
        "The body must be UTF-8 and one JSON object. No key may stand twice in an object, and"
        " numbers must be ones that every program reads alike.",
        "The detail says where reading stopped. Let a JSON library write the body.",
    ),
    "idempotency-key": Kind(
        400,
        "The Idempotency-Key is missing",
        "A sender that uses a token must number its messages, so that a repeated one is known.",
        "Send the header Idempotency-Key: one value for each approval, the same on every retry.",
    ),
    "unauthentic": Kind(
        401,
        "Not shown to come from a known sender",
        "The signature, the token, the time or their headers are not what a known sender sends."
        " The member `reason` says which: headers, clock, signature or token.",
        "Check the secret, and that the body is signed byte for byte as it is sent. Check the"
        " sender's clock: it may be five minutes off at most.",
    ),
    "other-site": Kind(
        403,
        N_("This form was sent from another site"),
        N_("What is decided on a holder's page counts only when it is sent from that page."),
        N_("Open your own page by its link, and decide there."),
    ),
    "not-found": STANDARD[404],
    "method-not-allowed": Kind(
        405,
        "This address answers another method",
        "Approvals are sent with POST, pages are read with GET.",
        "Use a method that the header Allow names.",
    ),
    "not-acceptable": Kind(
        406,
        "This address does not speak what was asked for",
        "The header Accept names none of the forms that there are.",
        "Ask for text/html, application/json or application/jwt, or put .html, .json or .jwt"
        " behind the address.",
    ),
    "approval-differs": Kind(
        409,
        "This approval was received before, with other content",
        "An approval_id stands for one approval and one credential, for ever.",
        "If the first one was wrong, revoke its credential and send the corrected approval under"
        " a new approval_id. If it is another approval, give it an approval_id of its own.",
    ),
    "event-differs": Kind(
        409,
        "This event id was received before, with another message",
        "An event id (webhook-id, or Idempotency-Key) belongs to one message, so that a retry is"
        " known as one.",
        "Use a new event id for every new message, and the same one only to retry.",
    ),
    "form-withheld": Kind(
        410,
        N_("This form is not offered here"),
        N_("The holder hides a part of this credential, and this form would show all of it."),
        N_("Take another form from the credential's page, or ask the holder for this file."),
    ),
    "not-shared": Kind(
        410,
        N_("The holder does not share this credential"),
        N_("Its holder shows it to nobody here. That says nothing about the credential itself."),
        N_("Ask the holder for a new link or for the file, which can be checked without this."),
    ),
    "too-large": Kind(
        413,
        "The message is too large",
        "An approval is text; evidence is named by address and digest, not sent along.",
        "Leave files out, and shorten long texts.",
    ),
    "unsupported-media-type": Kind(
        415,
        "The body is not declared as JSON",
        "Approvals are JSON.",
        "Send the header Content-Type: application/json.",
    ),
    "approval-refused": Kind(
        422,
        "The approval needs a correction",
        "The message is authentic, and one or more of its fields cannot be used as they are."
        " Nothing of it was kept.",
        "The member `errors` names every field and what to write there. Then send it again.",
    ),
    "internal": Kind(
        500,
        "Something went wrong here",
        "This is a fault of the issuer, not of the request.",
        "Try again later. If it stays, tell the issuer the number in `instance`.",
    ),
    "quarantined": Kind(
        500,
        "The new credential did not pass its own check",
        "A credential is released only when this issuer's own verifier finds it good. This one is"
        " kept aside; nothing of it is published.",
        "Tell the issuer: mintmark pending names it. Do not send the approval under another id.",
    ),
    "unavailable": Kind(
        503,
        "The issuer cannot work just now",
        "Its database or its disk cannot be used at the moment.",
        "Send the same message again, under the same event id, after the seconds that Retry-After"
        " names. However often it is sent, it gives one credential.",
    ),
}

_BY_STATUS = {
    kind.status: slug
    for slug, kind in KINDS.items()
    if slug in ("bad-request", "not-found", "method-not-allowed", "too-large", "unavailable")
}


class Problem(Exception):
    """A request is answered with problem details of the type `slug` instead.

    `members` are further members of the answer, `headers` further headers.
    """

    def __init__(
        self,
        slug: str,
        detail: str = "",
        *,
        flaws: Sequence[Flaw] = (),
        members: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(slug)
        self.slug = slug
        self.kind = KINDS[slug]
        self.detail = detail or self.kind.meaning
        self.flaws = tuple(flaws)
        self.members = dict(members or {})
        self.headers = dict(headers or {})


def register(app: Flask, settings: Settings, *, loggable: Callable[[str], str]) -> None:
    """Answer every error of `app` with problem details, and serve a page for each type.

    `loggable` returns a flaw's field without what the sender chose in it.
    """

    @app.errorhandler(Exception)
    def answer_error(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException) and _by_itself(error):
            return error
        problem = problem_of(error)
        _record(problem, loggable)
        members = {"errors": [_member(flaw) for flaw in problem.flaws]} if problem.flaws else {}
        kind = addresses.problem(settings, problem.slug)
        document = details(problem.kind, problem.detail, type=kind, **problem.members, **members)
        response = answer(problem.kind, document)
        response.headers.update(problem.headers)
        return response

    @app.get("/problems/<slug>")
    def explain_problem(slug: str) -> Response:
        kind = KINDS.get(slug)
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
    if isinstance(error, Refused):
        fields = ", ".join(flaw.field for flaw in error.flaws)
        return Problem("approval-refused", f"to be corrected: {fields}", flaws=error.flaws)
    if isinstance(error, HTTPException) and error.code in _BY_STATUS:
        headers = {name: value for name, value in error.get_headers() if name != "Content-Type"}
        return Problem(_BY_STATUS[error.code], headers=headers)
    if isinstance(error, ConflictError):
        return Problem("event-differs" if error.which == "event_id" else "approval-differs")
    if isinstance(error, QuarantinedError):
        return Problem("quarantined", members={"credential": error.public_id})
    if isinstance(error, UnavailableError):
        return Problem("unavailable", headers={"Retry-After": str(error.retry_after)})
    number = uuid.uuid4().urn
    _log.error("internal %s\n%s", number, places(error))
    return Problem("internal", members={"instance": number})


def _by_itself(error: HTTPException) -> bool:
    """Let through what is no problem (a redirect) or one that HTTP itself explains."""
    return error.code is None or (error.code < 500 and error.code not in _BY_STATUS)


def _record(problem: Problem, loggable: Callable[[str], str]) -> None:
    rule = request.url_rule.rule if request.url_rule else "-"
    what = " ".join(f"{flaw.code}:{loggable(flaw.field)}" for flaw in problem.flaws)
    reason = problem.members.get("reason", "")
    said = f"{request.method} {rule} {problem.kind.status} {problem.slug} {reason}{what}".rstrip()
    # A page that is not there is everyday news; a refused message is somebody's approval.
    _log.log(logging.INFO if request.method == "GET" else logging.WARNING, "%s", said)


def _member(flaw: Flaw) -> dict[str, str]:
    return {
        "field": flaw.field,
        "code": flaw.code,
        "detail": flaw.detail,
        "remedy": flaw.remedy,
    }
