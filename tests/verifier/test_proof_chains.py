"""Chains of proofs: a link covers the proofs that it names (Data Integrity 1.0, section 4.6)."""

import hashlib
import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from licenses import LICENSE

from contexts import BUNDLED
from verifier.fetching.fetch import offline
from verifier.issuers.did import resolve
from verifier.proof.cryptosuites import SUITES
from verifier.proof.data_integrity import check_proofs
from verifier.report import Answer, Outcome

VECTORS = Path(__file__).parents[1] / "vectors"
W3C = json.loads((VECTORS / "w3c-eddsa-rdfc-2022.json").read_bytes())
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
VOCABULARY = b'{"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}'
SUITE = "eddsa-rdfc-2022"
FIRST, SECOND = "urn:uuid:00000000-0000-4000-8000-000000000001", "urn:uuid:2"


def linked(world, document, previous, suite=SUITE, **options):
    """Return a document with one more proof, which covers those of the names `previous`."""
    proofs = document.get("proof", [])
    names = previous if isinstance(previous, list) else [previous]
    covered = {name: value for name, value in document.items() if name != "proof"}
    proof = {
        "type": "DataIntegrityProof", "cryptosuite": suite, "proofPurpose": "assertionMethod",
        "created": "2026-11-02T00:00:00Z", "verificationMethod": world.issuer.method,
        "previousProof": previous, **options,
    }  # fmt: skip
    before = [proof for proof in proofs if proof.get("id") in names]
    row, key = SUITES[suite], world.issuer.proof_key

    def transform(part, contexts, hash_name):
        part = {**part, "proof": before} if part == covered else part
        return row.transform(part, contexts, hash_name)

    data = replace(row, transform=transform).hash_data(covered, proof, key.public_key())
    return {**covered, "proof": [*proofs, {**proof, "proofValue": row.encode(key.sign(data))}]}


def chain(world, suite=SUITE):
    return linked(world, world.issuer.sign(deepcopy(LICENSE), id=FIRST), FIRST, suite)


@pytest.mark.parametrize("suite", [SUITE, "eddsa-jcs-2022"])
def test_a_chain_holds_by_each_of_its_links(world, suite):
    report = world.verify(chain(world, suite), general=True)
    assert report.authentic.code == "authentic"
    passed = [check for check in report.checks if check.code == "signature_verified"]
    assert len(passed) == 2


def test_a_link_may_cover_several(world):
    first = world.issuer.sign(deepcopy(LICENSE), id=FIRST)
    both = {**first, "proof": [*first["proof"], *world.issuer.sign(LICENSE, id=SECOND)["proof"]]}
    report = world.verify(linked(world, both, [FIRST, SECOND]), general=True)
    assert report.authentic.code == "authentic"


def test_a_badge_may_have_a_chain(world):
    signed = world.issuer.sign(world.badge(), id=FIRST)
    assert world.verify(linked(world, signed, FIRST)).authentic.code == "authentic"


CHANGES = {
    "the first is of another name": lambda proofs: proofs[0].__setitem__("id", SECOND),
    "the first is gone": lambda proofs: proofs.pop(0),
    "the link names another": lambda proofs: proofs[1].__setitem__("previousProof", SECOND),
    "the link names none": lambda proofs: proofs[1].pop("previousProof"),
    "the link names one more": lambda proofs: proofs[1].__setitem__(
        "previousProof", [FIRST, SECOND]),
    "the link has another name": lambda proofs: proofs[1].__setitem__("id", SECOND),
    "the first was made at another time": lambda proofs: proofs[0].__setitem__(
        "created", "2026-11-01T00:00:01Z"),
    "the first is of another value": lambda proofs: proofs[0].__setitem__(
        "proofValue", proofs[1]["proofValue"]),
    "the names are numbers": lambda proofs: proofs[1].__setitem__("previousProof", [1]),
    "the names are an object": lambda proofs: proofs[1].__setitem__("previousProof", {"id": FIRST}),
    "the names are an empty list": lambda proofs: proofs[1].__setitem__("previousProof", []),
    "the name is null": lambda proofs: proofs[1].__setitem__("previousProof", None),
    "two are of the name": lambda proofs: proofs.insert(0, deepcopy(proofs[0])),
    "one more of the name": lambda proofs: proofs.append({**proofs[0], "proofValue": "z1"}),
    "each names the other": lambda proofs: (
        proofs[1].__setitem__("id", SECOND), proofs[0].__setitem__("previousProof", SECOND)),
    "the first names itself": lambda proofs: proofs[0].__setitem__("previousProof", FIRST),
}  # fmt: skip
CHANGED = (
    "the link names none", "the link has another name", "the first was made at another time",
    "the first is of another value", "one more of the name", "each names the other",
    "the first names itself", "the first is of another name",
)  # fmt: skip
"""What changes a signature, or what one covers; of the rest a part is missing."""


@pytest.mark.parametrize("name", CHANGES)
def test_a_broken_chain_does_not_hold(world, name):
    """One that is not there is an error (step 2.2 of section 4.6)."""
    document = chain(world)
    CHANGES[name](document["proof"])
    authentic = world.verify(document, general=True).authentic
    if name in CHANGED:
        assert authentic.answer is Answer.NO
    else:
        assert (authentic.answer, authentic.code) == (
            Answer.COULD_NOT_CHECK,
            "proof_chain_broken",
        )


@pytest.mark.parametrize("place", range(4))
def test_the_set_and_chain_of_w3c_hold_proof_by_proof(place):
    """Data Integrity EdDSA 1.0, appendix B.4; each proof is of another key."""
    contexts = BUNDLED.pinned(EXAMPLES, VOCABULARY, hashlib.sha256(VOCABULARY).hexdigest())
    document = W3C["signed"] | {"proof": W3C["setAndChain"]["proofs"]}
    signer = document["proof"][place]["verificationMethod"].partition("#")[0]
    checks = check_proofs(document, signer, lambda: resolve(signer, offline), contexts)
    assert [check.outcome for check in checks if check.code == "signature_verified"] == [
        Outcome.PASSED
    ]
    changed = deepcopy(document)
    changed["proof"][0]["created"] = "2023-02-24T23:36:39Z"
    checks = check_proofs(changed, signer, lambda: resolve(signer, offline), contexts)
    held = any(check.code == "signature_verified" for check in checks)
    assert held is (place in (1, 3))
