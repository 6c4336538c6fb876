"""JSON Web Keys: public keys as JSON (RFC 7517, RFC 8037).

>>> key = from_jwk({"kty": "OKP", "crv": "Ed25519",
...                 "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})
>>> to_jwk(key)["crv"]
'Ed25519'
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from contexts.errors import MintmarkError
from verifier.parsing import base64url
from verifier.public_keys.multikey import PublicKey, ed25519_key

if TYPE_CHECKING:
    from jwcrypto.jwk import JWK

RSA_BITS = range(2048, 8193)
"""Shorter keys can be broken (RFC 7518, section 3.3); longer ones only cost time."""
MAX_RSA_EXPONENT = 2**32

_CURVES = {"secp256r1", "secp384r1", "secp521r1"}
_PUBLIC_MEMBERS = {"kty", "crv", "x", "y", "n", "e"}


class JwkError(MintmarkError, ValueError):
    """The JWK is not a public key that this verifier reads."""


def to_jwk(key: PublicKey) -> dict[str, str]:
    """Return a public key as a JWK: its `kty` and the members which that type needs."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(key.public_bytes_raw())}
    if isinstance(key, rsa.RSAPublicKey):
        rsa_numbers = key.public_numbers()
        n, e = (
            base64url.encode(number.to_bytes((number.bit_length() + 7) // 8))
            for number in (rsa_numbers.n, rsa_numbers.e)
        )
        return {"kty": "RSA", "n": n, "e": e}
    size = (key.curve.key_size + 7) // 8
    numbers = key.public_numbers()
    x, y = (base64url.encode(number.to_bytes(size)) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": f"P-{key.curve.key_size}", "x": x, "y": y}


def from_jwk(jwk: Mapping[str, Any]) -> PublicKey:
    """Return the key of a public Ed25519, P-256, P-384, P-521 or RSA JWK; `JwkError` for others."""
    try:
        key = _library_key(jwk).get_op_key("verify")
        if isinstance(key, ed25519.Ed25519PublicKey):
            return ed25519_key(key.public_bytes_raw())
    except Exception as exc:  # jwcrypto raises what its parts raise: KeyError, TypeError, …
        raise JwkError(f"not a public key: {exc}") from exc
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return key
    if isinstance(key, rsa.RSAPublicKey):
        sound = key.key_size in RSA_BITS and key.public_numbers().e < MAX_RSA_EXPONENT
        if sound:
            return key
    raise JwkError("not an Ed25519, P-256, P-384, P-521 or RSA key of sound size")


def _library_key(jwk: Mapping[str, Any]) -> "JWK":
    """Return the library's key. It gets only public members: a document may not pass us a private
    key."""
    from jwcrypto.jwk import JWK

    return JWK(**{name: value for name, value in jwk.items() if name in _PUBLIC_MEMBERS})
