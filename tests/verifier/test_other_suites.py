"""The suites beside `eddsa-rdfc-2022`, against their published examples, byte for byte."""

import hashlib
import json
from copy import deepcopy

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from published import suite, vectors

from contexts import BUNDLED
from verifier.proof.cryptosuites import suite_of
from verifier.public_keys import multikey
from verifier.public_keys.signature import verify_ecdsa

_EXAMPLES = b'{"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}'
CONTEXTS = BUNDLED.pinned(
    "https://www.w3.org/ns/credentials/examples/v2",
    _EXAMPLES,
    hashlib.sha256(_EXAMPLES).hexdigest(),
)
VECTORS = [
    pytest.param(vector, id=vector["example"]) for vector in vectors("w3c-other-suites.json")
]
parametrize = pytest.mark.parametrize("vector", VECTORS)


def row(vector):
    proof = vector["signed"]["proof"]
    suite = suite_of(proof["type"], proof.get("cryptosuite"))
    assert suite is not None
    return suite


def parts(vector):
    """Return the document without its proof, and the options of its proof."""
    document = deepcopy(vector["signed"])
    options = document.pop("proof")
    del options["proofValue"]
    return document, options


def key(vector):
    return multikey.decode(vector["publicKeyMultibase"])


@parametrize
def test_document_and_options_have_their_published_canonical_forms(vector):
    document, options = parts(vector)
    suite_row, name = row(vector), row(vector).hash_of(key(vector))
    configured = suite_row.configure(document, options)
    for value, expected in ((document, "documentCanon"), (configured, "proofCanon")):
        written = suite_row.transform(value, CONTEXTS, name).decode()
        assert written.splitlines() == vector[expected]


@parametrize
def test_the_hash_data_are_the_published_ones(vector):
    document, options = parts(vector)
    data = row(vector).hash_data(document, options, key(vector), contexts=CONTEXTS)
    assert data.hex() == vector["proofHashHex"] + vector["documentHashHex"]


@parametrize
def test_the_published_signature_is_read_and_verified(vector):
    document, options = parts(vector)
    suite_row, public = row(vector), key(vector)
    value = vector["signed"]["proof"]["proofValue"]
    signature = suite_row.decode(value)
    assert signature.hex() == vector["signatureHex"]
    assert suite_row.encode(signature) == value
    data = suite_row.hash_data(document, options, public, contexts=CONTEXTS)
    assert suite_row.verify(public, data, signature)
    assert not suite_row.verify(public, data + b"x", signature)


@parametrize
def test_the_published_private_key_is_that_of_the_public_one(vector):
    raw = multikey.multibase_decode(vector["privateKeyMultibase"])[2:]
    public = key(vector)
    if isinstance(public, ed25519.Ed25519PublicKey):
        private = ed25519.Ed25519PrivateKey.from_private_bytes(raw)
        document, options = parts(vector)
        data = row(vector).hash_data(document, options, public, contexts=CONTEXTS)
        assert private.sign(data).hex() == vector["signatureHex"]
    else:
        private = ec.derive_private_key(int.from_bytes(raw), public.curve)
    assert multikey.encode(private.public_key()) == vector["publicKeyMultibase"]


def is_valid(public, message, signature):
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP384R1(), bytes.fromhex(public))
    holds = verify_ecdsa(point, bytes.fromhex(message), bytes.fromhex(signature))
    return "valid" if holds else "invalid"


@pytest.mark.parametrize(
    ("public", "message", "signature", "expected"),
    [
        pytest.param(*case[2:], id=f"{case[0]} {case[1]}")
        for case in vectors("wycheproof.json")["es384"]
    ],
)
def test_a_p_384_signature_of_wycheproof_is_judged_as_published(
    public, message, signature, expected
):
    assert is_valid(public, message, signature) == expected


def test_the_whole_of_wycheproof_for_p_384_is_judged_as_published():
    name = "ecdsa_secp384r1_sha384_p1363_test.json"
    groups = json.loads((suite("wycheproof") / name).read_bytes())["testGroups"]
    wrong = [
        test["tcId"]
        for group in groups
        for test in group["tests"]
        if is_valid(group["publicKey"]["uncompressed"], test["msg"], test["sig"]) != test["result"]
    ]
    assert wrong == []
