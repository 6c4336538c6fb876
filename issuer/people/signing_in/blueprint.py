"""What the two kinds of pages to sign in share: their blueprint, and the session they end in."""

from datetime import datetime
from typing import Final

from flask import Blueprint, request
from sqlalchemy.orm import Session

from issuer.home.issuer import current_issuer
from issuer.people.access import sessions
from issuer.people.access.gate import cookie_name
from issuer.people.signing_in import devices
from issuer.people.tables import PersonRow
from issuer.web.same_site import refuse_other_sites
from verifier import clock
from verifier.web.limits import limiter_for

signing_in = Blueprint("sign_in", __name__)
signing_in.before_request(refuse_other_sites)
limiter = limiter_for(signing_in)
OFTEN: Final = "900/10 minutes"
"""A school of 300 has one address, and in a staff meeting all of them sign in at once."""


def begin_session(session: Session, person: PersonRow, way: str, since: datetime) -> str:
    """Return the token of a new session, of somebody who signed in at `since`."""
    old = request.cookies.get(cookie_name(current_issuer().settings))
    return sessions.begin(
        session, person, device=device(), way=way, replacing=old, since=since, now=clock.now()
    )


def device() -> str:
    """Return what the browser that asks calls itself, in words."""
    return devices.named(request.headers.get("User-Agent", ""))
