"""When the issuer cannot be asked: keys of a snapshot, judged by their dates as live ones (T34)."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from world import CONTEXTS, NOW, Issuer

from verifier import Answer
from verifier.fetching.fetch import LIMITS, MAX_FETCHES, FetchError, offline
from verifier.public_keys import multikey
from verifier.public_keys.jwk import to_jwk
from verifier.wording import words

HOLDER = Ed25519PrivateKey.generate()
DID_KEY = f"did:key:{multikey.encode(HOLDER.public_key())}"
SIGNED = "2026-11-01T00:00:00Z"
JUST_AFTER = "2026-11-01T00:00:01Z"


def report_of(world, signed, *lists):
    return world.verify(signed, fetch=offline, now=NOW, trust=lists).authentic


def listed(world, retrieved="2026-11-10T00:00:00Z", **dates):
    """A list with a snapshot in which both keys of the issuer have these dates."""
    document = world.issuer.document
    document["verificationMethod"] = [method | dates for method in document["verificationMethod"]]
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
    verdict = report_of(world, secure(world), listed(world, **dates))
    assert (verdict.answer, verdict.code) == (answer, code)


def test_the_day_of_the_snapshot_stands_in_the_answer(world):
    assert "a copy saved on November 10, 2026" in words.text(
        report_of(world, proof(world), listed(world))
    )


def test_a_compromise_that_any_snapshot_tells_of_counts(world):
    ended = {"validUntil": "2026-11-12T00:00:00Z"}
    early, late = "2026-11-10T00:00:00Z", "2026-11-20T00:00:00Z"
    for telling, untold in (
        (listed(world, late, revoked=SIGNED), listed(world, early)),
        (listed(world, early, revoked=SIGNED), listed(world, late)),
        (listing(world, revoked(world.issuer), **ended), listed(world, late)),
    ):
        for lists in ((telling, untold), (untold, telling)):
            assert report_of(world, proof(world), *lists).code == "key_revoked_before"
            assert world.verify(jwt(world), trust=lists).authentic.code == "key_revoked_before"


def listing(world, document, **entry):
    return world.trust_list(world.issuer, didDocument=document, **entry)


def revoked(issuer, **changes):
    """The issuer's document, in which both keys are compromised."""
    document = issuer.document
    marked = [method | {"revoked": SIGNED} | changes for method in document["verificationMethod"]]
    return document | {"verificationMethod": marked}


UNSAFE = {
    "listed for assertions": lambda world: revoked(world.issuer),
    "no longer listed for them": lambda world: revoked(world.issuer) | {"assertionMethod": []},
    "under another name": lambda world: revoked(world.issuer, id=f"{world.issuer.did}#old"),
    "by name alone": lambda world: revoked(
        world.issuer, publicKeyMultibase="z6Mk", publicKeyJwk={}
    ),
    "in one of two entries": lambda world: (
        revoked(world.issuer) | {"assertionMethod": world.issuer.document["verificationMethod"]}
    ),
}


@pytest.mark.parametrize("secure", [proof, jwt])
@pytest.mark.parametrize("unsafe", UNSAFE.values(), ids=UNSAFE)
def test_a_key_that_any_copy_calls_compromised_stays_so(world, secure, unsafe):
    """T34: also where the issuer's own site has forgotten it, or says it in another place."""
    snapshot = listing(world, unsafe(world))
    assert world.verify(secure(world)).authentic.code == "authentic"
    assert world.verify(secure(world), trust=(snapshot,)).authentic.code == "key_revoked_before"
    world.publish_issuer(world.issuer, unsafe(world))
    assert world.verify(secure(world), trust=(listed(world),)).authentic.answer is not Answer.YES


@pytest.mark.parametrize("secure", [proof, jwt])
def test_a_compromise_whose_day_cannot_be_read_is_not_taken_for_none(world, secure):
    snapshot = listing(world, revoked(world.issuer, revoked="yesterday"))
    verdict = world.verify(secure(world), trust=(snapshot,)).authentic
    assert (verdict.answer, verdict.code) == (Answer.COULD_NOT_CHECK, "key_date_unreadable")


def test_of_two_days_of_a_compromise_the_first_counts(world):
    both = listed(world, revoked=JUST_AFTER), listed(world, revoked=SIGNED)
    for lists in (both, both[::-1]):
        assert world.verify(proof(world), trust=lists).authentic.code == "key_revoked_before"


