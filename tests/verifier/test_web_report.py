"""The report on a page: several at once, whose it is, files of evidence, what was not checked."""

import hashlib
import html
import io
import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
import qrcode
from page_app import page_app
from world import NOW

from verifier.checks.evidence import digest_multibase
from verifier.intake import qr
from verifier.intake.baking import bake_svg
from verifier.report import Answer, Verdict
from verifier.web import in_time, page, scan
from verifier.web.page import Site
from verifier.web.report_page.presentation import OwnIssuer, in_short
from verifier.web.report_page.summary import KINDS as KINDS_
from verifier.web.report_page.summary import in_all, kind

FILE = b"six drafts, each with its revision"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"></svg>'


def badge(world, **changes):
    return json.dumps(world.issuer.sign(world.badge(**changes)))


def files(*contents):
    return [(io.BytesIO(content), f"file-{n}") for n, content in enumerate(contents, 1)]


def answers(text):
    return re.findall(r'class="answer">([^<]*)<', text)


def hidden(text):
    """Return the fields of the form that asks about a report's credentials again."""
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text)
    return [(name, html.unescape(value)) for name, value in fields]


def again(client, text, **more):
    fields = {}
    for name, value in hidden(text):
        fields.setdefault(name, []).append(value)
    return client.post("/verify", data=fields | more).text


def unchecked(text):
    return re.findall(r'class="unchecked">(.*?)</ul>', text, re.DOTALL)[0]


def summaries(text):
    """Return what stands of each of several before its report is opened."""
    return re.findall(r"<summary class=\"card\">(.*?)</summary>", text, re.DOTALL)


def test_several_files_are_counted_and_each_has_a_folded_report(world, client):
    changed = badge(world).replace("Jordan Example", "Somebody Else")
    ended = badge(world, validUntil="2026-11-20T00:00:00Z")
    handed = files(badge(world).encode(), b"hello", ended.encode(), changed.encode())
    text = client.post("/verify", data={"file": handed}).text
    total = "4 in all: 1 not authentic, 1 ended, 1 could not be checked, 1 of an unknown issuer."
    assert total in text
    listed = summaries(text)
    names = [re.findall(r"file-\d", summary) for summary in listed]
    assert names == [["file-4"], ["file-3"], ["file-2"], ["file-1"]], "what needs a person first"
    assert [answers(summary)[0] for summary in listed] == ["No", "Yes", "Could not check", "Yes"]
    assert "Ended on November 20, 2026" in listed[1]
    assert text.count("<details id=") == text.count("<article") == 4
    assert "There is no credential in it" in text


def test_of_several_one_is_looked_at_alone(world, client):
    handed = files(b"hello", badge(world).encode(), badge(world, name="Second").encode())
    text = client.post("/verify", data={"file": handed}).text
    assert re.findall(r'name="only" value="(\d)"', text) == ["1", "2"]
    assert ["file-2" in summary for summary in summaries(text)] == [False, True, False]
    alone = again(client, text, only="2")
    assert (alone.count("<article"), "<bdi>file-3</bdi>" in alone) == (1, True)


def test_what_could_not_be_read_is_still_named_when_the_others_are_asked_about_again(world, client):
    handed = files(b"hello", badge(world).encode(), badge(world, name="Second").encode())
    text = again(client, client.post("/verify", data={"file": handed}).text)
    for page_of in (text, again(client, text)):
        assert "could not be read: <bdi>file-1</bdi>" in page_of
    assert "file-1" not in again(client, text, only="1")


def test_too_many_at_once_are_sent_to_the_command_line(client):
    response = client.post("/verify", data={"text": ["x"] * (page.MOST_AT_ONCE + 1)})
    assert response.status_code == 413
    assert "mintmark-verify batch" in response.text


def test_what_is_not_begun_in_time_says_so(world, client, monkeypatch):
    monkeypatch.setattr(page, "MOST_SECONDS", -1.0)
    text = client.post("/verify", data={"file": files(b"{}", b"{}")}).text
    assert text.count("Checking it took too long and was stopped.") >= 2


