"""Trust lists: strict files, key snapshots, and who is recognized (D3, T33)."""

import json
from datetime import UTC, datetime

import pytest
from world import NOW, Issuer

from verifier import trust
from verifier.report import Answer
from verifier.trust import TrustListError
from verifier.wording import words

ISSUER = Issuer("did:web:district.example")
ENTRY = {"id": ISSUER.did, "name": "Example District", "kind": "district"}
SNAPSHOT = {"didDocument": ISSUER.document, "retrieved": "2026-11-10T00:00:00Z"}
LIST = {
    "type": "MintmarkTrustList",
    "version": 1,
    "name": "State list",
    "updated": "2026-11-01T00:00:00Z",
    "entries": [ENTRY],
}


def loaded(*entries, **changes):
    return trust.load(json.dumps(LIST | {"entries": list(entries)} | changes).encode())


def test_a_list_is_read_with_its_entries():
    trust_list = loaded(ENTRY | SNAPSHOT)
    assert (trust_list.name, trust_list.updated) == (
        "State list",
        datetime(2026, 11, 1, tzinfo=UTC),
    )
    entry = trust_list.entries[ISSUER.did]
    assert (entry.name, entry.kind) == ("Example District", "district")
    assert entry.snapshot.methods[0].id == ISSUER.method
    assert (trust_list.keeper, trust_list.retrieved) == ("", None), (
        "nobody signed it, nobody fetched it"
    )


FLAWS = {
    "not JSON": (b"<html>", "the trust list is not JSON"),
    "a list of lists": (b"[]", "the trust list is not a JSON object"),
    "a key twice": (b'{"type": 1, "type": 2}', "'type' stands twice"),
    "another type": ({"type": "TrustList"}, "^not a trust list: type must be MintmarkTrustList"),
    "another version": ({"version": 2}, "version 1$"),
    "no name": ({"name": ""}, "the list has no name"),
    "a name that is a number": ({"name": 7}, "the list has no name"),
    "a day for when it was had": ({"retrieved": "2026-11-01"}, "the list.retrieved is not a time"),
    "no date": (
        {"updated": None}, "^the list has no updated: give the time of its last change$",
    ),
    "a date without offset": ({"updated": "2026-11-01"}, "the list.updated is not a time"),
    "no entries": (
        {"entries": None}, "^the list has no entries: give a JSON array, which may be empty$",
    ),
    "entries in an object": ({"entries": {}}, "the list has no entries"),
    "endorsements in an object": ({"endorsements": {}}, "endorsements is not an array of up to"),
    "too many endorsements": ({"endorsements": ["x"] * 201}, "not an array of up to 200"),
    "a keeper without a name": ({"keeper": ""}, "the list has no keeper"),
    "an entry that perhaps endorses": (
        {"entries": [ENTRY | {"endorses": "yes"}]}, r"entries\[0\]\.endorses is neither",
    ),
    "an entry of an unnamed source": (
        {"entries": [ENTRY | {"unverified": ""}]}, r"entries\[0\] has no unverified",
    ),
    "an entry that is text": ({"entries": [ISSUER.did]}, r"entries\[0\] is not an object"),
    "an entry without id": ({"entries": [{"name": "N"}]}, r"entries\[0\] has no id"),
    "an entry without name": ({"entries": [{"id": "did:x"}]}, r"entries\[0\] has no name"),
    "an entry with an empty kind": ({"entries": [ENTRY | {"kind": ""}]}, r"\[0\] has no kind"),
    "an issuer twice": ({"entries": [ENTRY, ENTRY]}, r"entries\[1\]: .* stands twice"),
    "an end in words": (
        {"entries": [ENTRY | {"validUntil": "soon"}]}, r"entries\[0\]\.validUntil is not a time",
    ),
    "a begin that is a number": (
        {"entries": [ENTRY | {"validFrom": 7}]}, r"entries\[0\]\.validFrom is not a time",
    ),
    "a document without its day": (
        {"entries": [ENTRY | {"didDocument": ISSUER.document}]}, r"entries\[0\] .* no retrieved",
    ),
    "a document of a day in words": (
        {"entries": [ENTRY | SNAPSHOT | {"retrieved": "soon"}]}, r"entries\[0\]\.retrieved is not",
    ),
    "a document that is text": (
        {"entries": [ENTRY | SNAPSHOT | {"didDocument": "x"}]}, r"didDocument is not an object",
    ),
    "a document of another": (
        {"entries": [ENTRY | SNAPSHOT | {"id": "did:web:other.example"}]}, "is of another issuer",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "message"), FLAWS.values(), ids=FLAWS.keys())
