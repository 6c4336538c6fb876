"""Multikey: public keys as short strings (Controlled Identifiers 1.0, section 2.2.2).

>>> encode(decode("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"))
'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
"""

from functools import lru_cache
from typing import TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from contexts.errors import MintmarkError

PublicKey: TypeAlias = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGITS = {character: digit for digit, character in enumerate(ALPHABET)}
MAX_BASE58 = 256
"""Decoding is quadratic; the longest key or signature we read has about 140 characters."""
_ED25519 = b"\xed\x01"
_CURVES: dict[bytes, ec.EllipticCurve] = {
    b"\x80\x24": ec.SECP256R1(),
    b"\x81\x24": ec.SECP384R1(),
    b"\x82\x24": ec.SECP521R1(),
}

_P = 2**255 - 19
# The y coordinates of the eight points of small order; their encodings differ in the sign bit.
_ORDER_8 = 2707385501144840649318225287225658788936804267575313519463743609750303402022
_SMALL_ORDER_Y = frozenset({0, 1, _P - 1, _ORDER_8, _P - _ORDER_8})


class MultikeyError(MintmarkError, ValueError):
    """The text is not a Multikey that this verifier reads."""


class UnknownKeyTypeError(MultikeyError):
    """It may well be a key, of a kind that is not read here."""


def base58_encode(data: bytes) -> str:
    """Return `data` in base58btc, without the multibase prefix."""
    number, digits = int.from_bytes(data), ""
    while number:
        number, rest = divmod(number, 58)
        digits = ALPHABET[rest] + digits
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + digits


def base58_decode(text: str) -> bytes:
    """Return the bytes of base58btc `text`; `MultikeyError` for other characters or lengths."""
    if len(text) > MAX_BASE58:
        raise UnknownKeyTypeError(f"base58 text longer than {MAX_BASE58} characters")
    number = 0
    try:
        for digit in map(_DIGITS.__getitem__, text):
            number = number * 58 + digit
    except KeyError as exc:
        raise MultikeyError(f"not base58: {exc}") from None
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


def multibase_decode(text: str) -> bytes:
    """Return the bytes of a base58btc multibase string (`z…`); `MultikeyError` for another base."""
    if not text.startswith("z"):
        raise MultikeyError("not base58btc multibase: it must start with z")
    return base58_decode(text[1:])


def encode(key: PublicKey) -> str:
    """Return `key` as a Multikey: `z6Mk…` for Ed25519, `zDn…` for P-256, `z82…` for P-384, `z2J9…`
    for P-521."""
    return "z" + base58_encode(to_bytes(key))


def to_bytes(key: PublicKey) -> bytes:
    """Return the bytes inside a Multikey: the prefix of the kind of key, then the key.

    Raises `MultikeyError` for other kinds: RSA has none (Controlled Identifiers 1.0).
    """
    if isinstance(key, ed25519.Ed25519PublicKey):
        return _ED25519 + key.public_bytes_raw()
    for prefix, curve in _CURVES.items():
        if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == curve.name:
            point = key.public_numbers()
            return prefix + bytes([2 | point.y & 1]) + point.x.to_bytes(_length(curve))
    raise MultikeyError(f"no Multikey for a key such as {type(key).__name__}")


@lru_cache(maxsize=256)
def decode(text: str) -> PublicKey:
    """Return the public key in a Multikey.

    Raises `MultikeyError` for other key types, for points not on the curve, and for the
    Ed25519 points of small order, under which one signature fits many messages (T24).
    """
    return from_bytes(multibase_decode(text))


def from_bytes(data: bytes) -> PublicKey:
    """Return the key of the bytes inside a Multikey; `MultikeyError` as in `decode`."""
    prefix, raw = data[:2], data[2:]
    try:
        if prefix == _ED25519:
            return ed25519_key(raw)
        if prefix in _CURVES and len(raw) == _length(_CURVES[prefix]) + 1:
            return ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[prefix], raw)
    except (ValueError, UnsupportedAlgorithm) as exc:
        raise MultikeyError(f"not a point on the curve: {exc}") from exc
    if prefix in (_ED25519, *_CURVES):
        raise MultikeyError(f"a key of {len(raw)} bytes, which is not its length")
    raise UnknownKeyTypeError("not a Multikey of Ed25519, P-256, P-384 or P-521")


def _length(curve: ec.EllipticCurve) -> int:
    """Return how many bytes a coordinate has."""
    return (curve.key_size + 7) // 8


def ed25519_key(raw: bytes) -> ed25519.Ed25519PublicKey:
    """Return the Ed25519 key of 32 raw bytes; `MultikeyError` if non-canonical or small order."""
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    if len(raw) != 32 or y >= _P or y in _SMALL_ORDER_Y:
        raise MultikeyError("not a sound Ed25519 key: small order or non-canonical")
    return ed25519.Ed25519PublicKey.from_public_bytes(raw)
