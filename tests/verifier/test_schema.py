"""The strict schema: each hole of the published ones is noticed, and none of them decides."""

from copy import deepcopy

import pytest
from world import BADGE

from verifier import Answer
from verifier.report import Check, Outcome
from verifier.structure import schema

CANONICAL = (
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
)
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
GONE = object()
FULL = deepcopy(BADGE)
FULL["image"] = {"id": "https://district.example/1.png", "type": "Image", "caption": "Arrows"}
FULL["issuer"]["otherIdentifier"] = [
    {"type": "IdentifierEntry", "identifier": "IL-48", "identifierType": "ext:ProviderNumber"}
]
FULL["credentialSubject"]["achievement"] |= {
    "inLanguage": "en-US",
    "creator": {"id": "did:web:maker.example", "type": ["Profile"], "name": "Maker"},
    "alignment": [
        {
            "type": ["Alignment"],
            "targetName": "Revises",
            "targetUrl": "https://case.example/uri/1",
            "targetType": "CFItem",
        }
    ],
}


def changed(place, value):
    document = deepcopy(FULL)
    *path, last = (int(step) if step.isdigit() else step for step in place.split("."))
    here = document
    for step in path:
        here = here[step]
    if value is GONE:
        del here[last]
    else:
        here[last] = value
    return document


A, S = "credentialSubject.achievement", "credentialSubject"


def test_a_full_badge_has_no_note():
    assert list(schema.notes(FULL)) == []


def entry(url=CANONICAL, kind="1EdTechJsonSchemaValidator2019"):
    return {"id": url, "type": kind}


@pytest.mark.parametrize(
    ("place", "value", "noted"),
    [
        pytest.param(f"{A}.type", "FooBar", "achievement.type", id="a-type-of-no-class"),
        pytest.param("issuer", "did:web:district.example", "issuer.type", id="issuer-as-text"),
        pytest.param("issuer.type", "NotProfile", "issuer.type", id="issuer-of-no-class"),
        pytest.param(f"{A}.criteria", {}, "achievement.criteria", id="empty-criteria"),
        pytest.param(f"{A}.criteria", {"narrative": ""}, "achievement.criteria", id="no-criteria"),
        pytest.param(f"{A}.achievementType", "xext:Foo|!", "achievement.achievementType",
                     id="unanchored-extension"),
        pytest.param(f"{A}.achievementType", "", "achievement.achievementType", id="empty-kind"),
        pytest.param(f"{A}.achievementType", "badge", "achievement.achievementType", id="case"),
        pytest.param(f"{A}.image", "https://x.example/1.png", "achievement.image",
                     id="image-as-text"),
        pytest.param(f"{A}.creator", "did:web:x", "achievement.creator", id="creator-as-text"),
        pytest.param(f"{A}.inLanguage", "English", "achievement.inLanguage", id="language-name"),
        pytest.param(f"{A}.tag", [], "achievement.tag", id="empty-array"),
        pytest.param(f"{A}.tag", "feedback", "achievement.tag", id="one-without-brackets"),
        pytest.param(f"{A}.version", 1, "achievement.version", id="number-as-version"),
        pytest.param(f"{A}.description", None, "achievement.description", id="null"),
        pytest.param(f"{A}.id", "feedback", "achievement.id", id="relative-id"),
        pytest.param(f"{A}.alignment.0.targetUrl", GONE, "achievement.alignment.targetUrl",
                     id="alignment-to-nothing"),
        pytest.param(f"{A}.alignment.0.targetType", "CFThing", "achievement.alignment.targetType",
                     id="alignment-kind"),
        pytest.param(f"{A}.resultDescription.0.resultType", "Rubric",
                     "achievement.resultDescription.resultType", id="kind-of-result"),
        pytest.param(f"{A}.resultDescription.0.rubricCriterionLevel.0.points", 1,
                     "achievement.resultDescription.rubricCriterionLevel.points",
                     id="number-as-points"),
        pytest.param(f"{A}.resultDescription.0.requiredLevel", "urn:x:nowhere",
                     "achievement.resultDescription.requiredLevel", id="level-of-nowhere"),
        pytest.param(f"{S}.identifier.0.identityType", "email",
                     "credentialSubject.identifier.identityType", id="email"),
        pytest.param(f"{S}.identifier.0.identityType", "ext:a b",
                     "credentialSubject.identifier.identityType", id="space-in-extension"),
        pytest.param(f"{S}.identifier.0.hashed", "true", "credentialSubject.identifier.hashed",
                     id="text-as-boolean"),
        pytest.param(f"{S}.identifier.0.id", "urn:x:1", "credentialSubject.identifier.id",
                     id="more-than-a-closed-class-has"),
        pytest.param(f"{S}.creditsEarned", "12", "credentialSubject.creditsEarned",
                     id="text-as-number"),
        pytest.param(f"{S}.creditsEarned", True, "credentialSubject.creditsEarned",
                     id="boolean-as-number"),
        pytest.param(f"{S}.activityStartDate", "2026-09-01", "credentialSubject.activityStartDate",
                     id="day-as-time"),
        pytest.param(f"{S}.result.0.status", "Passed", "result.status", id="status"),
        pytest.param(f"{S}.result.0.status", "ext:Passed", "result.status", id="status-extended"),
        pytest.param(f"{S}.result.0.resultDescription", {"id": "urn:x"}, "result.resultDescription",
                     id="description-as-object"),
        pytest.param(f"{S}.result.0.value", 7, "result.value", id="number-as-value"),
        pytest.param("evidence.0", {"id": "https://x.example/1"}, "evidence.type",
                     id="evidence-of-no-class"),
        pytest.param("image.size", 7, "image.size", id="more-than-an-image-has"),
        pytest.param("credentialStatus", {"id": "urn:x:1"}, "credentialStatus.type",
                     id="status-of-no-type"),
    ],
)  # fmt: skip
def test_each_hole_of_the_published_schemas_is_noticed(place, value, noted):
    assert set(schema.notes(changed(place, value))) == {noted}


