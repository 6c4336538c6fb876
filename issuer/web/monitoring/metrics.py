"""`/metrics` for Prometheus: counts and ages, and no name of anybody.

It is there for who has `metrics_token` alone. Several processes serve one issuer, so each writes
its counts into files of one folder, and whichever is asked adds them up.
"""

import hmac
import time
from collections.abc import Iterator
from typing import Final

from flask import Blueprint, Flask, Response, abort, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from issuer.home.issuer import Issuer, current_issuer
from issuer.home.publishing import published_rows
from issuer.issuance.records.tables import UNFINISHED
from issuer.issuance.status_lists import lists
from issuer.outbox.tables import OutboxRow
from issuer.web.access import open_to_all
from verifier import clock
from verifier.report import Report
from verifier.web.in_time import checked

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_WEBHOOK: Final = "approvals.receive_approval"
_OUTCOMES: Final = {200: "already", 201: "issued", 202: "stored", 204: "checked", 409: "conflict"}

metrics = Blueprint("metrics", __name__)

requests = Counter("mintmark_requests", "Requests answered.", ["route", "status"])
approvals = Counter("mintmark_approvals", "Approvals by webhook.", ["outcome"])
seconds_to_issued = Histogram(
    "mintmark_issue_seconds",
    "Seconds from a webhook's arrival to its 201.",
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25),
)
verifications = Counter("mintmark_verifications", "Credentials checked.", ["authentic"])


def measure(app: Flask) -> None:
    """Count what `app` answers from now on, and let it serve the counts."""
    app.register_blueprint(metrics)
    app.before_request(_begin)
    app.after_request(_count)
    checked.connect(_count_check)


@metrics.get("/metrics")
@open_to_all
def show() -> Response:
    """Serve the figures to who has the token; for everybody else there is no such page."""
    issuer = current_issuer()
    header = request.headers.get("Authorization", "")
    if not hmac.compare_digest(header.encode(), f"Bearer {issuer.settings.metrics_token}".encode()):
        abort(404)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(_Now(issuer))
    return Response(generate_latest(registry), content_type=MEDIA_TYPE)


def _begin() -> None:
    g.begun = time.monotonic()


def _count(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "none"
    requests.labels(route, response.status_code).inc()
    if request.endpoint == _WEBHOOK:
        approvals.labels(_OUTCOMES.get(response.status_code, "refused")).inc()
        if response.status_code == 201:
            seconds_to_issued.observe(time.monotonic() - g.begun)
    return response


def _count_check(report: Report) -> None:
    verifications.labels(report.authentic.answer.value).inc()


class _Now(Collector):
    """What is asked when the figures are: what waits, and how old what is published is."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer

    def collect(self) -> Iterator[Metric]:
        """Yield what waits to be issued or sent, and the age of each published list."""
        with self._issuer.database.reading() as session:
            waiting = session.scalar(select(func.count()).where(UNFINISHED)) or 0
            states = select(OutboxRow.state, func.count()).group_by(OutboxRow.state)
            messages = session.execute(states).all()
            has_bucket = bool(self._issuer.settings.publish_bucket)
            left = published_rows.not_in_bucket(session) if has_bucket else 0
        yield GaugeMetricFamily("mintmark_pending", "Approvals not issued yet.", value=waiting)
        outbox = GaugeMetricFamily("mintmark_outbox", "Messages by state.", labels=["state"])
        for state, count in messages:
            outbox.add_metric([state], count)
        yield outbox
        if has_bucket:
            about = "Published files that are not in the bucket yet."
            yield GaugeMetricFamily("mintmark_bucket_waiting", about, value=left)
        ages = GaugeMetricFamily(
            "mintmark_list_age_seconds", "Since it was signed.", labels=["list"]
        )
        for number, age in lists.ages(self._issuer.settings, now=clock.now()):
            ages.add_metric([number], age.total_seconds())
        yield ages
