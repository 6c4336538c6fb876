"""`POST /api/verify`: the report of `mintmark-verify --json` over HTTP.

`openapi.json`, which is served too, describes requests and responses. There are no cookies and no
keys, so any site may call it from its own pages.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, current_app, redirect, request, url_for
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    NotAcceptable,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)

from contexts import BUNDLED, FrozenContexts
from verifier import TrustList, verify_all
from verifier.clock import now as system_clock
from verifier.fetching import deadline
from verifier.fetching.fetch import Fetch
from verifier.intake.submission import MAX_BYTES
from verifier.report import Report
from verifier.web import problems
from verifier.web.in_time import MOST_SECONDS, in_time
from verifier.web.limits import BUSY, limiter_for, one_of_few
from verifier.web.problems import Kind
from verifier.wording import printed, words

MAX_BODY_BYTES = MAX_BYTES + 2 * 1024 * 1024
"""A submission, with room for the form around it."""
DESCRIPTION = Path(__file__).parent / "openapi.json"
FORM = "multipart/form-data"
MEDIA_TYPES: Final = (
    "application/json", "application/ld+json", "application/vc", "application/vc+ld+json",
    "application/jwt", "application/vc+jwt", "application/jose", "text/plain",
    "image/png", "image/svg+xml", "image/jpeg", "image/webp", "image/gif",
    "application/pdf", "application/octet-stream",
)  # fmt: skip
"""The types of a body that is a credential. It makes no difference which one: the content tells
what it is."""
NOT_ONE = Kind(
    400,
    "Nothing, or more than one thing, was handed in",
    "There must be one credential in a request.",
    "Send one part `file` or one part `text`, or the credential itself as the body.",
)
READER_BUSY_SECONDS = 60
"""When to try again after a reader had too little time."""
UNREADABLE = "There is no credential in what was handed in"


def api_blueprint(
    *,
    make_fetch: Callable[[], Fetch],
    trust: Sequence[TrustList] = (),
    clock: Callable[[], datetime] = system_clock,
    contexts: FrozenContexts = BUNDLED,
) -> Blueprint:
    """Return the API as a blueprint, to be mounted with `url_prefix="/api"`.

    Each request gets its own `make_fetch()`, so that a budget of fetches is one credential's.
    """
    blueprint = Blueprint("api", __name__)
    limiter = limiter_for(blueprint)

    @blueprint.before_request
    def limit() -> None:
        request.max_content_length = MAX_BODY_BYTES
        request.max_form_memory_size = MAX_BODY_BYTES

    @blueprint.post("/verify")
    @limiter.limit("60/minute")
    @one_of_few
    def check() -> Response:
        if request.accept_mimetypes and not request.accept_mimetypes.accept_json:
            raise NotAcceptable
        data, presented_by, evidence = _handed_in()
        reports = verify_all(
            data,
            make_fetch=make_fetch,
            now=clock(),
            trust=trust,
            presented_by=presented_by,
            evidence=evidence,
            contexts=contexts,
            general=request.args.get("general") == "true",
        )
        with deadline.within(MOST_SECONDS):
            report, *others = in_time(reports)
        if report.carrier == "unknown" and not others:
            return _unreadable(report)
        answer = printed.as_json(report)
        if others:
            answer["others"] = [printed.as_json(other) for other in others]
        response = Response(printed.dumps(answer), mimetype="application/json")
        response.headers["Cache-Control"] = "no-store"  # a verdict is true now, and for nobody else
        return response

    @blueprint.get("/openapi.json")
    def describe() -> Response:
        response = Response(printed.dumps(_described()), mimetype="application/json")
        response.add_etag()
        return response.make_conditional(request)  # type: ignore[return-value]

    @blueprint.get("/", strict_slashes=False)
    def start() -> Response:
        return redirect(url_for(".describe"), 303)  # type: ignore[return-value]

    blueprint.after_request(open_to_all)
    blueprint.register_error_handler(HTTPException, problems.of)
    return blueprint


def _described() -> dict[str, Any]:
    """Return the description without what this site does not serve: an issuer's has no VC-API."""
    served = {rule.rule for rule in current_app.url_map.iter_rules()}
    document: dict[str, Any] = json.loads(DESCRIPTION.read_bytes())
    document["paths"] = {
        path: operations for path, operations in document["paths"].items() if path in served
    }
    return document


def open_to_all(response: Response) -> Response:
    """Allow pages of any site to read the answer."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "Retry-After"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
    return response


def _handed_in() -> tuple[bytes, str | None, list[bytes]]:
    """Return the submitted data, its presenter, and the evidence files."""
    if request.mimetype not in (FORM, *MEDIA_TYPES):
        raise UnsupportedMediaType
    files, form = request.files, request.form  # both empty where the body is the credential
    parts = [file.read() for file in files.getlist("file")]
    parts += [text.encode() for text in form.getlist("text")]
    parts += [body] if (body := request.get_data(cache=False)) else []
    if len(parts) != 1:
        raise BadRequest(response=problems.answer(NOT_ONE))
    evidence = [file.read() for file in files.getlist("evidence")]
    return parts[0], form.get("recipient") or None, evidence


def _unreadable(report: Report) -> Response:
    """Return the problem that no credential was found, with the report that says why."""
    check = report.checks[0]
    if check.code == "too_large":
        raise RequestEntityTooLarge
    busy = check.code == "reader_busy"
    kind = Kind(
        503 if busy else 422,
        BUSY.title if busy else UNREADABLE,
        words.text(check),
        words.next_step(check),
    )
    details = problems.details(kind, code=check.code, report=printed.as_json(report))
    response = problems.answer(kind, details)
    if busy:
        response.headers["Retry-After"] = str(READER_BUSY_SECONDS)
    return response
