"""Credentials that define words of their own inside, and who signs them."""

from copy import deepcopy
from typing import Any

from licenses import LICENSE, V2
from world import World

from contexts import BUNDLED, inline
from contexts.frozen import FrozenContexts
from verifier.proof.cryptosuites import SUITES

WORDS: dict[str, Any] = {
    "@protected": True,
    "ex": "https://board.example/terms#",
    "LicenseCredential": "ex:LicenseCredential",
    "License": {
        "@id": "ex:License",
        "@context": {
            "@protected": True,
            "id": "@id",
            "type": "@type",
            "grade": "ex:grade",
            "subjects": {"@id": "ex:subjects", "@container": "@set"},
            "granted": {"@id": "ex:granted", "@type": "http://www.w3.org/2001/XMLSchema#date"},
        },
    },
    "license": {"@id": "ex:license", "@type": "@id"},
}
OWN = {
    "id": "did:example:t",
    "license": {
        "id": "https://board.example/licenses/1",
        "type": "License",
        "grade": "7-12",
        "subjects": ["Mathematics", "Physics"],
        "granted": "2026-01-01",
    },
}


def with_words(*contexts: Any, **changes: Any) -> dict[str, Any]:
    """Return an unsigned license that defines its words in `contexts`, by default in `WORDS`."""
    changes = {"type": ["VerifiableCredential", "LicenseCredential"]} | changes
    whole = deepcopy(LICENSE) | {"credentialSubject": deepcopy(OWN)} | changes
    return {**whole, "@context": [V2, *(contexts or (WORDS,))]}


def pinned_anyhow(document: dict[str, Any]) -> tuple[dict[str, Any], FrozenContexts]:
    """Return a document as an issuer's library signs it, whatever its contexts rename."""
    refuse = inline._Words.add
    inline._Words.add = lambda *_: None  # type: ignore[method-assign]
    try:
        return inline.pin(document, BUNDLED)  # type: ignore[return-value]
    finally:
        inline._Words.add = refuse  # type: ignore[method-assign]


def signed(
    world: World, document: dict[str, Any], suite: str = "eddsa-rdfc-2022"
) -> dict[str, Any]:
    """Return the document with a proof of the world's issuer."""
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": suite,
        "created": "2026-11-01T00:00:00Z",
        "verificationMethod": world.issuer.method,
        "proofPurpose": "assertionMethod",
    }
    row, key = SUITES[suite], world.issuer.proof_key
    if row.keeps_contexts:
        proof["@context"] = document["@context"]
    pinned, contexts = pinned_anyhow({**document, "proof": proof})
    data = row.hash_data(pinned, pinned["proof"], key.public_key(), contexts=contexts)
    return {**document, "proof": {**proof, "proofValue": row.encode(key.sign(data))}}
