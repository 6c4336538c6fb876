"""Files that come in pieces, the district's scanner, links that others cannot open, and what is
covered where names are hidden (E29, E53, E57; R38)."""

import copy
import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from played import COMPLETION, PDF, Play, add, address, read
from sqlalchemy import select

from issuer.people.roles import Role
from issuer.program import policy as policies
from issuer.program.evidence import artifacts, link_checks
from issuer.program.evidence.artifacts import EvidenceRefused
from issuer.program.evidence.scanner import refuse_what_it_finds
from issuer.program.evidence.tables import ArtifactRow, UploadRow
from issuer.program.projects import drafts
from issuer.program.projects.states import State
from verifier import clock
from verifier.fetching.fetch import Fetched, FetchError


@pytest.fixture
def browser(district):
    return district.browser(district.add("Jordan Example", Role.TEACHER))


@pytest.fixture
def project(district, browser):
    return under_way(district, browser)


def under_way(district, browser):
    path = browser.post("/projects", page="/projects").location
    with district.issuer.database.writing() as session:
        drafts.locked(session, path.rpartition("/")[2]).state = State.ACTIVE
    return path


SIZE = len(PDF)


def begin(browser, project, size=SIZE, mark="1", name="plan.pdf"):
    path = f"{project}/evidence/uploads"
    return browser.post(path, page=f"{project}/evidence", name=name, size=size, mark=mark)


def send(browser, project, begun, place, piece):
    fields = {"place": place, "piece": (io.BytesIO(piece), "blob")}
    return browser.post(begun.json["address"], page=f"{project}/evidence", **fields)


def test_e53_an_upload_goes_on_where_it_stopped_and_becomes_evidence(district, browser, project):
    begun = begin(browser, project)
    assert begun.json["received"] == 0
    assert send(browser, project, begun, 0, PDF[:700]).json == {"received": 700}
    again = begin(browser, project)
    assert (again.json["address"], again.json["received"]) == (begun.json["address"], 700)
    gap = send(browser, project, again, 900, PDF[900:])
    assert (gap.status_code, gap.json) == (409, {"received": 700})
    done = send(browser, project, again, 700, PDF[700:]).json
    assert (done["received"], done["advice"]) == (len(PDF), "")
    assert read(browser, f"/evidence/{done['artifact']}")[1] == PDF
    assert send(browser, project, again, 700, PDF[700:]).json == done  # its answer was lost
    with district.issuer.database.reading() as session:
        assert len(session.scalars(select(ArtifactRow)).all()) == 1


def test_a_document_that_no_page_shows_is_taken_and_its_teacher_reads_how_evaluators_can_read_it(
    browser, project
):
    document = io.BytesIO()
    with zipfile.ZipFile(document, "w") as parts:
        parts.writestr("word/document.xml", "<t>Plan</t>")
    data = document.getvalue()
    begun = begin(browser, project, size=len(data), name="plan.docx")
    answer = send(browser, project, begun, 0, data).json
    assert "save it as PDF" in answer["advice"]
    assert answer["advice"] in browser.get(f"{project}/evidence").text
    assert read(browser, f"/evidence/{answer['artifact']}")[1] == data


def test_a_last_piece_that_two_requests_bring_at_once_makes_one_artifact(
    postgresql_district, monkeypatch
):
    district = postgresql_district
    browser = district.browser(district.add("Jordan Example", Role.TEACHER))
    project = under_way(district, browser)
    begun = begin(browser, project)
    send(browser, project, begun, 0, PDF[:700])
    token = re.search(r'name="form_token" value="(\w+)"', browser.get(project).text)[1]
    both, stored = Barrier(2, timeout=20), artifacts.stored

    def store_with_the_other(*arguments):
        file = stored(*arguments)
        both.wait()
        return file

    monkeypatch.setattr(artifacts, "stored", store_with_the_other)

    def bring(client):
        fields = {"form_token": token, "place": 700, "piece": (io.BytesIO(PDF[700:]), "blob")}
        return client.post(begun.json["address"], data=fields)

    clients = [browser.client, copy.copy(browser.client)]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(bring, clients))
    with district.issuer.database.reading() as session:
        ids = session.scalars(select(ArtifactRow.public_id)).all()
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json["artifact"] for answer in answers] == ids * 2