def about(text):
    """Return what the report says that it is about, and when it was checked."""
    return re.findall(r'about-it">(.*?)</p>', text)


@pytest.mark.parametrize("carrier", ["svg", "pasted", "link", "jwt"])
def test_a_report_can_be_asked_for_again_in_another_language(world, client, carrier):
    world.publish("https://district.example/credentials/1", json.loads(badge(world)))
    form = {
        "svg": {"file": files(bake_svg(SVG, badge(world)))},
        "pasted": {"text": badge(world)},
        "link": {"text": "https://district.example/credentials/1"},
        "jwt": {"text": world.issuer.jwt(world.badge())},
    }[carrier]
    first = client.post("/verify", data=form).text
    assert 'formaction="?lang=es"' in first
    second = again(client, first)
    assert answers(second) == answers(first)
    assert about(second) == about(first) != []


@pytest.mark.parametrize(
    ("who", "answer"),
    [
        pytest.param("Jordan Example", "The name is the same", id="the-name"),
        pytest.param("somebody@else.example", "No", id="another-address"),
        pytest.param("", None, id="nobody"),
    ],
)
def test_whose_it_is_is_answered_when_somebody_is_named(world, client, who, answer):
    text = client.post("/verify", data={"text": badge(world), "presented_by": f" {who} "}).text
    assert answers(text)[3:] == [answer] * (answer is not None)
    assert ("Whether it belongs to the teacher" in unchecked(text)) is (answer is None)
    assert f'name="presented_by" form="again" value="{who}"' in text


@pytest.mark.parametrize(
    ("file", "words"),
    [
        pytest.param(FILE, "is the evidence “Drafts”, unchanged", id="the-file"),
        pytest.param(FILE + b".", "not part of the signed evidence", id="another"),
    ],
)
def test_a_file_of_evidence_is_compared_with_what_was_signed(world, client, file, words):
    digest = digest_multibase(hashlib.sha256(FILE).digest())
    evidence = [{"type": ["Evidence"], "name": "Drafts", "digestMultibase": digest}]
    first = client.post("/verify", data={"text": badge(world, evidence=evidence)}).text
    assert "The evidence. Nobody here has opened" in unchecked(first)
    second = again(client, first, evidence=files(file))
    assert words in second
    assert "The evidence. Nobody here has opened" not in unchecked(second)


def test_no_file_is_asked_for_where_nothing_could_be_compared(world, client):
    text = client.post("/verify", data={"text": badge(world, evidence=[])}).text
    assert 'name="evidence"' not in text


def test_what_could_not_be_asked_is_named_among_what_was_not_checked(world, client):
    del world.documents[world.list_url]
    text = client.post("/verify", data={"text": badge(world)}).text
    assert "Nobody here knows its issuer. What it says is unchanged. Whether it is still" in text
    assert "not known whether it was withdrawn" in unchecked(text)
    assert '<button form="again">Try again</button>' in text


def test_where_no_withdrawal_could_be_published_the_page_says_so(world, client):
    """It is current, as the data model has it; that nobody withdrew it is more than is known."""
    unlisted = "Its issuer publishes no list that would say so."
    without = {name: value for name, value in world.badge().items() if name != "credentialStatus"}
    text = client.post("/verify", data={"text": json.dumps(world.issuer.sign(without))}).text
    assert "Whether it was withdrawn" in unchecked(text)
    assert unlisted in unchecked(text)
    assert unlisted not in client.post("/verify", data={"text": badge(world)}).text


def test_nothing_is_tried_again_where_everybody_answered(world, client):
    assert "Try again" not in client.post("/verify", data={"text": badge(world)}).text


