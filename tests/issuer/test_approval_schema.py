"""Each flaw of an approval is named by its field, in words that help, before anything is kept."""

import copy
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from issuer.approvals import event, schema
from issuer.catalog import files
from issuer.issuance import rules
from issuer.issuance.approval import Chosen, Credit, EvidenceTier, from_data
from issuer.issuance.problems import Refused
from issuer.wording.days import FIRST_YEAR, LAST_YEAR
from verifier.parsing.strict_json import StrictJsonError

EXAMPLES = Path(__file__).parents[2] / "examples"
CHOSEN = json.loads((EXAMPLES / "approval.json").read_text("utf-8"))
OWN_IDEA = json.loads((EXAMPLES / "approval-own-idea.json").read_text("utf-8"))
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GONE = object()
RUBRIC = files.load(EXAMPLES / "achievements")[0].rubric


def changed(where, value, base=CHOSEN):
    """Return a copy of an example with the member at the dotted path `where` set or taken out."""
    document = copy.deepcopy(base)
    *path, last = [int(part) if part.isdecimal() else part for part in where.split(".")]
    at = document
    for part in path:
        at = at[part]
    if value is GONE:
        del at[last]
    else:
        at[last] = value
    return document


def body_of(document):
    return json.dumps(document).encode()


def refused(document):
    """Return the flaws for which a message is refused."""
    try:
        return tuple(rules.flaws(event.read(body_of(document)), RUBRIC, now=NOW))
    except Refused as exc:
        return exc.flaws


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(schema.SCHEMA)


@pytest.mark.parametrize("document", [CHOSEN, OWN_IDEA], ids=["chosen", "own-idea"])
def test_the_shipped_examples_are_accepted(document):
    approval = event.read(body_of(document))
    assert rules.flaws(approval, RUBRIC, now=NOW) == []


