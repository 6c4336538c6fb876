"""Credentials that are no badges, by the W3C data models 2.0 and 1.1 (VCDM), rule by rule."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path

import pytest
from licenses import LICENSE, V2
from world import CONTEXTS, Issuer

from verifier.credential.claims import MAX_ROWS, MORE, claims
from verifier.credential.view import general_view
from verifier.report import GENERAL, Answer, Check, Outcome
from verifier.structure.data_model import (
    MAX_FLAWS,
    check_any,
    check_envelope,
    check_general,
    flaws,
    presentation_flaws,
)
from verifier.structure.shape import MALFORMED
from verifier.wording import printed

CASES = Path(__file__).parents[1] / "cases"
V1 = "https://www.w3.org/2018/credentials/v1"
OLD = {
    "@context": [V1],
    "type": ["VerifiableCredential"],
    "issuer": "did:web:district.example",
    "issuanceDate": "2026-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:t"},
}
GONE = object()
LATER = datetime(2026, 12, 1, tzinfo=UTC)
"""After what came from elsewhere was signed."""
DIGEST = "sha384-AAAA"


def changed(changes, document=LICENSE):
    return {k: v for k, v in (deepcopy(document) | changes).items() if v is not GONE}


def typed(member, section):
    """The rules of a member whose objects must say of what type they are."""
    good, url = {"type": "TermA"}, "https://x.example/1"
    return {
        f"{section} {member} is no object": ({member: "x"}, [("model_object", member)]),
        f"{section} {member} is a number": ({member: [7]}, [("model_object", f"{member}[0]")]),
        f"{section} {member} without a type": ({member: {"id": url}}, [("model_untyped", member)]),
        f"{section} the second {member} without": (
            {member: [good | {"id": url}, {"id": url}]}, [("model_untyped", f"{member}[1]")],
        ),
        f"{section} {member} with two ids": (
            {member: {"type": "TermA", "id": [url, url]}}, [("model_id", f"{member}.id")],
        ),
        f"{section} {member} with an id that is no URL": (
            {member: {"type": "TermA", "id": "not a url"}}, [("model_id", f"{member}.id")],
        ),
    }  # fmt: skip


def text(value, tag="en", **more):
    return {"@value": value, "@language": tag, **more}


RULES = {
    "4.3 no @context": ({"@context": GONE}, [("model_context", "@context")]),
    "4.3 a @context that is no list": ({"@context": V2}, [("model_context", "@context")]),
    "4.3 another @context first": (
        {"@context": ["https://x.example", V2]}, [("model_context", "@context")],
    ),
    "4.3 no address": ({"@context": [V2, "https ://x"]}, [("model_context", "@context")]),
    "4.3 a number": ({"@context": [V2, 123]}, [("model_context", "@context")]),
    "4.3 an object": ({"@context": [V2, {"a": "urn:a"}]}, []),
    "4.4 null for an id": ({"id": None}, [("model_id", "id")]),
    "4.4 two ids": ({"id": ["urn:a", "urn:b"]}, [("model_id", "id")]),
    "4.4 an id that is no URL": ({"id": "not-a-url"}, [("model_id", "id")]),
    "4.4 no id": ({"id": GONE}, []),
    "4.5 no type": ({"type": GONE}, [("model_type", "type")]),
    "4.5 another type alone": ({"type": ["License"]}, [("model_type", "type")]),
    "4.5 a type that is no text": ({"type": ["VerifiableCredential", 3]}, [("model_type", "type")]),
    "4.5 one type without a list": ({"type": "VerifiableCredential"}, []),
    "4.5 types in any order": ({"type": ["https://x.example/L", "VerifiableCredential"]}, []),
    "4.6 a name in two languages": ({"name": [text("A"), text("B", "es")]}, []),
    "4.6 a name with its direction": ({"name": text("A", **{"@direction": "ltr"})}, []),
    "4.6 a name with more": ({"name": text("A", url="x")}, [("model_language", "name")]),
    "4.6 a name without a value": ({"name": {"@language": "en"}}, [("model_language", "name")]),
    "4.6 a number for a name": ({"name": 7}, [("model_language", "name")]),
    "4.6 one of two descriptions": (
        {"description": [text("A"), text("B", url="x")]}, [("model_language", "description[1]")],
    ),
    "4.6 the name of an issuer": (
        {"issuer": {"id": "did:example:i", "name": text("A", url="x")}},
        [("model_language", "issuer.name")],
    ),
    "4.7 no issuer": ({"issuer": GONE}, [("model_missing", "issuer")]),
    "4.7 an issuer without an id": ({"issuer": {"name": "A"}}, [("model_id", "issuer")]),
    "4.7 an issuer that is no URL": ({"issuer": "not-a-url"}, [("model_id", "issuer")]),
    "4.7 several issuers": ({"issuer": ["did:example:i"]}, [("model_id", "issuer")]),
    "4.8 no subject": ({"credentialSubject": GONE}, [("model_missing", "credentialSubject")]),
    "4.8 a subject that says nothing": (
        {"credentialSubject": {}}, [("model_empty", "credentialSubject")],
    ),
    "4.8 no subject in the list": (
        {"credentialSubject": []}, [("model_empty", "credentialSubject")],
    ),
    "4.8 two subjects": ({"credentialSubject": [{"id": "urn:a"}, {"id": "urn:b"}]}, []),
    "4.8 one of two says nothing": (
        {"credentialSubject": [{"id": "urn:a"}, {}]}, [("model_empty", "credentialSubject[1]")],
    ),
    "4.8 a text for a subject": (
        {"credentialSubject": "did:example:t"}, [("model_object", "credentialSubject")],
    ),
    "4.8 a subject with two ids": (
        {"credentialSubject": {"id": ["urn:a", "urn:b"]}}, [("model_id", "credentialSubject.id")],
    ),
    "4.9 a begin that is no time": ({"validFrom": "soon"}, [("model_date", "validFrom")]),
    "4.9 a day alone": ({"validFrom": "2026-01-01"}, [("model_date", "validFrom")]),
    "4.9 a time without marks": ({"validFrom": "20260101T000000Z"}, [("model_date", "validFrom")]),
    "4.9 a day that is none": (
        {"validFrom": "2026-02-30T00:00:00Z"}, [("model_date", "validFrom")],
    ),
    "4.9 two begins": (
        {"validFrom": ["2026-01-01T00:00:00Z"] * 2}, [("model_date", "validFrom")],
    ),
    "4.9 fractions and an offset": ({"validFrom": "2026-01-01T00:00:00.123-05:00"}, []),
    "5.8 a time without its zone": ({"validFrom": "2026-01-01T00:00:00"}, []),
    "4.9 an end that is no time": ({"validUntil": "late"}, [("model_date", "validUntil")]),
    "4.9 an end before the begin": (
        {"validUntil": "2025-12-31T23:59:59Z"}, [("model_dates_order", "validUntil")],
    ),
    "4.9 an end at the begin, in another zone": ({"validUntil": "2025-12-31T19:00:00-05:00"}, []),
    **typed("credentialStatus", "4.10"),
    **typed("credentialSchema", "4.11"),
    **typed("refreshService", "5.4"),
    **typed("termsOfUse", "5.5"),
    **typed("evidence", "5.6"),
    **typed("confidenceMethod", "5.10"),
    **typed("renderMethod", "5.10"),
    "4.10 a status without an id": ({"credentialStatus": {"type": "TermA"}}, []),
    "4.11 a schema without an id": (
        {"credentialSchema": {"type": "JsonSchema"}}, [("model_missing", "credentialSchema.id")],
    ),
    "5.3 a text for a resource": (
        {"relatedResource": "https://x.example/1"}, [("model_object", "relatedResource")],
    ),
    "5.3 a resource without an id": (
        {"relatedResource": {"digestSRI": DIGEST}}, [("model_missing", "relatedResource.id")],
    ),
    "5.3 a resource without a digest": (
        {"relatedResource": [{"id": V2}]}, [("model_digest", "relatedResource[0]")],
    ),
    "5.3 a resource twice": (
        {"relatedResource": [{"id": V2, "digestSRI": DIGEST}, {"id": V2, "digestMultibase": "u"}]},
        [("model_twice", "relatedResource[1]")],
    ),
    "5.3 two resources": (
        {"relatedResource": [{"id": V2, "digestSRI": DIGEST}, {"id": V1, "digestSRI": DIGEST}]}, [],
    ),
}  # fmt: skip
OLD_RULES = {
    "4.1 as it should be": ({}, []),
    "4.5 no issuer": ({"issuer": GONE}, [("model_missing", "issuer")]),
    "4.6 no issuanceDate": ({"issuanceDate": GONE}, [("model_missing", "issuanceDate")]),
    "4.6 an issuanceDate that is none": ({"issuanceDate": "x"}, [("model_date", "issuanceDate")]),
    "4.8 an expirationDate that is none": (
        {"expirationDate": "x"}, [("model_date", "expirationDate")],
    ),
    "4.9 a status without an id": (
        {"credentialStatus": {"type": "A"}}, [("model_missing", "credentialStatus.id")],
    ),
    "5.4 a schema without an id": (
        {"credentialSchema": {"type": "A"}}, [("model_missing", "credentialSchema.id")],
    ),
    "5.5 a refresh service without an id": (
        {"refreshService": {"type": "A"}}, [("model_missing", "refreshService.id")],
    ),
}  # fmt: skip
ENVELOPE = {"@context": V2, "type": "EnvelopedVerifiableCredential", "id": "data:application/x,y"}
PRESENTED = {
    "as it should be": ({}, []),
    "no @context": ({"@context": GONE}, [("model_context", "@context")]),
    "no type": ({"type": GONE}, [("model_type", "type")]),
    "another type": ({"type": ["Presentation"]}, [("model_type", "type")]),
    "nothing in it": ({"verifiableCredential": GONE}, []),
    "a holder": ({"holder": "did:example:h"}, []),
    "a holder with an id": ({"holder": {"id": "did:example:h"}}, []),
    "a holder without an id": ({"holder": {"name": "H"}}, [("model_id", "holder")]),
    "a text in it": (
        {"verifiableCredential": ["x"]}, [("model_object", "verifiableCredential[0]")],
    ),
    "a credential without a type": (
        {"verifiableCredential": [LICENSE, changed({"type": GONE})]},
        [("model_type", "verifiableCredential[1].type")],
    ),
    "an envelope": ({"verifiableCredential": ENVELOPE}, []),
    "an envelope without its @context": (
        {"verifiableCredential": changed({"@context": GONE}, ENVELOPE)},
        [("model_context", "verifiableCredential.@context")],
    ),
    "an envelope that is none": (
        {"verifiableCredential": ENVELOPE | {"id": "https://x.example"}},
        [("model_id", "verifiableCredential.id")],
    ),
    "terms of use without a type": (
        {"termsOfUse": {"id": "urn:a"}}, [("model_untyped", "termsOfUse")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_of_data_model_2_is_a_named_flaw(rule):
    changes, expected = RULES[rule]
    assert [*flaws(changed(changes))] == expected


@pytest.mark.parametrize("rule", OLD_RULES)
def test_each_rule_of_data_model_1_1_is_a_named_flaw(rule):
    changes, expected = OLD_RULES[rule]
    assert [*flaws(changed(changes, OLD))] == expected


@pytest.mark.parametrize("rule", PRESENTED)
def test_each_rule_of_presentations_is_a_named_flaw(rule):
    """VCDM 2.0, section 4.13."""
    changes, expected = PRESENTED[rule]
    whole = {"@context": [V2], "type": "VerifiablePresentation", "verifiableCredential": [LICENSE]}
    assert [*presentation_flaws(changed(changes, whole))] == expected


def test_a_check_of_the_data_model_says_what_it_is_or_each_flaw():
    whole = changed({"type": ["VerifiableCredential", "License"]})
    assert check_any(whole) == check_general(whole, whole) == (
        Check("shape", Outcome.PASSED, GENERAL, {"types": "VerifiableCredential, License"}),
    )  # fmt: skip
    long = whole | {"type": ["VerifiableCredential", "x" * 300]}
    assert len(check_general(whole, long)[0].params["types"]) == 200
    flawed = changed({"termsOfUse": [7] * (MAX_FLAWS + 1)})
    checks = check_general(flawed, flawed)
    assert len(checks) == MAX_FLAWS
    assert checks[1] == Check(
        "shape", Outcome.COULD_NOT_CHECK, "model_object", {"member": "termsOfUse[1]"}, MALFORMED
    )


def test_an_envelope_alone_is_checked_as_one():
    """VCDM 2.0, sections 4.13.1 and 4.13.2."""
    assert check_envelope(ENVELOPE) == check_envelope(LICENSE) == ()
    flawed = changed({"@context": V1, "id": GONE}, ENVELOPE)
    assert [(check.code, check.params["member"]) for check in check_envelope(flawed)] == [
        ("model_context", "@context"),
        ("model_id", "id"),
    ]


def test_a_license_has_its_answers_and_says_that_it_is_no_badge(world):
    report = world.verify((CASES / "license-plain-v2.json").read_bytes(), general=True, now=LATER)
    assert [verdict.code for verdict in report.verdicts().values()] == [
        "authentic", "current", "no_trust_list",
    ]  # fmt: skip
    assert report.general
    text = printed.as_text("license.json", report)
    assert "It is a credential, not a badge" in text
    for words in ("did:key:z6Mkuosh", "Example State Board", "Alex Example", "Teaching license"):
        assert words in text
    assert printed.as_json(report)["kind"] == "credential"


@pytest.mark.parametrize("form", ["json", "jwt"])
def test_a_flaw_of_the_data_model_is_no_yes_and_no_forgery(world, form):
    flawed = changed({"termsOfUse": {"id": "urn:a"}})
    signed = world.issuer.sign(flawed) if form == "json" else world.issuer.jwt(flawed)
    verdict = world.verify(signed, general=True).authentic
    assert (verdict.answer, verdict.code) == (Answer.COULD_NOT_CHECK, "model_untyped")
    assert verdict.params == {"member": "termsOfUse"}


def test_a_forged_credential_is_no_whatever_its_flaws(world):
    signed = world.issuer.sign(changed({"termsOfUse": {"id": "urn:a"}})) | {"name": "Doctor"}
    assert world.verify(signed, general=True).authentic.answer is Answer.NO


def test_dates_and_status_decide_as_for_badges(world):
    """VCDM 2.0, sections 4.9 and 4.10."""
    entry = {
        "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
        "statusListIndex": "94", "statusListCredential": world.list_url,
    }  # fmt: skip
    signed = world.issuer.sign(changed({"credentialStatus": entry}))
    assert world.verify(signed, general=True).current.code == "current"
    world.publish_list({94})
    assert world.verify(signed, general=True).current.code == "revoked"
    ended = world.issuer.sign(changed({"validUntil": "2026-11-01T00:00:00Z"}))
    assert world.verify(ended, general=True).current.code == "expired"


@pytest.mark.parametrize("form", ["json", "jwt"])
def test_a_credential_may_be_about_several(world, form):
    several = changed({"credentialSubject": [{"id": "urn:a", "name": "A"}, {"id": "urn:b"}]})
    if form == "json":
        signed = world.issuer.sign(several)
    else:
        signed = world.issuer.jwt(LICENSE, claims=several | {"sub": None})
    report = world.verify(signed, general=True)
    assert report.authentic.answer is Answer.YES
    rows = claims(report.credential.document)
    assert sorted(value for _, value in rows) == ["A", "urn:a", "urn:b"]
    assert {term.partition(":")[0] for term, _ in rows} == {"1", "2"}


CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
BADGE_TYPE = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential"


@pytest.mark.parametrize("kind", [BADGE_TYPE, "https://other.example/#ClrCredential"])
def test_what_calls_itself_a_badge_by_an_address_is_no_other_credential(world, kind):
    """Also where its contexts have no term for that."""
    signed = world.issuer.sign(changed({"type": ["VerifiableCredential", kind]}))
    report = world.verify(signed, general=True)
    assert (report.authentic.answer, report.general) == (Answer.COULD_NOT_CHECK, False)


@pytest.mark.parametrize("kind", ["OpenBadgeCredential", "AchievementCredential", BADGE_TYPE])
def test_what_calls_itself_a_badge_is_judged_as_one(world, kind):
    """However its type is written, two subjects are not let through."""
    twice = [world.badge()["credentialSubject"], {"id": "urn:x", "type": "AchievementSubject"}]
    badge = world.badge(type=["VerifiableCredential", kind], credentialSubject=twice)
    report = world.verify(world.issuer.sign(badge), general=True)
    assert report.authentic.answer is not Answer.YES
    assert GENERAL not in {check.code for check in report.checks}


def test_without_its_type_nothing_counts_as_that_of_a_badge(world):
    """Hours and levels are read of badges alone, whose shape is checked."""
    badge = world.badge(type=["VerifiableCredential"])
    report = world.verify(world.issuer.sign(badge), general=True)
    assert report.authentic.answer is Answer.YES
    assert (report.credential.achievement, report.credential.results) == (None, ())


def test_a_badge_is_told_the_same_whether_or_not_others_are_asked_for(world):
    badge = world.issuer.sign(world.badge())
    assert world.verify(badge, general=True) == world.verify(badge)


def test_no_more_rows_are_shown_than_anybody_reads():
    many = {"credentialSubject": {"grade": [{"n": n, "ok": True} for n in range(MAX_ROWS)]}}
    rows = claims(many)
    assert len(rows) == MAX_ROWS + 1
    assert rows[:2] == (("grade 1.n", "0"), ("grade 1.ok", "true"))
    assert rows[-1] == (MORE, MORE)


def test_a_value_that_is_cut_says_that_there_is_more():
    portrait = "data:image/jpeg;base64," + "A" * 9000
    rows = dict(claims({"credentialSubject": {"a": "x" * 501, "b": "x" * 500, "p": portrait}}))
    assert rows["a"] == "x" * 500 + MORE
    assert rows["b"] == "x" * 500
    assert len(rows["p"]) < 50
    assert rows["p"].endswith(MORE)


COURSES = {"course": [{"name": "Algebra", "grade": "A"}, {"name": "Biology"}], "years": [1, 2]}


def test_what_belongs_together_in_a_list_has_one_number():
    assert claims({"credentialSubject": COURSES}) == (
        ("course 1.name", "Algebra"), ("course 1.grade", "A"), ("course 2.name", "Biology"),
        ("years", "1"), ("years", "2"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ({"givenName": "Alex", "familyName": "Example"}, "Alex Example"),
        ({"given_name": "Alex", "family_name": "Example"}, "Alex Example"),
        ({"name": "A. Example", "givenName": "Alex", "familyName": "Example"}, "A. Example"),
        ({"givenName": "Alex"}, None),
        ({"givenName": ["Alex", "Robin"], "familyName": "Example"}, None),
    ],
)
def test_a_name_may_stand_in_two_parts(subject, name):
    assert general_view({"credentialSubject": subject}).recipient_name == name


def test_a_name_in_several_languages_is_shown_in_one(world):
    names = [text("Licencia", "es"), text("License", "en-US")]
    report = world.verify(world.issuer.sign(changed({"name": names})), general=True)
    assert report.credential.name == "License"
    assert general_view({"name": [text("Licencia", "es")] * 2}).name == "Licencia"
    assert general_view({"issuer": {"id": "urn:x:i", "name": names}}).issuer.name == "License"


def test_the_claims_of_languages_and_nothings_are_their_texts():
    document = {"credentialSubject": {"a": {"@value": "Hola", "@language": "es"}, "b": None}}
    assert claims(document) == (("a", "Hola"),)


def test_a_credential_inside_a_record_may_be_of_any_kind(world):
    other = Issuer("did:web:board.example")
    world.publish_issuer(other)
    inner = other.sign(changed({"issuer": other.did}))
    record = {
        "@context": [CONTEXTS[0], CLR, CONTEXTS[1]],
        "id": "urn:x:record", "type": ["VerifiableCredential", "ClrCredential"],
        "name": "Record", "issuer": {"id": world.issuer.did, "type": ["Profile"]},
        "validFrom": "2026-11-02T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:t", "type": ["ClrSubject"], "verifiableCredential": [inner],
        },
    }  # fmt: skip
    report = world.verify(json.dumps(world.issuer.sign(record)), general=True)
    (within,) = report.credentials
    assert (within.authentic.answer, within.general) == (Answer.YES, True)
    (usual,) = world.verify(world.issuer.sign(record)).credentials
    assert usual.authentic.code == "signed_no_badge"
