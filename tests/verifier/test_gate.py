"""The structure gate, rule by rule: what may speak for signed statements (D2, T1)."""

from copy import deepcopy
from types import MappingProxyType

import pytest
from world import BADGE, CONTEXTS

from verifier.report import Outcome
from verifier.structure.gate import check_structure, holds_many, holds_many_subjects

ID = BADGE["id"]
ENDORSEMENT = {
    "@context": CONTEXTS,
    "id": "urn:e",
    "type": ["VerifiableCredential", "EndorsementCredential"],
    "credentialSubject": {"id": ID, "type": "EndorsementSubject", "endorsementComment": "Good."},
}


def badge(**members):
    return deepcopy(BADGE) | members


FLAWS = {
    "no context": ("no_context", "@context", {"@context": None}),
    "an inline context": ("inline_context", "@context", {"@context": [*CONTEXTS, {"a": "urn:a"}]}),
    "an inline context alone": ("inline_context", "@context", {"@context": {"a": "urn:a"}}),
    "contexts in a list in the list": ("inline_context", "@context", {"@context": [CONTEXTS]}),
    "a keyword": ("keyword", "@included", {"@included": []}),
    "a keyword that is none yet": ("keyword", "@future", {"@future": 1}),
    "a keyword for id": ("keyword", "@id", {"@id": ID}),
    "a keyword deep inside": ("keyword", "issuer.@nest", {"issuer": {"@nest": {}}}),
    "a context deep inside": ("keyword", "issuer.@context", {"issuer": {"@context": CONTEXTS}}),
    "a keyword in a list": ("keyword", "evidence[1].@type", {"evidence": [{}, {"@type": "x"}]}),
    "the name of a type": ("keyword", "Criteria", {"Criteria": {}}),
    "an IRI as a key": ("full_iri_key", "https://a/b", {"https://a/b": 1}),
    "a compact IRI as a key": ("full_iri_key", "issuer.ob:x", {"issuer": {"ob:x": 1}}),
    "a blank id": ("blank_id", "id", {"id": "_:b"}),
    "a blank id inside": ("blank_id", "issuer.id", {"issuer": {"id": "_:b"}}),
    "a list in a list": ("list_in_list", "evidence[0]", {"evidence": [[{}]]}),
    "endorsements in a list in a list": (
        "list_in_list", "endorsement[0]", {"endorsement": [[ENDORSEMENT]]},
    ),
    "a value object with more": ("keyword", "name", {"name": {"@value": "a", "x": 1}}),
    "a value object with an index": ("keyword", "name", {"name": {"@value": "a", "@index": "x"}}),
    "a value object of an object": ("keyword", "name", {"name": {"@value": {}}}),
    "a value object of a list": ("keyword", "name", {"name": {"@value": []}}),
    "a second piece of the credential": (
        "in_pieces", "issuer", {"issuer": {"id": ID, "validUntil": "2030-01-01T00:00:00Z"}},
    ),
    "a second piece in an endorsement": (
        "in_pieces", "endorsement[0].credentialSubject",
        {"endorsement": [ENDORSEMENT | {"credentialSubject": {"id": ID, "evidence": []}}]},
    ),
    "the credential as its own endorsement": (
        "in_pieces", "endorsement[0]", {"endorsement": [ENDORSEMENT | {"id": ID}]},
    ),
    "a piece of an endorsement inside it": (
        "in_pieces", "endorsement[0].issuer",
        {"endorsement": [ENDORSEMENT | {"issuer": {"id": "urn:e", "validUntil": "x"}}]},
    ),
    "an inline context in an endorsement": (
        "inline_context", "endorsement[0]",
        {"endorsement": [ENDORSEMENT | {"@context": [{"x": "urn:x"}]}]},
    ),
    "an inline context in one endorsement without a list": (
        "inline_context", "endorsement[0]",
        {"endorsement": ENDORSEMENT | {"@context": {"x": "urn:x"}}},
    ),
    "an endorsement of the same id without a list": (
        "in_pieces", "endorsement[0]", {"endorsement": ENDORSEMENT | {"id": ID}},
    ),
    "a context in what is no credential": (
        "keyword", "evidence[0].@context", {"evidence": [{"@context": CONTEXTS}]},
    ),
    "a keyword behind a number": ("keyword", "y.@nest", {"x": 7, "y": {"@nest": {}}}),
    "a keyword behind a text": ("keyword", "evidence[1].@nest", {"evidence": ["x", {"@nest": {}}]}),
    "a keyword in another mapping": (
        "keyword", "issuer.@nest", {"issuer": MappingProxyType({"@nest": {}})},
    ),
    "a keyword in another mapping in a list": (
        "keyword", "evidence[0].@nest", {"evidence": [MappingProxyType({"@nest": {}})]},
    ),
    "a keyword in an endorsement": (
        "keyword", "endorsement[1].@graph", {"endorsement": [ENDORSEMENT, {"@graph": []}]},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("why", "place", "members"), FLAWS.values(), ids=FLAWS.keys())
def test_a_way_of_writing_that_can_hide_is_not_let_through(why, place, members):
    check = check_structure(badge(**members))
    assert (check.name, check.outcome) == ("structure", Outcome.COULD_NOT_CHECK)
    assert (check.code, check.params["place"]) == (f"structure_{why}", place)


PLAIN = {
    "the sample": {},
    "one context without brackets": {"@context": CONTEXTS[0]},
    "a value object": {"name": {"@value": "Ä", "@language": "de", "@direction": "ltr"}},
    "a typed value": {"validUntil": {"@value": "2030-01-01T00:00:00Z", "@type": "http://x"}},
    "a list of one where one decides": {"validUntil": ["2030-01-01T00:00:00Z"]},
    "two statuses": {"credentialStatus": [{"id": "urn:a"}, {"id": "urn:b"}]},
    "null": {"name": None},
    "numbers in a list": {"name": [7, None, True]},
    "the achievements of a learner record": {
        "credentialSubject": {"type": ["ClrSubject"], "achievement": [{}, {}]},
    },
    "an endorsement of itself": {"endorsement": [ENDORSEMENT]},
    "an endorsement without context": {"endorsement": [{"id": "urn:e"}]},
    "an endorsement by its address": {"endorsement": ["https://e"]},
    "a proof with a context": {"proof": [{"@context": CONTEXTS, "type": "DataIntegrityProof"}]},
    "a colon in a value": {"name": "a:b"},
    "an issuer that is the subject": {"issuer": "did:x", "credentialSubject": {"id": "did:x"}},
}  # fmt: skip


@pytest.mark.parametrize("members", PLAIN.values(), ids=PLAIN.keys())
def test_the_plain_way_of_writing_is_let_through(members):
    check = check_structure(badge(**members))
    assert (check.name, check.outcome, check.code) == (
        "structure", Outcome.PASSED, "plain_structure",
    )  # fmt: skip


def test_a_place_as_long_as_a_key_is_cut_in_the_report():
    assert len(check_structure(badge(**{"@" + "x" * 5000: 1})).params["place"]) == 200


HOLDS_MANY = {
    "the achievements of a learner": ("achievement", "ClrSubject", True, True),
    "the achievements of a badge": ("achievement", "AchievementSubject", False, False),
    "the issuers of a trust list": ("credentialSubject", "RecognizedEntityCredential", True, True),
    "the subjects of a license": ("credentialSubject", "License", False, True),
    "the ends of a license": ("validUntil", "License", False, False),
    "the ends of a trust list": ("validUntil", "RecognizedEntityCredential", False, False),
}


@pytest.mark.parametrize("name", HOLDS_MANY)
def test_a_member_that_decides_holds_many_only_where_none_of_them_decides(name):
    """VCDM 2.0, section 4.8; CLR 2.0; Recognized Entities 1.0."""
    member, kind, as_badge, as_any = HOLDS_MANY[name]
    node = {"type": ["VerifiableCredential", kind]}
    assert (holds_many(member, node), holds_many_subjects(member, node)) == (as_badge, as_any)
    badge = {"type": [kind, "OpenBadgeCredential"]}
    assert not holds_many(member, badge)
