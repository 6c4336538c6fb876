import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contexts import CanonicalizationError, canonicalize
from issuer.catalog.achievement import Achievement, Criterion, FrameworkItem, Level, Rubric
from issuer.home.settings import Assessor, Settings
from issuer.issuance.build import Reservation, build
from verifier.checks.evidence import check_evidence
from verifier.checks.recipient import judge
from verifier.credential.view import view
from verifier.report import Answer, Outcome

SETTINGS = Settings(
    home=Path("/home"),
    public_url="http://localhost:8202",
    issuer_id="did:web:localhost%3A8202",
    issuer_name="Prairie Example District",
    database_url="sqlite://",
    passphrase_file=Path("/home/passphrase"),
    credit_unit="hours",
)
RESERVED = Reservation(
    public_id="AAAAAAAAAAAAAAAAAAAAAA",
    list_number=1,
    list_index=94567,
    anonymous_id="urn:uuid:6f1e7a0c-2a54-4f0e-9d0a-0b8f0a3f2c11",
    salt="c2FsdHNhbHRzYWx0c2FsdA",
    at=datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
)
LEVELS = (Level("not-yet", "Not yet", "", 0), Level("met", "Met", "Shown.", 1))
ACHIEVEMENT = Achievement(
    id="rhythms",
    name="Rhythms",
    description="Students compose.",
    criteria="Teach **rhythm**.",
    rubric=Rubric("completion", "Completion", (Criterion("work", "Work", "", "met", LEVELS),)),
    tags=("music",),
    alignments=(FrameworkItem("Create", "https://case.example/1", target_type="CFItem"),),
    version=3,
)
FULL = {
    "levels": {"work": "met"},
    "comments": {"work": "Well shown."},
    "activity": {"start": "2026-02-23", "end": "2026-05-01"},
    "credits": [{"value": 12, "unit": "hours"}, {"value": 1.5, "unit": "ceu"}],
    "provider_number": "EX-48-0123",
    "valid_until": "2031-05-15T15:00:00-05:00",
    "evidence": [
        {"name": "Plan", "tier": "public", "url": "https://band.example/plan.pdf"},
        {
            "name": "Reflections",
            "description": "Four students.",
            "genre": "reflection",
            "audience": "coach",
            "url": "https://drive.example/sealed",
            "sha256": hashlib.sha256(b"").hexdigest(),
            "media_type": "text/markdown",
        },
    ],
}


@pytest.fixture
def built(approval):
    def make(achievement=ACHIEVEMENT, settings=SETTINGS, **members):
        members = {"levels": {"work": "met"}, **members}
        return build(approval(**members), achievement, settings=settings, reserved=RESERVED)

    return make


