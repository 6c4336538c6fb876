"""The shape of an Open Badge: what is noted, and what it cannot be judged without (OB-82)."""

from copy import deepcopy
from pathlib import Path

import pytest
from world import BADGE, CONTEXTS, NOW

from verifier.batch import policy
from verifier.batch.table import ApplicantFile
from verifier.report import Answer, Check, Outcome
from verifier.structure.shape import GAPS, MALFORMED, check_endorsement, check_shape
from verifier.wording import words

GONE = object()
CASES = Path(__file__).parents[1] / "cases"


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


def judged(document):
    """Return the first check of the shape, which says what it is."""
    return check_shape(document)[0]


def codes(document):
    return [check.code for check in check_shape(document)]


def test_the_sample_is_an_open_badge_without_a_note():
    assert codes(BADGE) == ["open_badge_3"]


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
    check = judged(changed("type", types))
    assert (check.outcome, check.code) == (Outcome.COULD_NOT_CHECK, "not_an_open_badge")


@pytest.mark.parametrize("types", [["VerifiableCredential", "AchievementCredential"]])
def test_both_names_of_the_type_are_accepted(types):
    assert judged(changed("type", types)).code == "open_badge_3"


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
    check = judged(changed("@context", contexts))
    assert check.code == "context_missing"
    assert check.outcome is not Outcome.PASSED


@pytest.mark.parametrize(
    ("value"), [GONE, {"name": "N"}, "", 7], ids=["none", "nameless", "empty", "number"]
)
def test_a_badge_of_no_issuer_could_not_be_checked(value):
    (check,) = check_shape(changed("issuer", value))
    assert (check.outcome, check.code) == (Outcome.COULD_NOT_CHECK, "issuer_missing")


