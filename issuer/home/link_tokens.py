"""The last part of an address that is its holder's key: 128 bits that nobody guesses.

They are computed from the issuer's secret, so that a mail or a repeated answer can have the same
address again, while the database holds no more than a keyed hash by which it is found:

    tokens = LinkTokens(settings, "mintmark manage link")
    row.manage_hash = tokens.hashed(tokens.make(row.public_id, row.manage_generation))

Before there were hashes, a token was the id and the generation, signed. These go on working.
"""

import base64
import hmac
from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer

from issuer.home.settings import Settings

_BYTES: Final = 16


class LinkTokens:
    """The tokens for one purpose. With another secret, all that were given out open nothing."""

    def __init__(self, settings: Settings, purpose: str) -> None:
        self._secret = settings.secret_file.read_bytes()
        self._purpose = purpose
        self._signed = URLSafeSerializer(self._secret, salt=purpose)

    def make(self, public_id: str, generation: int) -> str:
        """Return the token of a thing in this generation of its link: 22 letters."""
        return base64.urlsafe_b64encode(self._mac("token", public_id, generation)[:_BYTES])[
            :-2
        ].decode()

    def hashed(self, token: str) -> bytes:
        """Return the 32 bytes by which the row of a token is found."""
        return self._mac("hash", token)

    def current(self, public_id: str, generation: int, stored: bytes | None) -> str:
        """Return the token that opens a thing whose row has `stored` as its hash.

        A row from before there were hashes, or from before the secret was replaced, has a signed
        token until its link is renewed.
        """
        token = self.make(public_id, generation)
        if stored is not None and hmac.compare_digest(stored, self.hashed(token)):
            return token
        return str(self._signed.dumps([public_id, generation]))

    def read_signed(self, token: str) -> tuple[str, int] | None:
        """Return id and generation in a signed token; None if we did not sign it."""
        try:
            public_id, generation = self._signed.loads(token)
        except BadSignature:
            return None
        return public_id, generation

    def _mac(self, *what: object) -> bytes:
        message = "\0".join(map(str, (self._purpose, *what)))
        return hmac.digest(self._secret, message.encode(), "sha256")
