"""Bytes that take less room in the database, and come back exactly as they were given.

    json: Mapped[bytes] = mapped_column(CompressedBytes)
    jwt: Mapped[bytes] = mapped_column(CompressedJwt)

What an older version stored as it was comes back as well: JSON begins with `{` and a JWT with `e`,
what zlib wrote with `x`.
"""

import zlib
from typing import Final

from sqlalchemy import Dialect
from sqlalchemy.types import LargeBinary, TypeDecorator

from verifier.parsing import base64url

LEVEL: Final = 1
"""6 takes half as long again and saves 5%, for half of a credential is signatures."""


class CompressedBytes(TypeDecorator[bytes]):
    """Bytes, compressed by zlib."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Return the bytes compressed; no bytes stay none."""
        return zlib.compress(value, LEVEL) if value else value

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Return the bytes as they were given."""
        return zlib.decompress(value) if value and value.startswith(b"x") else value


class CompressedJwt(CompressedBytes):
    """A JWT, compressed as what its base64url stands for: base64url hides what repeats."""

    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Return the parts of the JWT, compressed together."""
        return super().process_bind_param(value and _parts(value), dialect)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Return the JWT as it was given."""
        stored = super().process_result_value(value, dialect)
        return _joined(stored) if stored and _BETWEEN in stored else stored


_BETWEEN: Final = b"\0"
"""Stands in no JWT, and in no JSON of its first two parts."""


def _parts(jwt: bytes) -> bytes:
    """Return the decoded parts of a JWT; what would not come back exactly stays as it is."""
    try:
        parts = _BETWEEN.join(base64url.decode(part) for part in jwt.decode().split("."))
    except ValueError:
        return jwt
    return parts if _joined(parts) == jwt else jwt


def _joined(parts: bytes) -> bytes:
    return ".".join(map(base64url.encode, parts.split(_BETWEEN, 2))).encode()
