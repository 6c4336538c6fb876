"""The short number of a credential, as its certificate prints it."""

import hashlib
from typing import Final

_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is read as another, or as a digit."""


def serial(credential_id: str) -> str:
    """Return a short number for a credential that people can read to each other.

    It is a hash: it names the credential to its issuer and proves nothing.
    """
    number = int.from_bytes(hashlib.sha256(credential_id.encode()).digest()[:8], "big")
    letters = "".join(_LETTERS[number >> shift & 31] for shift in range(0, 50, 5))
    return f"{letters[:5]}-{letters[5:]}"
