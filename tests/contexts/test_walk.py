"""The walk over the term tables: it lets through what it is right about, and declines the rest."""

import threading
from copy import deepcopy

import pytest
from world import BADGE, CONTEXTS

from contexts import canonicalize, shipped, walk
from contexts.fallback import _dataset
from contexts.frozen import BUNDLED
from contexts.rdfc import canonical, rdfc10
from contexts.terms import Declined
from contexts.walk import Walk

VC2 = CONTEXTS[0]
PROOF = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "created": "2026-11-01T00:00:00Z",
    "verificationMethod": "did:web:a.example#k",
    "proofPurpose": "assertionMethod",
    "proofValue": "zabc",
}
PROFILE = {
    "id": "did:web:a.example",
    "type": ["Profile"],
    "otherIdentifier": [
        {"type": ["IdentifierEntry"], "identifier": "1", "identifierType": "ext:n"}
    ],
}
RESULT = "https://a.example/1#hours"


def badge(**members):
    return deepcopy(BADGE) | members


def achieved(**members):
    document = badge()
    document["credentialSubject"]["achievement"] |= members
    return document


EVERYDAY = {
    "badge": badge(),
    "badge with a proof": badge(proof=PROOF),
    "badge with two proofs": badge(proof=[PROOF, PROOF | {"proofValue": "zdef"}]),
    "the same proof twice": badge(proof=[PROOF, PROOF]),
    "endorsement with contexts of its own": badge(endorsement=[badge(id="urn:e", proof=PROOF)]),
    "presentation": {
        "@context": [VC2],
        "type": "VerifiablePresentation",
        "holder": "did:web:a.example",
        "verifiableCredential": [badge(proof=PROOF), badge(id="urn:other")],
        "proof": PROOF,
    },
    "ordered values": achieved(
        resultDescription=[
            {"id": RESULT, "type": "ResultDescription", "allowedValue": ["low", "high", None, 3]},
            {"id": f"{RESULT}2", "type": "ResultDescription", "allowedValue": []},
            {"id": f"{RESULT}3", "type": "ResultDescription", "allowedValue": "one"},
        ]
    ),
    "one node in two pieces": badge(
        evidence=[{"id": "urn:x", "type": "Evidence", "name": "a"}, {"id": "urn:x", "name": "b"}]
    ),
    "values that stand twice": badge(name=["a", "a", {"@value": "a"}], type=BADGE["type"] * 2),
    "language and direction": badge(name={"@value": "קצב", "@language": "HE", "@direction": "rtl"}),
    "direction alone": badge(name={"@value": "קצב", "@direction": "rtl"}),
    "characters that no IRI may hold": achieved(image={"id": "urn:a|b{c}", "type": "Image"}),
    "thirty types": badge(type=[*BADGE["type"], *map("urn:t:{}".format, range(30))]),
    "JSON": {"@context": [VC2], "id": "urn:x", "_sd": {"b": [1.50, None, {"€": "\x07"}], "a": ""}},
    "nothing": {"@context": [VC2]},
    "status list": {
        "@context": [VC2],
        "id": "https://a.example/status/1",
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": "did:web:a.example",
        "credentialSubject": {
            "id": "https://a.example/status/1#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": "uAAAA",
            "ttl": 30000,
        },
    },
}


@pytest.mark.parametrize("document", EVERYDAY.values(), ids=EVERYDAY)
def test_everyday_input_is_for_the_tables_and_read_as_pyld_reads_it(document):
    walk = Walk.of(document, shipped.initial())
    assert canonical(walk.statements, walk.quads, walk.blocks) == rdfc10(
        _dataset(document, BUNDLED)
    )


