"""Naughty texts in every field of a credential: shown as they are, and nothing else (T18, T19)."""

import json
from copy import deepcopy

import pytest
from browser import hard_to_use, serving, watch
from flask import Flask
from naughty import ALL, NAUGHTY
from page_shape import FLOOD, PROSE, TURNED, Shape
from world import NOW, Issuer, World

from verifier.batch import sheet
from verifier.batch.row import Row
from verifier.batch.table import ApplicantFile
from verifier.report import Answer
from verifier.wording import letters, printed

WRITTEN_BY_OTHERS = {
    *("name", "description", "narrative", "tag", "identifier", "genre", "audience", "role"),
    *("term", "licenseNumber", "targetName", "targetCode", "targetFramework", "mediaType"),
    *("humanCode", "identityHash", "fieldOfStudy", "specialization", "inLanguage", "version"),
}
ADDRESSES = {"url", "targetUrl", "image", "criteria"}


def with_text(value, text, member=""):
    """Return a document in which every text that an issuer may choose is `text`."""
    if isinstance(value, dict):
        return {name: with_text(item, text, name) for name, item in value.items()}
    if isinstance(value, list):
        return [with_text(item, text, member) for item in value]
    return text if member in WRITTEN_BY_OTHERS and isinstance(value, str) else value


def badge(world: World, text: str):
    """Return an unsigned badge that says `text` everywhere, by an issuer with a number."""
    whole = deepcopy(world.badge())
    subject = whole["credentialSubject"]
    subject |= {
        "role": "",
        "term": "",
        "licenseNumber": "",
        "source": {"id": "https://assessor.example/", "type": ["Profile"], "name": ""},
    }
    subject["achievement"] |= {
        "humanCode": "", "specialization": "", "fieldOfStudy": "", "version": "",
        "alignment": [{"type": ["Alignment"], "targetName": "", "targetCode": "",
                       "targetFramework": "", "targetUrl": "https://case.example/1"}],
    }  # fmt: skip
    whole["evidence"][0] |= {"narrative": "", "genre": "", "audience": ""}
    whole["description"] = ""
    return with_text(whole, text)


@pytest.mark.parametrize("kind", NAUGHTY)
def test_a_terminal_gets_no_control_character_and_no_line_of_its_own(world: World, kind):
    def in_words(text):
        report = world.verify(world.issuer.sign(badge(world, text)))
        assert report.authentic.answer is Answer.YES
        shown = printed.as_text("badge", report, details=True)
        document = json.loads(printed.dumps(printed.as_json(report)))["credential"]
        assert document["name"] == text
        return [line for line in shown.split("\n") if not line.startswith("  Look twice")]

    plain = in_words("Plain words")
    for text in NAUGHTY[kind]:
        lines = in_words(text)
        assert len(lines) == len(plain), text
        assert [line for line in lines if not line.isprintable()] == []
        table = printed.as_table([(text, world.verify(b"{}")), (text, world.verify(b"{}"))])
        assert table.count("\n") == 3
        assert all(line.isprintable() for line in table.split("\n"))


