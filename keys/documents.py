"""The public halves as others read them: DID document and JWKS.

Every key that ever signed stays in the document, so that what it signed stays verifiable:
a compromised one with `revoked` (Controlled Identifiers 1.0, section 2.2), a retired one with
`retired`. That term is ours, because the standard's `expires` ends old signatures as well:
readers who follow it would refuse whatever was signed before a rotation (P5). did:web has no
history, so these dates are all that a stranger has (T34).
"""

import base64
from collections.abc import Iterable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from keys.entry import DID_KEY, KeyEntry, KeyState, KeyUse, format_time
from keys.signer import ES256_COORDINATE, KeysError
from verifier import multikey
from verifier.multikey import PublicKey

CONTEXTS = (
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/jwk/v1",
)

RETIRED = {
    "retired": {
        "@id": "https://schema.org/validThrough",
        "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
    }
}
"""What our own term means, for readers of JSON-LD."""


def did_document(issuer_id: str, entries: Iterable[KeyEntry]) -> dict[str, Any]:
    """Return the DID document of `issuer_id` with all its keys (OB-72, OB-74).

    For a did:key issuer it is the one that every reader makes from the DID itself: the one
    key, without dates. It need not be published; `KeysError` if that key is not here.
    """
    if issuer_id.startswith(DID_KEY):
        entries = [entry for entry in entries if entry.is_did_key(issuer_id)]
        if not entries:
            raise KeysError(f"the key of {issuer_id} is not here (restore it from the backup)")
        methods = [_undated(issuer_id, entry) for entry in entries]
    else:
        methods = [verification_method(issuer_id, entry) for entry in entries]
    retired = any("retired" in method for method in methods)
    return {
        "@context": [*CONTEXTS, RETIRED] if retired else list(CONTEXTS),
        "id": issuer_id,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def verification_method(issuer_id: str, entry: KeyEntry) -> dict[str, Any]:
    """Return the entry of one key in the DID document, with the dates that limit it."""
    dates = {}
    if entry.retired is not None:
        dates["retired"] = format_time(entry.retired)
    if entry.revoked is not None:
        dates["revoked"] = format_time(entry.revoked)
    return _undated(issuer_id, entry) | dates


def jwks(issuer_id: str, entries: Iterable[KeyEntry]) -> dict[str, Any]:
    """Return the JWK Set of the keys that sign JWTs (OB-72).

    A JWK has no date of revocation, so a compromised key is left out. A did:key issuer has
    none: nothing under its name could publish a second key.
    """
    if issuer_id.startswith(DID_KEY):
        return {"keys": []}
    return {
        "keys": [
            _jwk(entry.verification_method(issuer_id), entry.public_key)
            for entry in entries
            if entry.use is KeyUse.JWT
            and entry.state is not KeyState.COMPROMISED
            and isinstance(entry.public_key, ec.EllipticCurvePublicKey)
        ]
    }


def public_member(name: str, use: KeyUse, public_key: PublicKey) -> dict[str, Any]:
    """Return the members that say which key the verification method `name` is.

    Keys for JWTs are published as JWK, those for embedded proofs as Multikey (OB-68, OB-69).
    """
    if use is KeyUse.JWT and isinstance(public_key, ec.EllipticCurvePublicKey):
        return {"type": "JsonWebKey", "publicKeyJwk": _jwk(name, public_key)}
    return {"type": "Multikey", "publicKeyMultibase": multikey.encode(public_key)}


def _undated(issuer_id: str, entry: KeyEntry) -> dict[str, Any]:
    name = entry.verification_method(issuer_id)
    return {"id": name, "controller": issuer_id} | public_member(name, entry.use, entry.public_key)


def _jwk(kid: str, public_key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    point = public_key.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": _coordinate(point.x),
        "y": _coordinate(point.y),
        "kid": kid,
        "use": "sig",
        "alg": "ES256",
    }


def _coordinate(number: int) -> str:
    """Return the fixed-length base64url of RFC 7518, section 6.2.1.2."""
    return base64.urlsafe_b64encode(number.to_bytes(ES256_COORDINATE)).rstrip(b"=").decode()