def test_the_address_around_a_scanned_code_is_shown_as_not_opened(world, client):
    digits = qr.to_digits(qr.pack(world.issuer.jwt(world.badge())))
    text = client.post("/verify", data={"text": f"https://else.example/verify#{digits}"}).text
    assert "The address around the code (https://else.example/verify)." in unchecked(text)


def test_a_photo_of_a_code_is_called_by_the_address_in_it(world, client):
    digits = qr.to_digits(qr.pack(world.issuer.jwt(world.badge())))
    photo = io.BytesIO()
    qrcode.make(f"https://else.example/verify#{digits}", error_correction=1).save(photo, "PNG")
    text = client.post("/verify", data={"file": files(photo.getvalue())}).text
    for page_of in (text, again(client, text)):
        assert "The address around the code (https://else.example/verify)." in unchecked(page_of)
        assert "file-1" not in page_of


def test_what_was_typed_in_vain_stays_in_the_box(client):
    text = client.post("/verify", data={"text": "https://gone.example/<x>"}).text
    assert ">https://gone.example/&lt;x&gt;</textarea>" in text


def test_who_asks_too_often_is_told_to_wait(world, monkeypatch):
    monkeypatch.setattr(page, "OFTEN", "2/minute")
    monkeypatch.setattr(scan, "OFTEN", "1/minute")
    client = page_app(world).test_client()
    codes = [client.post("/verify", data={"text": "x"}).status_code for _ in range(3)]
    codes += [client.post("/verify/scan", data=b"x").status_code for _ in range(2)]
    assert codes == [422, 422, 429, 415, 429]


def test_what_was_compared_is_no_more_than_that(world, client):
    digest = digest_multibase(hashlib.sha256(FILE).digest())
    evidence = [
        {"type": ["Evidence"], "name": "Drafts", "digestMultibase": digest},
        {"type": ["Evidence"], "name": "A recording"},
    ]
    first = client.post("/verify", data={"text": badge(world, evidence=evidence)}).text
    second = unchecked(again(client, first, evidence=files(FILE), presented_by="Jordan Example"))
    assert "The evidence of which no file was compared: A recording." in second
    assert "Whether who handed it in is who you named" in second


@pytest.mark.parametrize(
    ("media_type", "words"),
    [
        pytest.param("application/pdf", "PDF", id="pdf"),
        pytest.param("video/mp4", "video", id="video"),
        pytest.param("model/stl", "model/stl", id="another"),
    ],
)
def test_the_kind_of_a_file_of_evidence_is_said_in_a_word(world, client, media_type, words):
    evidence = [{"type": ["Evidence"], "name": "Drafts", "mediaType": media_type}]
    text = client.post("/verify", data={"text": badge(world, evidence=evidence)}).text
    assert f"<span><bdi>{words}</bdi></span>" in text


NOT_THEIRS = {"presented_by": "somebody@else.example"}
ENDED = {"validUntil": "2026-11-20T00:00:00Z"}
BEGINS = {"validFrom": "2026-12-20T00:00:00Z"}
COUNTS = [
    pytest.param({}, {}, True, "Yes, if Jordan Example is the teacher", id="all-is-well"),
    pytest.param({}, NOT_THEIRS, True, "Not for the person you named", id="of-another"),
    pytest.param({}, {}, False, "Not yet: first find out who issued it.", id="unknown-issuer"),
    pytest.param(ENDED, {}, True, "Only if your own rules accept what was done", id="ended"),
    pytest.param(BEGINS, {}, True, "Not yet: it begins on December 20, 2026.", id="not-begun"),
]


@pytest.mark.parametrize(("changes", "fields", "listed", "words"), COUNTS)
def test_whether_it_may_be_counted_is_answered(world, changes, fields, listed, words):
    app = page_app(world, trust=[world.trust_list(world.issuer)] * listed)
    text = app.test_client().post("/verify", data={"text": badge(world, **changes), **fields}).text
    assert f"<strong>May I count it?</strong> <bdi>{words}" in text
    assert ("Print or save this report for the file." in text) is words.startswith("Yes")