def places(value, path=()):
    """Yield the path of every text in a document."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from places(item, (*path, name))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from places(item, (*path, number))
    elif isinstance(value, str):
        yield path


TEXT = "\x1b]0;x\x07\n\u202e{0}%s{name}<script>alert(1)</script>\u0301\u0301\u0301\u0301\u0301\r✔"


def test_what_is_refused_is_named_without_harm_wherever_the_text_stands(world: World):
    """Identifiers, types, contexts, proofs: what a report quotes of them is harmless, too."""
    signed = world.issuer.sign(badge(world, "Plain words"))
    for path in places(signed):
        changed = deepcopy(signed)
        *way, last = path
        at = changed
        for step in way:
            at = at[step]
        at[last] = TEXT
        report = world.verify(changed)  # which puts everything into words
        shown = printed.as_text(TEXT, report, details=True)
        assert all(line.isprintable() for line in shown.split("\n")), path
        assert json.loads(printed.dumps(printed.as_json(report)))


@pytest.mark.parametrize("kind", NAUGHTY)
def test_a_page_has_the_tags_that_it_has_for_plain_words(world: World, app: Flask, kind):
    client = app.test_client()

    def shape(text):
        signed = json.dumps(world.issuer.sign(badge(world, text)))
        response = client.post("/verify", data={"text": signed})
        assert response.status_code == 200
        assert not FLOOD.search(response.text)
        return Shape(response.text)

    plain = shape("Plain words")
    assert plain.tags["h1", ("id",)] == 1
    for text in NAUGHTY[kind]:
        page = shape(text)
        assert page.tags == plain.tags, text
        assert set(page.prose) <= PROSE
        strange = page.leads - plain.leads
        assert [to for to in strange if not to.startswith("https://")] == [], text


def test_in_a_browser_naughty_texts_stand_there_each_apart_from_its_neighbors(
    chromium, world: World, app: Flask
):
    """No dialog, no request, no popup, nothing too wide, and no text turns the one beside it."""
    short = [text for text in ALL if len(text) < 400]
    whole = badge(world, NAUGHTY["direction"][1])
    achievement = whole["credentialSubject"]["achievement"]
    achievement["tag"] = short
    achievement["alignment"] = [
        {**achievement["alignment"][0], "targetName": text, "targetCode": text} for text in short
    ]
    whole["evidence"] = [
        {**whole["evidence"][0], "name": text, "description": text, "narrative": text}
        for text in short
    ]
    long = badge(world, NAUGHTY["length"][0])
    with serving(app) as origin:
        for document in (whole, long):
            watched = watch(chromium, origin, viewport={"width": 320, "height": 700})
            watched.page.goto(f"{origin}/verify")
            watched.page.fill("#text", json.dumps(world.issuer.sign(document)))
            watched.page.click("main form button[type=submit]")
            watched.page.wait_for_selector(".verdicts")
            watched.page.wait_for_load_state("networkidle")
            assert watched.page.locator(".answer").first.inner_text() == "Yes"
            assert watched.page.evaluate(TURNED) == []
            assert [problem for problem in hard_to_use(watched.page) if "too wide" in problem] == []
            assert watched.alarms == []


def test_the_sheet_of_a_pile_has_the_tags_that_it_has_for_plain_words():
    def shape(text):
        heads = ("name in the credential", "achievement", "issuer", "listed as", "declared")
        row = Row(
            ApplicantFile(text, text, text), NOW.isoformat(), facts=dict.fromkeys(heads, text)
        )
        row = row.with_reason(Answer.NO, "handed_in_twice", source=text)
        return Shape(sheet.as_html([row], text, NOW, (), [text]).decode()).tags

    plain = shape("Plain words")
    assert [text for text in ALL if shape(text) != plain] == []


# letters that deceive


@pytest.mark.parametrize(
    ("host", "flagged"),
    [
        ("district.example", False), ("xn--mt-fka.example", True), ("a.XN--mt-fka.example", True),
        ("аpple.example", True), ("bücher.example", True), ("xn.example", False), (None, False),
        ("my-xn--.example", False),
    ],
)  # fmt: skip
def test_a_host_in_other_letters_is_flagged(host, flagged):
    assert letters.disguised(host) is flagged


@pytest.mark.parametrize(
    ("name", "flagged"),
    [
        ("Example District", False), ("МIТ", True), ("pаypal", True), ("Ex\u200bample", True),
        ("\u202eelpmaxE", True), ("Ｅxample", True), ("𝐄xample", True), ("раураl", True),
        ("Ελλάδα School", False), ("Школа Example", False), ("田中さん", False), ("3µm", False),
        ("می\u200cخواهم", False), ("👩\u200d👧", False), ("", False), (None, False),
        ("École", False),
    ],
)  # fmt: skip
def test_a_name_that_mixes_or_hides_letters_is_flagged(name, flagged):
    assert letters.mixed(name) is flagged


def test_marks_are_thinned_out_to_what_writing_has():
    assert letters.limit_marks("Z" + "\u0301" * 50 + "a\u0301\u0302\u0303b") == (
        "Z" + "\u0301" * 3 + "a\u0301\u0302\u0303b"
    )
    assert letters.limit_marks("Đặng, naïve, ทดสอบ") == "Đặng, naïve, ทดสอบ"


@pytest.mark.parametrize("name", ["МIТ", "Ex\u200bample"])
def test_terminal_and_page_say_to_look_twice(world: World, app: Flask, name):
    whole = world.badge()
    whole["issuer"]["name"] = name
    signed = world.issuer.sign(whole)
    assert "Look twice:          that name hides letters" in printed.as_text(
        "", world.verify(signed)
    )
    page = app.test_client().post("/verify", data={"text": json.dumps(signed)}).text
    assert "mixes alphabets whose letters look alike" in page


def test_an_address_in_other_letters_is_said_to_be_one(world: World, app: Flask):
    issuer = Issuer("did:web:xn--mt-fka.example")
    world.publish_issuer(issuer)
    signed = issuer.sign(world.badge(issuer={"id": issuer.did, "type": ["Profile"]}))
    assert "Look twice:          that address has" in printed.as_text("", world.verify(signed))
    page = app.test_client().post("/verify", data={"text": json.dumps(signed)}).text
    assert "letters of another alphabet" in page
