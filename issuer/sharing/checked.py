"""What this issuer's own verifier says of a credential now, by the published keys and status lists.

Whoever opens a page reads what was really found, not what the database says: a lapsed status list
or a lost key shows here first. No verdict is remembered (T35).
"""

from datetime import datetime

from issuer.home import published
from issuer.home.issuer import Issuer
from issuer.sharing.shared import Shared
from verifier import verify
from verifier.parsing import web_address
from verifier.web.report_page import presentation
from verifier.web.report_page.presentation import OwnIssuer, ReportView
from verifier.web.uploads import Upload


def own(issuer: Issuer) -> OwnIssuer:
    """Return this issuer as its pages speak of it."""
    settings = issuer.settings
    return OwnIssuer(
        settings.issuer_id, web_address.site(settings.public_url), settings.issuer_name
    )


def report_view(issuer: Issuer, record: Shared, now: datetime) -> ReportView:
    """Return the report on a credential as its page tells it."""
    withdrawn = (record.revoked_at, record.reason or "") if record.revoked_at else None
    report = verify(record.json, fetch=published.fetch_own(issuer.settings), now=now)
    return presentation.tell(report, Upload(b""), lambda _id: withdrawn, own(issuer))
