"""Manage links: a signed token that names a credential and can be taken back."""

from collections.abc import Callable

from itsdangerous import BadSignature, URLSafeSerializer

from issuer.home import addresses
from issuer.home.settings import Settings
from issuer.issuance.records.tables import CredentialRow

_PURPOSE = "mintmark manage link"


def manage_url(settings: Settings, row: CredentialRow) -> str:
    """Return the address where the holder manages a credential, for as long as it is current."""
    return manage_links(settings)(row.public_id, row.manage_generation)


def manage_links(settings: Settings) -> Callable[[str, int], str]:
    """Return a function from a credential's id and the generation of its link to that address."""
    dumps = _serializer(settings).dumps
    return lambda *named: addresses.manage(settings, str(dumps(named)))


def read_token(settings: Settings, token: str) -> tuple[str, int] | None:
    """Return the credential's id and the generation in a token; None if we did not sign it."""
    try:
        public_id, generation = _serializer(settings).loads(token)
    except BadSignature:
        return None
    return public_id, generation


def _serializer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_file.read_bytes(), salt=_PURPOSE)
