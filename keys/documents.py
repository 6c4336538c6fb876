"""The public halves of the keys as a DID document and a JWKS.

Every key that ever signed stays in the document, so that what it signed stays verifiable:
a compromised one with `revoked` (Controlled Identifiers 1.0, section 2.2), a retired one with
`retired`. That term is ours, because the standard's `expires` ends old signatures as well:
readers who follow it would refuse whatever was signed before a rotation (P5). did:web has no
history, so these dates are all that a stranger has (T34).
"""

from collections.abc import Iterable
from typing import Any

from keys.entry import (
    ALGORITHMS,
    DID_KEY,
    JWT_USES,
    KeyEntry,
    KeyState,
    KeyUse,
    format_time,
    public_half,
)
from keys.signer import KeysError
from verifier.public_keys.jwk import to_jwk
from verifier.public_keys.multikey import PublicKey

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
            _jwk(entry.verification_method(issuer_id), entry.use, entry.public_key)
            for entry in entries
            if entry.use in JWT_USES.values() and entry.state is not KeyState.COMPROMISED
        ]
    }


def public_member(name: str, use: KeyUse, public_key: PublicKey) -> dict[str, Any]:
    """Return the members that give the key of the verification method `name`.

    Keys for JWTs are published as JWK, those for embedded proofs as Multikey (OB-68, OB-69).
    """
    if use in JWT_USES.values():
        return {"type": "JsonWebKey", "publicKeyJwk": _jwk(name, use, public_key)}
    return {"type": "Multikey", **public_half(public_key)}


def _undated(issuer_id: str, entry: KeyEntry) -> dict[str, Any]:
    name = entry.verification_method(issuer_id)
    return {"id": name, "controller": issuer_id} | public_member(name, entry.use, entry.public_key)


def _jwk(kid: str, use: KeyUse, public_key: PublicKey) -> dict[str, str]:
    return {**to_jwk(public_key), "kid": kid, "use": "sig", "alg": ALGORITHMS[use]}
