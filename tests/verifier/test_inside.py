"""Endorsements and learner records: each credential inside has a report of its own."""

import json

import pytest
from world import NOW, Issuer

from verifier import Answer
from verifier.pipeline.inside import MAX_CREDENTIALS, MAX_ENDORSEMENTS
from verifier.wording import printed

CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
ENDORSER = Issuer("did:web:association.example")
STATUS = {
    "id": "urn:x:status",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "1",
    "statusListCredential": "https://association.example/status/1",
}
ACHIEVEMENT = "https://district.example/achievements/feedback/1"


@pytest.fixture(autouse=True)
def _published(world):
    world.publish_issuer(ENDORSER)


def endorsement(world, about=ACHIEVEMENT, **changes):
    return {
        "@context": world.badge()["@context"],
        "id": "https://association.example/endorsements/1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Endorsed",
        "issuer": {"id": ENDORSER.did, "type": ["Profile"], "name": "Some Association"},
        "validFrom": "2026-10-01T00:00:00Z",
        "credentialSubject": {
            "id": about,
            "type": ["EndorsementSubject"],
            "endorsementComment": "Rigorous, and **fair**.",
        },
    } | changes


def endorsed(world, *items, place="achievement", member="endorsement", **changes):
    badge = world.badge(**changes)
    at = {
        "credential": badge,
        "issuer": badge["issuer"],
        "achievement": badge["credentialSubject"]["achievement"],
    }[place]
    at[member] = list(items)
    return world.issuer.sign(badge)


def verdicts(report):
    return report.authentic.code, report.current.code


@pytest.mark.parametrize("place", ["credential", "issuer", "achievement"])
def test_an_endorsement_has_a_report_of_its_own(world, place):
    report = world.verify(endorsed(world, ENDORSER.sign(endorsement(world)), place=place))
    assert verdicts(report) == ("authentic", "current")
    (inner,) = report.endorsements
    assert verdicts(inner) == ("authentic", "current")
    assert inner.credential.endorsement_comment == "Rigorous, and **fair**."


@pytest.mark.parametrize("place", ["credential", "issuer", "achievement"])
def test_an_endorsement_may_be_a_jwt(world, place):
    token = ENDORSER.jwt(endorsement(world))
    badge = endorsed(world, token, place=place, member="endorsementJwt")
    (inner,) = world.verify(badge).endorsements
    assert verdicts(inner) == ("authentic", "current")


def changed(world):
    signed = ENDORSER.sign(endorsement(world))
    signed["credentialSubject"]["endorsementComment"] = "The best there is"
    return signed


def by_another(world):
    return Issuer("did:web:association.example").sign(endorsement(world))