KINDS = [
    pytest.param("listed", {"theirs": Verdict(Answer.YES, "theirs")}, "theirs", id="theirs"),
    pytest.param("listed", {}, "good", id="nobody-named"),
    pytest.param("listed_unverified", {}, "issuer", id="a-directory-that-nobody-verified"),
    pytest.param(
        "listed", {"current": Verdict(Answer.NO, "proof_expired")}, "not_in_force", id="x"
    ),
    pytest.param("listed", {"current": Verdict(Answer.NO, "ob2_revoked")}, "withdrawn", id="ob2"),
]


@pytest.mark.parametrize(("listed", "changes", "of"), KINDS)
def test_each_report_is_of_one_kind(listed, changes, of):
    yes = Verdict(Answer.YES, "")
    sound = {"authentic": yes, "current": yes, "recognized": Verdict(Answer.YES, listed)}
    assert kind(replace(in_time.OUT_OF_TIME, **sound | changes)) == of


def test_every_kind_has_its_number_in_the_total():
    for of in KINDS_:
        assert in_all([of]).startswith("1 in all: 1 "), of


@pytest.mark.parametrize(("known", "words"), [(True, " on November 21, 2026"), (False, "")])
def test_the_day_of_a_withdrawal_is_said_where_it_is_known(world, known, words):
    world.publish_list({94567})
    withdrawal = (NOW - timedelta(days=1), "two {hours}") if known else None
    app = page_app(world, withdrawal=lambda _id: withdrawal)
    text = app.test_client().post("/verify", data={"text": badge(world)}).text
    assert f">Withdrawn{words}</p>" in text
    assert (
        "The issuer withdrew it on November 21, 2026, and says why: “two {hours}”" in text
    ) is known
    assert answers(text)[1] == "No, it was withdrawn"


@pytest.mark.parametrize(
    ("submission_of", "words"),
    [
        pytest.param(lambda text: text.replace("Jordan", "Taylor"), "No.", id="changed"),
        pytest.param(lambda text: text.replace("eddsa-rdfc-2022", "x"), "Not yet", id="unknown"),
    ],
)
def test_what_is_not_shown_to_be_real_is_not_to_be_counted(world, client, submission_of, words):
    text = client.post("/verify", data={"text": submission_of(badge(world))}).text
    assert f"<strong>May I count it?</strong> <bdi>{words}" in text


STANDINGS = [
    pytest.param(
        {"validUntil": "2026-11-20T00:00:00Z"},
        "No, it has ended",
        "Ended on November 20, 2026",
        id="expired",
    ),
    pytest.param(
        {"validFrom": "2026-12-20T00:00:00Z"},
        "Not yet",
        "Begins on December 20, 2026",
        id="not-yet",
    ),
]


@pytest.mark.parametrize(("changes", "answer", "label"), STANDINGS)
def test_each_way_of_not_being_in_force_has_its_own_words(world, client, changes, answer, label):
    text = client.post("/verify", data={"text": badge(world, **changes)}).text
    assert answers(text)[1] == answer
    title = text.index("<h1")
    assert f">{label}</p>" in text[:title]


def test_a_withdrawn_credential_leads_to_its_page_on_the_issuers_own_site(world, client):
    world.publish_list({94567})
    own = client.post("/verify", data={"text": badge(world)}).text
    assert '<a href="https://district.example/credentials/1"' in own
    elsewhere = badge(world, id="https://else.example/1")
    text = client.post("/verify", data={"text": elsewhere}).text
    assert 'href="https://else.example/1"' not in text


def test_a_sentence_with_braces_from_outside_is_shown_and_not_filled_in(client):
    text = client.post("/verify", data={"text": "https://gone.example/{most}{0}"}).text
    assert "https://gone.example/{most}{0}" in text


