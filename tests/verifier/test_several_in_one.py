"""Several credentials in one file: each is judged, none is passed over in silence."""

import csv
import io
import json

import pytest
from carriers import code, link, pdf, saved
from planted import served

from verifier import __main__ as verifying
from verifier.batch.checker import Checker, Task
from verifier.batch.table import ApplicantFile
from verifier.fetching.fetch import FetchError, offline
from verifier.options import web_options
from verifier.pipeline import pipeline
from verifier.report import Answer
from verifier.web.app import create_app

SITE = "https://district.example/credentials/"
ATTACHED = "application/vc+ld+json"


@pytest.fixture
def three(world):
    """Three badges, each published at its own address."""
    badges = [world.issuer.sign(world.badge(id=f"{SITE}{n}")) for n in range(3)]
    for badge in badges:
        world.publish(badge["id"], badge)
    return badges


@pytest.fixture
def merged(three):
    """Three certificates as a program that merges PDFs leaves them: one attachment, three codes."""
    attached = ("credential.json", ATTACHED, json.dumps(three[0]))
    return pdf(attached, pages=[code(badge["id"]) for badge in three])


def ids(reports):
    return [report.credential and report.credential.id for report in reports]


def table(path):
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def codes(report):
    return [check.code for check in report.checks]


def test_each_certificate_in_a_pdf_has_a_report(world, three, merged):
    reports = world.verify_all(merged)
    assert ids(reports) == [badge["id"] for badge in three]
    assert {report.authentic.answer for report in reports} == {Answer.YES}
    assert {report.carrier for report in reports} == {"pdf"}


def test_each_line_of_json_has_a_report(world, three):
    """As programs export them, one object a line; to one JSON text this would be damage."""
    lines = [json.dumps(badge | {"name": "{\u2028}"}, ensure_ascii=False) for badge in three]
    for end in ("\n", "\r\n\r\n"):
        reports = world.verify_all(end.join(lines).encode())
        assert [report.text for report in reports] == lines
    (report,) = world.verify_all("\n".join([*lines, "x"]).encode())
    assert report.authentic.code == "not_json"
    assert ids(world.verify_all(json.dumps(three[0], indent=1).encode())) == [three[0]["id"]]
    many = [json.dumps(three[0] | {"id": f"urn:x:{number}"}) for number in range(101)]
    *_, last = world.verify_all("\n".join(many).encode())
    assert last.authentic.code == "too_many_in_one"


def test_the_address_of_a_credential_that_is_attached_is_not_opened(world, three, merged):
    world.verify_all(merged)
    assert three[0]["id"] not in world.asked


def test_each_code_on_a_photo_has_a_report(world, three):
    photo = saved(code(*(link(world.issuer.jwt(badge)) for badge in three)), "JPEG")
    reports = world.verify_all(photo)
    assert sorted(ids(reports)) == [badge["id"] for badge in three]
    assert {report.carrier for report in reports} == {"qr"}


def test_each_credential_of_a_presentation_has_a_report(world, three):
    shown = {"type": "VerifiablePresentation", "verifiableCredential": three}
    assert ids(world.verify_all(json.dumps(shown).encode())) == [badge["id"] for badge in three]


def test_one_credential_in_two_forms_is_one(world, three):
    attached = ("credential.json", ATTACHED, json.dumps(three[0]))
    certificate = pdf(attached, pages=[code(link(world.issuer.jwt(three[0])), three[0]["id"])])
    assert ids(world.verify_all(certificate)) == [three[0]["id"]]
    assert "more_than_one" not in codes(world.verify(certificate))


def test_a_forged_attachment_and_a_genuine_code_are_two(world, three):
    forged = json.dumps(three[0] | {"name": "Everything"})
    certificate = pdf(("a", ATTACHED, forged), pages=[code(link(world.issuer.jwt(three[0])))])
    answers = [report.authentic.answer for report in world.verify_all(certificate)]
    assert answers == [Answer.NO, Answer.YES]


def test_two_that_say_something_else_are_two_though_they_have_one_id(world):
    """An issuer that gave one `id` to two teachers signed both; neither hides the other."""
    badges = [world.issuer.sign(world.badge(id=f"{SITE}1", name=name)) for name in ("A", "B", "A")]
    again = world.issuer.sign(world.badge(id=f"{SITE}1", name="A"), created="2026-11-02T00:00:00Z")
    arranged = badges[0] | {"credentialStatus": [badges[0]["credentialStatus"]]}
    jwts = [world.issuer.jwt(badge) for badge in badges]
    other = world.issuer.jwt(world.badge(id=f"{SITE}1", name="C"))
    forms = [*badges[:2], again, arranged, *jwts, other]
    reports = world.verify_all(json.dumps(forms).encode())
    assert [report.credential.name for report in reports] == ["A", "B", "C"]


def test_the_first_alone_says_that_there_are_more(world, merged):
    assert "more_than_one" in codes(world.verify(merged))


def test_a_scan_round_a_genuine_code_says_that_its_face_is_not_signed(world, three):
    """Anybody can print another name round it; what was noted on the way to a link stays."""
    (report,) = world.verify_all(pdf(pages=[code(three[0]["id"])]))
    assert (report.carrier, report.authentic.answer) == ("pdf", Answer.YES)
    assert codes(report)[:2] == ["received_pdf", "face_unsigned"]


