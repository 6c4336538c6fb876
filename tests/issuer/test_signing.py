import itertools
from dataclasses import dataclass, replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from issuer.database.database import to_json
from issuer.home.profiles import PROOF
from issuer.issuance.signing import selective
from issuer.issuance.signing.proofs import make_proof, secure
from keys import key_file
from keys.entry import ALGORITHMS, KeyUse
from keys.signer import SigningError
from verifier.parsing import base64url, strict_json

DOCUMENT = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "id": "urn:uuid:6f1e7a0c-2a54-4f0e-9d0a-0b8f0a3f2c11",
    "type": ["VerifiableCredential"],
    "issuer": {"id": "did:web:localhost%3A8202"},
    "validFrom": "2026-11-22T12:00:00Z",
    "credentialSubject": {"id": "urn:uuid:6f1e7a0c-2a54-4f0e-9d0a-0b8f0a3f2c12"},
}
HONEST, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


@dataclass
class Keeper:
    """A keeper of keys that may sign with another key than the one it names."""

    private_key: Ed25519PrivateKey
    verification_method: str = "did:web:localhost%3A8202#key"
    algorithm: str = "Ed25519"

    @property
    def public_key(self):
        return HONEST.public_key()

    def sign(self, data):
        return self.private_key.sign(data)


def test_a_signature_by_another_key_than_the_published_one_is_never_used():
    assert make_proof(DOCUMENT, Keeper(HONEST), created="2026-11-22T12:00:00Z")
    with pytest.raises(SigningError, match="does not verify"):
        make_proof(DOCUMENT, Keeper(OTHER), created="2026-11-22T12:00:00Z")


@pytest.mark.parametrize("use", [KeyUse.PROOF, KeyUse.JWT, KeyUse.SD])
def test_no_form_has_a_signature_that_does_not_verify(issuer, use):
    other = replace(issuer.signers()[use], private_key=key_file.generate(ALGORITHMS[use]))
    with pytest.raises(SigningError, match="does not verify: nothing was signed"):
        secure(to_json(DOCUMENT), {**issuer.signers(), use: other}, issuer.settings)


@pytest.mark.parametrize("place", range(3))
def test_a_statement_whose_signature_does_not_verify_is_never_used(issuer, monkeypatch, place):
    subject = DOCUMENT["credentialSubject"] | {"name": "A name", "description": "Some words"}
    document = DOCUMENT | {"description": "More words", "credentialSubject": subject}
    count, sign = itertools.count(), selective.ecdsa

    def faulty(key, statement):
        signature = sign(key, statement)
        return signature if next(count) != place else signature[:-1] + bytes([signature[-1] ^ 1])

    monkeypatch.setattr(selective, "ecdsa", faulty)
    with pytest.raises(SigningError, match="does not verify: nothing was signed"):
        secure(to_json(document), issuer.signers(), issuer.settings)


def test_signing_again_gives_the_same_bytes(issuer):
    settings = replace(issuer.settings, proofs=(PROOF,))  # the form to share parts of has secrets
    first, again = (secure(to_json(DOCUMENT), issuer.signers(), settings) for _ in range(2))
    assert first == again


def test_what_was_prepared_is_in_every_form_byte_for_byte(issuer):
    unsigned = to_json(DOCUMENT)
    secured = secure(unsigned, issuer.signers(), issuer.settings)
    forms = secured.json, base64url.decode(secured.jwt.decode().split(".")[1]), secured.to_share
    assert all(form.startswith(unsigned[:-1] + b',"') for form in forms)
    for form in forms:
        credential = strict_json.loads_object(form)
        assert {name: credential[name] for name in DOCUMENT} == DOCUMENT
