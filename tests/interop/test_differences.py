"""Where the libraries and Mintmark answer differently, with both answers written down.

None of these is a fault of a library: each leaves to its caller what Mintmark, made for
people who do not program, settles itself. docs/interop.md explains them.
"""

import json
from datetime import UTC, datetime

import pytest
from world import CONTEXTS, World

from verifier import Answer, verify
from verifier.fetching.fetch import Fetched

ENDED = "2026-11-02T00:00:00Z"
ASKED = "2026-11-22T12:00:00Z"
FULL_VALID_UNTIL = "https://www.w3.org/2018/credentials#validUntil"
DATE_TIME = "http://www.w3.org/2001/XMLSchema#dateTime"


def fetch_of(issued):
    """Return a fetch that gets what an issuer published."""

    def fetch(url, *, accept, max_bytes):
        return Fetched(url, json.dumps(issued.published[url]).encode())

    return fetch


@pytest.fixture
def sign(library, world: World):
    """Sign a badge with the world's own key in Node; a member of None is left out."""
    did, seed = world.issuer.did, world.issuer.proof_key.private_bytes_raw().hex()
    issuer = library.ask("newIssuer", did=did, seed=seed)
    world.publish_issuer(world.issuer, issuer["document"])

    def sign(**changes):
        badge = plain(world, **changes)
        return library.ask("issue", did=did, credential=badge, created="2026-11-01T00:00:00Z")

    return sign


def plain(world: World, **changes):
    badge = world.badge(**({"credentialStatus": None} | changes))
    return {name: value for name, value in badge.items() if value is not None}


@pytest.fixture
def vc_js_verifies(library, world: World):
    """Whether @digitalbazaar/vc calls a credential verified, in the world as it is."""

    def verifies(credential) -> bool:
        published = {url: json.loads(body) for url, body in world.documents.items()}
        arguments = {"credential": credential, "published": published, "now": ASKED}
        return library.ask("verifyCredential", **arguments)["verified"]

    return verifies


def test_an_end_under_its_full_name_is_overlooked_by_vc_js_and_stops_mintmark(
    world, sign, vc_js_verifies
):
    badge = sign(validUntil=ENDED)
    badge[FULL_VALID_UNTIL] = {"@type": DATE_TIME, "@value": badge.pop("validUntil")}
    assert vc_js_verifies(badge)
    assert world.verify(badge).authentic.code == "structure_full_iri_key"


def test_a_badge_without_an_achievement_is_fine_for_vc_js_and_noted_by_mintmark(
    world, sign, vc_js_verifies
):
    badge = sign(credentialSubject={"id": "urn:uuid:8f6f0c0e-2b0a-4b0e-9d2e-0c8d7f3f5a11"})
    assert vc_js_verifies(badge)
    report = world.verify(badge)
    assert report.authentic.answer is Answer.YES
    assert "achievement_missing" in {check.code for check in report.checks}


def test_check_status_calls_a_revoked_credential_verified_and_mintmark_calls_it_revoked(
    library, issued
):
    revoked = issued.json["revoked"]
    arguments = {"credential": revoked, "published": issued.published}
    assert library.ask("verifyCredential", **arguments)["verified"]
    report = verify(json.dumps(revoked).encode(), fetch=fetch_of(issued), now=datetime.now(UTC))
    assert report.current.code == "revoked"


def test_one_good_proof_of_a_set_is_enough_for_vc_js_and_mintmark_asks_for_all(library, issued_by):
    issued = issued_by("all in a set")
    proofs = issued.json["sound"]["proof"]
    for place, proof in enumerate(proofs):
        wrong = proof | {"created": "2026-01-01T00:00:00Z"}
        credential = issued.json["sound"] | {"proof": [wrong, proofs[place - 1]]}
        arguments = {"credential": credential, "published": issued.published}
        assert library.ask("verifyCredential", **arguments)["verified"]
        report = verify(
            json.dumps(credential).encode(), fetch=fetch_of(issued), now=datetime.now(UTC)
        )
        assert (report.authentic.answer, report.authentic.code) == (Answer.NO, "signature_wrong")


@pytest.mark.parametrize(
    ("unknown", "code"),
    [
        pytest.param("did", "issuer_unreachable", id="issuer-out-of-reach"),
        pytest.param("@context", "context_not_listed", id="context-not-listed"),
    ],
)
def test_what_cannot_be_had_is_not_verified_for_vc_js_and_could_not_check_for_mintmark(
    world, sign, vc_js_verifies, unknown, code
):
    badge = sign()
    if unknown == "did":
        world.documents.clear()
    else:
        badge["@context"] = [*CONTEXTS, "https://other.example/context.json"]
    assert not vc_js_verifies(badge)
    authentic = world.verify(badge).authentic
    assert (authentic.answer, authentic.code) == (Answer.COULD_NOT_CHECK, code)


def test_claims_that_contradict_the_credential_are_fine_for_jose_and_refused_by_mintmark(
    world, library
):
    token = world.issuer.jwt(plain(world), claims={"sub": "urn:uuid:somebody-else"})
    published = {url: json.loads(body) for url, body in world.documents.items()}
    arguments = {"jwt": token, "issuer": world.issuer.did, "published": published, "now": ASKED}
    assert library.ask("verifyJwt", **arguments)["verified"]
    assert world.verify(token).authentic.code == "claims_differ"
