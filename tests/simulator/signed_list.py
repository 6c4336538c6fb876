"""A list of districts that a state signed, as `RecognizedEntityCredential` (W3C)."""

import json

from world import Issuer

from verifier.proof.cryptosuites import SUITES

STATE = Issuer("did:web:state.example")
DISTRICT = {
    "id": "did:web:district.example",
    "type": "RecognizedEntity",
    "name": "Example District",
    "legalName": "Example Unified School District",
    "url": "https://district.example/",
}
OTHER = {"id": "did:web:other.example", "type": ["RecognizedEntity"], "legalName": "Other District"}
LIST = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/credentials/recognized-entities/v1",
    ],
    "id": "https://state.example/lists/districts",
    "type": ["VerifiableCredential", "RecognizedEntityCredential"],
    "issuer": {"id": STATE.did, "type": "RecognizedIssuer", "name": "State Department"},
    "validFrom": "2026-11-01T00:00:00Z",
    "validUntil": "2027-11-01T00:00:00Z",
    "credentialSubject": [DISTRICT, OTHER],
}


def jwt(document, signer=STATE, **options):
    """The list as a VC-JWT; its subject is many, so the claim `sub` has nothing to say."""
    single = document | {"credentialSubject": {}}
    claims = {"credentialSubject": document["credentialSubject"]}
    return signer.jwt(single, claims=claims | options.pop("claims", {}), **options)


def jcs(document, signer=STATE):
    """The list with an embedded proof over its JSON: no context needs to be known for it."""
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": "2026-11-01T00:00:00Z",
        "verificationMethod": signer.method,
        "proofPurpose": "assertionMethod",
    }
    suite = SUITES["eddsa-jcs-2022"]
    data = suite.hash_data(document, proof, signer.proof_key.public_key())
    value = suite.encode(signer.proof_key.sign(data))
    return json.dumps({**document, "proof": {**proof, "proofValue": value}})
