"""The one place where proofs are made: hash data → signer → verified → encoded.

JSON and JWT are two securings of one prepared document. Both are made with `created` and
`nbf` of its prepare time and with deterministic signatures, so signing again after a crash
gives the same bytes. The form to share parts of has secrets of its own and differs each time;
all forms are stored together, and the first stored stay.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from contexts.json_types import Json
from issuer.database.database import to_json
from issuer.home.profiles import PROFILES, PROOF, PROOF_TO_SHARE, SigningProfile
from issuer.home.settings import Settings
from issuer.issuance.build import timestamp
from issuer.issuance.signing.selective import base_proof_value
from keys.entry import JWT_USES, KeyUse
from keys.signer import Signer, SigningError
from verifier.checks.disclosure import mandatory_pointers
from verifier.credential.model import instant
from verifier.proof import jose
from verifier.proof.computed import Computed
from verifier.proof.cryptosuites import Suite
from verifier.public_keys.signature import Holds

SUITE = PROFILES[PROOF].suite


@dataclass(frozen=True, slots=True)
class Secured:
    """The forms of one credential, byte for byte as they are stored and served.

    A did:key issuer has one key, for proofs, and so no `jwt`. `to_share` is for the holder alone.
    """

    json: bytes
    jwt: bytes | None
    to_share: bytes | None = None


def secure(
    unsigned: bytes,
    signers: Mapping[KeyUse, Signer],
    settings: Settings,
    computed: Computed | None = None,
) -> Secured:
    """Return the document that was prepared with embedded proofs, as a VC-JWT, and with a proof
    to share parts of: each the same bytes, with something at their end.

    `signers` has one for each of `settings.key_uses`; what is computed is left in `computed` for
    who checks it next. Raises `SigningError` if one cannot be used or a new signature does not
    verify.
    """
    document, jwt, computed = json.loads(unsigned), settings.jwt, computed or Computed()
    created = _created(document)
    proofs = make_proofs(document, signers, settings.proofs, created=created, computed=computed)
    jws, to_share = None, None
    if jwt:
        payload = _with(unsigned, _claims(document))
        jws = _jwt(payload, signers[JWT_USES[jwt]], computed.holds)
    if PROOF_TO_SHARE in settings.proofs:
        proof = _proof_to_share(document, signers[KeyUse.SD], computed)
        to_share = _with(unsigned, {"proof": [proof]})
    return Secured(
        json=_with(unsigned, {"proof": proofs}),
        jwt=jws,
        to_share=to_share,
    )


def _with(unsigned: bytes, members: Json) -> bytes:
    """Return the text of a JSON object with further members added at its end."""
    return unsigned[:-1] + b"," + to_json(members)[1:]


def make_proofs(
    document: Json,
    signers: Mapping[KeyUse, Signer],
    proofs: Iterable[str],
    *,
    created: str,
    computed: Computed | None = None,
) -> list[dict[str, Any]]:
    """Return a proof set of `document`, a proof for each of the profiles that `proofs` names."""
    computed = computed or Computed()
    return [
        make_proof(
            document, signers[profile.use], created=created, suite=computed.suite(profile.suite)
        )
        for profile in _chosen(proofs)
    ]


def signing_methods(signers: Mapping[KeyUse, Signer], proofs: Iterable[str]) -> list[str]:
    """Return the verification method of each proof that `make_proofs` would make."""
    return [signers[profile.use].verification_method for profile in _chosen(proofs)]


def _chosen(proofs: Iterable[str]) -> list[SigningProfile]:
    return [PROFILES[name] for name in proofs if name in PROFILES]


def make_proof(
    document: Json, signer: Signer, *, created: str, suite: Suite = SUITE
) -> dict[str, Any]:
    """Return a Data Integrity proof of `document` (OB-65, OB-68).

    The JCS suites keep the document's contexts in the proof (Data Integrity EdDSA 1.0, 3.3.1).
    """
    contexts = {"@context": document["@context"]} if suite.keeps_contexts else {}
    options = contexts | _options(suite.name, signer, created)
    data = suite.hash_data(document, options, signer.public_key)
    signature = _signature(signer, data, suite.verify)
    return {**options, "proofValue": suite.encode(signature)}


def _proof_to_share(document: Json, signer: Signer, computed: Computed) -> Json:
    """Return a base proof of `ecdsa-sd-2023` (OB-69)."""
    options = _options(PROOF_TO_SHARE, signer, _created(document))
    value = base_proof_value(
        document,
        options,
        mandatory_pointers=mandatory_pointers(document),
        sign=lambda data: _signature(signer, data, computed.holds),
        computed=computed,
    )
    return {**options, "proofValue": value}


def _options(cryptosuite: str, signer: Signer, created: str) -> dict[str, str]:
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": cryptosuite,
        "created": created,
        "verificationMethod": signer.verification_method,
        "proofPurpose": "assertionMethod",
    }


def _jwt(payload: bytes, signer: Signer, holds: Holds) -> bytes:
    header = {"alg": signer.algorithm, "kid": signer.verification_method, "typ": "JWT"}
    signed = jose.signing_input(header, payload)
    return jose.compact(signed, _signature(signer, signed, holds)).encode()


def _claims(document: Json) -> Json:
    """Return what a VC-JWT, with the document at its top level, says again (OB-58…64)."""
    claims = {
        "iss": document["issuer"]["id"],
        "jti": document["id"],
        "sub": document["credentialSubject"]["id"],
        "nbf": _numeric_date(document["validFrom"]),
    }
    if "validUntil" in document:
        claims["exp"] = _numeric_date(document["validUntil"])
    return claims


def _created(document: Json) -> str:
    """Return when the credential begins, in UTC: a proof has no day that people count."""
    return timestamp(_moment(document["validFrom"]).astimezone(UTC))


def _numeric_date(text: str) -> int:
    return int(_moment(text).timestamp())


def _moment(text: str) -> datetime:
    moment = instant(text)
    if moment is None:
        raise ValueError(f"not a time: {text!r}")
    return moment


def _signature(signer: Signer, data: bytes, holds: Holds) -> bytes:
    """Return a signature that its public key verifies: a keeper of keys can be wrong, too, and
    one made by a faulty machine can give the private key away."""
    signature = signer.sign(data)
    if not holds(signer.public_key, data, signature):
        raise SigningError(
            f"a signature by {signer.verification_method} does not verify: nothing was signed"
            " (check the machine's memory, and that the key files are of one backup)"
        )
    return signature
