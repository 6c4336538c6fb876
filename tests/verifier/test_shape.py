"""The shape of an Open Badge: what it cannot be judged without, and what is only noted (OB-82)."""

from copy import deepcopy

import pytest
from world import BADGE, CONTEXTS

from verifier.report import Outcome
from verifier.shape import check_shape

GONE = object()


def changed(place, value):
    document = deepcopy(BADGE)
    *path, last = place.split(".")
    here = document
    for key in path:
        here = here[int(key)] if isinstance(here, list) else here[key]
    if value is GONE:
        del here[last]
    else:
        here[last] = value
    return document


def test_the_sample_is_an_open_badge_without_a_note():
    assert check_shape(BADGE).code == "open_badge_3"


@pytest.mark.parametrize(
    "types",
    [
        pytest.param(["VerifiableCredential"], id="no badge"),
        pytest.param(["OpenBadgeCredential"], id="no credential"),
        pytest.param(["VerifiablePresentation", "OpenBadgeCredential"], id="a presentation"),
        pytest.param([], id="none"),
        pytest.param(7, id="a number"),
        pytest.param([["VerifiableCredential"], {"a": 1}], id="odd ones"),
        pytest.param(["VerifiableCredential", "openbadgecredential"], id="in lower case"),
    ],
)
def test_what_is_no_open_badge_is_not_judged_as_one(types):
    found = check_shape(changed("type", types))
    assert (found.outcome, found.code) == (Outcome.COULD_NOT_CHECK, "not_an_open_badge")


@pytest.mark.parametrize("types", [["VerifiableCredential", "AchievementCredential"]])
def test_both_names_of_the_type_are_accepted(types):
    assert check_shape(changed("type", types)).code == "open_badge_3"


@pytest.mark.parametrize(
    "contexts",
    [
        pytest.param(CONTEXTS[::-1], id="in another order"),
        pytest.param(CONTEXTS[:1], id="without Open Badges"),
        pytest.param(CONTEXTS[1:], id="without Verifiable Credentials"),
        pytest.param([CONTEXTS[0], CONTEXTS[1] + "x"], id="another address"),
        pytest.param([], id="none"),
        pytest.param(None, id="null"),
    ],
)
def test_a_badge_that_does_not_name_its_standard_is_not_judged(contexts):
    found = check_shape(changed("@context", contexts))
    assert found.code == "context_missing"
    assert found.outcome is not Outcome.PASSED


@pytest.mark.parametrize(
    ("place", "value", "code", "member"),
    [
        pytest.param("issuer", GONE, "member_missing", "issuer.id", id="no issuer"),
        pytest.param("issuer", {"name": "N"}, "member_missing", "issuer.id", id="nameless issuer"),
        pytest.param("issuer", "", "member_missing", "issuer.id", id="empty issuer"),
        pytest.param("validFrom", GONE, "member_missing", "validFrom", id="no begin"),
        pytest.param(
            "credentialSubject", GONE, "member_missing", "credentialSubject", id="no subject"
        ),
        pytest.param(
            "credentialSubject", "urn:x", "member_missing", "credentialSubject", id="subject by id"
        ),
        pytest.param(
            "credentialSubject",
            {"achievement": {}},
            "member_missing",
            "credentialSubject.id or .identifier",
            id="nobody's",
        ),
        pytest.param(
            "credentialSubject.achievement",
            GONE,
            "member_missing",
            "credentialSubject.achievement",
            id="no achievement",
        ),
        pytest.param(
            "credentialSubject.achievement",
            "urn:x",
            "member_missing",
            "credentialSubject.achievement",
            id="achievement by id",
        ),
    ],
)  # fmt: skip
def test_what_a_badge_cannot_be_judged_without_fails(place, value, code, member):
    found = check_shape(changed(place, value))
    assert (found.outcome, found.code) == (Outcome.FAILED, code)
    assert found.params["member"] == member


@pytest.mark.parametrize(
    ("place", "value", "member"),
    [
        pytest.param("validFrom", "2026-11-01", "validFrom", id="begin a day"),
        pytest.param("validUntil", "soon", "validUntil", id="end in words"),
        pytest.param("validUntil", 7, "validUntil", id="end a number"),
        pytest.param("validUntil", {"@value": "x"}, "validUntil", id="value"),
        pytest.param("awardedDate", ["a", "b"], "awardedDate", id="two awards"),
    ],
)  # fmt: skip
def test_a_date_that_says_no_moment_could_not_be_checked(place, value, member):
    found = check_shape(changed(place, value))
    assert (found.outcome, found.code) == (Outcome.COULD_NOT_CHECK, "date_unreadable")
    assert found.params["member"] == member


@pytest.mark.parametrize(
    ("place", "value", "noted"),
    [
        ("id", GONE, "id"),
        ("name", None, "name"),
        ("issuer", "did:web:district.example", "issuer.type"),
        ("issuer.type", ["Person"], "issuer.type"),
        ("credentialSubject.type", ["Subject"], "credentialSubject.type"),
        ("credentialSubject.achievement.type", GONE, "achievement.type"),
        ("credentialSubject.achievement.id", GONE, "achievement.id"),
        ("credentialSubject.achievement.name", "", "achievement.name"),
        ("credentialSubject.achievement.description", GONE, "achievement.description"),
        ("credentialSubject.achievement.criteria", {}, "achievement.criteria"),
        ("evidence", [{"name": "E"}], "evidence.type"),
        ("credentialSubject.result", ["met"], "result"),
        ("credentialSubject.result.0.resultDescription", "urn:x", "result.resultDescription"),
        ("credentialSubject.result.0.achievedLevel", "urn:x", "result.achievedLevel"),
        ("credentialSubject.result.0.resultDescription", GONE, "result.achievedLevel"),
    ],
)
def test_what_touches_no_meaning_is_noted_and_passes(place, value, noted):
    found = check_shape(changed(place, value))
    assert (found.outcome, found.code) == (Outcome.PASSED, "shape_notes")
    assert found.params["members"] == noted


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param([BADGE["credentialSubject"]], id="the subject in a list"),
        pytest.param(
            BADGE["credentialSubject"]
            | {"achievement": [BADGE["credentialSubject"]["achievement"]]},
            id="the achievement in a list",
        ),
    ],
)
def test_one_thing_in_a_list_is_that_thing(subject):
    assert check_shape(changed("credentialSubject", subject)).code == "open_badge_3"


def test_an_earner_known_by_an_identifier_alone_is_enough():
    subject = {key: value for key, value in BADGE["credentialSubject"].items() if key != "id"}
    assert check_shape(changed("credentialSubject", subject)).code == "open_badge_3"


def test_many_notes_are_cut():
    results = [{"type": "Result", "resultDescription": f"urn:{n}"} for n in range(900)]
    noted = check_shape(changed("credentialSubject.result", [*results, "x"])).params["members"]
    assert noted == "result, result.resultDescription"
