"""`POST /credentials/verify` and `/presentations/verify`, as W3C's VC-API has them.

Status 200 says that something was verified, and 400 that it was not, with problem details for each
reason. `openapi.json` describes both. Whether an issuer is recognized is not asked: see `api`.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, NamedTuple

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest, HTTPException, UnsupportedMediaType

from contexts import BUNDLED, FrozenContexts
from verifier import TrustList, verify
from verifier.checks.presentation import AUTHENTICATION
from verifier.clock import now as system_clock
from verifier.fetching import deadline
from verifier.fetching.fetch import Fetch
from verifier.intake import wrapping
from verifier.intake.baking import is_token
from verifier.issuers.controller import ASSERTION, PROOF_ERROR
from verifier.parsing import strict_json
from verifier.pipeline.presentations import verify_presentation
from verifier.proof import jose
from verifier.report import Answer, Check, Outcome, Report, Verdict
from verifier.structure.data_model import check_envelope
from verifier.web import problems
from verifier.web.api import open_to_all
from verifier.web.in_time import MOST_SECONDS
from verifier.web.limits import limiter_for, one_of_few
from verifier.web.problems import Kind
from verifier.wording import printed, words
from verifier.wording.words import N_

MAX_BODY_BYTES = jose.MAX_BYTES
STATUS: Final = {"status", "credentialStatus"}
"""The words in `checks` that ask whether a credential was withdrawn. Without any `checks`, that is
checked as well."""
_ALWAYS = ("validity_period", "proof_dates", "limits")
"""Checks of dates, and of what can hide them, that are always made."""
MALFORMED = Kind(
    400,
    N_("The request cannot be read"),
    N_("It must be a JSON object with one credential or presentation, and perhaps options."),
    N_("Compare it with the description, and send it again."),
)
UNVERIFIED = N_("It could not be verified")

Problems = list[Check | Verdict]


class _Options(NamedTuple):
    """Whether a withdrawal counts, what the holder of a presentation was asked to sign, and what a
    proof must be for."""

    status: bool
    challenge: str | None
    domain: str | None
    purpose: str | None


def vc_api_blueprint(
    *,
    make_fetch: Callable[[], Fetch],
    trust: Sequence[TrustList] = (),
    clock: Callable[[], datetime] = system_clock,
    contexts: FrozenContexts = BUNDLED,
) -> Blueprint:
    """Return the two addresses as a blueprint; the arguments are those of `api_blueprint`."""
    blueprint = Blueprint("vc_api", __name__)
    limiter = limiter_for(blueprint)

    @blueprint.before_request
    def limit() -> None:
        request.max_content_length = MAX_BODY_BYTES

    @blueprint.post("/credentials/verify")
    @limiter.limit("60/minute")
    @one_of_few
    def credential() -> Response:
        text, options, flaws = _handed_in("verifiableCredential")
        with suppress(wrapping.WrappingError):  # which the report tells
            if wrapping.presentation_in(text) is not None:
                raise _malformed("verifiableCredential is a presentation")
        with deadline.within(MOST_SECONDS):
            report = verify(
                text.encode(),
                fetch=make_fetch(),
                now=clock(),
                trust=trust,
                contexts=contexts,
                general=True,
            )
        flaws += _of_another_purpose(options, ASSERTION) or _problems(report, options.status)
        return _answer(flaws, report=printed.as_json(report))

    @blueprint.post("/presentations/verify")
    @limiter.limit("60/minute")
    @one_of_few
    def presentation() -> Response:
        text, options, flaws = _handed_in("verifiablePresentation")
        with deadline.within(MOST_SECONDS):
            shown = verify_presentation(
                text.encode(),
                make_fetch=make_fetch,
                now=clock(),
                trust=trust,
                challenge=options.challenge,
                domain=options.domain,
                contexts=contexts,
            )
        flaws += _of_another_purpose(options, AUTHENTICATION)
        flaws += [] if shown.held.answer is Answer.YES else [shown.held]
        for report in shown.credentials:
            flaws += _problems(report, options.status)
        reports = [printed.as_json(report) for report in shown.credentials]
        return _answer(flaws, holder=shown.holder, reports=reports)

    blueprint.after_request(open_to_all)
    blueprint.register_error_handler(HTTPException, problems.of)
    return blueprint


def _handed_in(member: str) -> tuple[str, _Options, Problems]:
    """Return the text of what is to be verified, the options, and the flaws of its envelope."""
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        body = strict_json.loads_object(request.get_data(cache=False), max_bytes=MAX_BODY_BYTES)
        item, options = body.get(member), _options(body.get("options", {}))
        if not (isinstance(item, dict) or (isinstance(item, str) and is_token(item))):
            raise ValueError(f"{member} must be a JSON object, or a token as text")
    except strict_json.StrictJsonError as exc:
        raise _malformed(f"the body is {exc}") from None
    except ValueError as exc:
        raise _malformed(str(exc)) from None
    if isinstance(item, str):
        return item, options, []
    return json.dumps(item, ensure_ascii=False), options, [*check_envelope(item)]


def _options(value: Any) -> _Options:
    """Return the options of a request; `ValueError` for what the description does not allow."""
    if not isinstance(value, dict):
        raise ValueError("options must be an object")
    checks = value.get("checks", [])
    if not isinstance(checks, list) or not all(isinstance(check, str) for check in checks):
        raise ValueError("options.checks must be an array of texts")
    for name in ("challenge", "domain", "expectedProofPurpose"):
        if not isinstance(value.get(name, ""), str):
            raise ValueError(f"options.{name} must be a text")
    return _Options(
        not checks or not STATUS.isdisjoint(checks),
        value.get("challenge"),
        value.get("domain"),
        value.get("expectedProofPurpose"),
    )


def _malformed(flaw: str) -> BadRequest:
    """Return the error for a request that the description does not allow; `flaw` names the member
    and what it must be."""
    sentence = f"The request cannot be used: {flaw}."
    details = problems.details(MALFORMED, sentence, code="request_malformed")
    return BadRequest(response=problems.answer(MALFORMED, details))


def _of_another_purpose(options: _Options, purpose: str) -> Problems:
    """Return a problem if a proof is expected to be for another purpose than the one that it was
    checked for (Data Integrity 1.0, section 4.4)."""
    if options.purpose in (None, purpose):
        return []
    return [Check("proof", Outcome.FAILED, "proof_purpose", {"purpose": purpose}, PROOF_ERROR)]


def _problems(report: Report, asks_status: bool) -> Problems:
    """Return why a credential is not verified: not authentic, out of dates, or withdrawn."""
    if report.authentic.answer is not Answer.YES:
        return [_decisive(report, report.authentic)]
    if asks_status and report.current.answer is not Answer.YES:
        return [_decisive(report, report.current)]
    bad = (Outcome.FAILED, Outcome.COULD_NOT_CHECK)
    return [check for check in report.checks if check.name in _ALWAYS and check.outcome in bad]


def _decisive(report: Report, verdict: Verdict) -> Check | Verdict:
    """Return the check that decided a verdict, which has W3C's type of problem, if there is one."""
    return next((check for check in report.checks if check.code == verdict.code), verdict)


def _answer(flaws: Problems, **members: Any) -> Response:
    """Return 200 if no problem was found, else 400 with each."""
    body = {
        "verified": not flaws,
        "problemDetails": [_detail(item) for item in flaws],
        **members,
    }
    if not flaws:
        response = Response(printed.dumps(body), mimetype="application/json")
        response.headers["Cache-Control"] = "no-store"
        return response
    kind = Kind(400, UNVERIFIED, words.text(flaws[0]), words.next_step(flaws[0]))
    return problems.answer(kind, problems.details(kind, code=flaws[0].code, **body))


def _detail(item: Check | Verdict) -> dict[str, str]:
    """Return a reason as problem details: of the type that W3C defines for it, if it does."""
    problem = item.problem if isinstance(item, Check) else None
    return {
        "type": problem or "about:blank",
        "title": item.code,
        "detail": words.text(item),
    }
