"""Links that show a credential on other sites. Every value in them is encoded."""

from typing import Final
from urllib.parse import quote, urlencode

from issuer.drawing.serial import serial
from issuer.home import addresses
from issuer.home.settings import Settings
from issuer.sharing.shared import Shared

LINKEDIN: Final = "https://www.linkedin.com/profile/add"
LINKEDIN_POST: Final = "https://www.linkedin.com/sharing/share-offsite/?url="
VERIFIERPLUS: Final = "https://verifierplus.org/#verify?vc="


def linkedin(shared: Shared, settings: Settings) -> str:
    """Return the link that opens LinkedIn's form for a certification, filled in."""
    shown = shared.shown
    page = addresses.credential(settings, shared.public_id)
    begun, ends = shown.awarded_date or shown.valid_from, shown.valid_until
    fields = {
        "startTask": "CERTIFICATION_NAME",
        "name": (shown.achievement and shown.achievement.name) or shown.name,
        "organizationName": shown.issuer.name,
        "issueYear": begun and begun.year,
        "issueMonth": begun and begun.month,
        "expirationYear": ends and ends.year,
        "expirationMonth": ends and ends.month,
        "certUrl": f"{page}.html",
        "certId": serial(page),
    }
    present = {name: value for name, value in fields.items() if value}
    return f"{LINKEDIN}?{urlencode(present, quote_via=quote)}"


def linkedin_post(address: str) -> str:
    """Return the link that opens a post on LinkedIn about the page of that credential."""
    return LINKEDIN_POST + quote(f"{address}.html", safe="")


def verifierplus(address: str) -> str:
    """Return the link that lets VerifierPlus, a verifier of others, check the JSON."""
    return VERIFIERPLUS + quote(f"{address}.json", safe="")
