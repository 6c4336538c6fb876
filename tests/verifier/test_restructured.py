"""The same signed statements, written so that a reader does not see the end (T1, D2).

Each row rewrites an expired and revoked badge. An independent processor must find the very
statements that were signed, so the signature fits; what the verifier then says must never be
that the badge is current.
"""

import copy
from dataclasses import dataclass

import pytest
from pyld import jsonld
from world import CONTEXTS, World

from contexts import BUNDLED, fallback, work
from verifier.pipeline import examine
from verifier.pipeline.reading import Read
from verifier.report import Answer, Check, Outcome

END = "2026-11-10T00:00:00Z"
CRED = "https://www.w3.org/2018/credentials#"
DATE = "http://www.w3.org/2001/XMLSchema#dateTime"
END_VALUE = {"@value": END, "@type": DATE}


def statements(document):
    """Return the canonical N-Quads as a lenient processor finds them, whatever it drops."""

    def load(url, _options):
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": url,
            "document": copy.deepcopy(BUNDLED[url]),
        }

    unsecured = {key: value for key, value in document.items() if key != "proof"}
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
    return jsonld.normalize(unsecured, options)


@dataclass
class Expired:
    """A world whose badge is signed, expired and revoked."""

    world: World
    badge: dict


@pytest.fixture
def expired(world):
    badge = world.badge(validUntil=END)
    endorsement = {
        "@context": CONTEXTS,
        "id": "https://partner.example/endorsements/1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": {"id": "did:web:partner.example", "type": ["Profile"]},
        "validFrom": "2026-11-02T00:00:00Z",
        "credentialSubject": {"id": badge["id"], "type": ["EndorsementSubject"]}
        | {"endorsementComment": "Well done."},
    }
    world.publish_list({94567})
    return Expired(world, world.issuer.sign(badge | {"endorsement": [endorsement]}))


def without(badge, *members):
    return {key: value for key, value in badge.items() if key not in members}


def hidden(badge):
    """The members that an attacker wants out of sight, as a piece of the same node."""
    piece = {key: badge[key] for key in ("validUntil", "credentialStatus")}
    return {"id": badge["id"], "type": ["VerifiableCredential"], **piece}


def rest(badge):
    return without(badge, "validUntil", "credentialStatus")


def with_context(badge, inline):
    return badge | {"@context": [*badge["@context"], inline]}


def full_iri_keys(b):
    return rest(b) | {
        f"{CRED}validUntil": END_VALUE,
        f"{CRED}credentialStatus": b["credentialStatus"],
    }


def full_iri_keys_with_a_null_decoy(b):
    return full_iri_keys(b) | {"validUntil": None, "credentialStatus": None}


def compact_iri_keys(b):
    keyed = {"c:validUntil": END_VALUE, "c:credentialStatus": b["credentialStatus"]}
    return with_context(rest(b) | keyed, {"c": CRED})


def inline_aliases(b):
    terms = {
        "ends": {"@id": f"{CRED}validUntil", "@type": DATE},
        "list": {"@id": f"{CRED}credentialStatus", "@type": "@id"},
    }
    return with_context(rest(b) | {"ends": END, "list": b["credentialStatus"]}, terms)


def aliases_of_value_and_type(b):
    value = {"v": END, "t": DATE}
    return with_context(b | {"validUntil": value}, {"v": "@value", "t": "@type"})


def type_scoped_aliases(b):
    scope = {"ends": {"@id": f"{CRED}validUntil", "@type": DATE}}
    quiet = {"@id": "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential"}
    types = ["VerifiableCredential", "Badge"]
    renamed = without(b, "validUntil") | {"ends": END, "type": types}
    return with_context(renamed, {"Badge": quiet | {"@context": scope}})


def property_scoped_alias_in_a_nested_context(b):
    subject = b["credentialSubject"] | {"@context": {"x": "@included"}, "x": [hidden(b)]}
    return rest(b) | {"credentialSubject": subject}


def included(b):
    return rest(b) | {"@included": [hidden(b)]}


def alias_of_included(b):
    return with_context(rest(b) | {"more": [hidden(b)]}, {"more": "@included"})


def alias_of_an_alias_of_included(b):
    return with_context(rest(b) | {"a": [hidden(b)]}, {"a": "b", "b": "@included"})


def included_in_a_nested_node(b):
    return rest(b) | {"issuer": b["issuer"] | {"@included": [hidden(b)]}}


def graph(b):
    inner = without(rest(b), "@context", "proof")
    return {"@context": b["@context"], "@graph": [inner, hidden(b)], "proof": b["proof"]}


def nest(b):
    return rest(b) | {"@nest": without(hidden(b), "id", "type")}


def alias_of_nest(b):
    return with_context(rest(b) | {"n": without(hidden(b), "id", "type")}, {"n": "@nest"})


def reverse(b):
    status = b["credentialStatus"] | {"@reverse": {f"{CRED}credentialStatus": {"id": b["id"]}}}
    return rest(b) | {"@included": [status], f"{CRED}validUntil": END_VALUE}


def inside_out(b):
    cred = without(b, "@context", "proof", "issuer")
    root = {"@context": b["@context"], "proof": b["proof"], **b["issuer"]}
    return root | {"@reverse": {f"{CRED}issuer": [cred]}}


def status_in_a_set(b):
    return b | {
        "validUntil": {"@set": [END]},
        "credentialStatus": {"@set": [b["credentialStatus"]]},
    }


def date_twice(b):
    return b | {"validUntil": [END, END]}


def date_beside_null(b):
    return b | {"validUntil": [None, END]}


