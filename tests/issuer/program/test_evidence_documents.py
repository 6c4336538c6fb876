"""Documents of evidence are read in the page: their text and cells, and never by a download for
who judges them (E29, E54, I11)."""

import io
import re
import shutil
from dataclasses import replace
from datetime import timedelta
from unittest.mock import Mock

import pytest
from documents import DOCX, docx, open_document, pptx
from played import COMPLETION, MET, Play, read
from signed_in_browsers import District
from sqlalchemy import select
from workbooks import workbook

from issuer.app import create_app
from issuer.audit.tables import AuditRow
from issuer.home.settings import load
from issuer.people import roles
from issuer.people.roles import Role
from issuer.program import policy as policies
from issuer.program.coaching.tables import CoachingRow
from issuer.program.evidence import previews
from issuer.program.evidence.previews import preview_of
from issuer.program.evidence.tables import ArtifactRow
from issuer.program.projects import drafts
from issuer.program.projects.states import State
from issuer.program.projects.tables import TopicRow
from verifier import clock
from verifier.intake import sandbox
from verifier.intake.sandbox import ReaderBusyError, SandboxError

OPEN = "application/vnd.oasis.opendocument"
TEXT = f"{OPEN}.text"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEIC = (28).to_bytes(4) + b"ftypheic" + bytes(4) + b"mif1heic" + bytes(64)
FILES = {
    "plan.docx": docx("By Jordan Example.", "Twelve <b>claps</b>."),
    "plan.odt": open_document("text", '<text:p xmlns:text="x">Twelve claps.</text:p>'),
    "talk.pptx": pptx(["Clap"], ["Count"]),
    "counts.xlsx": workbook(Readers=[["Week", "Readers"], ["1", "Example"]]),
    "notes.md": b"By Jordan Example.\r\n- *Clap*",
    "photo.heic": HEIC,
}


@pytest.fixture(scope="module")
def play(prepared_home, tmp_path_factory):
    """A completed project with files of each kind that browsers do not show, for the whole file."""
    home = shutil.copytree(prepared_home, tmp_path_factory.mktemp("documents") / "home")
    app = create_app(load(home))
    district = District(app, app.extensions["mintmark"])
    with district.issuer.database.writing() as session:
        session.add(TopicRow(name="music"))
        policy = replace(policies.PILOT, proposal_rubric="completion", three_sign_offs=False)
        policies.change(session, replace(policy, names_hidden=True), by=None, now=clock.now())
    play = Play(district)
    play.begin()
    with district.issuer.database.writing() as session:
        drafts.locked(session, play.project.rpartition("/")[2]).state = State.ACTIVE
    page = f"{play.project}/evidence"
    for name, data in FILES.items():
        answer = play.at_teacher.post(page, page=page, file=(io.BytesIO(data), name))
        assert answer.status_code == 303, name
    play.at_teacher.post(f"{play.project}/consent", page=page, students="none", basis="not_needed")
    assert play.hand_in(**COMPLETION).status_code == 303
    play.assign("completion")
    yield play
    district.issuer.database.close()


def test_who_judges_reads_every_document_in_the_page_and_names_are_covered(play):
    judging = play.assignment()
    page = play.at_evaluator.get(judging).text
    links = re.findall(rf'href="({judging}/evidence/[\w-]+)"', page)
    texts = [play.at_evaluator.get(link).text for link in links]
    assert "Download" not in page + "".join(texts)
    word, open_text, slides, cells, plain = texts
    assert "By █████." in word
    assert "Twelve &lt;b&gt;claps&lt;/b&gt;." in word
    assert "Its text, without pictures and layout." in open_text
    assert re.findall(r"Slide \d|Clap|Count", slides) == ["Slide 1", "Clap", "Slide 2", "Count"]
    assert "Its cells, without charts and layout." in cells
    assert re.findall(r"<td[^>]*>([^<]*)", cells) == ["Week", "Readers", "1", "█████"]
    assert "By █████.\n- *Clap*" in plain
    set_names_hidden(play, hidden=False)
    assert "By Jordan Example." in play.at_evaluator.get(links[0]).text
    set_names_hidden(play, hidden=True)
    with play.district.issuer.database.reading() as session:
        acts = session.scalars(select(AuditRow.action)).all()
    assert acts.count("artifact.read") == 5  # once a day for each


def set_names_hidden(play, *, hidden):
    with play.district.issuer.database.writing() as session:
        policy = replace(policies.current(session), names_hidden=hidden)
        policies.change(session, policy, by=None, now=clock.now())