def test_a_file_that_comes_after_its_project_was_handed_in_is_not_taken(district, browser, project):
    begun = begin(browser, project)
    with district.issuer.database.writing() as session:
        drafts.locked(session, project.rpartition("/")[2]).state = State.SUBMITTED
    answer = send(browser, project, begun, 0, PDF)
    assert (answer.status_code, "while the project is under way" in answer.text) == (422, True)
    assert send(browser, project, begun, 0, PDF).status_code == 404


def test_another_file_of_the_same_name_begins_anew(browser, project):
    first = begin(browser, project)
    send(browser, project, first, 0, PDF[:700])
    assert begin(browser, project, mark="2").json["received"] == 0


@pytest.mark.parametrize(
    ("size", "reason"), [(0, "500 MB"), (10**10, "500 MB"), ("x", "500 MB"), (-5, "500 MB")]
)
def test_a_size_is_refused_before_a_byte_is_sent(browser, project, size, reason):
    answer = begin(browser, project, size=size)
    assert answer.status_code == 422
    assert reason in answer.json["error"]


def test_what_is_not_taken_is_said_at_its_first_piece_and_forgotten(district, browser, project):
    begun = begin(browser, project, size=900, name="page.html")
    answer = send(browser, project, begun, 0, b"<!DOCTYPE html><script>")
    assert answer.status_code == 422
    assert "not taken" in answer.json["error"]
    with district.issuer.database.reading() as session:
        assert session.scalars(select(UploadRow)).all() == []


def test_an_upload_of_one_project_takes_no_piece_by_another(browser, project):
    other = browser.post("/projects", page="/projects").location
    begun = begin(browser, project)
    path = begun.json["address"].replace(project, other)
    fields = {"place": 0, "piece": (io.BytesIO(PDF), "blob")}
    assert browser.post(path, page=f"{project}/evidence", **fields).status_code == 404


@pytest.mark.parametrize(
    ("file_name", "name"),
    [
        ("Jordan_reading-log.docx", "reading log"),
        ("Ms. Example’s class, week 3 (final).pdf", "Ms class week 3 final"),
        ("C:\\My files\\Lectura en pareja.heic", "Lectura en pareja"),
        ("IMG_20261130_101500.jpg", ""),
        ("WhatsApp Image 2026-11-30 at 10.15.00 AM.jpeg", ""),
        ("5f0c3a1e.mp4", ""),
    ],
)
def test_e29_a_file_suggests_a_name_without_its_teacher_or_camera(file_name, name):
    assert artifacts.name_after(file_name, "Jordan Example") == name


def test_e29_evidence_is_not_named_after_its_teacher(district, browser, project):
    """Nobody else sees the file's own name."""
    add(browser, project, name="jordan-example.pdf")
    with district.issuer.database.reading() as session:
        assert session.scalars(select(ArtifactRow.name)).all() == ["Evidence 1"]
    chief = district.browser(district.add("Pat", Role.SUPERINTENDENT))
    assert "jordan-example.pdf" in browser.get(f"{project}/evidence").text
    assert "jordan-example.pdf" not in chief.get(f"{project}/evidence").text


def test_r38_consent_is_answered_once_for_all_and_changed_at_one(district, browser, project):
    for name in ("plan.pdf", "cards.pdf"):
        add(browser, project, name=name)
    path, page = f"{project}/consent", f"{project}/evidence"
    refused = browser.post(path, page=page, students="focus", basis="not_needed")
    assert refused.status_code == 422
    answers = {"students": "focus", "basis": "on_file", "reference": "Folder 7"}
    assert browser.post(path, page=page, **answers).status_code == 303
    add(browser, project)
    with district.issuer.database.reading() as session:
        basis = session.scalars(select(ArtifactRow.basis).order_by(ArtifactRow.id)).all()
    assert basis == ["on_file", "on_file", None]


