"""The standalone verifier: is it authentic, is it current, is its issuer recognized?

>>> from datetime import UTC, datetime
>>> from verifier import verify
>>> from verifier.fetching.fetch import offline
>>> report = verify(b"not a credential", fetch=offline, now=datetime.now(UTC))
>>> str(report.authentic.answer)
'could_not_check'
"""

from verifier.pipeline.pipeline import verify, verify_all
from verifier.pipeline.presentations import verify_presentation
from verifier.report import Answer, Check, Outcome, PresentationReport, Report, Verdict
from verifier.trust import TrustList

__version__ = "0.1.0"
"""The version of the whole package, and where it is written."""

__all__ = [
    "Answer",
    "Check",
    "Outcome",
    "PresentationReport",
    "Report",
    "TrustList",
    "Verdict",
    "verify",
    "verify_all",
    "verify_presentation",
]