# flaw: what is changed to what, and the field that is named where that is another one.
FLAWS = {
    "type-unknown": ("type", "submission.approved"),
    "type-missing": ("type", GONE),
    "type-no-text": ("type", 7),
    "timestamp-missing": ("timestamp", GONE),
    "timestamp-a-date": ("timestamp", "2026-11-20"),
    "data-missing": ("data", GONE),
    "data-a-list": ("data", []),
    "data-null": ("data", None),
    "field-unknown-above": ("id", "1"),
    "field-misspelled": ("data.valid_untill", "2027-01-01T00:00:00Z"),
    "approval-id-missing": ("data.approval_id", GONE),
    "approval-id-empty": ("data.approval_id", ""),
    "approval-id-blank": ("data.approval_id", " "),
    "approval-id-a-number": ("data.approval_id", 142),
    "approval-id-201-characters": ("data.approval_id", "a" * 201),
    "approval-id-with-a-line-break": ("data.approval_id", "a\nb"),
    "achievement-missing": ("data.achievement", GONE),
    "achievement-a-string": ("data.achievement", "band"),
    "achievement-empty": ("data.achievement", {}, "data.achievement.name"),
    "achievement-id-upper-case": ("data.achievement.id", "Band"),
    "achievement-id-a-path": ("data.achievement.id", "../band"),
    "achievement-version-words": ("data.achievement.version", "one"),
    "achievement-version-a-text-of-half": ("data.achievement.version", "1.5"),
    "achievement-version-zero": ("data.achievement.version", 0),
    "achievement-both-kinds": ("data.achievement.name", "Band"),
    "recipient-missing": ("data.recipient", GONE),
    "name-missing": ("data.recipient.name", GONE),
    "name-with-bell": ("data.recipient.name", "Zoë\a"),
    "name-with-delete": ("data.recipient.name", "Zoë\x7f"),
    "name-with-nul": ("data.recipient.name", "Zoë\0"),
    "name-with-tab": ("data.recipient.name", "Zoë\tA"),
    "name-with-noncharacter": ("data.recipient.name", "Zoë\ufffe"),
    "name-with-a-c1-control": ("data.recipient.name", "Zoë\x9b31m"),
    "name-with-next-line": ("data.recipient.name", "Zoë\x85"),
    "name-turned-round": ("data.recipient.name", "Zoë \u202egnp.A"),
    "name-in-an-isolate": ("data.recipient.name", "\u2066Zoë\u2069"),
    "name-of-a-zero-width-space": ("data.recipient.name", "\u200b"),
    "name-of-a-lone-accent": ("data.recipient.name", "\u0301 \u2003"),
    "name-of-hangul-filler": ("data.recipient.name", "\u3164"),
    "name-ends-in-a-line-break": ("data.recipient.name", "Zoë\n"),
    "emails-none": ("data.recipient.emails", []),
    "emails-missing": ("data.recipient.emails", GONE),
    "emails-five": ("data.recipient.emails", ["a@b.org"] * 5),
    "emails-a-string": ("data.recipient.emails", "a@b.org"),
    "email-without-at": ("data.recipient.emails.1", "a.b.org"),
    "email-without-dot": ("data.recipient.emails.1", "a@b"),
    "email-two-in-one": ("data.recipient.emails.1", "a@b.org, c@d.org"),
    "email-with-a-name": ("data.recipient.emails.1", "A <a@b.org>"),
    "email-dots-in-a-row": ("data.recipient.emails.1", "a@b..org"),
    "email-with-a-line-break": ("data.recipient.emails.1", "a@b.org\n"),
    "did-a-url": ("data.recipient.did", "https://a.org"),
    "did-with-fragment": ("data.recipient.did", "did:key:z6Mk#z6Mk"),
    "did-without-id": ("data.recipient.did", "did:key:"),
    "did-with-space": ("data.recipient.did", "did:key:z6 Mk"),
    "narrative-missing": ("data.narrative", GONE),
    "skill-missing": ("data.narrative.skill", GONE),
    "outcome-not-measured": ("data.narrative.measured_outcome", GONE),
    "outcome-blank": ("data.narrative.measured_outcome", "\n"),
    "goal-too-long": ("data.narrative.goal", "a" * 4001),
    "goal-turned-round": ("data.narrative.goal", "a\u202eb"),
    "goal-with-a-c1-control": ("data.narrative.goal", "a\x9bb"),
    "comment-turned-round": ("data.comments.process", "\u2067a"),
    "goal-with-escape": ("data.narrative.goal", "a\x1b[1m"),
    "activity-without-end": ("data.activity.end", GONE),
    "activity-end-a-time": ("data.activity.end", "2026-11-20T10:00:00Z"),
    "activity-end-before-start": ("data.activity.end", "2026-02-22"),
    "activity-ends-after-the-approval": ("data.activity.end", "2026-05-17"),
    "activity-on-30-february": ("data.activity.start", "2026-02-30"),
    "activity-in-american": ("data.activity.start", "02/23/2026"),
    "activity-in-another-script": ("data.activity.start", "٢٠٢٦-02-23"),
    "credit-negative": ("data.credits.0.value", -1),
    "credit-zero": ("data.credits.0.value", 0),
    "credit-in-words": ("data.credits.0.value", "twelve"),
    "credit-with-its-unit": ("data.credits.0.value", "12 hours"),
    "credit-with-a-comma": ("data.credits.0.value", "1,5"),
    "credit-of-zeros": ("data.credits.0.value", "012"),
    "credit-spaced": ("data.credits.0.value", " 12"),
    "credit-in-hexadecimal": ("data.credits.0.value", "0xC"),
    "credit-not-a-number": ("data.credits.0.value", "NaN"),
    "credit-without-end": ("data.credits.0.value", "Infinity"),
    "credit-in-other-digits": ("data.credits.0.value", "١٢"),
    "credit-too-large-as-text": ("data.credits.0.value", "10001"),
    "credit-of-thirty-digits-as-text": ("data.credits.0.value", "1" * 30),
    "credit-of-17-digits-as-text": ("data.credits.0.value", "1234.5678901234567"),
    "credit-blank": ("data.credits.0.value", ""),
    "credit-null": ("data.credits.0.value", None),
    "name-null": ("data.recipient.name", None),
    "emails-all-blank": ("data.recipient.emails", ["", None]),
    "level-blank": ("data.levels.work", ""),
    "levels-all-blank": ("data.levels", {"work": "", "process": None}, "data.levels.work"),
    "achievement-of-blanks": ("data.achievement", {"id": "", "name": None},
                              "data.achievement.name"),
    "unknown-field-null": ("data.nickname", None),
    "activity-end-blank": ("data.activity.end", ""),
    "evidence-name-blank": ("data.evidence.0.name", ""),
    "evidence-public-url-blank": ("data.evidence.0.url", ""),
    "credit-true": ("data.credits.0.value", True),
    "credit-tiny": ("data.credits.0.value", 1e-7),
    "credit-of-17-digits": ("data.credits.0.value", 1234.5678901234567),
    "credit-unit-two-words": ("data.credits.0.unit", "clock hours"),
    "credit-unit-ends-in-a-line-break": ("data.credits.0.unit", "hours\n"),
    "credit-unit-twice": ("data.credits", [{"value": 1, "unit": "h"}, {"value": 2, "unit": "h"}],
                          "data.credits.1.unit"),
    "provider-number-with-a-quote": ("data.provider_number", 'IL"1'),
    "provider-number-blank-at-the-end": ("data.provider_number", "IL-1 "),
    "levels-missing": ("data.levels", GONE),
    "levels-a-list": ("data.levels", ["met"]),
    "levels-empty": ("data.levels", {}, "data.levels.learning"),
    "level-missing": ("data.levels.work", GONE),
    "level-null": ("data.levels.work", None),
    "level-not-in-the-rubric": ("data.levels.work", "superb"),
    "level-not-yet-the-required-one": ("data.levels.work", "not-yet"),
    "criterion-unknown": ("data.levels.punctuality", "met"),
    "criterion-key-no-id": ("data.levels.Work!", "met"),
    "comment-on-no-criterion": ("data.comments.punctuality", "Fine."),
    "comment-of-a-space": ("data.comments.process", " "),
    "evidence-21": ("data.evidence", [{"name": "A"}] * 21),
    "evidence-without-name": ("data.evidence.2.name", GONE),
    "evidence-of-unknown-tier": ("data.evidence.0.tier", "secret"),
    "evidence-public-without-url": ("data.evidence.0.url", GONE),
    "evidence-over-http": ("data.evidence.0.url", "http://a.org/x"),
    "evidence-a-script": ("data.evidence.0.url", "javascript:alert(1)"),
    "evidence-with-a-password": ("data.evidence.0.url", "https://u:p@a.org/"),
    "evidence-without-host": ("data.evidence.0.url", "https:///x"),
    "evidence-no-url": ("data.evidence.0.url", "https://[x"),
    "evidence-url-leaves-its-iri": ("data.evidence.0.url", "https://a.org/> <b"),
    "evidence-digest-short": ("data.evidence.1.sha256", "ab" * 31),
    "evidence-digest-no-hex": ("data.evidence.1.sha256", "g" * 64),
    "evidence-media-type-one-word": ("data.evidence.1.media_type", "video"),
    "sign-off-without-time": ("data.approvals.1.at", GONE),
    "sign-off-in-the-future": ("data.approvals.1.at", "2026-11-22T12:05:01Z"),
    "approved-at-missing": ("data.approved_at", GONE),
    "approved-at-without-zone": ("data.approved_at", "2026-11-20T15:00:00"),
    "approved-at-25-o-clock": ("data.approved_at", "2026-11-20T25:00:00Z"),
    "approved-at-in-the-future": ("data.approved_at", "2026-11-22T12:05:01Z"),
    "approved-at-in-1812": ("data.approved_at", "1812-11-20T15:00:00Z"),
    "valid-until-in-the-past": ("data.valid_until", "2026-11-22T12:00:00Z"),
    "timestamp-before-time": ("timestamp", "0001-01-01T00:00:00+14:00"),
    "timestamp-after-time": ("timestamp", "9999-12-31T23:59:59-14:00"),
    "approved-at-before-time": ("data.approved_at", "0001-01-01T00:00:00+14:00"),
    "approved-at-in-year-0": ("data.approved_at", "0000-01-01T00:00:00Z"),
    "approved-at-after-time": ("data.approved_at", "9999-12-31T23:59:59-14:00"),
    "approved-at-99-hours-off": ("data.approved_at", "2026-05-15T15:00:00+99:00"),
    "sign-off-before-time": ("data.approvals.0.at", "0001-01-01T00:00:00+14:00"),
    "sign-off-after-time": ("data.approvals.0.at", "9999-12-31T23:59:59-14:00"),
    "valid-until-before-time": ("data.valid_until", "0001-01-01T00:00:00+14:00"),
    "valid-until-after-time": ("data.valid_until", "9999-12-31T23:59:59-14:00"),
    "valid-until-the-last-day": ("data.valid_until", "9999-12-31T00:00:00Z"),
    "activity-begins-with-time": ("data.activity.start", "0001-01-01"),
    "activity-ends-with-time": ("data.activity.end", "9999-12-31"),
    "valid-until-of-a-space": ("data.valid_until", " "),
    "approved-at-null": ("data.approved_at", None),
}  # fmt: skip