@pytest.mark.parametrize("role", [None, Role.SUPERINTENDENT])
def test_a_withdrawn_consent_hides_at_once_in_every_state(district, browser, project, role):
    add(browser, project)
    path = address(browser, project)
    with district.issuer.database.writing() as session:
        drafts.locked(session, project.rpartition("/")[2]).state = State.ISSUED
    by = browser if role is None else district.browser(district.add("Pat", role))
    assert by.post(f"{path}/withdraw", page=f"{project}/evidence").status_code == 303
    assert read(browser, path)[0] == 404
    assert path not in browser.get(f"{project}/evidence").text


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (("true",), None),
        ((), None),
        (("false",), "found something"),
        (("sh", "-c", "exit 2"), "does not answer"),
        (("/no/such/program",), "does not answer"),
    ],
)
def test_the_districts_scanner_looks_at_a_file_before_it_is_taken(tmp_path, command, message):
    if message is None:
        assert refuse_what_it_finds(command, tmp_path) is None
    else:
        with pytest.raises(EvidenceRefused, match=message):
            refuse_what_it_finds(command, tmp_path)


def fails(code, detail=""):
    def fetch(url, **_):
        raise FetchError(code, url, detail)

    return fetch


@pytest.mark.parametrize(
    ("fetch", "problem"),
    [
        (lambda url, **_: Fetched(url, b"film"), None),
        (fails("answer_too_large"), None),
        (fails("redirected_elsewhere", "redirects to https://cdn.example/film.mp4"), None),
        (fails("redirected_elsewhere", "redirects to https://accounts.google.com/v3?x"), "sign_in"),
        (fails("redirected_elsewhere", "redirects to https://sso.x.example/login?a"), "sign_in"),
        (fails("http_status", "answered 401"), "sign_in"),
        (fails("http_status", "answered 403"), "sign_in"),
        (fails("http_status", "answered 404"), "gone"),
        (fails("host_not_found"), "unreachable"),
        (fails("too_slow"), "unreachable"),
        (fails("host_in_trouble", "answered 503"), "unreachable"),
    ],
)
def test_e57_why_a_link_does_not_open(fetch, problem):
    assert link_checks.problem("https://drive.example/1", fetch) == problem


def test_e57_a_link_is_asked_for_at_once_and_every_night_and_its_teacher_reads_why_not(
    district, browser, project, monkeypatch
):
    asked = []

    class Web:
        def __init__(self, **_):
            pass

        def __call__(self, url, **_):
            asked.append(url)
            raise FetchError("http_status", url, "answered 403")

    monkeypatch.setattr(link_checks, "WebFetch", Web)
    page = f"{project}/evidence"
    browser.post(page, page=page, name="Film", url="https://drive.example/1")
    district.deliver()
    assert "asks for a sign-in" in browser.get(page).text
    now = clock.now()
    for later in (timedelta(hours=1), timedelta(hours=21), timedelta(hours=22)):
        link_checks.look(district.issuer, now + later)
    district.deliver()
    assert len(asked) == 1  # the second is due tomorrow
    with district.issuer.database.reading() as session:
        assert session.scalar(select(ArtifactRow.url_checked_at)) > now + timedelta(hours=20)


@pytest.mark.parametrize("hidden", [True, False])
def test_i11_whoever_judges_gets_no_word_of_the_maker_where_names_are_hidden(district, hidden):
    play = Play(district)
    play.begin()
    song = b"ID3\3\0\0\0\0\0\x20" + b"Jordan Example".ljust(32) + b"\xff\xfb\x90\0" * 20
    with district.issuer.database.writing() as session:
        drafts.locked(session, play.project.rpartition("/")[2]).state = State.ACTIVE
        policy = replace(policies.current(session), names_hidden=hidden, three_sign_offs=False)
        policies.change(session, policy, by=None, now=clock.now())
    page = f"{play.project}/evidence"
    play.at_teacher.post(page, page=page, file=(io.BytesIO(song), "jordan.mp3"))
    play.at_teacher.post(f"{play.project}/consent", page=page, students="none", basis="not_needed")
    play.hand_in(**COMPLETION)
    play.assign("completion")
    path = address(play.at_teacher, play.project)
    status, data, headers = read(play.at_evaluator, path)
    assert (status, headers["Content-Type"]) == (200, "audio/mpeg")
    assert (b"Jordan" in data, len(data)) == (not hidden, len(song))
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    part = read(play.at_evaluator, path, headers={"Range": "bytes=40-49"})
    assert (part[0], part[1]) == (206, data[40:50])
    assert read(play.at_teacher, path)[1] == song
