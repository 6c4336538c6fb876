"""`eddsa-rdfc-2022` against the published vectors, both ways and byte for byte (OB-68, T24)."""

import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from published import suite, vectors

from contexts import BUNDLED, canonicalize
from verifier.fetching.fetch import offline
from verifier.issuers.did import resolve
from verifier.proof.cryptosuites import SUITES
from verifier.proof.cryptosuites.suite import ProofValueError
from verifier.proof.data_integrity import check_proofs
from verifier.public_keys import multikey
from verifier.public_keys.multikey import MultikeyError, multibase_decode
from verifier.report import worst

SUITE = SUITES["eddsa-rdfc-2022"]
GUIDE = vectors("open-badges-guide.json")
W3C = vectors("w3c-eddsa-rdfc-2022.json")
EXAMPLES = b'{"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}'
CONTEXTS = BUNDLED.pinned(
    "https://www.w3.org/ns/credentials/examples/v2", EXAMPLES, hashlib.sha256(EXAMPLES).hexdigest()
)


def private_key(text):
    """Return the key of a private Multikey (0x1300) or of the hex of a seed."""
    seed = multibase_decode(text)[2:] if text.startswith("z") else bytes.fromhex(text)
    return Ed25519PrivateKey.from_private_bytes(seed)


def options(proof):
    return {name: value for name, value in proof.items() if name != "proofValue"}


def published(document, proof, vector):
    """One published example: document, proof options, canonical forms, hashes, signature."""
    return pytest.param(
        {key: value for key, value in document.items() if key != "proof"},
        options(proof),
        vector,
        id=document.get("name"),
    )


EXAMPLE = [
    published(GUIDE["credential"], GUIDE["proofConfig"], GUIDE | {"privateKey": GUIDE["seedHex"]}),
    published(
        W3C["signed"],
        W3C["signed"]["proof"],
        W3C
        | {"privateKey": W3C["privateKeyMultibase"]}
        | {"proofValue": W3C["signed"]["proof"]["proofValue"]},
    ),
]
parametrize = pytest.mark.parametrize(("document", "proof", "vector"), EXAMPLE)


@parametrize
def test_the_document_has_its_published_canonical_form(document, proof, vector):
    assert (
        canonicalize(document, contexts=CONTEXTS).decode().splitlines() == vector["documentCanon"]
    )


@parametrize
def test_the_proof_options_have_their_published_canonical_form(document, proof, vector):
    configured = {**proof, "@context": document["@context"]}
    assert canonicalize(configured, contexts=CONTEXTS).decode().splitlines() == vector["proofCanon"]


@parametrize
def test_the_hash_data_are_the_published_ones(document, proof, vector):
    key = private_key(vector["privateKey"]).public_key()
    data = SUITE.hash_data(document, proof, key, contexts=CONTEXTS)
    assert data.hex() == vector["proofHashHex"] + vector["documentHashHex"]


@parametrize
def test_signing_gives_the_published_proof_value(document, proof, vector):
    key = private_key(vector["privateKey"])
    signature = key.sign(SUITE.hash_data(document, proof, key.public_key(), contexts=CONTEXTS))
    assert SUITE.encode(signature) == vector["proofValue"]


@parametrize
def test_the_published_proof_verifies(document, proof, vector):
    key = multikey.decode(vector["publicKeyMultibase"])
    data = SUITE.hash_data(document, proof, key, contexts=CONTEXTS)
    assert SUITE.verify(key, data, SUITE.decode(vector["proofValue"]))


@parametrize
def test_the_public_key_is_that_of_the_published_private_key(document, proof, vector):
    public = private_key(vector["privateKey"]).public_key()
    assert multikey.encode(public) == vector["publicKeyMultibase"]


def test_the_signature_in_hex_is_the_proof_value():
    proof_value = W3C["signed"]["proof"]["proofValue"]
    assert SUITE.decode(proof_value).hex() == W3C["signatureHex"]


@pytest.mark.parametrize("number", [0, 1])
def test_each_proof_of_the_published_set_is_signed_as_published(number):
    proof = W3C["setAndChain"]["proofs"][number]
    public = proof["verificationMethod"].partition("#")[2]
    key = private_key(W3C["setAndChain"]["privateKeys"][public])
    data = SUITE.hash_data(W3C["signed"], proof, key.public_key(), contexts=CONTEXTS)
    assert SUITE.encode(key.sign(data)) == proof["proofValue"]


@pytest.mark.parametrize("number", [0, 1])
def test_a_published_proof_of_a_set_verifies_beside_the_other(number):
    proofs = W3C["setAndChain"]["proofs"][:2]
    signer = proofs[number]["verificationMethod"].partition("#")[0]
    document = {**W3C["signed"], "issuer": signer, "proof": proofs}
    checks = check_proofs(document, signer, lambda: resolve(signer, offline), CONTEXTS)
    # The issuer was another when these were signed, so only the binding passes.
    assert worst(checks).code == "signature_wrong"
    signed = {**W3C["signed"], "proof": proofs}
    checks = check_proofs(signed, signer, lambda: resolve(signer, offline), CONTEXTS)
    assert worst(checks) is None


@pytest.mark.parametrize(
    "proof_value",
    [
        pytest.param("", id="empty"),
        pytest.param("z", id="no digits"),
        pytest.param("u" + "A" * 86, id="base64url"),
        pytest.param("z" + "1" * 63, id="63 bytes"),
        pytest.param("z" + "1" * 65, id="65 bytes"),
        pytest.param("z0OIl", id="letters that base58 leaves out"),
        pytest.param("z" + "2" * 5000, id="too long to decode"),
    ],
)
def test_a_proof_value_in_another_encoding_is_refused(proof_value):
    with pytest.raises(ProofValueError):
        SUITE.decode(proof_value)


def verdict(public, message, signature):
    """Whether the suite takes the signature, from the raw bytes of each."""
    try:
        key = multikey.ed25519_key(bytes.fromhex(public))
        decoded = SUITE.decode(SUITE.encode(bytes.fromhex(signature)))
    except (MultikeyError, ProofValueError):
        return "invalid"
    return "valid" if SUITE.verify(key, bytes.fromhex(message), decoded) else "invalid"


@pytest.mark.parametrize(
    ("public", "message", "signature", "expected"),
    [
        pytest.param(*case[2:], id=f"{case[0]} {case[1]}")
        for case in vectors("wycheproof.json")["ed25519"]
    ],
)
def test_a_signature_of_wycheproof_is_judged_as_published(public, message, signature, expected):
    assert verdict(public, message, signature) == expected


def test_the_whole_of_wycheproof_is_judged_as_published():
    groups = json.loads((suite("wycheproof") / "ed25519_test.json").read_bytes())["testGroups"]
    wrong = [
        test["tcId"]
        for group in groups
        for test in group["tests"]
        if verdict(group["publicKey"]["pk"], test["msg"], test["sig"]) != test["result"]
    ]
    assert wrong == []


def test_a_key_of_another_kind_verifies_nothing():
    key = multikey.decode("zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169")
    assert SUITE.hash_of(key) is None
    assert not SUITE.verify(key, b"data", bytes(64))
