"""The page of one credential, which its public address and its holder's preview both show."""

from datetime import datetime

from flask import Response
from markupsafe import Markup

from issuer.drawing import qr_codes
from issuer.home import addresses
from issuer.home.certificate_settings import Paper
from issuer.home.issuer import current_issuer
from issuer.home.problem import Problem
from issuer.sharing import checked, shared, social
from issuer.sharing.certificates import EDITIONS
from issuer.sharing.forms import FORMS
from issuer.sharing.problems import NOT_SHARED, WITHDRAWN
from issuer.sharing.shared import Shared
from issuer.sharing.words import STANDINGS
from issuer.web.answers import or_404, page
from verifier import clock


def public(public_id: str) -> Shared:
    """Return the credential as everybody may see it; 404 without one, 410 for a private one and for
    one that was issued to the wrong person."""
    record = or_404(shared.find_shared(current_issuer(), public_id))
    if record.only_withdrawn:
        raise Problem(WITHDRAWN)
    if record.private:
        raise Problem(NOT_SHARED)
    return record


def credential_page(record: Shared, **answer: object) -> Response:
    """Show a credential to everybody, as its holder lets it be shown."""
    settings = current_issuer().settings
    now = clock.now()
    return page(
        "public/credential.html",
        listed=record.listed,
        **answer,
        report=checked.report_view(current_issuer(), record, now),
        verifierplus=social.verifierplus(addresses.credential(settings, record.public_id)),
        **about(record, now=now),
    )


def about(record: Shared, *, now: datetime) -> dict[str, object]:
    """Return what every page about one credential shows."""
    settings = current_issuer().settings
    now = settings.local(now)
    address = addresses.credential(settings, record.public_id)
    standing, stands = record.standing(now), record.stands(now)
    return {
        "shared": record,
        "credential": record.shown,
        "standing": standing,
        "standing_words": STANDINGS[standing],
        "stands": stands,
        "now": now,
        "address": address,
        "linkedin": social.linkedin(record, settings) if stands else None,
        "post": social.linkedin_post(address) if stands else None,
        "editions": EDITIONS,
        "other_paper": Paper.A4 if settings.certificate.paper is Paper.LETTER else Paper.LETTER,
        "forms": {name: FORMS[name] for name in record.forms},
        "code": Markup(qr_codes.check_svg(address)),  # noqa: S704 (squares, drawn by us)
    }
