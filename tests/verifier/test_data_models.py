"""Badges of data model 1.1 with embedded proofs, and what each model needs (OB-4, OB-67, OB-93)."""

import pytest
from world import NOW

from verifier import Answer
from verifier.proof.cryptosuites import SUITES

V1 = "https://www.w3.org/2018/credentials/v1"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context"
ED25519_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"
INTEGRITY = "https://w3id.org/security/data-integrity/"
PAST, LATE = "2026-11-02T00:00:00Z", "2030-01-01T00:00:00Z"


def old_badge(world, *contexts, **changes):
    """Return the badge as data model 1.1 writes it."""
    badge = world.badge(**{"@context": [V1, *contexts]})
    badge["issuanceDate"] = badge.pop("validFrom")
    for member in ("credentialStatus", "evidence", "awardedDate"):
        del badge[member]
    return badge | changes


def signed(world, badge, suite="eddsa-rdfc-2022"):
    row = SUITES[suite]
    proof = {
        "type": row.proof_type,
        "created": "2026-11-01T00:00:00Z",
        "verificationMethod": world.issuer.method,
        "proofPurpose": "assertionMethod",
    }
    if row.proof_type == "DataIntegrityProof":
        proof["cryptosuite"] = suite
    key = world.issuer.proof_key
    value = row.encode(key.sign(row.hash_data(badge, proof, key.public_key())))
    return badge | {"proof": {**proof, "proofValue": value}}


@pytest.mark.parametrize("badges", [".json", "-3.0.1.json", "-3.0.2.json", "-3.0.3.json"])
@pytest.mark.parametrize(
    ("suite", "more"),
    [
        ("Ed25519Signature2020", ED25519_2020),
        ("eddsa-rdfc-2022", INTEGRITY + "v1"),
        ("eddsa-rdfc-2022", INTEGRITY + "v2"),
        ("eddsa-2022", INTEGRITY + "v1"),
    ],
)
def test_a_badge_of_data_model_1_1_is_read(world, badges, suite, more):
    whole = signed(world, old_badge(world, OB + badges, more), suite)
    report = world.verify(whole)
    assert (report.authentic.code, report.current.code) == ("authentic", "current")
    assert report.credential.valid_from.isoformat() == "2026-11-01T00:00:00+00:00"


def test_its_expiration_date_ends_it(world):
    ended = old_badge(
        world, OB + "-3.0.1.json", INTEGRITY + "v2", expirationDate="2026-11-02T00:00:00Z"
    )
    assert world.verify(signed(world, ended)).current.code == "expired"


def test_its_issuance_date_begins_it(world):
    early = old_badge(
        world, OB + "-3.0.1.json", INTEGRITY + "v2", issuanceDate="2027-01-01T00:00:00Z"
    )
    assert world.verify(signed(world, early)).current.code == "not_yet_valid"


@pytest.mark.parametrize(
    ("dates", "code"),
    [
        (
            {"validUntil": "2030-01-01T00:00:00Z", "expirationDate": "2026-11-02T00:00:00Z"},
            "expired",
        ),
        (
            {"validUntil": "2026-11-02T00:00:00Z", "expirationDate": "2030-01-01T00:00:00Z"},
            "expired",
        ),
        ({"validFrom": "2027-01-01T00:00:00Z"}, "not_yet_valid"),
    ],
    ids=["old-name-ends", "new-name-ends", "new-name-begins"],
)
def test_of_two_names_for_a_date_the_stricter_counts(world, dates, code):
    both = old_badge(world, OB + "-3.0.1.json", INTEGRITY + "v2", **dates)
    assert world.verify(signed(world, both), now=NOW).current.code == code


@pytest.mark.parametrize(
    "contexts",
    [
        pytest.param(["https://www.w3.org/ns/credentials/v2"], id="no-badge-context"),
        pytest.param([OB + "-3.0.3.json"], id="no-credential-context"),
        pytest.param([OB + "-3.0.3.json", "https://www.w3.org/ns/credentials/v2"], id="order"),
        pytest.param(["https://www.w3.org/ns/credentials/v3", OB + ".json"], id="a-later-model"),
        pytest.param("https://www.w3.org/ns/credentials/v2", id="one"),
    ],
)  # fmt: skip
def test_a_standard_not_known_here_could_not_be_checked(world, contexts):
    report = world.verify(world.issuer.jwt(world.badge(**{"@context": contexts})))
    assert (report.authentic.answer, report.authentic.code) == (
        Answer.COULD_NOT_CHECK,
        "context_missing",
    )


@pytest.mark.parametrize("badges", [".json", "-3.0.1.json"])
def test_contexts_that_contradict_each_other_are_no_true_badge(world, badges):
    """The first two contexts of Open Badges 3.0 redefine protected terms of data model 2.0."""
    whole = world.issuer.sign(world.badge())
    mixed = whole | {"@context": ["https://www.w3.org/ns/credentials/v2", OB + badges]}
    assert world.verify(mixed).authentic.answer is not Answer.YES
