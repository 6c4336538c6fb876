"""A district's own rules: what they ask for, what they give for it, what they refuse to say."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from planted import ACHIEVEMENT, badge
from world import NOW, Issuer

from verifier.batch import policy
from verifier.batch.table import ApplicantFile
from verifier.parsing.strict_toml import TomlError
from verifier.report import Answer
from verifier.trust.chain import LICENSED

SOMEBODY = ApplicantFile("a", "a.json")


@pytest.fixture
def judged(world):
    """Judge a badge by a policy; return codes and answers of the reasons."""

    def judged(text, document=None, thing=SOMEBODY, lists=None, **options):
        lists = (listing("did:web:district.example"),) if lists is None else lists
        signed = world.issuer.sign(document or badge(world, 1))
        rules = policy.parse(text.encode(), lists)
        report = world.verify(signed, trust=rules.lists)
        reasons = policy.judge(report, rules, thing, options.get("now", NOW))
        return {reason.code: reason.answer for reason in reasons}

    return judged


def listing(*issuers, **entry):
    entries = [{"id": issuer, "name": "A District", **entry} for issuer in issuers]
    document = {"type": "MintmarkTrustList", "version": 1, "name": "Ours", "entries": entries}
    return json.dumps({**document, "updated": "2026-11-10T00:00:00Z"}).encode()


def test_without_rules_what_is_authentic_in_force_and_of_a_known_issuer_counts(judged):
    assert judged("") == {}
    assert judged("", lists=()) == {"no_trust_list": Answer.COULD_NOT_CHECK}


@pytest.mark.parametrize(
    ("listed", "reasons"),
    [
        pytest.param(listing("did:web:district.example"), {}, id="listed"),
        pytest.param(listing(), {"not_listed": Answer.COULD_NOT_CHECK}, id="a-stranger"),
        pytest.param(
            listing("did:web:district.example", validUntil="2026-01-01T00:00:00Z"),
            {"listing_ended": Answer.NO},
            id="ended",
        ),
    ],
)
def test_an_issuer_on_no_list_is_looked_at_and_one_taken_off_does_not_count(
    judged, listed, reasons
):
    assert judged('lists = ["l.json"]', lists=(listed,)) == reasons


def test_a_reason_is_the_same_however_long_ago_the_issuer_was_asked(world):
    def some_time_ago(url, **options):
        return replace(world.fetch(url, **options), age=60)

    world.publish_list({1})
    report = world.verify(world.issuer.sign(badge(world, 1)), fetch=some_time_ago)
    assert report.current.params["age"] == 60
    reason, *_ = policy.judge(report, policy.BatchPolicy(), SOMEBODY, NOW)
    assert reason.code == "revoked"
    assert "age" not in reason.params


@pytest.mark.parametrize(
    ("listed", "code"),
    [
        pytest.param({"unverified": "a directory"}, "listed_unverified", id="nobody-looked"),
        pytest.param({"id": "did:web:state.example", "kind": "state"}, "endorsed", id="endorsed"),
    ],
)
def test_it_is_said_by_whose_word_an_issuer_is_known(world, judged, listed, code):
    state = Issuer("did:web:state.example")
    world.publish_issuer(state)
    document = badge(world, 1)
    document["issuer"]["endorsement"] = [
        state.sign(
            {
                "@context": document["@context"],
                "type": ["VerifiableCredential", "EndorsementCredential"],
                "issuer": {"id": state.did, "type": ["Profile"]},
                "validFrom": "2026-10-01T00:00:00Z",
                "credentialSubject": {
                    "id": world.issuer.did,
                    "type": ["EndorsementSubject", LICENSED],
                },
            }
        )
    ]
    lists = (listing(world.issuer.did, **listed),)
    assert judged("", document, lists=lists) == {code: Answer.YES}


def test_what_a_copy_of_the_keys_shows_is_said_with_its_day(world, judged):
    snapshot = {"didDocument": world.issuer.document, "retrieved": "2026-11-10T00:00:00Z"}
    del world.documents["https://district.example/.well-known/did.json"]
    document = badge(world, 1)
    del document["credentialStatus"]
    reasons = judged("", document, lists=(listing(world.issuer.did, **snapshot),))
    assert reasons == {"authentic_by_snapshot": Answer.YES}


def test_the_greatest_age_is_counted_from_the_day_of_the_award(judged):
    text, awarded = (
        "greatest_age_days = 365",
        timedelta(days=365) + NOW.replace(2026, 10, 31, 9, 30),
    )
    assert judged(text, now=awarded) == {}
    assert judged(text, now=awarded + timedelta(seconds=1)) == {"too_old": Answer.NO}


@pytest.mark.parametrize(
    ("pattern", "counts"),
    [
        pytest.param(ACHIEVEMENT, True, id="id"),
        pytest.param("https://district.example/achievements/feedback/*", True, id="any-version"),
        pytest.param("feedback THAT *", True, id="name-in-any-case"),
        pytest.param("https://district.example/achievements/FEEDBACK/1", False, id="id-exactly"),
        pytest.param("Feedback", False, id="part-of-a-name"),
    ],
)
def test_achievements_count_by_id_or_name(judged, pattern, counts):
    reasons = judged(f'[[achievements]]\nmatch = ["{pattern}"]')
    assert reasons == ({} if counts else {"achievement_not_counted": Answer.NO})


def rubric(world, reached, *levels):
    """Return a badge whose rubric has levels (name, level, points)."""
    document = badge(world, 1)
    subject = document["credentialSubject"]
    described = subject["achievement"]["resultDescription"][0]
    described["rubricCriterionLevel"] = [
        {"id": level_id(name), "type": ["RubricCriterionLevel"], "name": name}
        | {key: value for key, value in (("level", level), ("points", points)) if value}
        for name, level, points in levels
    ]
    del described["requiredLevel"]
    subject["result"][0]["achievedLevel"] = level_id(reached)
    return document


def level_id(name):
    return f"{ACHIEVEMENT}#work.{name.replace(' ', '-')}"


BY_LEVEL = (("Not yet", "1", ""), ("Met", "2", ""), ("Exceeded", "10", ""))
BY_POINTS = (("Not yet", "", "1"), ("Met", "", "2"), ("Exceeded", "", "2.5"))
BY_NAME = (("Not yet", "", ""), ("Met", "low", ""), ("Exceeded", "high", ""))


@pytest.mark.parametrize(
    ("levels", "reached", "reasons"),
    [
        pytest.param(BY_LEVEL, "Met", {}, id="the-one-asked-for"),
        pytest.param(BY_LEVEL, "Exceeded", {}, id="ten-is-more-than-two"),
        pytest.param(BY_LEVEL, "Not yet", {"level_below": Answer.NO}, id="below"),
        pytest.param(BY_POINTS, "Exceeded", {}, id="by-points"),
        pytest.param(BY_NAME, "Met", {}, id="the-same-name-without-numbers"),
        pytest.param(
            BY_NAME, "Exceeded", {"level_not_comparable": Answer.COULD_NOT_CHECK}, id="no-numbers"
        ),
        pytest.param(
            BY_LEVEL, "Unheard of", {"level_not_shown": Answer.COULD_NOT_CHECK}, id="no-such-level"
        ),
    ],
)
def test_levels_are_compared_by_their_numbers(world, judged, levels, reached, reasons):
    text = '[[achievements]]\nmatch = ["*"]\nleast_level = { "student work" = "met" }'
    assert judged(text, rubric(world, reached, *levels)) == reasons


def test_a_criterion_that_is_not_shown_is_for_a_person(judged):
    text = '[[achievements]]\nmatch = ["*"]\nleast_level = { "Planning" = "Met" }'
    assert judged(text) == {"level_not_shown": Answer.COULD_NOT_CHECK}


def worth(world, text, document):
    credential = world.verify(world.issuer.sign(document)).credential
    number = policy.points(credential, policy.parse(text.encode(), ()))
    return None if number is None else str(number)


@pytest.mark.parametrize(
    ("exchange", "points"),
    [
        pytest.param("hours = 0.1", "1.2", id="exact-decimals"),
        pytest.param("Hours = 2", "24", id="unit-in-any-case"),
        pytest.param("credits = 3\nhours = 1", "12", id="the-first-that-is-declared"),
        pytest.param("each = 10\nhours = 1", "10", id="each-first"),
        pytest.param("credits = 3", None, id="nothing-of-it-declared"),
    ],
)
def test_points_come_from_what_the_credential_declares(world, exchange, points):
    assert worth(world, f"[exchange]\n{exchange}", badge(world, 1)) == points


@pytest.mark.parametrize("value", ["-5", "1e9", "NaN", "12 hours", "٣"])
def test_an_amount_that_is_no_plain_number_is_worth_nothing(world, value):
    document = badge(world, 1)
    document["credentialSubject"]["result"][1]["value"] = value
    assert worth(world, "[exchange]\nhours = 1", document) is None


def test_two_amounts_of_one_unit_are_not_guessed_between(world, judged):
    document = badge(world, 1)
    more = {**document["credentialSubject"]["result"][1], "value": "50"}
    document["credentialSubject"]["result"].append(more)
    assert worth(world, "[exchange]\nhours = 1", document) is None
    assert judged("[exchange]\nhours = 1", document) == {
        "amount_not_declared": Answer.COULD_NOT_CHECK
    }


def test_credits_earned_are_credits_where_nothing_else_is_declared(world):
    exchange = "[exchange]\ncredits = 2"
    assert worth(world, exchange, world.badge()) == "25.0"
    assert worth(world, exchange, badge(world, 1)) is None


LOOK = Answer.COULD_NOT_CHECK
OURS, OTHER = "a1@school.example", "b@mail.example"


@pytest.mark.parametrize(
    ("name", "emails", "reasons"),
    [
        pytest.param("", (), {}, id="nothing-given"),
        pytest.param("jordan  example 01", (OTHER, OURS), {}, id="one-address-fits"),
        pytest.param(
            "Robin Other", (OURS,), {"name_differs_address_fits": Answer.YES}, id="new-name"
        ),
        pytest.param("Robin Other", (), {"name_differs": LOOK}, id="other-name"),
        pytest.param("Example 01, Jordán", (), {"name_differs": LOOK}, id="other-spelling"),
        pytest.param("Robin Other", (OTHER,), {"name_differs": LOOK}, id="other-name-and-address"),
        pytest.param("Jordan Example 01", (), {"name_only": Answer.YES}, id="only-the-name"),
        pytest.param("Jordan Example 01", (OTHER,), {"address_differs": LOOK}, id="other-address"),
    ],
)
def test_whose_it_is(judged, name, emails, reasons):
    assert judged("", thing=ApplicantFile("a", "a.json", name, emails)) == reasons


def test_a_credential_without_identity_is_for_a_person(world, judged):
    document = badge(world, 1)
    del document["credentialSubject"]["identifier"]
    thing = ApplicantFile("a", "a.json", "Jordan", (OURS,))
    assert judged("", document, thing) == {"no_identity_to_compare": LOOK}


def test_a_name_in_the_subject_is_compared_and_of_two_a_person_chooses(world, judged):
    """As the Digital Credentials Consortium writes it, and beside a name in an identifier."""
    document = badge(world, 1)
    subject = document["credentialSubject"]
    subject["name"] = "Taylor Example"
    alone = document | {"credentialSubject": {**subject, "identifier": []}}
    fits, other = (ApplicantFile("a", "a.json", name, ()) for name in ("Taylor Example", "Robin"))
    assert judged("", alone, fits) == {"name_only": Answer.YES}
    assert judged("", alone, other) == {"name_differs": LOOK}
    assert judged("", document, fits)["names_differ"] is LOOK


def test_whose_owner_a_table_does_not_give_is_for_a_person(world, judged):
    document = badge(world, 1)
    assert judged("", document, ApplicantFile("A-31", "a.json")) == {}
    assert judged("", document, ApplicantFile("A-31", "a.json", by_table=True)) == {
        "owner_not_given": LOOK
    }


def test_what_holds_more_than_one_is_for_a_person(world, judged):
    plain, clr = world.badge(), "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
    inner = world.issuer.sign(badge(world, 1))
    subject = {"id": "urn:uuid:1", "type": ["ClrSubject"], "verifiableCredential": [inner]}
    record = {name: plain[name] for name in ("issuer", "validFrom", "name")} | {
        "id": "urn:uuid:2",
        "@context": [plain["@context"][0], clr, plain["@context"][1]],
        "type": ["VerifiableCredential", "ClrCredential"],
        "credentialSubject": subject,
    }
    any_kind = '[[achievements]]\nmatch = ["*"]'
    assert judged(any_kind, record) == {"clr_2": LOOK}
    two = f"[{json.dumps(inner)}, {json.dumps(world.issuer.sign(badge(world, 2)))}]"
    rules = policy.parse(b"", (listing("did:web:district.example"),))
    reasons = policy.judge(world.verify(two, trust=rules.lists), rules, SOMEBODY, NOW)
    assert [(reason.code, reason.answer) for reason in reasons] == [("more_than_one", LOOK)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("max_age = 3", "max_age is no known key .known here:", id="unknown-key"),
        pytest.param("greatest_age_days = 0", "must be 1 or more", id="no-age"),
        pytest.param("greatest_age_days = 1.5", "must be a int", id="half-a-day"),
        pytest.param("[[achievements]]\nmatch = []", "match is missing", id="matches-nothing"),
        pytest.param("[exchange]\nhours = 0", "exchange.hours must be more", id="worthless"),
        pytest.param("[exchange]\nhours = inf", "exchange.hours must be a number", id="endless"),
        pytest.param("[exchange]\nhours = true", "exchange.hours must be a number", id="no-number"),
        pytest.param("lists = 'a.json'", "lists must be a list", id="one-list"),
        pytest.param("name =", "is not TOML", id="no-toml"),
        pytest.param(
            '[[achievements]]\nmatch = ["*"]\nleast = {}', "least is no known key", id="in-a-table"
        ),
    ],
)
def test_a_mistake_in_a_policy_names_key_and_remedy(text, message):
    with pytest.raises(TomlError, match=message):
        policy.parse(text.encode(), ())