@pytest.mark.parametrize(
    ("listed", "issuer"),
    [
        pytest.param(True, "The listed name", id="by-the-name-of-the-list"),
        pytest.param(False, "district.example", id="by-the-address-that-was-proved"),
    ],
)
def test_who_issued_it_stands_at_the_top_and_never_by_its_own_word(world, listed, issuer):
    lists = [world.trust_list(world.issuer, name="The listed name")] * listed
    app = page_app(world, trust=lists)
    text = app.test_client().post("/verify", data={"text": badge(world)}).text
    assert f"Issued by <bdi>{issuer}</bdi>" in text
    assert ("Nobody here knows its issuer." in text) is not listed


def test_a_report_on_what_is_not_authentic_says_which_text_it_is_about(world, client):
    changed = badge(world).replace("Jordan Example", "Somebody Else")
    text = client.post("/verify", data={"text": changed, "presented_by": "Jordan"}).text
    assert f"pasted text that begins “{html.escape(changed[:24], quote=True)}" in text.replace(
        "&#34;", "&quot;"
    )
    assert "handed in as <bdi>Jordan</bdi>" in text


def test_a_withdrawn_credential_without_an_end_does_not_say_that_it_goes_on(world, client):
    world.publish_list({94567})
    text = client.post("/verify", data={"text": badge(world)}).text
    assert "withdrawn; it had no end date" in text


@pytest.mark.parametrize(
    ("own", "listed", "words"),
    [
        pytest.param(
            "", False, "Real and in force. Issued by this site, badges.example.", id="own"
        ),
        pytest.param(
            "", True, "Its issuer is on a list that is trusted here.", id="own-and-listed"
        ),
        pytest.param("x", False, "Nobody here knows its issuer.", id="another"),
        pytest.param(None, False, "Nobody here knows its issuer.", id="no-issuers-site"),
    ],
)
def test_only_what_the_site_itself_issued_is_said_to_be_its_own(world, own, listed, words):
    """T33: an unknown issuer is never plain green, and no site vouches for another."""
    mine = (
        None if own is None else OwnIssuer(world.issuer.did + own, "badges.example", "The District")
    )
    lists = [world.trust_list(world.issuer)] * listed
    app = page_app(world, site=Site("Own", issuer=mine), trust=lists)
    text = app.test_client().post("/verify", data={"text": badge(world)}).text
    assert words in text
    by_own = words.startswith("Real")
    assert ("Issued by this site" in answers(text)) is by_own
    assert ("Issued by <bdi>The District</bdi> (this site)" in text) is by_own


def test_what_its_own_site_could_not_check_is_not_said_to_be_in_force():
    away = Verdict(Answer.COULD_NOT_CHECK, "status_unreachable")
    own = Verdict(Answer.COULD_NOT_CHECK, "own_site", {"site": "x.example"})
    yes = Verdict(Answer.YES, "")
    report = replace(in_time.OUT_OF_TIME, authentic=yes, current=away, recognized=own)
    assert in_short(report).startswith("Real, and issued by this site, x.example. Whether it is")
    assert kind(report) == "unsure"


@pytest.mark.parametrize(
    ("begins", "awarded", "is_shown"),
    [
        pytest.param("2026-11-20T00:00:00Z", "2026-05-15T00:00:00Z", False, id="long-awarded"),
        pytest.param("2026-12-20T00:00:00Z", "2026-05-15T00:00:00Z", True, id="not-begun"),
        pytest.param("2026-11-20T00:00:00Z", None, True, id="no-day-of-the-award"),
    ],
)
def test_when_it_came_into_force_is_said_where_it_says_something(
    world, client, begins, awarded, is_shown
):
    """Beside *Awarded*, the day of signing reads as months without force."""
    document = world.badge(validFrom=begins, awardedDate=awarded)
    if awarded is None:
        del document["awardedDate"]
    text = client.post("/verify", data={"text": json.dumps(world.issuer.sign(document))}).text
    assert ("<dt>In force from</dt>" in text) is is_shown