def test_a_flaw_in_a_list_is_named(changes, message):
    data = changes if isinstance(changes, bytes) else json.dumps(LIST | changes).encode()
    with pytest.raises(TrustListError, match=message):
        trust.load(data)


@pytest.mark.parametrize(
    "data", [b"eyJhbGciOiJFUzI1NiJ9.e30.AA", b'{"credentialSubject": {}}'], ids=["JWT", "JSON"]
)
def test_a_signed_list_in_a_file_is_not_believed_but_asked_for_by_its_address(data):
    with pytest.raises(TrustListError, match="mintmark-verify trust add URL"):
        trust.load(data)


REGISTRY = {
    "meta": {"created": "2022-10-27T17:57:31+00:00", "updated": "2025-03-25T18:29:52+00:00"},
    "registry": {
        ISSUER.did: {"name": "Example District", "location": "Anytown", "url": "https://x.example"},
        "did:key:z6Mk": {"location": "nameless"},
        "did:key:z6Ml": "no object",
    },
}


def test_a_registry_of_the_digital_credentials_consortium_is_read():
    trust_list = trust.load(json.dumps(REGISTRY).encode())
    assert (trust_list.name, trust_list.updated.date().isoformat()) == (
        "Issuer registry",
        "2025-03-25",
    )
    assert trust.recognize([trust_list], ISSUER.did, NOW).params["name"] == "Example District"
    for issuer in ("did:key:z6Mk", "did:key:z6Ml"):
        assert trust_list.entries[issuer].name == issuer
    assert not any(entry.endorses or entry.snapshot for entry in trust_list.entries.values())


@pytest.mark.parametrize("meta", [{}, {"meta": {}}, {"meta": 7}])
def test_a_registry_without_its_date_is_refused(meta):
    with pytest.raises(TrustListError, match=r"meta\.updated"):
        trust.load(json.dumps({"registry": {}} | meta).encode())


def test_of_two_lists_the_first_speaks():
    one, two = loaded(ENTRY | {"name": "By one"}), loaded(ENTRY, name="Other")
    assert trust.recognize([one, two], ISSUER.did, NOW).params["name"] == "By one"
    assert trust.recognize([two, one], ISSUER.did, NOW).params["list"] == "Other"


def test_an_entry_that_nobody_looked_at_is_recognized_as_that_and_says_so():
    listed = loaded(ENTRY | {"unverified": "a public directory"})
    verdict = trust.recognize([listed], ISSUER.did, NOW)
    assert (verdict.answer, verdict.code) == (Answer.YES, "listed_unverified")
    assert "No person has confirmed that entry" in words.text(verdict)
    assert "a public directory" in words.text(verdict)


def test_an_entry_that_a_person_made_speaks_before_one_that_nobody_looked_at():
    unseen, seen = loaded(ENTRY | {"unverified": "a directory"}), loaded(ENTRY, name="Other")
    for lists in ([unseen, seen], [seen, unseen]):
        assert trust.recognize(lists, ISSUER.did, NOW).code == "listed"


@pytest.mark.parametrize(
    ("retrieved", "code"),
    [("2026-11-21T12:00:00Z", "listed"), ("2026-11-21T11:59:59Z", "listed_by_copy")],
    ids=["a day old", "older"],
)
def test_a_list_that_could_not_be_had_again_speaks_as_the_copy_it_is(retrieved, code):
    verdict = trust.recognize([loaded(ENTRY, retrieved=retrieved)], ISSUER.did, NOW)
    assert (verdict.answer, verdict.code) == (Answer.YES, code)
    assert (code == "listed") or "saved on November 21, 2026" in words.text(verdict)


