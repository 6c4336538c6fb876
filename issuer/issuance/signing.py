"""The one place where proofs are made: hash data → signer → verified → encoded.

JSON and JWT are two securings of one prepared document. Both are made with `created` and
`nbf` of its prepare time and with deterministic signatures, so signing again after a crash
gives the same bytes. The form to share parts of has secrets of its own and differs each time;
all forms are stored together, and the first stored stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from issuer.database import to_json
from issuer.issuance.selective import base_proof_value
from keys.entry import KeyUse
from keys.signer import KeysError, Signer, SigningError, is_signature
from verifier import jose
from verifier.credential import instant
from verifier.cryptosuites import ECDSA_SD_2023, SUITES
from verifier.disclosure import mandatory_pointers

Json = Mapping[str, Any]

SUITE = SUITES["eddsa-rdfc-2022"]


@dataclass(frozen=True, slots=True)
class Secured:
    """The forms of one credential, byte for byte as they are stored and served.

    A did:key issuer has one key, for proofs, and so no `jwt`. `to_share` is for the holder alone.
    """

    json: bytes
    jwt: bytes | None
    to_share: bytes | None = None


def secure(document: Json, signers: Mapping[KeyUse, Signer], *, to_share: bool = False) -> Secured:
    """Return `document` with an embedded proof, as a VC-JWT, and with a proof to share parts of.

    Raises `KeysError` if a key is not there, and `SigningError` if it cannot be used or a new
    signature does not verify.
    """
    proof = make_proof(document, signers[KeyUse.PROOF], created=document["validFrom"])
    jwt_signer = signers.get(KeyUse.JWT)
    return Secured(
        json=to_json({**document, "proof": [proof]}),
        jwt=None if jwt_signer is None else _jwt(document, jwt_signer),
        to_share=_to_share(document, signers.get(KeyUse.SD)) if to_share else None,
    )


def make_proof(document: Json, signer: Signer, *, created: str) -> dict[str, str]:
    """Return a Data Integrity proof of `document` (OB-65, OB-68)."""
    options = _options(SUITE.name, signer, created)
    signature = _signature(signer, SUITE.hash_data(document, options, signer.public_key))
    return {**options, "proofValue": SUITE.encode(signature)}


def _to_share(document: Json, signer: Signer | None) -> bytes:
    """Return `document` with a base proof of `ecdsa-sd-2023` (OB-69)."""
    if signer is None:
        raise KeysError("no active sd key: mintmark keys create --use sd")
    options = _options(ECDSA_SD_2023.name, signer, document["validFrom"])
    value = base_proof_value(
        document,
        options,
        mandatory_pointers=mandatory_pointers(document),
        sign=lambda data: _signature(signer, data),
    )
    return to_json({**document, "proof": [{**options, "proofValue": value}]})


def _options(cryptosuite: str, signer: Signer, created: str) -> dict[str, str]:
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": cryptosuite,
        "created": created,
        "verificationMethod": signer.verification_method,
        "proofPurpose": "assertionMethod",
    }


def _jwt(document: Json, signer: Signer) -> bytes:
    """Return the VC-JWT: the document at top level, and the claims that repeat it (OB-58…64)."""
    header = {
        "alg": signer.algorithm,
        "kid": signer.verification_method,
        "typ": "JWT",
    }
    claims = {
        "iss": document["issuer"]["id"],
        "jti": document["id"],
        "sub": document["credentialSubject"]["id"],
        "nbf": _numeric_date(document["validFrom"]),
    }
    if "validUntil" in document:
        claims["exp"] = _numeric_date(document["validUntil"])
    signed = jose.signing_input(header, to_json({**document, **claims}))
    return jose.compact(signed, _signature(signer, signed)).encode()


def _numeric_date(text: str) -> int:
    moment = instant(text)
    if moment is None:
        raise ValueError(f"not a time: {text!r}")
    return int(moment.timestamp())


def _signature(signer: Signer, data: bytes) -> bytes:
    """Return a signature that its public key verifies: a keeper of keys can be wrong, too."""
    signature = signer.sign(data)
    if not is_signature(signer.public_key, signature, data):
        raise SigningError(f"a signature by {signer.verification_method} does not verify")
    return signature
