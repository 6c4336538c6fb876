"""Every leaf of a signed badge, changed in turn: the signature itself must notice (T4).

Not only the report: the proof check alone fails, so no later rule is needed to catch a change.
"""

import base64
import json
from copy import deepcopy

import pytest
from leaves import at, full_badge, leaves, other_values
from world import World

from contexts import BUNDLED, canonicalize, canonicalize_defined
from verifier.issuers.did import controller
from verifier.parsing import base64url
from verifier.proof import jose
from verifier.proof.data_integrity import check_proofs
from verifier.report import Answer, Outcome, worst
from verifier.structure.gate import check_structure

WORLD = World()
BADGE = full_badge(WORLD)
SIGNED = WORLD.issuer.sign(BADGE)
JWT = WORLD.issuer.jwt(BADGE)
CONTROLLER = controller(WORLD.issuer.document, WORLD.issuer.did)


def changed(document, place):
    """Yield every copy of the document with the leaf at `place` changed or its member gone."""
    *path, last = place
    for value in other_values(at(document, place)):
        copy = deepcopy(document)
        at(copy, path)[last] = value
        yield copy
    copy = deepcopy(document)
    del at(copy, path)[last]
    yield copy


def name(place):
    return ".".join(map(str, place))


LEAVES = [place for place in leaves(BADGE) if place[0] != "@context"]
PROOF_LEAVES = [place for place in leaves(SIGNED["proof"]) if place]


def proof(document):
    return check_proofs(document, WORLD.issuer.did, lambda: CONTROLLER, BUNDLED)


def test_the_untouched_badge_is_authentic_in_both_forms():
    assert worst(proof(SIGNED)) is None
    assert WORLD.verify(SIGNED).authentic.answer is Answer.YES
    assert WORLD.verify(JWT).authentic.answer is Answer.YES


def test_the_table_of_leaves_is_as_long_as_the_badge_is_deep(record_property):
    changes = sum(len(list(changed(BADGE, place))) for place in LEAVES)
    record_property("leaves", len(LEAVES))
    record_property("changes", changes)
    assert len(LEAVES) >= 105
    assert changes >= 800


@pytest.mark.parametrize("place", LEAVES, ids=name)
def test_any_change_of_a_leaf_makes_the_proof_fail(place):
    for document in changed(SIGNED, place):
        decisive = worst(proof(document))
        assert decisive is not None, at(document, place[:-1])
        refused = decisive.outcome is Outcome.FAILED or in_an_odd_way(document)
        assert refused or only_added(document), decisive


def in_an_odd_way(document):
    """Whether the gate refuses it before any proof is looked at: a list in a list."""
    return check_structure(document).code == "structure_list_in_list"


def only_added(document):
    """Whether all that was signed is still there, and something besides that nothing defines."""
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    return canonicalize_defined(unsigned) == canonicalize(BADGE)


@pytest.mark.parametrize("place", PROOF_LEAVES, ids=name)
def test_any_change_of_the_proof_itself_is_never_authentic(place):
    for proofs in changed(SIGNED["proof"], place):
        assert worst(proof(SIGNED | {"proof": proofs})) is not None


@pytest.mark.parametrize(
    "contexts",
    [
        pytest.param(lambda urls: [*urls, "https://example.org/c"], id="an unlisted one added"),
        pytest.param(lambda urls: urls[:1], id="Open Badges left out"),
        pytest.param(lambda urls: urls[1:], id="Verifiable Credentials left out"),
        pytest.param(lambda urls: [urls[0], urls[1] + "x"], id="another address"),
        pytest.param(lambda urls: [], id="none"),
        pytest.param(lambda urls: None, id="null"),
        pytest.param(lambda urls: [*urls, {"name": "https://schema.org/email"}], id="inline"),
        pytest.param(lambda urls: [*urls, {"@vocab": "urn:x:"}], id="inline vocabulary"),
    ],
)
def test_a_change_of_the_contexts_is_never_authentic(contexts):
    other = SIGNED | {"@context": contexts(SIGNED["@context"])}
    assert WORLD.verify(other).authentic.answer is not Answer.YES


@pytest.mark.parametrize("place", [*LEAVES, ("nbf",), ("jti",), ("iss",), ("exp",)], ids=name)
def test_any_change_of_a_leaf_makes_the_signature_of_a_jwt_fail(place):
    header, body, signature = JWT.split(".")
    payload = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    for document in changed(payload, place):
        text = f"{header}.{base64url.encode(json.dumps(document).encode())}.{signature}"
        assert not jose.verify(jose.parse(text), WORLD.issuer.jwt_key.public_key())
