"""What this issuer's own verifier says of a credential now, by the published keys and status lists.

Whoever opens a page reads what was really found, not what the database says: a lapsed status list
or a lost key shows here first.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from issuer.home import published
from issuer.home.issuer import Issuer
from issuer.sharing.shared import Shared
from verifier import Report, verify
from verifier.parsing import web_address
from verifier.web.report_page import presentation
from verifier.web.report_page.presentation import OwnIssuer, Told
from verifier.web.uploads import Upload

SECONDS: Final = 30
"""For so long a report is remembered; a page that many open is checked once."""
MOST: Final = 128


def own(issuer: Issuer) -> OwnIssuer:
    """Return this issuer as its pages speak of it."""
    return OwnIssuer(issuer.settings.issuer_id, web_address.site(issuer.settings.public_url))


def told(issuer: Issuer, found: Shared, now: datetime) -> Told:
    """Return the report on a credential as its page tells it."""
    withdrawn = (found.revoked_at, found.reason or "") if found.revoked_at else None
    report = _report(issuer, found.json, int(now.timestamp()) // SECONDS, withdrawn is None)
    return presentation.tell(report, Upload(b""), lambda _id: withdrawn, own(issuer))


@lru_cache(maxsize=MOST)
def _report(issuer: Issuer, data: bytes, moment: int, in_force: bool) -> Report:
    """Return the report in one half of a minute; a withdrawal shows at once."""
    fetch = published.fetch_own(issuer.settings)
    return verify(data, fetch=fetch, now=datetime.fromtimestamp((moment + 1) * SECONDS, UTC))