@pytest.mark.parametrize(
    ("place", "value"),
    [
        pytest.param("name", {"@value": "N", "@language": "en"}, id="a-text-with-its-language"),
        pytest.param("name", ["N"], id="one-text-in-a-list"),
        pytest.param("validFrom", {"@value": "2026-11-01T00:00:00Z"}, id="a-typed-time"),
        pytest.param(f"{A}.achievementType", "ext:Practice.1", id="a-kind-of-its-own"),
        pytest.param("credentialSchema", [entry(), entry()], id="two-schemas"),
        pytest.param(f"{A}.criteria", "https://district.example/criteria", id="criteria-elsewhere"),
    ],
)
def test_what_the_tables_allow_is_not_noted(place, value):
    assert schema.notes(changed(place, value)) == []


def test_a_check_of_a_schema_says_which():
    other = f"https://x.example/{'y' * 200}"
    document = FULL | {"credentialSchema": [entry(), entry(other)]}
    assert schema.check_schemas(document) == (
        Check("schema", Outcome.PASSED, "schema_fits", {"url": CANONICAL}),
        Check("schema", Outcome.COULD_NOT_CHECK, "schema_not_held", {"url": other[:200]}),
    )
    assert [check.code for check in schema.check_schemas({"credentialSchema": CANONICAL})] == [
        "schema_not_held"
    ]
    many = FULL | {"credentialSchema": [entry()] * (schema.MAX_SCHEMAS + 1)}
    assert len(schema.check_schemas(many)) == schema.MAX_SCHEMAS


def test_a_result_of_kind_status_says_which():
    document = deepcopy(FULL)
    described = document["credentialSubject"]["achievement"]["resultDescription"][0]
    described["resultType"] = "Status"
    assert "result.status" in set(schema.notes(document))
    document["credentialSubject"]["result"][0]["status"] = "Completed"
    assert "result.status" not in set(schema.notes(document))


def test_a_required_value_is_among_those_allowed():
    document = deepcopy(FULL)
    described = document["credentialSubject"]["achievement"]["resultDescription"][0]
    described |= {"allowedValue": ["A", "B"], "requiredValue": "C"}
    assert list(schema.notes(document)) == ["achievement.resultDescription.requiredValue"]


def named(world, *entries, **changes):
    contexts = [*world.badge()["@context"], EXTENSIONS]
    members = {"@context": contexts, "credentialSchema": list(entries)} | changes
    return world.issuer.sign(world.badge(**members))


def codes(report):
    return [check.code for check in report.checks if check.name == "schema"]


@pytest.mark.parametrize("kind", ["1EdTechJsonSchemaValidator2019", "JsonSchema"])
@pytest.mark.parametrize("url", [CANONICAL, CANONICAL.replace("/json/", "/json-ld/")])
def test_the_published_schema_is_answered_by_our_own(world, kind, url):
    report = world.verify(named(world, entry(url, kind)))
    assert (codes(report), report.authentic.answer) == (["schema_fits"], Answer.YES)


def test_a_badge_that_differs_from_its_schema_is_still_what_its_issuer_signed(world):
    badge = world.badge()
    badge["credentialSubject"]["achievement"]["achievementType"] = "Something"
    whole = named(world, entry(), credentialSubject=badge["credentialSubject"])
    report = world.verify(whole)
    assert codes(report) == ["schema_differs"]
    assert (report.authentic.answer, report.current.answer) == (Answer.YES, Answer.YES)


@pytest.mark.parametrize(
    "url",
    [
        "https://district.example/schema.json",
        CANONICAL + "?x",
        CANONICAL.replace("purl.imsglobal.org", "purl.imsglobal.org.evil.example"),
        CANONICAL.replace("https", "http"),
    ],
)
def test_another_schema_is_not_fetched_and_said_to_be_so(world, url):
    report = world.verify(named(world, entry(), entry(url)))
    assert sorted(codes(report)) == ["schema_fits", "schema_not_held"]
    assert (report.authentic.answer, report.current.answer) == (Answer.YES, Answer.YES)
    assert url not in world.asked


def test_terms_of_use_are_named_and_left_to_people(world):
    terms = [{"id": "https://district.example/terms", "type": "Terms"}]
    report = world.verify(world.issuer.jwt(world.badge(termsOfUse=terms)))
    named = [check.params["member"] for check in report.checks if check.code == "part_not_checked"]
    assert (named, report.current.answer) == (["termsOfUse"], Answer.YES)