WHOLE = {
    "types of something else": (
        changed("type", ["VerifiableCredential", "B", "A"]),
        "not_an_open_badge", {"types": "A, B, VerifiableCredential"}, None,
    ),
    "no types": (changed("type", []), "not_an_open_badge", {"types": "none"}, None),
    "many types": (changed("type", ["x" * 300]), "not_an_open_badge", {"types": "x" * 200}, None),
    "no data model": (
        changed("@context", CONTEXTS[1:]),
        "context_missing", {"member": "@context[0]"}, MALFORMED,
    ),
    "no standard": (
        changed("@context", CONTEXTS[:1]),
        "context_missing", {"member": "@context[1]"}, MALFORMED,
    ),
    "no issuer": (changed("issuer", GONE), "issuer_missing", {"member": "issuer.id"}, MALFORMED),
    "two achievements": (
        changed("credentialSubject.achievement", [{"id": "urn:a"}, {"id": "urn:b"}]),
        "structure_list_for_one", {"place": "credentialSubject.achievement"}, MALFORMED,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_not_judged_says_where_it_is_flawed(name):
    document, code, params, problem = WHOLE[name]
    assert check_shape(document) == (
        Check("shape", Outcome.COULD_NOT_CHECK, code, params, problem),
    )


def test_an_endorsement_of_something_else_says_of_what():
    endorsement = changed("type", ["VerifiableCredential", "EndorsementCredential"])
    own = endorsement["credentialSubject"]["id"]
    assert check_endorsement(endorsement, {own}) == (Check("shape", Outcome.PASSED, "endorsement"),)
    assert check_endorsement(endorsement, {"urn:x"}) == (
        Check("shape", Outcome.COULD_NOT_CHECK, "endorsement_of_another", {"about": own}),
    )
    assert check_endorsement(BADGE, {own}) == (
        Check("shape", Outcome.COULD_NOT_CHECK, "not_an_endorsement",
              {"types": "OpenBadgeCredential, VerifiableCredential"}),
    )  # fmt: skip
    assert check_endorsement(endorsement | {"@context": CONTEXTS[:1]}, {own})[0].code == (
        "context_missing"
    )


LEFT_OUT = [
    pytest.param("validFrom", GONE, ["begin_missing"], id="no begin"),
    pytest.param("validFrom", None, ["begin_missing"], id="begin null"),
    pytest.param(
        "credentialSubject", GONE, ["names_nobody", "achievement_missing"], id="no subject"
    ),
    pytest.param("credentialSubject", "urn:x", ["achievement_missing"], id="subject by id"),
    pytest.param(
        "credentialSubject",
        {key: BADGE["credentialSubject"][key] for key in ("type", "achievement")},
        ["names_nobody"],
        id="nobody's",
    ),
    pytest.param(
        "credentialSubject",
        {"achievement": BADGE["credentialSubject"]["achievement"], "type": "AchievementSubject"}
        | {"name": " "},
        ["names_nobody"],
        id="a blank name",
    ),
    pytest.param(
        "credentialSubject.achievement", GONE, ["achievement_missing"], id="no achievement"
    ),
    pytest.param(
        "credentialSubject.achievement", "urn:x", ["achievement_missing"], id="achievement by id"
    ),
]


@pytest.mark.parametrize(("place", "value", "gaps"), LEFT_OUT)
def test_what_a_badge_leaves_out_is_noted(place, value, gaps):
    """OB 3.0, B.1: required members. A signature over what is there is none the worse."""
    what, *noted = check_shape(changed(place, value))
    assert what.code in ("open_badge_3", "shape_notes")
    assert noted == [Check("shape", Outcome.PASSED, gap, {}, MALFORMED) for gap in gaps]


def test_a_learner_record_and_an_endorsement_are_noted_alike():
    record = changed("type", ["VerifiableCredential", "ClrCredential"]) | {
        "@context": [CONTEXTS[0], "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"]
    }
    del record["validFrom"], record["credentialSubject"]
    assert codes(record) == ["clr_2", "names_nobody", "begin_missing"]
    endorsement = changed("type", ["VerifiableCredential", "EndorsementCredential"])
    del endorsement["validFrom"]
    checks = check_endorsement(endorsement, {BADGE["credentialSubject"]["id"]})
    assert [check.code for check in checks] == ["endorsement", "begin_missing"]


@pytest.mark.parametrize("form", ["json", "jwt"])
@pytest.mark.parametrize(("place", "value", "gaps"), LEFT_OUT)
def test_what_is_left_out_makes_no_signed_badge_a_false_one(world, form, place, value, gaps):
    """Authentic asks whether the issuer signed it; a batch gives it to a person."""
    badge = changed(place, value)
    badge = {name: member for name, member in badge.items() if member is not None}
    report = world.verify(signed(world, badge, form))
    assert (report.authentic.code, report.current.code) == ("authentic", "current")
    row = ApplicantFile("a-1", "badge.json", "", ())
    rules = policy.BatchPolicy(lists=(world.trust_list(world.issuer),))
    looked = list(policy.judge(report, rules, row, NOW))
    looked = [why for why in looked if why.code in GAPS]
    assert [(why.answer, why.code) for why in looked] == [
        (Answer.COULD_NOT_CHECK, gap) for gap in gaps
    ]
    assert all(words.next_step(why) for why in looked)


def signed(world, badge, form):
    if form == "json":
        return world.issuer.sign(badge)
    whole = {"credentialSubject": {}, "validFrom": BADGE["validFrom"], **badge}
    subject = badge.get("credentialSubject")
    claims = {name: None for name in ("credentialSubject", "validFrom") if name not in badge}
    if not isinstance(subject, dict):
        claims |= {"sub": None, "credentialSubject": subject}
        whole["credentialSubject"] = {}
    return world.issuer.jwt(whole, claims=claims | {"nbf": None})


@pytest.mark.parametrize(
    ("place", "value"),
    [
        pytest.param("validFrom", "2026-11-01", id="begin a day"),
        pytest.param("validFrom", "", id="begin empty"),
        pytest.param("validUntil", "soon", id="end in words"),
        pytest.param("validUntil", {"@value": "x"}, id="value"),
        pytest.param("validUntil", {}, id="object"),
        pytest.param("validUntil", 7, id="end a number"),
        pytest.param("validUntil", True, id="end a boolean"),
    ],
)
def test_a_limit_that_says_no_moment_is_none_that_holds(world, place, value):
    """What cannot be read is not absent (VCDM 2.0, section 4.9)."""
    report = world.verify(world.issuer.sign(changed(place, value)))
    assert report.authentic.answer is Answer.YES
    assert (report.current.answer, report.current.code) == (
        Answer.COULD_NOT_CHECK,
        "date_unreadable",
    )
    assert report.current.params["member"] == place


@pytest.mark.parametrize("nothing", [None, [], [None]], ids=repr)
def test_an_end_without_a_value_is_no_end(world, nothing):
    """It stands for no statement (JSON-LD 1.1, section 3.1)."""
    report = world.verify(world.issuer.sign(changed("validUntil", nothing)))
    assert report.current.code == "current"


def test_an_award_that_says_no_moment_is_noted_and_ends_nothing(world):
    report = world.verify(world.issuer.sign(changed("awardedDate", "in spring")))
    assert (report.authentic.code, report.current.code) == ("authentic", "current")
    rules = policy.BatchPolicy(greatest_age_days=100_000)
    reasons = policy.judge(report, rules, ApplicantFile("a-1", "badge.json", "", ()), NOW)
    assert "age_unknown" in {why.code for why in reasons}


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
    check = judged(changed(place, value))
    assert (check.outcome, check.code) == (Outcome.PASSED, "shape_notes")
    assert check.params["members"] == noted


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
    assert codes(changed("credentialSubject", subject)) == ["open_badge_3"]


def test_an_earner_known_by_an_identifier_alone_is_enough():
    subject = {key: value for key, value in BADGE["credentialSubject"].items() if key != "id"}
    assert codes(changed("credentialSubject", subject)) == ["open_badge_3"]


def test_many_notes_are_cut():
    results = [{"type": "Result", "resultDescription": f"urn:{n}"} for n in range(900)]
    noted = judged(changed("credentialSubject.result", [*results, "x"])).params["members"]
    assert noted == "result, result.resultDescription"


def test_a_badge_from_elsewhere_without_a_begin_is_authentic(world):
    report = world.verify((CASES / "10-no-validfrom.json").read_bytes())
    assert (report.authentic.code, report.current.code) == ("authentic", "current")
    assert "begin_missing" in {check.code for check in report.checks}


@pytest.mark.parametrize("form", ["json", "jwt", "from elsewhere"])
def test_of_a_signed_credential_that_is_no_badge_the_signature_is_told(world, form):
    badge = changed("type", ["VerifiableCredential"])
    original = (CASES / "license-plain-v2.json").read_bytes()
    report = world.verify(original if form == "from elsewhere" else signed(world, badge, form))
    assert (report.authentic.answer, report.authentic.code) == (
        Answer.COULD_NOT_CHECK,
        "signed_no_badge",
    )
    assert report.credential is None


def test_a_changed_credential_that_is_no_badge_is_not_authentic(world):
    original = (CASES / "license-plain-v2.json").read_bytes()
    verdict = world.verify(original.replace(b"Alex", b"Kim")).authentic
    assert (verdict.answer, verdict.code) == (Answer.NO, "signature_wrong")