def test_e54_a_photo_in_heic_or_a_document_as_pdf_is_asked_for_with_the_words_filled_in(play):
    judging = play.assignment()
    page = play.at_evaluator.get(judging).text
    assert "This photo cannot be shown here." in page
    asked = re.search(r'href="([^"]+)">Ask for it as JPEG', page)[1]
    assert "“Evidence 6” as a photo in JPEG, please." in play.at_evaluator.get(asked).text
    link = re.search(rf'href="({judging}/evidence/[\w-]+)"', page)[1]
    text = play.at_evaluator.get(link).text
    asked = re.search(r'href="([^"]+)">Ask for it as PDF', text)[1]
    words = "“plan” as a PDF without a password, please."
    assert words in play.at_evaluator.get(asked).text
    answer = play.at_evaluator.post(f"{judging}/piece", page=judging, piece=words)
    assert answer.status_code == 303
    assert words in play.at_teacher.get(f"{play.project}/evidence").text
    # also where nothing was decided here before, as of a project that came in by a table
    assert "An evaluator asks for one more piece:" in play.at_teacher.get(play.project).text
    for path in (judging, link, asked):  # once
        assert "Ask for it" not in play.at_evaluator.get(path).text


def test_the_original_is_for_the_teacher_her_coach_and_the_superintendent(play):
    """Not for who judges it, whatever else they are, and not for anybody else."""
    district, ids = play.district, originals(play)
    other = play.assignment().rpartition("/")[2] + "/evidence/x"
    assert play.at_evaluator.get(f"/judging/{other}").status_code == 404
    coach = district.add("Casey Sample", Role.COACH)
    at_coach = district.browser(coach)
    with district.issuer.database.writing() as session:
        now, me = clock.now(), session.merge(play.evaluator)
        first = now.date() - timedelta(days=1)
        roles.grant(session, me, Role.SUPERINTENDENT, first_day=first, now=now)
        project = drafts.locked(session, play.project.rpartition("/")[2])
        session.add(CoachingRow(project_pk=project.id, coach_pk=coach.id, began_at=now))
    strangers = [
        district.browser(district.add("Other", role)) for role in (Role.COACH, Role.OFFICE)
    ]
    for name, number in ids.items():
        for browser in (play.at_teacher, play.at_chief, at_coach):
            status, data, headers = read(browser, f"/evidence/{number}")
            assert (status, data) == (200, FILES[name])
            assert headers["Content-Disposition"].startswith("attachment")
            page = browser.get(f"{play.project}/evidence/{number}").text
            assert "This is what evaluators see." in page
    assert f"{play.project}/evidence" in at_coach.get(f"{play.project}/coaching").text
    for number in ids.values():
        for browser in (play.at_evaluator, *strangers):
            for path in (f"/evidence/{number}", f"{play.project}/evidence/{number}"):
                assert browser.get(path).status_code == 404
    set_names_hidden(play, hidden=False)  # a superintendent who judges keeps what is hers to keep
    assert read(play.at_evaluator, f"/evidence/{number}")[0] == 200
    set_names_hidden(play, hidden=True)
    assert play.judge(**MET).status_code == 303
    assert read(play.at_evaluator, f"/evidence/{number}")[0] == 200  # as its project's page says


def originals(play):
    page = play.at_teacher.get(f"{play.project}/evidence").text
    ids = re.findall(r'<section class="card" id="([\w-]+)"', page)
    return dict(zip(FILES, ids, strict=True))


def test_colleagues_read_the_text_of_what_is_shared(play):
    """Evaluators are among them, so nobody gets the file."""
    play.district.earn(play.project.rpartition("/")[2])
    number = originals(play)["plan.docx"]
    with play.district.issuer.database.writing() as session:
        row = session.scalars(select(ArtifactRow).where(ArtifactRow.public_id == number)).one()
        row.tier = "district"
    colleague = play.district.browser(play.district.add("Lee Specimen", Role.EVALUATOR))
    text = colleague.get(f"/program/shared/{number}").text
    assert "By Jordan Example." in text
    assert "Download" not in text


def test_why_a_document_is_not_shown(tmp_path, monkeypatch):
    path = tmp_path / "file"
    assert preview_of(path, TEXT).problem == "It cannot be read here."
    path.write_bytes(b"PK no document")
    assert preview_of(path, TEXT).problem == "It cannot be read here."
    assert preview_of(path, f"{OPEN}.spreadsheet").problem == "It cannot be read here."
    for error, problem in ((SandboxError, "too large"), (ReaderBusyError, "again in a minute")):
        monkeypatch.setattr(sandbox, "read", Mock(side_effect=error))
        assert problem in preview_of(path, TEXT).problem
    monkeypatch.setattr(previews, "MOST_BYTES", 3)
    assert "too large" in preview_of(path, TEXT).problem


def test_where_a_document_is_cut_is_said(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(docx("a" * 150_000, "b" * 150_000))
    assert [part.is_cut for part in preview_of(path, DOCX).parts] == [True]
    path.write_bytes(workbook(Long=[["x"]] * 501, Short=[["x"]] * 500))
    assert [part.is_cut for part in preview_of(path, XLSX).parts] == [True, False]
