"""Signatures of each key type: the hash that is signed, and verification."""

from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from verifier.public_keys.multikey import PublicKey

Holds = Callable[[PublicKey, bytes, bytes], bool]
"""Whether the third, a signature over the second, was made by the key."""
_CURVES = {
    "secp256r1": ("sha256", 32, ECDSA(hashes.SHA256())),
    "secp384r1": ("sha384", 48, ECDSA(hashes.SHA384())),
    "secp521r1": ("sha512", 66, ECDSA(hashes.SHA512())),
}
"""By name: the hash, the bytes of a number, and both together as the library wants them."""
_OF_SUITES = ("secp256r1", "secp384r1")
"""Curves of the ECDSA cryptosuites; tokens have one more."""


def eddsa_hash(key: PublicKey) -> str | None:
    """Return `sha256` for an Ed25519 key."""
    return "sha256" if isinstance(key, Ed25519PublicKey) else None


def ecdsa_hash(key: PublicKey) -> str | None:
    """Return `sha256` for a P-256 key and `sha384` for a P-384 key."""
    if isinstance(key, EllipticCurvePublicKey) and key.curve.name in _OF_SUITES:
        return _CURVES[key.curve.name][0]
    return None


def verify_eddsa(key: PublicKey, data: bytes, signature: bytes) -> bool:
    """Whether `signature` over `data` was made by this Ed25519 key (RFC 8032)."""
    if not isinstance(key, Ed25519PublicKey):
        return False
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def verify_ecdsa(key: PublicKey, data: bytes, signature: bytes) -> bool:
    """Whether `signature`, r ‖ s, over `data` was made by this key (FIPS 186-5; IEEE P1363)."""
    if not isinstance(key, EllipticCurvePublicKey) or key.curve.name not in _CURVES:
        return False
    _, size, algorithm = _CURVES[key.curve.name]
    if len(signature) != 2 * size:
        return False
    r, s = int.from_bytes(signature[:size]), int.from_bytes(signature[size:])
    try:
        key.verify(encode_dss_signature(r, s), data, algorithm)
    except InvalidSignature:
        return False
    return True


def verify_jose(key: PublicKey, data: bytes, signature: bytes) -> bool:
    """Whether `signature` over `data`, in the form that JOSE gives it, was made by this key
    (RFC 7518, section 3): r ‖ s of a curve, PKCS #1 with SHA-256 of RSA."""
    if isinstance(key, EllipticCurvePublicKey):
        return verify_ecdsa(key, data, signature)
    if not isinstance(key, rsa.RSAPublicKey):
        return verify_eddsa(key, data, signature)
    try:
        key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True