def test_a_full_approval_becomes_this_credential(built):
    here = "http://localhost:8202/achievements/rhythms/3"
    status = "http://localhost:8202/status/1"
    sha256 = "sha256$" + hashlib.sha256(b"jordan@school.examplec2FsdHNhbHRzYWx0c2FsdA").hexdigest()
    assert built(**FULL) == {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "http://localhost:8202/credentials/AAAAAAAAAAAAAAAAAAAAAA",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Rhythms",
        "issuer": {
            "id": "did:web:localhost%3A8202",
            "type": ["Profile"],
            "name": "Prairie Example District",
            "url": "http://localhost:8202/",
            "otherIdentifier": [
                {
                    "type": "IdentifierEntry",
                    "identifier": "EX-48-0123",
                    "identifierType": "ext:ProviderNumber",
                }
            ],
        },
        "validFrom": "2026-11-22T12:00:00Z",
        "awardedDate": "2026-05-15T15:00:00Z",
        "validUntil": "2031-05-15T15:00:00-05:00",
        "credentialSubject": {
            "id": "urn:uuid:6f1e7a0c-2a54-4f0e-9d0a-0b8f0a3f2c11",
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": "Jordan Example",
                    "identityType": "name",
                },
                {
                    "type": "IdentityObject",
                    "hashed": True,
                    "identityHash": sha256,
                    "identityType": "emailAddress",
                    "salt": "c2FsdHNhbHRzYWx0c2FsdA",
                },
            ],
            "activityStartDate": "2026-02-23T00:00:00Z",
            "activityEndDate": "2026-05-01T00:00:00Z",
            "creditsEarned": 12,
            "narrative": "**Skill:** Rhythm.\n\n**Goal:** Each student reads eight bars.\n\n"
            "**Measured outcome:** 9 of 31, then 26.",
            "achievement": {
                "id": here,
                "type": ["Achievement"],
                "achievementType": "MicroCredential",
                "name": "Rhythms",
                "description": "Students compose.",
                "criteria": {"narrative": "Teach **rhythm**.", "id": f"{here}#what_it_takes"},
                "tag": ["music"],
                "version": "3",
                "image": {"id": f"{here}.png", "type": "Image"},
                "alignment": [
                    {
                        "type": ["Alignment"],
                        "targetName": "Create",
                        "targetUrl": "https://case.example/1",
                        "targetType": "CFItem",
                    }
                ],
                "resultDescription": [
                    {
                        "id": f"{here}#work",
                        "type": ["ResultDescription"],
                        "name": "Work",
                        "resultType": "RubricCriterionLevel",
                        "requiredLevel": f"{here}#work.met",
                        "rubricCriterionLevel": [
                            {
                                "id": f"{here}#work.not-yet",
                                "type": ["RubricCriterionLevel"],
                                "name": "Not yet",
                                "level": "1",
                                "points": "0",
                            },
                            {
                                "id": f"{here}#work.met",
                                "type": ["RubricCriterionLevel"],
                                "name": "Met",
                                "description": "Shown.",
                                "level": "2",
                                "points": "1",
                            },
                        ],
                    },
                    {
                        "id": f"{here}#ext:hours",
                        "type": ["ResultDescription"],
                        "name": "Hours",
                        "resultType": "ext:hours",
                    },
                    {
                        "id": f"{here}#ext:ceu",
                        "type": ["ResultDescription"],
                        "name": "Ceu",
                        "resultType": "ext:ceu",
                    },
                ],
            },
            "result": [
                {
                    "type": ["Result"],
                    "resultDescription": f"{here}#work",
                    "achievedLevel": f"{here}#work.met",
                },
                {"type": ["Result"], "resultDescription": f"{here}#ext:hours", "value": "12"},
                {"type": ["Result"], "resultDescription": f"{here}#ext:ceu", "value": "1.5"},
            ],
        },
        "evidence": [
            {"id": "https://band.example/plan.pdf", "type": ["Evidence"], "name": "Plan"},
            {
                "type": ["Evidence"],
                "name": "Reflections",
                "description": "Four students.",
                "genre": "reflection",
                "audience": "coach",
                "digestMultibase": "zQmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n",
                "mediaType": "text/markdown",
            },
        ],
        "credentialStatus": {
            "id": f"{status}#94567",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "94567",
            "statusListCredential": status,
        },
    }


def test_what_an_approval_does_not_say_is_not_in_the_credential(built):
    document = built()
    members = document.keys() | document["credentialSubject"].keys() | document["issuer"].keys()
    assert not members & {
        "validUntil",
        "evidence",
        "creditsEarned",
        "activityStartDate",
        "activityEndDate",
        "source",
        "otherIdentifier",
        "email",
    }


def test_every_member_of_a_full_credential_is_covered_by_a_signature(built):
    achievement = replace(
        ACHIEVEMENT,
        alignments=(
            FrameworkItem("n", "https://case.example/1", "CFItem", "code", "text", "frame"),
        ),
    )
    settings = replace(
        SETTINGS,
        issuer_url="https://d.example/",
        issuer_email="a@d.example",
        assessed_by=Assessor("did:web:a.example", "Assessors", "https://a.example/"),
    )
    document = built(achievement, settings, **FULL)
    whole = canonicalize(document)
    leaves = list(_leaves(document))
    assert len(leaves) > 70
    for path, changed in leaves:
        assert canonicalize(changed) != whole, path


