"""Whatever leaf of a signed badge is changed, the proof fails: in every suite and algorithm (T4).

`test_every_leaf.py` makes every change that there is to one suite; here all get random ones.
"""

import json
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from leaves import at, full_badge, leaves, other_values
from world import World

from contexts import BUNDLED, canonicalize, canonicalize_defined
from issuer.home.profiles import PROFILES
from issuer.issuance.signing.proofs import make_proof
from issuer.issuance.signing.selective import base_proof_value
from keys.documents import public_member
from keys.entry import ALGORITHMS, JWT_USES, KeyUse
from keys.file_signer import FileSigner
from keys.key_file import generate
from verifier.checks.disclosure import choices, derive, mandatory_pointers
from verifier.issuers.controller import Controller
from verifier.issuers.did import controller
from verifier.parsing import base64url
from verifier.proof import jose
from verifier.proof.cryptosuites import SUITES
from verifier.proof.data_integrity import check_proofs
from verifier.report import Outcome, worst

BADGE = full_badge(World())
DID = BADGE["issuer"]["id"]
CREATED = "2026-11-01T00:00:00Z"


def signer(use):
    key = generate(ALGORITHMS[use])
    return FileSigner(f"{DID}#{use}", ALGORITHMS[use], key.public_key(), key, lambda: None)


SIGNERS = {use: signer(use) for use in KeyUse}


def issuer() -> Controller:
    methods = [
        {"id": signer.verification_method, "controller": DID}
        | public_member(signer.verification_method, use, signer.public_key)
        for use, signer in SIGNERS.items()
    ]
    names = [method["id"] for method in methods]
    return controller({"id": DID, "verificationMethod": methods, "assertionMethod": names}, DID)


CONTROLLER = issuer()


def options(kind, cryptosuite, use):
    return {
        "type": kind,
        "created": CREATED,
        "verificationMethod": SIGNERS[use].verification_method,
        "proofPurpose": "assertionMethod",
    } | ({"cryptosuite": cryptosuite} if cryptosuite else {})


def by_profile(name):
    profile = PROFILES[name]
    return make_proof(BADGE, SIGNERS[profile.use], created=CREATED, suite=profile.suite)


def by_an_older_suite(name):
    suite, key = SUITES[name], SIGNERS[KeyUse.PROOF]
    typed = suite.proof_type == "DataIntegrityProof"
    proof = options(suite.proof_type, name if typed else None, KeyUse.PROOF)
    hashes = suite.hash_data(BADGE, proof, key.public_key)
    if suite.member == "jws":
        header = base64url.encode(b'{"alg":"EdDSA","b64":false,"crit":["b64"]}')
        signature = key.sign(header.encode() + b"." + hashes)
        return proof | {"jws": f"{header}..{base64url.encode(signature)}"}
    return proof | {"proofValue": suite.encode(key.sign(hashes))}


def divisible():
    """The badge without a list in order, whose parts no pointer can name."""
    badge = deepcopy(BADGE)
    for result in badge["credentialSubject"]["achievement"]["resultDescription"]:
        result.pop("allowedValue", None)
    return badge


def to_share(badge):
    proof = options("DataIntegrityProof", "ecdsa-sd-2023", KeyUse.SD)
    value = base_proof_value(
        badge, proof, mandatory_pointers=mandatory_pointers(badge), sign=SIGNERS[KeyUse.SD].sign
    )
    return badge | {"proof": [proof | {"proofValue": value}]}


WHOLE = to_share(divisible())
SIGNED = {
    **{name: BADGE | {"proof": [by_profile(name)]} for name in PROFILES},
    **{
        name: BADGE | {"proof": [by_an_older_suite(name)]}
        for name, suite in SUITES.items()
        if suite.legacy
    },
    "ecdsa-sd-2023, whole": WHOLE,
    "ecdsa-sd-2023, copy": derive(WHOLE, [p for choice in choices(WHOLE) for p in choice.pointers]),
}
JWTS = {
    algorithm: jose.signing_input({"alg": algorithm}, json.dumps(BADGE).encode())
    for algorithm in JWT_USES
}


def decisive(document):
    return worst(check_proofs(document, DID, lambda: CONTROLLER, BUNDLED))


def unsecured(document):
    return {name: value for name, value in document.items() if name != "proof"}


def places(document):
    return [place for place in leaves(unsecured(document)) if place[0] != "@context"]


@st.composite
def changes(draw, document):
    """Draw a copy of `document` with one leaf changed, or gone."""
    *path, last = draw(st.sampled_from(places(document)))
    changed = deepcopy(document)
    value = at(changed, [*path, last])
    other = st.text(min_size=1, max_size=5).map(lambda text: f"{value}{text}")
    new = draw(st.sampled_from([..., *other_values(value)]) | other)
    if new is ...:
        del at(changed, path)[last]
    else:
        at(changed, path)[last] = new
    return changed


@pytest.mark.parametrize("name", SIGNED)
def test_the_untouched_badge_holds(name):
    assert decisive(SIGNED[name]) is None


def turned(value, *, arrays):
    """Return what says the same with its members, and if asked its arrays, the other way round."""
    if isinstance(value, dict):
        return {
            name: item if name in ("@context", "allowedValue") else turned(item, arrays=arrays)
            for name, item in reversed(value.items())
        }
    if isinstance(value, list):
        items = [turned(item, arrays=arrays) for item in value]
        return items[::-1] if arrays else items
    return value


@pytest.mark.parametrize("name", SIGNED)
def test_an_equal_way_of_writing_it_holds_as_well(name):
    """Canonical JSON keeps the order of arrays, RDF has none (RFC 8785, section 3.2.3)."""
    jcs = "jcs" in name
    assert decisive(turned(SIGNED[name], arrays=False)) is None
    assert (decisive(turned(SIGNED[name], arrays=True)) is None) != jcs


@pytest.mark.parametrize("name", SIGNED)
def test_any_changed_leaf_makes_the_proof_fail(name):
    signed = SIGNED[name]

    @settings(max_examples=60, deadline=None, database=None)
    @given(changes(signed))
    def run(changed):
        check = decisive(changed)
        assert check is not None
        if check.outcome is not Outcome.FAILED:
            # only added to, not to be divided, or refused by the gate as a list in a list
            assert check.code in ("data_loss", "not_divisible", "too_complex")
            if check.code == "data_loss":
                assert canonicalize_defined(unsecured(changed)) == canonicalize(unsecured(signed))

    run()


@pytest.mark.parametrize("algorithm", JWT_USES)
def test_any_changed_leaf_makes_the_signature_of_a_jwt_fail(algorithm):
    key = SIGNERS[JWT_USES[algorithm]]
    signature = key.sign(JWTS[algorithm])
    assert jose.verify(jose.parse(jose.compact(JWTS[algorithm], signature)), key.public_key)

    @settings(max_examples=60, deadline=None, database=None)
    @given(changes(BADGE))
    def run(changed):
        signed = jose.signing_input({"alg": algorithm}, json.dumps(changed).encode())
        assert not jose.verify(jose.parse(jose.compact(signed, signature)), key.public_key)

    run()
