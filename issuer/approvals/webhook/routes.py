"""The approval webhook over HTTP. `issuer.web.problems` answers every refusal."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from issuer import issuance
from issuer.approvals import event, schema
from issuer.approvals.problems import IDEMPOTENCY_KEY, NOT_JSON, UNAUTHENTIC, UNSUPPORTED_MEDIA_TYPE
from issuer.approvals.webhook import deliveries
from issuer.approvals.webhook.delivery import Delivery, NoIdempotencyKey, authenticate
from issuer.home import addresses
from issuer.home.issuer import Issuer, current_issuer
from issuer.home.problem import Flaw, Problem
from issuer.home.settings import Settings
from issuer.issuance import ApprovalOutcome, Received
from issuer.issuance.records.unprintable import unprintable_texts
from issuer.web.access import open_to_all
from issuer.web.answers import or_404
from issuer.web.problems import BAD_REQUEST, TOO_LARGE
from issuer.webhooks.standard_webhooks import Unauthentic
from verifier import clock
from verifier.parsing.strict_json import StrictJsonError

POLL_SECONDS: Final = "60"
_STATUS: Final = {
    ApprovalOutcome.ISSUED: 201,
    ApprovalOutcome.ALREADY: 200,
    ApprovalOutcome.STORED: 202,
}

approvals = Blueprint("approvals", __name__)


@approvals.post("/webhooks/approvals")
@open_to_all
def receive_approval() -> Response:
    """Answer 201, 200 or 202 for an approval that is stored, and 204 for a check."""
    body = _body()
    issuer, now = current_issuer(), clock.now()
    delivery = _delivery(body, issuer.settings, now)
    try:
        return _received(body, issuer, delivery, now)
    except Problem as exc:
        deliveries.note_refusal(issuer, delivery, exc, now=now)
        raise


def _received(body: bytes, issuer: Issuer, delivery: Delivery, now: datetime) -> Response:
    """Answer an authentic message."""
    if request.mimetype != "application/json":
        raise Problem(UNSUPPORTED_MEDIA_TYPE)
    try:
        approval = event.read(body)
    except StrictJsonError as exc:
        raise Problem(NOT_JSON, str(exc)) from exc
    if approval is None:
        return Response(status=204)
    received = issuance.receive(
        issuer, approval, source=delivery.source, event_id=delivery.event_id, now=now
    )
    flaws = unprintable_texts(approval, issuer.settings)
    return _answer(received, issuer.settings, flaws, status=_STATUS[received.outcome])


@approvals.get("/approvals/<token>/status")
@open_to_all
def approval_status(token: str) -> Response:
    """Say what has become of an approval that was stored. Only its sender knows the token."""
    issuer = current_issuer()
    received = or_404(issuance.progress(issuer, token))
    return _answer(received, issuer.settings, status=200)


@approvals.get("/webhooks/approvals.schema.json")
@open_to_all
def approval_schema() -> Response:
    """Serve the schema by which the webhook judges, byte for byte."""
    response = Response(schema.TEXT, mimetype="application/schema+json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def _body() -> bytes:
    # A body without a length is cut off at the limit in silence: one byte more shows it.
    request.max_content_length = event.MAX_BYTES + 1
    try:
        body = request.get_data(cache=False)
    except HTTPException:
        raise
    except Exception as exc:  # each server has errors of its own for a malformed chunk
        raise Problem(BAD_REQUEST) from exc
    if len(body) > event.MAX_BYTES:
        raise Problem(TOO_LARGE)
    return body


def _delivery(body: bytes, settings: Settings, now: datetime) -> Delivery:
    headers = {name.lower(): value for name, value in request.headers}
    try:
        return authenticate(headers, body, settings.sources, now=now)
    except NoIdempotencyKey as exc:
        raise Problem(IDEMPOTENCY_KEY) from exc
    except Unauthentic as exc:
        scheme = "Bearer" if exc.reason == "token" else "StandardWebhooks"
        raise Problem(
            UNAUTHENTIC,
            exc.remedy,
            members={"reason": exc.reason},
            headers={"WWW-Authenticate": scheme},
        ) from exc


def _answer(
    received: Received, settings: Settings, warned: Sequence[Flaw] = (), *, status: int
) -> Response:
    address = addresses.credential(settings, received.credential_id)
    where = addresses.approval_status(settings, received.token)
    newer = received.superseded_by
    if received.manage_url or newer:
        body: dict[str, object] = {
            "status": "superseded" if newer else "issued",
            "id": address,
            "page": f"{address}.html",
            "json": f"{address}.json",
            **({"manage_url": received.manage_url} if received.manage_url else {}),
            "mailed": settings.mail is not None,
        }
    else:
        body = {"status": "held" if received.quarantined else "stored", "status_url": where}
    if newer:
        body |= {"superseded_by": addresses.credential(settings, newer)}
    if warned:
        body |= {"warnings": [asdict(flaw) for flaw in warned]}
    response = jsonify(body)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    if not (received.manage_url or newer):
        response.headers["Location"] = where
        response.headers["Retry-After"] = POLL_SECONDS
    return response
