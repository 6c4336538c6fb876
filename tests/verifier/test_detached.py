"""`Ed25519Signature2018`: a JWS of one form alone, over the hashes of a document (RFC 7797)."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contexts import BUNDLED
from verifier.parsing import base64url
from verifier.proof.cryptosuites import SUITES
from verifier.proof.cryptosuites.suite import ProofValueError

SUITE = SUITES["Ed25519Signature2018"]
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
HEADER = {"alg": "EdDSA", "b64": False, "crit": ["b64"]}
DOCUMENT = {
    "@context": ["https://www.w3.org/2018/credentials/v1"],
    "type": ["VerifiableCredential"],
    "issuer": "did:web:district.example",
    "issuanceDate": "2026-11-01T00:00:00Z",
    "credentialSubject": {"id": "urn:x:1"},
}
PROOF = {
    "type": "Ed25519Signature2018",
    "created": "2026-11-01T00:00:00Z",
    "verificationMethod": "did:web:district.example#key-0",
    "proofPurpose": "assertionMethod",
}


def jws(header=HEADER, payload="", **changes):
    text = base64url.encode(json.dumps(header | changes).encode())
    hashes = SUITE.hash_data(DOCUMENT, PROOF, KEY.public_key())
    return f"{text}.{payload}.{base64url.encode(KEY.sign(text.encode() + b'.' + hashes))}"


def check(signature, document=DOCUMENT):
    proof = PROOF | {"jws": signature}
    return SUITE.check(document, proof, KEY.public_key(), contexts=BUNDLED)


def test_a_detached_jws_is_read_whatever_the_order_of_its_header():
    assert check(jws()) == check(jws(dict(reversed(HEADER.items())))) == "signature_verified_legacy"


def test_a_changed_document_does_not_fit():
    assert check(jws(), DOCUMENT | {"credentialSubject": {"id": "urn:x:2"}}) is None


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(jws(alg="none"), id="another-algorithm"),
        pytest.param(jws(b64=True), id="with-a-payload-in-base64"),
        pytest.param(jws(crit=["b64", "exp"]), id="another-crit"),
        pytest.param(jws(kid="x"), id="another-header"),
        pytest.param(jws({"alg": "EdDSA"}), id="a-usual-jws"),
        pytest.param(jws(payload="e30"), id="not-detached"),
        pytest.param(jws() + "=", id="padding"),
        pytest.param(jws() + ".", id="four-parts"),
        pytest.param("e30..", id="nothing"),
        pytest.param("", id="empty"),
        pytest.param(7, id="a-number"),
        pytest.param(None, id="null"),
    ],
)
def test_another_jws_is_malformed(signature):
    with pytest.raises(ProofValueError):
        check(signature)
