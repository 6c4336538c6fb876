"""So many reports as there is time for: a worker may take a minute, and one credential 20 s."""

import time
from collections.abc import Iterator

from verifier.pipeline.examine import unauthentic
from verifier.report import Check, Outcome, Report

MOST_SECONDS = 25.0
"""After this no further one of several is begun."""
OUT_OF_TIME = unauthentic(
    "unknown", "unknown", (Check("intake", Outcome.COULD_NOT_CHECK, "took_too_long"),)
)


def within(seconds: float, reports: Iterator[Report]) -> Iterator[Report]:
    """Yield `reports` as long as there is time, then one that says that it ran out."""
    end = time.monotonic() + seconds
    while time.monotonic() <= end:
        report = next(reports, None)
        if report is None:
            return
        yield report
    yield OUT_OF_TIME
