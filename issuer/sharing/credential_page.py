"""The page of one credential, which its public address and its holder's preview both show."""

from flask import Response
from markupsafe import Markup
from werkzeug.exceptions import NotFound

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
from issuer.web.answers import page
from verifier import clock


def public(public_id: str) -> Shared:
    """Return the credential as everybody may see it; 404 without one, 410 for a private one and for
    one that was issued to the wrong person."""
    found = shared.find_shared(current_issuer(), public_id)
    if found is None:
        raise NotFound
    if found.only_withdrawn:
        raise Problem(WITHDRAWN)
    if found.private:
        raise Problem(NOT_SHARED)
    return found


def credential_page(found: Shared, **answer: object) -> Response:
    """Show a credential to everybody, as its holder lets it be shown."""
    settings = current_issuer().settings
    now = clock.now()
    return page(
        "public/credential.html",
        listed=found.listed,
        **answer,
        told=checked.told(current_issuer(), found, now),
        verifierplus=social.verifierplus(addresses.credential(settings, found.public_id)),
        **about(found),
    )


def about(found: Shared) -> dict[str, object]:
    """Return what every page about one credential shows."""
    settings = current_issuer().settings
    now = settings.local(clock.now())
    address = addresses.credential(settings, found.public_id)
    standing, stands = found.standing(now), found.stands(now)
    return {
        "shared": found,
        "credential": found.shown,
        "standing": standing,
        "standing_words": STANDINGS[standing],
        "stands": stands,
        "now": now,
        "address": address,
        "linkedin": social.linkedin(found, settings) if stands else None,
        "post": social.linkedin_post(address) if stands else None,
        "editions": EDITIONS,
        "other_paper": Paper.A4 if settings.certificate.paper is Paper.LETTER else Paper.LETTER,
        "forms": {name: FORMS[name] for name in found.forms},
        "code": Markup(qr_codes.check_svg(address)),  # noqa: S704 (squares, drawn by us)
    }
