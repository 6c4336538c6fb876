"""Every address of this issuer. Each begins with the public URL, whatever a request says (T29).

addresses.credential(settings, public_id)  # https://badges.district.example/credentials/…
"""

from issuer.home.settings import Settings


def credential(settings: Settings, public_id: str) -> str:
    """Return the address and id of a credential; `.html`, `.json`… after it fix the form."""
    return f"{settings.public_url}/credentials/{public_id}"


def collection(settings: Settings, public_id: str) -> str:
    """Return the address of a collection, without the `.html` of its page."""
    return f"{settings.public_url}/collections/{public_id}"


def achievement(settings: Settings, achievement_id: str, version: int) -> str:
    """Return the address and id of one version of an achievement."""
    return f"{settings.public_url}/achievements/{achievement_id}/{version}"


def status_list(settings: Settings, number: int) -> str:
    """Return the address and id of a status list."""
    return f"{settings.public_url}/status/{number}"


def log_head(settings: Settings) -> str:
    """Return the address and id of the signed head of the audit log."""
    return f"{settings.public_url}/audit-log"


def manage(settings: Settings, token: str) -> str:
    """Return the address where the holder of `token` manages a credential."""
    return f"{settings.public_url}/manage/{token}"


def own_address(settings: Settings, token: str) -> str:
    """Return the page that adds an e-mail address to the person who asked for `token`."""
    return f"{settings.public_url}/account/addresses/{token}"


def own_credentials(settings: Settings) -> str:
    """Return the address where signed-in people find all their credentials."""
    return f"{settings.public_url}/my-credentials"


def approval_status(settings: Settings, token: str) -> str:
    """Return the address that says how far an approval has come."""
    return f"{settings.public_url}/approvals/{token}/status"


def problem(settings: Settings, name: str) -> str:
    """Return the type of a problem (RFC 9457), where people can read about it."""
    return f"{settings.public_url}/problems/{name}"


def sign_in(settings: Settings, token: str) -> str:
    """Return the address that signs in the person who asked for `token`."""
    return f"{settings.public_url}/sign-in/{token}"
