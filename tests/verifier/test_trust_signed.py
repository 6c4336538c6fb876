"""A list published as a signed credential (Recognized Entities 1.0): read only if it is sound."""

import json

import pytest
from signed_list import DISTRICT, LIST, OTHER, STATE, jcs, jwt
from world import NOW, Issuer

from verifier import trust
from verifier.fetching.fetch import FetchError
from verifier.trust import TrustListError
from verifier.trust.lists import trust_list_in
from verifier.trust_lists.signed import read_signed


@pytest.fixture(autouse=True)
def _published(world):
    world.publish_issuer(STATE)


def read_list(world, text):
    return trust_list_in(read_signed(text, fetch=world.fetch, now=NOW))


@pytest.mark.parametrize("secure", [jwt, jcs])
@pytest.mark.parametrize("kind", ["RecognizedEntityCredential", "VerifiableRecognitionCredential"])
def test_a_signed_list_is_read_with_its_keeper(world, secure, kind):
    document = LIST | {"type": ["VerifiableCredential", kind]}
    trust_list = read_list(world, secure(document))
    assert (trust_list.name, trust_list.keeper) == ("State Department", STATE.did)
    assert trust_list.updated.isoformat() == "2026-11-01T00:00:00+00:00"
    assert {entry.id: entry.name for entry in trust_list.entries.values()} == {
        "did:web:district.example": "Example District",
        "did:web:other.example": "Other District",
    }
    assert trust.recognize([trust_list], DISTRICT["id"], NOW).code == "listed"


def test_a_list_of_one_is_read(world):
    assert len(read_list(world, jcs(LIST | {"credentialSubject": DISTRICT})).entries) == 1


def test_the_name_of_the_list_comes_before_its_keepers(world):
    assert read_list(world, jcs(LIST | {"name": "Districts of the State"})).name == (
        "Districts of the State"
    )
    assert read_list(world, jcs(LIST | {"issuer": STATE.did})).name == STATE.did


def test_a_list_without_its_begin_is_as_of_now(world):
    plain = {name: value for name, value in LIST.items() if name != "validFrom"}
    assert read_list(world, jcs(plain)).updated == NOW


@pytest.mark.parametrize("name", ["", None, 7, {"@value": "District", "@language": "en"}])
def test_a_name_that_is_no_text_leaves_the_next_one(world, name):
    entry = one(world, name=name).entries[DISTRICT["id"]]
    assert entry.name == "Example Unified School District"
    assert one(world, name=name, legalName=None).entries[DISTRICT["id"]].name == DISTRICT["id"]