def status_beside_null(b):
    return b | {"credentialStatus": [None, b["credentialStatus"]]}


def piece_in_an_endorsement_of_itself(b):
    endorsement = copy.deepcopy(b["endorsement"][0])
    subject = endorsement["credentialSubject"]
    endorsement["credentialSubject"] = subject | hidden(b) | {
        "type": [*subject["type"], "VerifiableCredential"]
    }  # fmt: skip
    return rest(b) | {"endorsement": [endorsement]}


def piece_under_another_writing_of_the_id(b):
    moved = piece_in_an_endorsement_of_itself(b)
    return moved | {"id": b["id"].removeprefix("https:")}


def endorsement_first(b):
    """The endorsement outside, and the badge as its subject, in the same graph."""
    endorsement = copy.deepcopy(b["endorsement"][0])
    inner = without(b, "@context", "proof", "endorsement")
    kind = [*inner["type"], "EndorsementSubject"]
    endorsement["credentialSubject"] |= inner | {
        "type": kind,
        "endorsement": {"id": endorsement["id"]},
    }
    return endorsement | {"@context": b["@context"], "proof": b["proof"]}


def blank_node_id_for_the_status(b):
    status = without(b["credentialStatus"], "id")
    return b | {"credentialStatus": status | {"id": "_:s"}}


def list_in_a_list(b):
    return b | {"credentialStatus": [[b["credentialStatus"]]]}


ATTACKS = [
    full_iri_keys, full_iri_keys_with_a_null_decoy, compact_iri_keys, inline_aliases,
    aliases_of_value_and_type, type_scoped_aliases, property_scoped_alias_in_a_nested_context,
    included, alias_of_included, alias_of_an_alias_of_included, included_in_a_nested_node, graph,
    nest, alias_of_nest, reverse, inside_out, date_twice, date_beside_null,
    status_beside_null, piece_in_an_endorsement_of_itself, endorsement_first, list_in_a_list,
]  # fmt: skip
NEARLY = [piece_under_another_writing_of_the_id, blank_node_id_for_the_status, status_in_a_set]
"""Attempts that a processor more lenient than the standard would take for the same statements."""


def test_the_badge_as_it_was_signed_is_authentic_and_expired(expired):
    report = expired.world.verify(expired.badge)
    assert (report.authentic.answer, report.current.code) == (Answer.YES, "expired")


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_rewritten_badge_holds_the_very_statements_that_were_signed(expired, attack):
    assert statements(attack(expired.badge)) == statements(expired.badge)


@pytest.mark.parametrize("attack", ATTACKS + NEARLY, ids=lambda attack: attack.__name__)
def test_a_rewritten_badge_is_never_current(expired, attack):
    report = expired.world.verify(attack(expired.badge))
    assert report.current.answer is not Answer.YES
    if report.authentic.answer is Answer.YES:
        assert report.current.answer is Answer.NO


@pytest.mark.parametrize(
    "attack", [full_iri_keys, included, nest, piece_in_an_endorsement_of_itself]
)
def test_read_as_it_stands_the_rewritten_badge_would_be_current(expired, attack, monkeypatch):
    passed = Check("structure", Outcome.PASSED, "plain_structure")
    monkeypatch.setattr(examine, "reading", lambda document, *_: Read(passed, document))
    monkeypatch.setattr(work, "BASE", 10_000)  # nor is the reference processor spared
    monkeypatch.setattr(fallback, "MAX_UNUSUAL", 10_000)
    assert expired.world.verify(attack(expired.badge)).current.answer is Answer.YES


HARMLESS = {
    "date as a value object": lambda b: b | {"validUntil": END_VALUE},
    "date as a list of one": lambda b: b | {"validUntil": [END]},
    "status as a list of one": lambda b: b | {"credentialStatus": [b["credentialStatus"]]},
    "status twice": lambda b: b | {"credentialStatus": [b["credentialStatus"]] * 2},
    "issuer as a list of one": lambda b: b | {"issuer": [b["issuer"]]},
    "subject as a list of one": lambda b: b | {"credentialSubject": [b["credentialSubject"]]},
    "null members": lambda b: b | {"description": None, "refreshService": None},
    "members in another order": lambda b: dict(reversed(b.items())),
}


@pytest.mark.parametrize("rewrite", HARMLESS.values(), ids=HARMLESS.keys())
def test_an_equal_way_of_writing_that_hides_nothing_gets_the_same_answer(expired, rewrite):
    rewritten = rewrite(expired.badge)
    assert statements(rewritten) == statements(expired.badge)
    report = expired.world.verify(rewritten)
    assert (report.authentic.answer, report.current.code) == (Answer.YES, "expired")


@pytest.mark.parametrize("url", BUNDLED)
@pytest.mark.parametrize("place", ["last", "only"])
def test_no_bundled_context_makes_the_badge_current(expired, url, place):
    contexts = {"last": [*CONTEXTS, url], "only": [url]}[place]
    report = expired.world.verify(expired.badge | {"@context": contexts})
    assert report.current.answer is not Answer.YES


def test_a_type_written_as_a_member_does_not_hide_the_criteria(world):
    badge = world.issuer.sign(world.badge())
    achievement = copy.deepcopy(badge["credentialSubject"]["achievement"])
    achievement["Criteria"] = achievement.pop("criteria")
    moved = badge | {"credentialSubject": badge["credentialSubject"] | {"achievement": achievement}}
    assert statements(moved) == statements(badge)
    assert world.verify(moved).authentic.code == "structure_keyword"