@pytest.mark.parametrize(
    ("make", "authentic", "current"),
    [
        pytest.param(endorsement, "no_proof", "not_authentic", id="without-a-proof"),
        pytest.param(changed, "signature_wrong", "not_authentic", id="changed"),
        pytest.param(by_another, "signature_wrong", "not_authentic", id="by-another-key"),
        pytest.param(
            lambda w: ENDORSER.sign(endorsement(w, about="https://other.example/a")),
            "endorsement_of_another", "not_authentic", id="of-something-else"),
        pytest.param(
            lambda w: ENDORSER.sign(endorsement(w, validUntil="2026-10-02T00:00:00Z")),
            "authentic", "expired", id="ended"),
        pytest.param(
            lambda w: ENDORSER.sign(endorsement(w, credentialStatus=STATUS)),
            "authentic", "status_unreachable", id="status-out-of-reach"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_endorsement_stays_its_own(world, make, authentic, current):
    report = world.verify(endorsed(world, make(world)))
    assert verdicts(report) == ("authentic", "current")
    assert verdicts(report.endorsements[0]) == (authentic, current)


@pytest.mark.parametrize("item", ["not-a-jwt", "a.b.c", "{", "{}"])
def test_an_endorsement_that_cannot_be_read_stays_its_own(world, item):
    report = world.verify(endorsed(world, item, member="endorsementJwt"))
    assert report.authentic.answer is Answer.YES
    assert report.endorsements[0].authentic.answer is not Answer.YES


def test_another_credential_in_the_place_of_an_endorsement_is_not_one(world):
    report = world.verify(endorsed(world, world.issuer.sign(world.badge(id="urn:x:2"))))
    assert report.endorsements[0].authentic.code == "not_an_endorsement"


def test_only_so_many_endorsements_are_looked_at(world):
    tokens = [ENDORSER.jwt(endorsement(world)) for _ in range(MAX_ENDORSEMENTS + 1)]
    report = world.verify(endorsed(world, *tokens, member="endorsementJwt"))
    assert len(report.endorsements) == MAX_ENDORSEMENTS
    assert "too_many_inside" in {check.code for check in report.checks}


def test_no_endorsement_is_looked_at_in_what_is_not_authentic(world):
    badge = endorsed(world, ENDORSER.sign(endorsement(world))) | {"name": "Another"}
    report = world.verify(badge)
    assert (report.authentic.answer, report.endorsements) == (Answer.NO, ())


def record(world, *items, **changes):
    return {
        "@context": [world.badge()["@context"][0], CLR, world.badge()["@context"][1]],
        "id": "https://district.example/records/1",
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": "Learner record",
        "issuer": {"id": world.issuer.did, "type": ["Profile"], "name": "Example District"},
        "validFrom": "2026-11-02T00:00:00Z",
        "credentialSubject": {
            "id": "urn:uuid:8f6f0c0e-2b0a-4b0e-9d2e-0c8d7f3f5a11",
            "type": ["ClrSubject"],
            "verifiableCredential": list(items),
        },
    } | changes


def test_a_learner_record_has_a_report_and_so_has_each_badge_in_it(world):
    good = ENDORSER.sign(badge_by_endorser(world))
    ended = world.issuer.sign(world.badge(id="urn:x:2", validUntil="2026-11-03T00:00:00Z"))
    of_another = world.badge(id="urn:x:3")
    of_another["credentialSubject"]["id"] = "urn:x:somebody"
    forged = world.issuer.sign(of_another) | {"name": "Another"}
    report = world.verify(world.issuer.sign(record(world, good, ended, forged)))
    assert verdicts(report) == ("authentic", "current")
    assert [verdicts(inner) for inner in report.credentials] == [
        ("authentic", "current"),
        ("authentic", "expired"),
        ("signature_wrong", "not_authentic"),
    ]


def badge_by_endorser(world):
    badge = world.badge(id="urn:x:1", issuer={"id": ENDORSER.did, "type": ["Profile"]})
    del badge["credentialStatus"]
    return badge


def test_the_badges_of_a_record_may_be_jwts(world):
    token = world.issuer.jwt(world.badge())
    envelope = {
        "@context": world.badge()["@context"][0],
        "id": f"data:application/vc+jwt,{token}",
        "type": "EnvelopedVerifiableCredential",
    }
    report = world.verify(world.issuer.jwt(record(world, envelope, token)))
    assert [verdicts(inner) for inner in report.credentials] == [("authentic", "current")] * 2


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(lambda whole: {}, id="subject"),
        pytest.param(lambda whole: {"credentialSubject": [whole["credentialSubject"]]}, id="list"),
        pytest.param(
            lambda whole: {
                "verifiableCredential": whole["credentialSubject"]["verifiableCredential"],
                "credentialSubject": {"type": ["ClrSubject"]},
            },
            id="record",
        ),
    ],
)
def test_no_badge_of_a_record_is_passed_over_wherever_a_jwt_has_it(world, place):
    good = world.issuer.sign(world.badge())
    whole = record(world, good, good | {"name": "Another"})
    report = world.verify(world.issuer.jwt(whole, claims={"sub": None, **place(whole)}))
    assert report.authentic.code == "authentic"
    assert [inner.authentic.code for inner in report.credentials] == [
        "authentic",
        "signature_wrong",
    ]


HOLDER = "urn:uuid:8f6f0c0e-2b0a-4b0e-9d2e-0c8d7f3f5a11"


def named(name):
    return {"type": "IdentityObject", "hashed": False, "identityHash": name, "identityType": "name"}


@pytest.mark.parametrize(
    ("of_record", "of_badge", "stranger"),
    [
        pytest.param({"id": HOLDER}, {"id": HOLDER}, None, id="one id"),
        pytest.param({"id": HOLDER}, {"id": "urn:x:pat"}, "urn:x:pat", id="two ids"),
        pytest.param({"id": HOLDER}, {"identifier": [named("Pat")]}, "Pat", id="not comparable"),
        pytest.param({"id": HOLDER}, {}, None, id="nobody in the badge"),
        pytest.param({}, {"id": HOLDER}, None, id="nobody in the record"),
        pytest.param(
            {"id": HOLDER, "identifier": [named("Pat  Lee")]},
            {"id": "urn:x:pat", "identifier": [named("pat lee")]},
            None,
            id="two ids, one name",
        ),
        pytest.param(
            {"identifier": [named("Pat Lee")]}, {"identifier": [named("Jo")]}, "Jo", id="two names"
        ),
    ],
)
def test_a_badge_of_somebody_else_in_a_record_is_named(world, of_record, of_badge, stranger):
    """Whoever signs a record can put a stranger's genuine badge into it."""
    badge = world.badge()
    about = {
        "type": ["AchievementSubject"],
        "achievement": badge["credentialSubject"]["achievement"],
    }
    inner = world.issuer.sign(badge | {"credentialSubject": about | of_badge})
    whole = record(world, inner)
    del whole["credentialSubject"]["id"]
    whole["credentialSubject"] |= of_record
    report = world.verify(world.issuer.sign(whole))
    notes = [check.params for check in report.checks if check.code == "inside_of_another"]
    assert notes == ([{"names": f"{badge['name']} ({stranger})"}] if stranger else [])
    assert (report.authentic.code, report.current.code) == ("authentic", "current")


@pytest.mark.parametrize("kind", ["ClrSubject", ["ClrSubject"]], ids=["text", "list"])
@pytest.mark.parametrize("form", ["json", "jwt"])
def test_a_record_may_describe_many_achievements(world, kind, form):
    """1EdTech's own vector of CLR 2.0 writes the type without brackets."""
    several = [
        {
            "id": f"urn:x:a{number}",
            "type": ["Achievement"],
            "name": "Reads",
            "description": "Reads.",
            "criteria": {"narrative": "Read."},
        }
        for number in range(2)
    ]
    whole = record(world)
    whole["credentialSubject"] |= {"achievement": several, "type": kind}
    secured = world.issuer.sign(whole) if form == "json" else world.issuer.jwt(whole)
    assert world.verify(secured).authentic.answer is Answer.YES


def test_a_badge_may_still_name_only_one_achievement(world):
    badge = world.badge()
    subject = badge["credentialSubject"]
    subject["achievement"] = [subject["achievement"], {**subject["achievement"], "id": "urn:x:9"}]
    assert world.verify(world.issuer.jwt(badge)).authentic.code == "structure_list_for_one"
    subject["type"] = ["AchievementSubject", "ClrSubject"]
    report = world.verify(world.issuer.jwt(badge))
    assert report.authentic.code == "structure_list_for_one"


def test_only_so_many_badges_of_a_record_are_looked_at(world):
    token = world.issuer.jwt(world.badge())
    report = world.verify(world.issuer.jwt(record(world, *[token] * (MAX_CREDENTIALS + 1))))
    assert len(report.credentials) == MAX_CREDENTIALS


def test_a_changed_record_shows_nothing(world):
    whole = world.issuer.sign(record(world, world.issuer.sign(world.badge())))
    report = world.verify(whole | {"name": "Another"})
    assert (report.authentic.answer, report.credentials) == (Answer.NO, ())


def test_the_printed_report_names_what_is_inside(world):
    badge = endorsed(world, ENDORSER.sign(endorsement(world)))
    report = world.verify(badge)
    text = printed.as_text("badge.json", report)
    assert "did:web:association.example" in text
    assert "Rigorous, and **fair**." in text
    whole = json.loads(printed.dumps(printed.as_json(report)))
    assert whole["endorsements"][0]["verdicts"]["authentic"]["verdict"] == "yes"


def test_the_comment_of_an_endorsement_that_is_not_authentic_is_not_printed(world):
    report = world.verify(endorsed(world, changed(world)), now=NOW)
    text = printed.as_text("badge.json", report)
    assert "The best there is" not in text