def test_a_key_set_does_not_bring_back_what_the_document_calls_compromised(world):
    """OB-72: a JWK has no date, so the set of an origin may still hold a key that is withdrawn."""
    issuer = Issuer("https://district.example/issuer")
    world.publish(issuer.did, revoked(issuer))
    jwk = to_jwk(issuer.jwt_key.public_key())
    for kid in ("another", f"{issuer.did}#jwt"):
        keys = {"keys": [jwk | {"kid": kid}]}
        world.publish("https://district.example/.well-known/jwks.json", keys)
        signed = issuer.jwt(world.badge(issuer={"id": issuer.did}), {"kid": kid})
        assert world.verify(signed).authentic.code == "key_revoked_before"


SITE_FAILS = ["too_slow", "connection_lost", "host_not_found", "http_status", "host_in_trouble",
              "host_paused", "answer_too_large", "redirected_elsewhere", "offline"]  # fmt: skip


@pytest.mark.parametrize("secure", [proof, jwt])
@pytest.mark.parametrize("code", [*SITE_FAILS, *LIMITS])
def test_a_snapshot_stands_in_where_the_site_fails_never_for_a_limit_of_ours(world, secure, code):
    document = "https://district.example/.well-known/did.json"
    world.documents[document] = FetchError(code, document)
    verdict = world.verify(secure(world), trust=(listed(world),)).authentic
    by_snapshot = (Answer.YES, "authentic_by_snapshot")
    not_asked = (Answer.COULD_NOT_CHECK, "issuer_not_asked")
    assert (verdict.answer, verdict.code) == (not_asked if code in LIMITS else by_snapshot)


def test_a_key_set_does_not_stand_in_for_a_document_that_was_not_asked(world):
    issuer = Issuer("https://district.example/issuer")
    keys = {"keys": [to_jwk(issuer.jwt_key.public_key()) | {"kid": f"{issuer.did}#jwt"}]}
    world.publish("https://district.example/.well-known/jwks.json", keys)
    world.documents[issuer.did] = FetchError("out_of_time", issuer.did)
    signed = issuer.jwt(world.badge(issuer={"id": issuer.did}))
    assert world.verify(signed).authentic.code == "issuer_not_asked"


def within(fetch, most):
    """A `Fetch` with the budget of one verification."""
    asked = set()

    def limited(url, **how):
        if url not in asked and len(asked) >= most:
            raise FetchError("too_many_fetches", url)
        asked.add(url)
        return fetch(url, **how)

    return limited


@pytest.mark.parametrize(("fillers", "code"), [(7, "key_revoked_before"), (8, "issuer_not_asked")])
def test_a_stolen_key_does_not_count_behind_what_spends_the_budget(world, fillers, code):
    """The ninth badge of a record, by an old snapshot that knows nothing of the theft yet.

    Badges inside are read in the order of their ids, so the others' ids come first.
    """
    world.publish_issuer(world.issuer, revoked(world.issuer))
    others = [Issuer(f"did:web:another{number}.example") for number in range(fillers)]
    badges = [
        other.sign(world.badge(id=f"https://{other.did[8:]}/1", issuer={"id": other.did}))
        for other in others
    ]
    badges.append(proof(world))
    record = {
        "@context": [*CONTEXTS, "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"],
        "type": ["VerifiableCredential", "ClrCredential"],
        "issuer": {"id": DID_KEY, "type": ["Profile"]},
        "name": "A record",
        "validFrom": "2026-11-01T00:00:00Z",
        "credentialSubject": {"type": ["ClrSubject"], "verifiableCredential": badges},
    }
    holder = Issuer(DID_KEY, HOLDER)
    signed = holder.sign(record, verificationMethod=f"{DID_KEY}#{DID_KEY.removeprefix('did:key:')}")
    fetch = within(world.fetch, MAX_FETCHES)
    report = world.verify(signed, fetch=fetch, trust=(listed(world),))
    assert report.authentic.answer is Answer.YES
    assert report.credentials[-1].authentic.code == code


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
    verdict = report_of(world, secure(world), older)
    assert (verdict.answer, verdict.code) == (answer, code)


def test_a_signature_of_an_unknown_time_by_a_key_that_a_snapshot_lacks_is_unsure(world):
    document = world.issuer.document | {"assertionMethod": []}
    signed = world.issuer.sign(world.badge(), created=None)
    verdict = report_of(world, signed, world.trust_list(world.issuer, didDocument=document))
    assert verdict.code == "key_not_in_snapshot"


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
    verdict = report_of(world, signed, listed(world))
    assert (verdict.answer, verdict.code) == (Answer.YES, "authentic_by_snapshot")