def _leaves(document):
    """Yield each path to a text or number, with a copy in which just that one is another."""
    text = json.dumps(document)

    def walk(value, path):
        if isinstance(value, dict):
            for key, item in value.items():
                if key not in ("@context", "type", "@id"):
                    yield from walk(item, (*path, key))
        elif isinstance(value, list):
            for place, item in enumerate(value):
                yield from walk(item, (*path, place))
        else:
            yield path, value

    for path, value in walk(document, ()):
        copy = json.loads(text)
        inner = copy
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = not value if isinstance(value, bool) else _another(value)
        yield path, copy


def _another(value):
    if isinstance(value, int | float):
        return value + 1
    return value.replace("20", "19", 1) if value[:2] == "20" else value + "x"


def test_the_address_of_sealed_evidence_is_nowhere(built):
    assert "drive.example" not in json.dumps(built(**FULL))


def test_a_digest_proves_the_file_that_is_handed_over(built):
    credential = view(built(**FULL))
    assert check_evidence(credential, b"").outcome is Outcome.PASSED
    assert check_evidence(credential, b"other").outcome is not Outcome.PASSED


def test_each_e_mail_address_is_recognized_and_another_is_not(built):
    recipient = {"name": "J", "emails": ["One@School.example", "two@home.example"]}
    credential = view(built(recipient=recipient))
    for email in ("one@school.example", "ONE@school.example", "two@home.example"):
        assert judge(credential, email).answer is Answer.YES
    assert judge(credential, "three@home.example").answer is Answer.NO


def test_the_name_can_be_left_out(built):
    document = built(settings=replace(SETTINGS, show_name=False))
    assert "Jordan" not in json.dumps(document)


def test_a_did_given_is_the_subject(built):
    did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    recipient = {"name": "J", "emails": ["j@school.example"], "did": did}
    assert built(recipient=recipient)["credentialSubject"]["id"] == did


def test_credits_in_another_unit_are_not_credits_earned(built):
    document = built(credits=[{"value": 1.5, "unit": "ceu"}])
    assert "creditsEarned" not in document["credentialSubject"]
    assert view(document).amounts == (("ceu", "1.5"),)


def test_without_a_declared_unit_nothing_is_credits_earned(built):
    document = built(settings=replace(SETTINGS, credit_unit=None), credits=FULL["credits"])
    assert "creditsEarned" not in document["credentialSubject"]


def test_roles_that_signed_off_are_in_the_credential_and_no_word_of_a_senders_own(built):
    at = "2026-05-12T14:30:00Z"
    roles = ("teacher", "coach", "administrator", "coach", "Principal Sample")
    document = built(approvals=[{"role": role, "at": at} for role in roles])
    signed = view(document).statuses
    assert signed == tuple(("Signed off by", role) for role in roles[:3])
    assert "Sample" not in json.dumps(document["credentialSubject"]["result"])
    assert view(document).amounts == ()


def test_comments_are_signed_only_where_the_catalog_says_so(built):
    silent = built(comments={"work": "Well shown."})
    assert "Well shown" not in json.dumps(silent)
    spoken = built(replace(ACHIEVEMENT, sign_comments=True), comments={"work": "Well shown."})
    assert spoken["credentialSubject"]["narrative"].endswith("\n\n**Work:** Well shown.")


def test_the_body_that_assessed_is_the_source(built):
    assessor = Assessor("did:web:a.example", "Assessors")
    document = built(settings=replace(SETTINGS, assessed_by=assessor))
    source = {"id": "did:web:a.example", "type": ["Profile"], "name": "Assessors"}
    assert document["credentialSubject"]["source"] == source


def test_a_criterion_named_like_a_unit_stays_apart(built):
    rubric = Rubric("r", "R", (Criterion("hours", "Hours", "", "met", LEVELS),))
    document = built(
        replace(ACHIEVEMENT, rubric=rubric),
        levels={"hours": "met"},
        credits=[{"value": 12, "unit": "hours"}],
    )
    described = document["credentialSubject"]["achievement"]["resultDescription"]
    assert len({item["id"] for item in described}) == 2


@pytest.mark.parametrize("text", ["a\x07b", "a\x7fb"], ids=["bell", "delete"])
def test_what_libraries_sign_differently_is_not_built(built, text):
    with pytest.raises(CanonicalizationError):
        built(narrative={"skill": text, "goal": "g", "measured_outcome": "m"})
