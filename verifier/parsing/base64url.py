"""Base64url without padding (RFC 7515, section 2), with one spelling for each value.

>>> encode(b"badge")
'YmFkZ2U'
>>> decode("YmFkZ2U")
b'badge'
"""

import base64

from contexts.errors import MintmarkError


class Base64UrlError(MintmarkError, ValueError):
    """The text is not canonical base64url."""


def encode(data: bytes) -> str:
    """Return `data` in base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Return the bytes of base64url text.

    Raises `Base64UrlError` for padding, other characters, stray bits and empty text.
    """
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as exc:  # not ASCII, or one character too many
        raise Base64UrlError("a part is not base64url") from exc
    if not text or encode(data) != text:  # the library skips characters that it does not know
        raise Base64UrlError("a part is not canonical base64url")
    return data
