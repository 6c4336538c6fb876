"""As many reports as there is time for: one credential may take 20 seconds, and many a minute."""

from collections.abc import Iterator

from blinker import Signal

from verifier.fetching import deadline
from verifier.pipeline.examine import out_of_time
from verifier.report import Report

MOST_SECONDS = 25.0
"""For everything that one request asks for. What is not reached in that time could not be
checked."""
OUT_OF_TIME = out_of_time()
checked = Signal()
"""Sent with each report of a request, for subscribers that count them."""


def in_time(reports: Iterator[Report]) -> Iterator[Report]:
    """Yield `reports` until the deadline, then one that says that the time ran out."""
    while deadline.left() > 0:
        report = next(reports, None)
        if report is None:
            return
        checked.send(report)
        yield report
    checked.send(OUT_OF_TIME)
    yield OUT_OF_TIME