def test_as_many_endorsements_as_may_be_are_read():
    assert len(loaded(endorsements=["x"] * 200).endorsements) == 200


def test_the_answer_tells_programs_of_when_the_list_is():
    params = trust.recognize([loaded(ENTRY)], ISSUER.did, NOW).params
    assert params["updated"] == "2026-11-01T00:00:00+00:00"


def test_an_entry_need_not_say_of_which_kind_it_is():
    (entry,) = loaded({"id": "did:x", "name": "N"}).entries.values()
    assert (entry.kind, entry.snapshot, entry.valid_from) == ("", None, None)


def test_a_list_of_more_than_a_megabyte_is_read():
    entries = [{"id": f"did:web:{n}.example", "name": "N" * 500} for n in range(3000)]
    assert len(loaded(*entries).entries) == 3000


@pytest.mark.parametrize(
    ("dates", "answer", "code"),
    [
        ({}, Answer.YES, "listed"),
        ({"validFrom": "2026-11-22T12:00:00Z"}, Answer.YES, "listed"),
        ({"validUntil": "2026-11-22T12:00:00Z"}, Answer.YES, "listed"),
        ({"validFrom": "2026-11-22T12:00:01Z"}, Answer.NO, "listing_ended"),
        ({"validUntil": "2026-11-22T11:59:59Z"}, Answer.NO, "listing_ended"),
    ],
    ids=["always", "from now", "until now", "from later", "until before"],
)
def test_a_listing_holds_in_its_dates(dates, answer, code):
    verdict = trust.recognize([loaded(ENTRY | dates)], ISSUER.did, NOW)
    assert (verdict.answer, verdict.code) == (answer, code)


def test_without_a_list_nobody_can_say():
    verdict = trust.recognize([], ISSUER.did, NOW)
    assert (verdict.answer, verdict.code) == (Answer.COULD_NOT_CHECK, "no_trust_list")


def test_on_no_list_is_no_and_names_the_lists():
    verdict = trust.recognize([loaded(), loaded(name="Other")], ISSUER.did, NOW)
    assert (verdict.answer, verdict.code) == (Answer.NO, "not_listed")
    assert verdict.params["list"] == "State list, Other"


@pytest.mark.parametrize("other", [ISSUER.did.upper(), ISSUER.did + "/", ISSUER.did + ":x", ""])
def test_a_name_alike_is_not_the_issuer(other):
    assert trust.recognize([loaded(ENTRY)], other, NOW).code == "not_listed"


def test_of_two_lists_the_one_in_force_speaks():
    ended = loaded(ENTRY | {"validUntil": "2026-01-01T00:00:00Z"})
    holds = loaded(ENTRY | {"name": "By the other"}, name="Other")
    for lists in ([ended, holds], [holds, ended]):
        verdict = trust.recognize(lists, ISSUER.did, NOW)
        assert (verdict.code, verdict.params["list"]) == ("listed", "Other")


def list_of_day(day, **entry):
    return loaded(ENTRY | SNAPSHOT | {"retrieved": f"2026-11-{day}T00:00:00Z"} | entry)


def test_the_newest_snapshot_counts():
    for lists in ([list_of_day("09"), list_of_day("11")], [list_of_day("11"), list_of_day("09")]):
        assert trust.snapshot(lists, ISSUER.did, NOW).snapshot_of.day == 11


@pytest.mark.parametrize(
    "dates", [{"validUntil": "2026-11-12T00:00:00Z"}, {"validFrom": "2027-01-01T00:00:00Z"}]
)
def test_a_snapshot_of_a_listing_not_in_force_does_not_count(dates):
    assert trust.snapshot([list_of_day("11", **dates)], ISSUER.did, NOW) is None


def test_no_snapshot_no_keys():
    assert trust.snapshot([loaded(ENTRY), loaded()], ISSUER.did, NOW) is None
