"""When the issuer cannot be asked: keys of a snapshot, judged by their dates as live ones (T34)."""

import pytest
from world import NOW, Issuer

from verifier import Answer, words
from verifier.fetch import offline

SIGNED = "2026-11-01T00:00:00Z"
JUST_AFTER = "2026-11-01T00:00:01Z"


def report_of(world, signed, *lists):
    return world.verify(signed, fetch=offline, now=NOW, trust=lists).authentic


def listed(world, retrieved="2026-11-10T00:00:00Z", **dates):
    """A list with a snapshot in which both keys of the issuer have these dates."""
    document = world.issuer.document
    document["verificationMethod"] = [each | dates for each in document["verificationMethod"]]
    return world.trust_list(world.issuer, didDocument=document, retrieved=retrieved)


def proof(world):
    return world.issuer.sign(world.badge())


def jwt(world):
    return world.issuer.jwt(world.badge())


KEYS = {
    "in use": ({}, Answer.YES, "authentic_by_snapshot"),
    "retired after": ({"retired": JUST_AFTER}, Answer.YES, "authentic_by_snapshot"),
    "expired after": ({"expires": JUST_AFTER}, Answer.YES, "authentic_by_snapshot"),
    "retired before": ({"retired": SIGNED}, Answer.NO, "key_retired_before"),
    "compromised before": ({"revoked": SIGNED}, Answer.NO, "key_revoked_before"),
    "compromised after": ({"revoked": JUST_AFTER}, Answer.COULD_NOT_CHECK, "key_revoked_unsure"),
}


@pytest.mark.parametrize("secure", [proof, jwt])
@pytest.mark.parametrize(("dates", "answer", "code"), KEYS.values(), ids=KEYS.keys())
def test_keys_of_a_snapshot_are_judged_by_their_dates(world, secure, dates, answer, code):
    found = report_of(world, secure(world), listed(world, **dates))
    assert (found.answer, found.code) == (answer, code)


def test_the_day_of_the_snapshot_stands_in_the_answer(world):
    assert "a copy kept on November 10, 2026" in words.text(
        report_of(world, proof(world), listed(world))
    )


def test_a_compromise_that_the_newer_snapshot_tells_of_counts(world):
    older, newer = listed(world), listed(world, "2026-11-20T00:00:00Z", revoked=SIGNED)
    for lists in ((older, newer), (newer, older)):
        assert report_of(world, proof(world), *lists).code == "key_revoked_before"


@pytest.mark.parametrize(
    ("retrieved", "answer", "code"),
    [
        ("2026-10-31T23:59:59Z", Answer.COULD_NOT_CHECK, "key_not_in_snapshot"),
        ("2026-11-01T00:00:00Z", Answer.NO, "key_not_listed"),
        ("2026-11-10T00:00:00Z", Answer.NO, "key_not_listed"),
    ],
    ids=["signed after it", "signed at it", "signed before it"],
)
@pytest.mark.parametrize("secure", [proof, jwt])
def test_a_key_that_came_after_the_snapshot_is_not_thereby_a_false_one(
    world, secure, retrieved, answer, code
):
    document = world.issuer.document | {"assertionMethod": [], "verificationMethod": []}
    older = world.trust_list(world.issuer, didDocument=document, retrieved=retrieved)
    found = report_of(world, secure(world), older)
    assert (found.answer, found.code) == (answer, code)


def test_a_signature_of_an_unknown_time_by_a_key_that_a_snapshot_lacks_is_unsure(world):
    document = world.issuer.document | {"assertionMethod": []}
    signed = world.issuer.sign(world.badge(), created=None)
    found = report_of(world, signed, world.trust_list(world.issuer, didDocument=document))
    assert found.code == "key_not_in_snapshot"


def test_beside_a_proof_that_holds_one_by_a_newer_key_takes_nothing_away(world):
    other = Issuer(world.issuer.did)
    badge = proof(world)
    newer = other.sign(world.badge(), verificationMethod=f"{other.did}#newer")["proof"]
    newer[0]["created"] = "2026-11-12T00:00:00Z"
    both = badge | {"proof": [*badge["proof"], *newer]}
    assert report_of(world, both, listed(world)).code == "authentic_by_snapshot"


def test_a_newer_key_beside_one_of_the_snapshot_takes_nothing_away(world):
    signed = proof(world)
    newer = {"verificationMethod": f"{world.issuer.did}#newer", "created": "2026-11-15T00:00:00Z"}
    signed["proof"].append(signed["proof"][0] | newer)
    found = report_of(world, signed, listed(world))
    assert (found.answer, found.code) == (Answer.YES, "authentic_by_snapshot")