UNUSUAL = {
    "an undefined term": {"gpa": "4"},
    "a compact IRI": {"schema:name": "x"},
    "a full IRI": {"https://schema.org/name": "x"},
    "a set object": {"name": {"@set": ["x"]}},
    "a list object": {"name": {"@list": ["x"]}},
    "a graph": {"@graph": []},
    "a reversed property": {"@reverse": {"issuer": {"id": "urn:x"}}},
    "an included node": {"@included": {"id": "urn:x"}},
    "an index": {"@index": "x"},
    "an id under both names": {"@id": "urn:x"},
    "a type under both names": {"@type": "urn:x"},
    "an array in an array": {"name": [["x"]]},
    "a value with an index": {"name": {"@value": "x", "@index": "y"}},
    "a value of null": {"name": {"@value": None}},
    "a double, which is rewritten": {
        "name": {"@value": "1", "@type": "http://www.w3.org/2001/XMLSchema#double"}
    },
    "a blank node with a name": {"evidence": {"id": "_:b0"}},
    "a proof by reference": {"proof": "urn:x"},
    "not a number": {"name": float("nan")},
}


@pytest.mark.parametrize("members", UNUSUAL.values(), ids=UNUSUAL)
def test_the_unusual_is_declined(members):
    with pytest.raises(Declined):
        Walk.of(badge(**members), shipped.initial())


def test_what_is_nested_too_deep_is_declined():
    document = badge()
    for _ in range(walk.MAX_DEPTH):
        document = {"@context": CONTEXTS, "id": "urn:x", "endorsement": document}
    with pytest.raises(Declined):
        Walk.of(document, shipped.initial())


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(badge(), id="badge"),
        pytest.param(
            achieved(criteria={"narrative": "With a blank node."}), id="blank node inside"
        ),
        pytest.param(
            achieved(criteria={"narrative": "n"}) | {"endorsement": [achieved(criteria={})]},
            id="the same member in a nested credential",
        ),
        pytest.param(
            badge(evidence={"type": "Profile", "parentOrg": PROFILE}),
            id="the same under another name",
        ),
        pytest.param(
            achieved(creator=PROFILE | {"name": "Another name"}), id="one subject in two members"
        ),
        pytest.param(
            badge(evidence=[{"id": BADGE["credentialSubject"]["achievement"]["id"], "name": "n"}]),
            id="more said of a subject in it",
        ),
        pytest.param(
            achieved(image={"id": "urn:i", "type": "Image"}) | {"proof": PROOF | {"id": "urn:i"}},
            id="a subject in it signs in a graph of its own",
        ),
    ],
)
def test_a_remembered_member_changes_no_statement(document, monkeypatch):
    document = deepcopy(document)
    for credential in (document, *document.get("endorsement", [])):
        credential["issuer"] = PROFILE
    with monkeypatch.context() as patch:
        patch.setattr(walk, "REPEATED", frozenset())
        without = canonicalize(document)
    assert [canonicalize(document) for _ in range(3)] == [without] * 3


class Everything:
    def __contains__(self, key):
        return True


@pytest.mark.parametrize("document", EVERYDAY.values(), ids=EVERYDAY)
def test_whatever_is_remembered_and_within_what_no_statement_changes(document, monkeypatch):
    monkeypatch.setattr(walk, "REPEATED", frozenset())
    without = canonicalize(document)
    monkeypatch.setattr(walk, "REPEATED", Everything())
    monkeypatch.setattr(walk, "_fragments", {})
    assert [canonicalize(document) for _ in range(3)] == [without] * 3


def test_members_that_only_look_equal_are_not_mixed_up():
    forms = {canonicalize(achieved(creditsAvailable=value)) for value in (1, True, 1.5)}
    assert len(forms) == 3


def test_memory_of_members_is_bounded():
    for number in range(walk.MAX_FRAGMENTS + 5):
        canonicalize(badge(issuer={"id": f"urn:issuer:{number}"}))
    assert len(walk._fragments) <= walk.MAX_FRAGMENTS


def test_eight_threads_get_what_one_gets():
    documents = [badge(id=f"urn:{number}", issuer={"id": f"urn:i{number}"}) for number in range(40)]
    alone = [canonicalize(document) for document in documents]
    results = [[] for _ in range(8)]
    threads = [
        threading.Thread(target=lambda out=out: out.extend(map(canonicalize, documents)))
        for out in results
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [alone] * 8
