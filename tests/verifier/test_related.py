"""Digests of related resources, and other shapes of the data model (VCDM 2.0, 4.9, 4.10, 5.3)."""

import base64
import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contexts import file_of
from verifier.checks.evidence import digest_multibase
from verifier.checks.related import MAX_RESOURCES, SECURITY_ERROR
from verifier.report import Answer

AFTER = datetime(2026, 11, 30, tzinfo=UTC)
CASES = Path(__file__).parents[1] / "cases"
V2 = "https://www.w3.org/ns/credentials/v2"
BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
FILE = file_of(V2)
RIGHT = digest_multibase(hashlib.sha256(FILE).digest())
WRONG = digest_multibase(hashlib.sha256(b"x").digest())
BARE = "uWZVc7WaX1h4D8rJVb-vlMIqxaEKEb1tYbX8fet7JJzQ"
"""As W3C's test suite for the data model writes the SHA-256 of that context since May 2026."""
EARLIER = {
    "digestSRI": "sha384-NSOcNpmdIVUxIJGvGUoe22FjTWrXiaXlsZ8q6912LdnR3KraQO2n75Ica4wK4Qeg",
    "digestMultibase": "uJKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k",
}
"""As it wrote them in July 2024, when other bytes were published."""


def sri(data, name="sha384"):
    return f"{name}-" + base64.b64encode(hashlib.new(name, data).digest()).decode()


def judged(world, *resources):
    badge = world.badge(relatedResource=list(resources))
    return world.verify(world.issuer.sign(badge))


@pytest.mark.parametrize(
    "digests",
    [
        {"digestSRI": sri(FILE)},
        {"digestSRI": sri(FILE, "sha256")},
        {"digestSRI": sri(b"x", "sha256") + " " + sri(FILE, "sha512")},
        {"digestSRI": sri(b"x") + " " + sri(FILE)},
        {"digestSRI": sri(FILE) + "?ct=application/ld+json"},
        {"digestMultibase": RIGHT},
        {"digestMultibase": BARE},
        {"digestSRI": sri(FILE), "digestMultibase": [RIGHT]},
    ],
    ids=["384", "256", "the stronger", "one of two", "options", "multibase", "bare", "both"],
)  # fmt: skip
def test_the_digest_of_a_context_that_is_held_here_fits(world, digests):
    report = judged(world, {"id": V2, **digests})
    assert report.authentic.answer is Answer.YES
    assert ("related", "resource_fits") in {(check.name, check.code) for check in report.checks}


@pytest.mark.parametrize(
    "digests",
    [
        {"digestSRI": sri(b"x")},
        {"digestSRI": sri(FILE, "sha256") + " " + sri(b"x", "sha512")},
        {"digestSRI": "sha384-ñ"},
        {"digestSRI": "md5-AAAA"},
        {"digestMultibase": WRONG},
        {"digestMultibase": "?"},
        {"digestMultibase": BARE[:-2]},
        {"digestSRI": sri(FILE), "digestMultibase": WRONG},
        {**EARLIER, "digestMultibase": RIGHT},
    ],
    ids=["384", "the weaker fits", "no base64", "no hash", "multibase", "no digest", "31 bytes",
         "one of both", "one of both is earlier"],
)  # fmt: skip
def test_a_wrong_digest_is_an_error(world, digests):
    """VCDM 2.0, section 5.3."""
    report = judged(world, {"id": V2, **digests})
    assert (report.authentic.answer, report.authentic.code) == (Answer.NO, "resource_differs")
    (failure,) = [check for check in report.checks if check.code == "resource_differs"]
    assert (failure.name, failure.problem) == ("related", SECURITY_ERROR)


def test_a_digest_of_another_copy_than_ours_could_not_be_checked(world):
    """`context-3.0.3.json` was changed in place: nobody here knows which bytes were meant."""
    report = judged(world, {"id": BADGES, "digestSRI": sri(b"x")})
    assert (report.authentic.answer, report.authentic.code) == (
        Answer.COULD_NOT_CHECK,
        "resource_not_compared",
    )


@pytest.mark.parametrize("member", [*EARLIER, None])
def test_a_digest_of_bytes_that_were_published_before_could_not_be_checked(world, member):
    """An honest credential of that time is no forgery."""
    digests = {name: text for name, text in EARLIER.items() if member in (name, None)}
    assert judged(world, {"id": V2, **digests}).authentic.code == "resource_not_compared"


def test_options_of_an_earlier_digest_change_nothing(world):
    with_options = {"digestSRI": EARLIER["digestSRI"] + "?ct=application/ld+json"}
    assert judged(world, {"id": V2, **with_options}).authentic.code == "resource_not_compared"


def test_a_context_without_a_digest_could_not_be_checked(world):
    report = judged(world, {"id": V2})
    assert report.authentic.code == "resource_not_compared"
    assert [check.name for check in report.checks if check.code == report.authentic.code] == [
        "related"
    ]


@pytest.mark.parametrize(
    "resources",
    [
        [{"id": "https://district.example/badge.png", "digestSRI": sri(b"x")}],
        [{"id": V2, "digestSRI": sri(FILE)}] * (MAX_RESOURCES + 1),
        [7],
        ["https://district.example/badge.png"],
    ],
    ids=["a picture", "too many", "a number", "an address"],
)
def test_what_is_not_held_here_is_said_to_be_not_compared(world, resources):
    report = world.verify(world.issuer.jwt(world.badge(relatedResource=resources)))
    assert report.authentic.answer is Answer.YES
    unjudged = [check.params for check in report.checks if check.code == "part_not_checked"]
    assert unjudged == [{"member": "relatedResource"}]


@pytest.mark.parametrize(
    ("case", "authentic", "current"),
    [
        ("ob-plain--must-pass-", "authentic", "current"),
        ("ob-relatedResource-wrong-digest-of-a-bundle", "resource_differs", "not_authentic"),
        ("ob-credentialStatus-without-type", "authentic", "status_not_supported"),
        ("ob-validUntil-before-validFrom--both-past", "authentic", "expired"),
    ],
)
def test_shapes_of_the_data_model(world, case, authentic, current):
    report = world.verify((CASES / f"{case}.json").read_bytes(), now=AFTER)
    assert (report.authentic.code, report.current.code) == (authentic, current)


@pytest.mark.parametrize("begins", ["2025-06-01T00:00:00Z", "2027-06-01T00:00:00Z"])
@pytest.mark.parametrize("ends", ["2025-01-01T00:00:00Z", "2027-01-01T00:00:00Z"])
def test_an_end_before_the_begin_is_never_current(world, begins, ends):
    """VCDM 2.0, section 4.9: `validUntil` is not before `validFrom`."""
    badge = world.badge(validFrom=begins, validUntil=ends)
    current = world.verify(world.issuer.sign(badge)).current.answer
    assert current is (Answer.YES if begins < "2026" and ends > "2026" else Answer.NO)