REFUSED = {
    "changed after signing": (
        lambda: jcs(LIST).replace("Example District", "Forged District"), "signature is wrong",
    ),
    "signed by another": (
        lambda: jcs(LIST, Issuer("did:web:x.example")), "not signed by the issuer",
    ),
    "without a proof": (lambda: json.dumps(LIST), "signed"),
    "a JWT by another": (lambda: jwt(LIST, Issuer(STATE.did)), "signature is wrong"),
    "out of date": (lambda: jcs(LIST | {"validUntil": "2026-11-02T00:00:00Z"}), "ended|past"),
    "not yet in force": (lambda: jcs(LIST | {"validFrom": "2026-12-02T00:00:00Z"}), "not accepted"),
    "of a status nobody can read": (
        lambda: jcs(LIST | {"credentialStatus": {"type": "Other"}}), "records withdrawals",
    ),
    "inline context": (lambda: jcs(LIST | {"@context": [{"x": "y"}]}), "defines its own words"),
    "of terms that no context here defines": (
        lambda: jcs(LIST).replace("eddsa-jcs-2022", "eddsa-rdfc-2022"), "recognized-entities/v1",
    ),
    "a badge": (lambda: jcs(LIST | {"type": ["VerifiableCredential"]}), "no list that is read"),
    "an old badge": (
        lambda: json.dumps(
            {"@context": "https://w3id.org/openbadges/v2", "badge": "x", "type": "Assertion"}
        ),
        "no list that is read here",
    ),
    "a web page": (lambda: "<html></html>", "no list that can be read"),
    "a key twice": (lambda: '{"type": 1, "type": 1}', "no list that can be read"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_a_list_that_is_not_sound_is_refused_and_the_reason_said(world, text, why):
    with pytest.raises(TrustListError, match=why):
        read_signed(text(), fetch=world.fetch, now=NOW)


def test_a_list_whose_signer_cannot_be_asked_is_refused(world):
    url = "https://state.example/.well-known/did.json"
    world.documents[url] = FetchError("too_slow", url)
    with pytest.raises(TrustListError, match="not accepted"):
        read_list(world, jcs(LIST))


def test_a_list_that_its_keeper_withdrew_is_refused(world):
    url = "https://state.example/status/1"
    entry = {
        "id": f"{url}#1",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "1",
        "statusListCredential": url,
    }
    status = world.list_document({1}, issuer=STATE.did, subject={"id": f"{url}#list"})
    world.publish(url, STATE.sign(status | {"id": url}))
    with pytest.raises(TrustListError, match="withdrawn"):
        read_list(world, jcs(LIST | {"credentialStatus": entry}))


def one(world, **members):
    return read_list(world, jcs(LIST | {"credentialSubject": [DISTRICT | members, OTHER]}))


def action(**members):
    return {"type": "RecognizedAction", "action": "issue"} | members


def test_the_dates_of_an_action_are_those_of_the_entry(world):
    dates = {"validFrom": "2026-01-01T00:00:00Z", "validUntil": "2026-12-01T00:00:00Z"}
    entry = one(world, recognizedTo=action(**dates)).entries[DISTRICT["id"]]
    assert (entry.valid_from.month, entry.valid_until.month) == (1, 12)


def test_no_entry_outlives_its_list(world):
    later = action(validUntil="2030-01-01T00:00:00Z")
    for members in ({}, {"recognizedTo": later}):
        entry = one(world, **members).entries[DISTRICT["id"]]
        assert entry.valid_until.isoformat() == "2027-11-01T00:00:00+00:00"


def test_who_is_recognized_to_endorse_may_and_nobody_else(world):
    both = [action(), action(action="endorse")]
    assert one(world, recognizedTo=both).entries[DISTRICT["id"]].endorses
    assert not one(world).entries[DISTRICT["id"]].endorses


NOT_TO_ISSUE = {
    "only to verify": {"recognizedTo": action(action="verify")},
    "only to endorse": {"recognizedTo": action(action="endorse")},
    "only what fits a schema": {"recognizedTo": action(outputValidation={"id": "https://x.example"})},
    "not an entity": {"type": "Organization"},
    "without an id": {"id": None},
    "an action in words": {"recognizedTo": "issue"},
}  # fmt: skip


@pytest.mark.parametrize("members", NOT_TO_ISSUE.values(), ids=NOT_TO_ISSUE.keys())
def test_who_is_not_recognized_to_issue_is_not_listed(world, members):
    assert list(one(world, **members).entries) == [OTHER["id"]]


def test_a_date_of_an_action_that_cannot_be_read_refuses_the_list(world):
    with pytest.raises(TrustListError, match="validUntil is not a time"):
        one(world, recognizedTo=action(validUntil="soon"))


def test_an_entity_named_twice_counts_once(world):
    trust_list = read_list(
        world, jcs(LIST | {"credentialSubject": [DISTRICT, DISTRICT | {"name": "Again"}]})
    )
    assert [entry.name for entry in trust_list.entries.values()] == ["Example District"]


def test_a_badge_that_calls_itself_a_list_as_well_is_not_thereby_let_through(world):
    """The gate lets a list of subjects through for lists alone: a badge has one, or is none."""
    badge = world.badge()
    assert world.verify(jcs(badge, world.issuer)).credential
    kinds = [*badge["type"], "RecognizedEntityCredential"]
    subjects = [badge["credentialSubject"]] * 2
    for changed in (
        {"type": kinds, "credentialSubject": subjects},
        {"credentialSubject": subjects},
    ):
        for signed in (jwt(badge | changed, world.issuer), jcs(badge | changed, world.issuer)):
            assert world.verify(signed).credential is None
