"""The 18 tests of the community group's suite for verifiers (VC-API), by their names, and W3C's
printed examples.

https://github.com/w3c-ccg/vc-api-verifier-test-suite
"""

import json
from pathlib import Path

import pytest
from asking import GONE, with_changes

VECTORS = Path(__file__).parents[1] / "vectors"


def published():
    """Yield what W3C's specifications print as signed, each by a key of no issuer's."""
    eddsa = json.loads((VECTORS / "w3c-eddsa-rdfc-2022.json").read_bytes())
    yield "eddsa-rdfc-2022", eddsa["signed"]
    chain = eddsa["signed"] | {"proof": eddsa["setAndChain"]["proofs"]}
    yield "eddsa-rdfc-2022, a set and chain", chain
    others = json.loads((VECTORS / "w3c-other-suites.json").read_bytes())
    for vector in others:
        yield vector["example"], vector["signed"]


PUBLISHED = dict(published())
VALID = PUBLISHED["Ed25519Signature2020"]
"""The suite's credential: an example of the specification, whose key no issuer lists."""
NO_ARRAY = ["string", {}, None, GONE, 10, True]
NO_TEXTS = [[item] for item in ([], {}, None, None, 10, True)]
NO_OBJECT = ["string", None, GONE, 10, True, []]

MISSING = ["@context", "type", "issuer", "credentialSubject", "proof"]
MISSING += [f"proof.{member}" for member in
            ("type", "created", "verificationMethod", "proofValue", "proofPurpose")]  # fmt: skip
REFUSED = {
    **{f'MUST not verify if "{member}" property is missing.': (member, [GONE])
       for member in MISSING},
    'MUST not verify if "@context" is not an array.': ("@context", NO_ARRAY),
    'MUST not verify if "@context" items are not strings.': ("@context", NO_TEXTS),
    'MUST not verify if "type" is not an array.': ("type", NO_ARRAY),
    'MUST not verify if "type" items are not strings.': ("type", NO_TEXTS),
    'MUST not verify if "issuer" is not an object or a string.': (
        "issuer", [[], None, GONE, 10, True]),
    'MUST not verify if "credentialSubject" is not an object.': ("credentialSubject", NO_OBJECT),
    'MUST not verify if "proof" is not an object.': ("proof", NO_OBJECT),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_verifier(suite, name):
    path, values = REFUSED[name]
    for value in values:
        *inside, member = path.split(".")
        changed = with_changes({member: value}, VALID["proof"] if inside else VALID)
        changed = {**VALID, "proof": changed} if inside else changed
        assert suite.verify(changed, checks=["proof"]) == 400, value


def test_a_valid_credential_is_verified_without_binding(bound, unbound):
    """MUST verify a valid VC. (The only one that binding lets not pass.)"""
    assert unbound.verify(VALID, checks=["proof"]) == 200
    assert bound.verify(VALID, checks=["proof"]) == 400


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_w3c_prints_holds_without_binding_and_is_no_issuers_with_it(bound, unbound, name):
    """The product never takes a key that the issuer does not list (D4)."""
    document = PUBLISHED[name]
    assert (bound.verify(document), unbound.verify(document)) == (400, 200)
    changed = json.loads(json.dumps(document).replace("Alumni", "Elder"))
    assert unbound.verify(changed) == 400


@pytest.mark.parametrize("issuer", ["did:example:a", {"id": "did:example:a", "name": "A"}])
def test_with_binding_each_profile_signs_in_its_own_name(bound, unbound, issuer):
    own, did = bound.issued({"issuer": issuer}), bound.profile().did
    assert own["issuer"] == (did if isinstance(issuer, str) else {**issuer, "id": did})
    assert bound.verify(own) == 200
    signed = unbound.issued({"issuer": issuer})
    assert signed["issuer"] == issuer
    assert (unbound.verify(signed), bound.verify(signed)) == (200, 400)


@pytest.mark.parametrize("body", [{}, {"credential": 7}, {"credential": []}, [], "x"])
def test_what_is_no_request_is_bad_input(bound, body):
    assert bound.client.post("/issuers/vc-jwt/credentials/issue", json=body).status_code == 400
    assert bound.client.post("/issuers/none/credentials/issue", json=body).status_code == 404


def test_a_presentation_is_for_its_challenge_domain_and_purpose(bound):
    shown = bound.shown(
        {"@context": VALID["@context"][:1], "type": ["VerifiablePresentation"]},
        challenge="c",
        domain="d.example",
    )
    right = {"challenge": "c", "domain": "d.example", "expectedProofPurpose": "authentication"}
    assert bound.present(shown, **right) == 200
    for wrong in (
        {"challenge": "x"},
        {"domain": "x.example"},
        {"expectedProofPurpose": "assertionMethod"},
    ):
        assert bound.present(shown, **right | wrong) == 400, wrong