def rows(table):
    """Return a table's rows as parameters: where, new value, field that is named."""
    return [pytest.param(*row[:2], row[-1] if row[2:] else row[0], id=flaw)
            for flaw, row in table.items()]  # fmt: skip


@pytest.mark.parametrize(("where", "value", "field"), rows(FLAWS))
def test_a_flaw_is_refused_and_its_field_named(where, value, field):
    assert field in [flaw.field for flaw in refused(changed(where, value))]


OWN_IDEA_FLAWS = {
    "name-missing": ("data.achievement.name", GONE),
    "criteria-missing": ("data.achievement.criteria", GONE),
    "rubric-missing": ("data.achievement.rubric", GONE),
    "rubric-inline": ("data.achievement.rubric", {"criteria": []}, "data.achievement.rubric.id"),
    "language-by-name": ("data.achievement.in_language", "Spanish"),
    "language-with-a-line-end": ("data.achievement.in_language", "es\n"),
    "tag-blank": ("data.achievement.tags.0", " "),
    "alignment-without-url": ("data.achievement.alignments", [{"target_name": "A"}],
                              "data.achievement.alignments.0.target_url"),
    "alignment-of-unknown-type": (
        "data.achievement.alignments",
        [{"target_name": "A", "target_url": "https://a.org/1", "target_type": "CASE"}],
        "data.achievement.alignments.0.target_type",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("where", "value", "field"), rows(OWN_IDEA_FLAWS))
def test_a_flaw_of_an_own_idea_is_refused_and_its_field_named(where, value, field):
    assert field in [flaw.field for flaw in refused(changed(where, value, OWN_IDEA))]


def test_every_flaw_says_what_to_write_instead():
    everything = [refused(changed(*flaw[:2])) for flaw in FLAWS.values()]
    silent = [flaw for flaws in everything for flaw in flaws if not (flaw.detail and flaw.remedy)]
    assert silent == []


TEXT, LIST = "text, in quotation marks", "a list, in square brackets"
OBJECT, NUMBER = "an object, in braces", "a number, in digits with at most one dot"


@pytest.mark.parametrize(
    ("where", "value", "detail"),
    [
        ("data", json.dumps(CHOSEN["data"]), f"is text and must be {OBJECT}"),
        ("data.approval_id", 4711, f"is a number and must be {TEXT}"),
        ("data.recipient.name", None, f"is null and must be {TEXT}"),
        ("data.recipient.emails", "a@b.org, c@d.org", f"is text and must be {LIST}"),
        ("data.recipient.emails", {"0": "a@b.org"}, f"is an object and must be {LIST}"),
        ("data.levels", [{"work": "met"}], f"is a list and must be {OBJECT}"),
        ("data.evidence.0", "https://a.org/1", f"is text and must be {OBJECT}"),
        ("data.credits.0.value", "12,5", f"is text and must be {NUMBER}"),
        ("data.credits.0.value", "12 hours", f"is text and must be {NUMBER}"),
        ("data.credits.0.value", True, f"is true or false and must be {NUMBER}"),
        ("data.approved_at", 46173.8, f"is a number and must be {TEXT}"),
        ("data.revision", "first", "is text and must be a whole number, in digits"),
    ],
)
def test_what_a_form_wrote_in_another_form_is_told_in_words(where, value, detail):
    """No-code tools join lists with commas, and write text for whatever they do not know."""
    base = changed(where, "x") if where == "data.revision" else CHOSEN
    (flaw,) = refused(changed(where, value, base))
    assert (flaw.field, flaw.detail) == (where, detail)
    assert flaw.remedy


def test_several_flaws_are_named_at_once():
    document = changed("data.levels.work", 5, changed("data.recipient.name", ""))
    assert {f.field for f in refused(document)} == {"data.levels.work", "data.recipient.name"}


def test_a_message_of_a_thousand_flaws_gets_a_short_answer():
    many = {f"field{number}": "x" for number in range(1000)}
    assert len(refused(changed("data", {**CHOSEN["data"], **many}))) == schema.MAX_FLAWS


def test_words_about_a_level_still_to_come_are_never_about_a_deficit():
    (flaw,) = refused(changed("data.levels.work", "not-yet"))
    words = f"{flaw.detail} {flaw.remedy}".lower()
    assert "“met” or higher" in words
    assert not {"fail", "below", "poor", "weak", "insufficient", "low", "bad"} & set(words.split())


def test_levels_are_compared_by_points_and_not_by_place():
    backwards = replace(
        RUBRIC,
        criteria=tuple(replace(c, levels=tuple(reversed(c.levels))) for c in RUBRIC.criteria),
    )
    approval = event.read(body_of(CHOSEN))
    assert rules.flaws(approval, backwards, now=NOW) == []
    still_to_come = event.read(body_of(changed("data.levels.work", "not-yet")))
    assert [f.field for f in rules.flaws(still_to_come, backwards, now=NOW)] == ["data.levels.work"]


@pytest.mark.parametrize(
    ("id_known", "field"),
    [
        pytest.param(False, "data.achievement.id", id="no-such-id"),
        pytest.param(True, "data.achievement.version", id="no-such-version"),
    ],
)
def test_what_the_catalog_does_not_have_is_named(id_known, field):
    flaw = rules.unknown(Chosen("band", 9), field="data.achievement", id_known=id_known)
    assert flaw.field == field


ACCEPTED = {
    "name-in-another-script": ("data.recipient.name", "Nguyễn Thị Thanh 阮"),
    "name-of-200-characters": ("data.recipient.name", "a" * 200),
    "email-international": ("data.recipient.emails", ["zoë@schule-müller.example"]),
    "email-with-plus": ("data.recipient.emails", ["a.b+c@d.e.org"]),
    "did-web-with-port": ("data.recipient.did", "did:web:a.org%3A8080:teachers:1"),
    "did-key": ("data.recipient.did", "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"),
    "one-day": ("data.activity", {"start": "2026-02-28", "end": "2026-02-28"}),
    "last-day-ahead-of-utc": ("data.activity.end", "2026-05-16"),
    "no-activity": ("data.activity", GONE),
    "name-with-joiners": (
        "data.recipient.name",
        "\u0645\u06cc\u200c\u062e\u0648 \u200f!",
    ),
    "name-of-emoji": ("data.recipient.name", "\U0001f469\u200d\U0001f3eb"),
    "valid-to-the-last-year": ("data.valid_until", "2099-12-31T23:59:59-23:59"),
    "half-an-hour": ("data.credits.0.value", 0.5),
    "fifteen-digits": ("data.credits.0.value", 1234.56789012345),
    "no-credits": ("data.credits", []),
    "goal-in-lines": ("data.narrative.goal", "- one\r\n- two"),
    "sealed-with-address": ("data.evidence.0.tier", "sealed"),
    "no-evidence": ("data.evidence", GONE),
    "zone-of-the-district": ("data.approved_at", "2026-05-15T10:00:00.250-05:00"),
    "approved-just-now-by-a-fast-clock": ("data.approved_at", "2026-11-22T12:05:00Z"),
    "valid-a-second-more": ("data.valid_until", "2026-11-22T12:00:01Z"),
}


@pytest.mark.parametrize(("where", "value"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_what_is_unusual_and_right_is_accepted(where, value):
    approval = event.read(body_of(changed(where, value)))
    assert rules.flaws(approval, RUBRIC, now=NOW) == []


# What a no-code sender writes, and what it means: another example, with one field changed.
MEANT = {
    "number-as-text": ("data.credits.0.value", "12", 12),
    "fraction-as-text": ("data.credits.0.value", "1.5", 1.5),
    "whole-as-text": ("data.credits.0.value", "12.0", 12),
    "version-as-text": ("data.achievement.version", "1", 1),
    "end-null": ("data.valid_until", None, GONE),
    "end-blank": ("data.valid_until", "", GONE),
    "comment-blank": ("data.comments", {"process": "", "work": "Fine."}, {"work": "Fine."}),
    "comments-all-blank": ("data.comments", {"process": "", "work": None}, GONE),
    "did-null": ("data.recipient.did", None, GONE),
    "second-email-blank": ("data.recipient.emails", ["a@b.org", ""], ["a@b.org"]),
    "no-activity": ("data.activity", {"start": "", "end": ""}, GONE),
    "no-activity-null": ("data.activity", None, GONE),
    "evidence-of-blanks": ("data.evidence", [{"name": "A", "url": ""}, {"name": "", "url": None}],
                           [{"name": "A"}]),
    "no-evidence": ("data.evidence", [{"name": "", "url": ""}], GONE),
    "no-credits": ("data.credits", [{"value": "", "unit": ""}], GONE),
    "provider-number-of-digits": ("data.provider_number", "12", "12"),
    "own-idea-blank-beside-an-id": (
        "data.achievement",
        CHOSEN["data"]["achievement"] | {"name": "", "rubric": {"id": "", "version": None}},
        CHOSEN["data"]["achievement"],
    ),
    "id-blank-beside-an-own-idea": (
        "data.achievement",
        {"id": "", **OWN_IDEA["data"]["achievement"]},
        OWN_IDEA["data"]["achievement"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("where", "written", "meant"), MEANT.values(), ids=MEANT.keys())
def test_what_cannot_be_left_out_is_absent_where_it_may_be(where, written, meant):
    there = where.rpartition(".")[2] in ("did", "valid_until", "version")
    base = changed(where, "x") if there else CHOSEN
    expected = event.read(body_of(changed(where, meant, base)))
    assert event.read(body_of(changed(where, written))) == expected
    assert event.read(body_of(changed(where, written))).content == expected.content


def test_an_approval_is_what_was_stated_and_nothing_more():
    document = changed("data.recipient.emails", ["A@B.org", "a@b.ORG"], OWN_IDEA)
    document["data"]["credits"] = [{"value": 9.0, "unit": "hours"}]
    document["data"]["evidence"][0]["sha256"] = "AB" * 32
    document["data"]["approved_at"] = "2026-05-15T10:30:00.9-05:00"
    approval = event.read(body_of(document))
    assert approval.recipient.emails == ("a@b.org",)
    assert approval.credits == (Credit(9, "hours"),)
    assert approval.evidence[0].tier is EvidenceTier.SEALED
    assert approval.evidence[0].sha256 == "ab" * 32
    assert approval.approved_at == datetime(2026, 5, 15, 15, 30, tzinfo=UTC)
    assert (approval.valid_until, approval.provider_number, approval.comments) == (None, None, {})


def test_what_was_kept_is_the_same_approval_again():
    approval = event.read(body_of(CHOSEN))
    assert from_data(json.loads(approval.content)) == approval


def test_the_same_approval_has_one_content_however_it_is_written():
    document = copy.deepcopy(CHOSEN)
    document["timestamp"] = "2026-11-21T00:00:00Z"
    document["data"] = dict(reversed(document["data"].items()))
    document["data"]["credits"][0]["value"] = 12.0
    assert event.read(body_of(document)).digest == event.read(body_of(CHOSEN)).digest
    other = event.read(body_of(changed("data.credits.0.value", 12.5)))
    assert other.digest != event.read(body_of(CHOSEN)).digest


def test_a_check_is_no_approval():
    assert event.read(body_of({"type": "mintmark.check", "timestamp": "x", "data": {}})) is None


def test_only_our_own_words_of_a_field_are_logged():
    assert schema.loggable("data.recipient.emails.0") == "data.recipient.emails.0"
    assert schema.loggable("data.levels.jane-doe") == "data.levels.*"
    assert schema.loggable("data.Jane\nDoe.name") == "data.*.name"


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_and_never_crash(body):
    with pytest.raises((StrictJsonError, Refused)):
        event.read(body)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
paths = st.sampled_from(
    [flaw[0] for flaw in FLAWS.values() if flaw[0].count(".") < 3 and "." in flaw[0]]
)


@given(paths, json_values)
def test_any_json_in_any_place_is_accepted_or_refused_and_never_crashes(where, value):
    try:
        approval = event.read(body_of(changed(where, value)))
        flaws = rules.flaws(approval, RUBRIC, now=NOW)
    except (StrictJsonError, Refused):
        return
    assert all(flaw.field.startswith("data.") for flaw in flaws)


def test_an_approval_takes_the_years_that_every_form_takes():
    published = json.loads(Path(schema.__file__).with_name("approval.schema.json").read_text())
    pattern = published["$defs"]["date"]["pattern"]
    for year in (FIRST_YEAR, LAST_YEAR):
        assert re.search(pattern, f"{year}-01-01")
    for year in (FIRST_YEAR - 1, LAST_YEAR + 1):
        assert not re.search(pattern, f"{year}-01-01")


def test_a_field_is_named_in_its_letters_and_without_what_controls_a_line():
    data = {"levels": {"Teacher’s “Próxima”\u202e\x1b\n" + "x" * 300: "met"}}
    fields = [flaw.field for flaw in schema.flaws({"data": data})]
    (named,) = [field for field in fields if field.startswith("data.levels.T")]
    assert named.startswith("data.levels.Teacher’s “Próxima”???xx")
    assert len(named) == 200
