"""What was computed to sign counts for the very same content only, and belongs to one caller."""

from copy import deepcopy

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from contexts import BUNDLED, canonicalize
from contexts.frozen import FrozenContexts
from verifier.proof import computed as room
from verifier.proof.computed import Computed
from verifier.proof.cryptosuites import ECDSA_SD_2023, SUITES, ecdsa_sd
from verifier.proof.cryptosuites.ecdsa_sd import BaseData
from verifier.proof.cryptosuites.sd_proof_value import DerivedProof

DOCUMENT = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ],
    "id": "urn:x:1",
    "name": True,
}
RDFC = SUITES["eddsa-rdfc-2022"]


@pytest.fixture
def canonicalized(monkeypatch):
    """How often a canonical form was computed."""
    count = []

    def counted(document, **how):
        count.append(document)
        return canonicalize(document, **how)

    monkeypatch.setattr(room, "canonicalize", counted)
    return count


def test_the_same_content_is_canonicalized_once(canonicalized):
    transform = Computed().suite(RDFC).transform
    forms = {transform(deepcopy(DOCUMENT), BUNDLED, "sha256") for _ in range(3)}
    assert forms == {canonicalize(DOCUMENT)}
    assert len(canonicalized) == 1


@pytest.mark.parametrize("name", ["Another", 1, {"@value": True}, None])
def test_other_content_under_the_same_id_has_a_form_of_its_own(name):
    transform = Computed().suite(RDFC).transform
    transform(DOCUMENT, BUNDLED, "sha256")
    changed = {**DOCUMENT, "name": name}
    assert transform(changed, BUNDLED, "sha256") == canonicalize(changed)


def test_another_hash_and_other_contexts_have_forms_of_their_own(canonicalized):
    transform, others = Computed().suite(RDFC).transform, FrozenContexts(dict(BUNDLED))
    for contexts, hash_name in ((BUNDLED, "sha256"), (BUNDLED, "sha384"), (others, "sha256")):
        transform(DOCUMENT, contexts, hash_name)
    assert len(canonicalized) == 3


def test_each_has_its_own(canonicalized):
    for _ in range(2):
        Computed().suite(RDFC).transform(DOCUMENT, BUNDLED, "sha256")
    assert len(canonicalized) == 2


def test_what_an_issuer_signs_of_parts_is_computed_once(monkeypatch):
    calls, compute = [], room.base_data
    monkeypatch.setattr(
        room, "base_data", lambda *args, **more: calls.append(args) or compute(*args, **more)
    )
    options = {"type": "DataIntegrityProof", "cryptosuite": "ecdsa-sd-2023"}
    asked = Computed().suite(ECDSA_SD_2023).base_data
    keys = (b"k" * 32, b"k" * 32, b"l" * 32)
    results = [asked(DOCUMENT, options, key, ["/name"]) for key in keys]
    assert len(calls) == 2
    assert results == [ecdsa_sd.base_data(DOCUMENT, options, key, ["/name"]) for key in keys]
    assert asked(DOCUMENT, options, keys[0], ["/id"]) != results[0]


def test_signatures_that_hold_are_believed_for_the_same_key_statements_and_order(monkeypatch):
    verified = []
    monkeypatch.setattr(room, "each_signed", lambda data, proof: verified.append(proof))
    computed = Computed()
    computed.each_holds(b"key", [b"one", b"two"], [b"1", b"2"])

    def holds(key=b"key", statements=(b"one", b"two"), signatures=(b"1", b"2")):
        proof = DerivedProof(b"", key, signatures, {}, ())
        return computed.suite(ECDSA_SD_2023).each_signed(BaseData(b"", b"", statements), proof)

    assert holds()
    assert not verified
    others = [
        {"key": b"other"},
        {"statements": (b"one", b"three")},
        {"signatures": (b"2", b"1")},
        {"signatures": (b"1",)},
    ]
    assert not any(holds(**other) for other in others)
    assert len(verified) == len(others)


def test_a_signature_is_verified_once(monkeypatch):
    key, other = (ed25519.Ed25519PrivateKey.generate() for _ in range(2))
    calls, verify = [], room.verify_jose
    monkeypatch.setattr(room, "verify_jose", lambda *what: calls.append(what) or verify(*what))
    holds, signature = Computed().holds, key.sign(b"data")
    rows = [
        (key.public_key(), b"data", signature),
        (key.public_key(), b"date", signature),
        (key.public_key(), b"data", other.sign(b"data")),
        (other.public_key(), b"data", signature),
    ]
    for _ in range(2):
        assert [holds(*row) for row in rows] == [True, False, False, False]
    assert len(calls) == len(rows)