def test_a_code_that_leads_to_something_else_says_nothing_beside_a_credential(world, three):
    world.documents["https://school.example/"] = b"<!doctype html><title>Welcome</title>"
    page = pdf(pages=[code("https://school.example/", three[0]["id"])])
    assert ids(world.verify_all(page)) == [three[0]["id"]]
    (report,) = world.verify_all(pdf(pages=[code("https://school.example/")]))
    assert codes(report) == ["web_page"]


def test_a_link_that_cannot_be_opened_has_a_report_because_it_may_be_a_credential(world, three):
    world.documents[three[1]["id"]] = FetchError("too_slow", three[1]["id"], "")
    reports = world.verify_all(pdf(pages=[code(badge["id"]) for badge in three[:2]]))
    assert codes(reports[1]) == ["link_unreachable"]


def test_each_credential_is_asked_for_by_a_fetch_of_its_own(world, three):
    fetches = []

    def make_fetch():
        fetches.append(1)
        return world.fetch

    world.verify_all(json.dumps(three).encode(), make_fetch=make_fetch)
    assert len(fetches) == 3


def test_more_than_some_are_said_to_be_there(world, three, monkeypatch):
    monkeypatch.setattr(pipeline, "MAX_CREDENTIALS", 2)
    reports = world.verify_all(json.dumps(three).encode())
    assert ids(reports) == [three[0]["id"], three[1]["id"], None]
    assert codes(reports[2]) == ["too_many_in_one"]


@pytest.mark.parametrize("pages", [51, 52])
def test_where_pages_were_not_looked_at_that_is_said(world, three, pages):
    blank = [code("blank", pixels=1)] * (pages - 1)
    (report,) = world.verify_all(pdf(pages=[*blank, code(three[0]["id"])]))
    assert codes(report) == ["no_credential_on_pages"]
    (report,) = world.verify_all(pdf(pages=[code(three[0]["id"]), *blank]))
    assert "pages_not_read" in codes(report)


def test_a_certificate_on_page_eleven_is_found(world, three):
    blank = [code("blank", pixels=1)] * 10
    assert ids(world.verify_all(pdf(pages=[*blank, code(three[0]["id"])]))) == [three[0]["id"]]


def test_the_command_prints_a_line_for_each(world, merged, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(web_options, "WebFetch", served(world))
    (tmp_path / "merged.pdf").write_bytes(merged)
    at = ["--at", "2026-11-22T12:00:00Z"]
    assert verifying.main([str(tmp_path / "merged.pdf"), *at]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4
    assert verifying.main([str(tmp_path / "merged.pdf"), "--json", *at]) == 0
    reports = json.loads(capsys.readouterr().out)
    assert [report["source"] for report in reports] == [str(tmp_path / "merged.pdf")] * 3


def test_the_api_answers_with_the_others_beside_the_first(world, three, merged):
    client = create_app(lambda: world.fetch).test_client()
    answer = client.post("/api/verify", data=merged, content_type="application/pdf").json
    assert [
        answer["credential"]["id"],
        *(report["credential"]["id"] for report in answer["others"]),
    ] == [badge["id"] for badge in three]
    alone = client.post("/api/verify", data=json.dumps(three[0]), content_type="application/json")
    assert "others" not in alone.json


def test_the_page_shows_each_and_asks_again_about_each(world, three, merged):
    client = create_app(lambda: world.fetch).test_client()
    html = client.post("/verify", data={"file": (io.BytesIO(merged), "a.pdf")}).text
    assert html.count('<input type="hidden" name="text"') == 3
    assert "3 in all" in html


def test_a_batch_has_a_row_for_each_and_none_counts_twice(world, merged, tmp_path):
    (tmp_path / "merged.pdf").write_bytes(merged)
    checker = Checker(Task(tmp_path, b"", (), lambda: world.fetch))
    rows = checker.check(ApplicantFile("a", "merged.pdf"))
    assert [row.part for row in rows] == ["1 of 3", "2 of 3", "3 of 3"]
    assert len({row.same for row in rows}) == 3
    assert len({row.sha256 for row in rows}) == 1


def test_the_points_of_all_certificates_in_one_pdf_count(world, merged, tmp_path, monkeypatch):
    monkeypatch.setattr(web_options, "WebFetch", served(world))
    entry = {"id": world.issuer.did, "name": "Example District", "kind": "district"}
    listed = {"type": "MintmarkTrustList", "version": 1, "name": "Ours", "entries": [entry]}
    (tmp_path / "list.json").write_text(json.dumps(listed | {"updated": "2026-11-10T00:00:00Z"}))
    (tmp_path / "policy.toml").write_text('lists = ["list.json"]\n[exchange]\neach = 12')
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "Jordan.pdf").write_bytes(merged)
    arguments = [str(tmp_path / "in"), "--policy", str(tmp_path / "policy.toml"), "--workers", "1"]
    arguments += ["--out", str(tmp_path / "out"), "--at", "2026-11-22T12:00:00Z"]
    assert verifying.main(["batch", *arguments]) == 0
    (row,) = table(tmp_path / "out" / "by-applicant.csv")
    assert (row["items handed in"], row["items that count"], row["points"]) == ("3", "3", "36")
    assert [line["part"] for line in table(tmp_path / "out" / "results.csv")] == [
        "1 of 3",
        "2 of 3",
        "3 of 3",
    ]


def test_offline_each_code_that_could_not_be_followed_has_a_row(merged, tmp_path):
    (tmp_path / "merged.pdf").write_bytes(merged)
    rows = Checker(Task(tmp_path, b"", (), lambda: offline)).check(ApplicantFile("a", "merged.pdf"))
    assert [row.answer for row in rows] == [Answer.COULD_NOT_CHECK] * 3
