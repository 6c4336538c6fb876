"""How long records are kept, what holds them, how they end, who read them, who asks for them."""

import io
import json
import re
import shutil
import zipfile
from copy import copy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from unittest.mock import Mock
from zoneinfo import ZoneInfo

import pytest
from played import ANSWERS, COMPLETION, MET, PDF, Play, add, address, read
from signed_in_browsers import District
from sqlalchemy import select, true, update

from issuer.app import create_app
from issuer.audit.tables import AuditRow
from issuer.home.settings import load
from issuer.issuance.records.tables import CredentialRow
from issuer.outbox.tables import OutboxRow
from issuer.people.register import RegisterError
from issuer.people.tables import PersonRow
from issuer.program import invariants
from issuer.program import policy as policies
from issuer.program.coaching.tables import CoachEntryRow, StudyEntryRow
from issuer.program.evaluation.tables import ProjectDecisionRow
from issuer.program.evidence.file_store import FileStore
from issuer.program.evidence.tables import ArtifactRow
from issuer.program.projects.tables import ProjectEventRow, ProjectRow, TopicRow, VersionRow
from issuer.program.records import disposal, inspections, own_data, own_data_page, retention
from issuer.program.records.retention import Record, RecordRefused
from verifier import clock

CHICAGO = ZoneInfo("America/Chicago")
SECRET = "She counts, and the third row sings."
RECORDS = "/program/records"


def opened(home):
    app = create_app(load(home))
    return District(app, app.extensions["mintmark"])


@pytest.fixture(scope="module")
def played(prepared_home, tmp_path_factory):
    """A home in which a project was played once, to be copied."""
    home = shutil.copytree(prepared_home, tmp_path_factory.mktemp("played") / "home")
    district = opened(home)
    with district.issuer.database.writing() as session:
        session.add(TopicRow(name="music"))
        policy = replace(policies.PILOT, proposal_rubric="completion", three_sign_offs=False)
        policies.change(session, policy, by=None, now=clock.now())
    play = _play(district)
    district.issuer.database.close()
    return home, play


@pytest.fixture
def earned(played, tmp_path):
    """A project with a "not yet", a file that shows students, and entries of teacher and coach."""
    home, play = played
    district = opened(shutil.copytree(home, tmp_path / "home"))
    play = copy(play)
    play.district = district
    play.at_teacher, play.at_evaluator, play.at_chief = (
        district.browser(person) for person in (play.teacher, play.evaluator, play.chief)
    )
    yield play
    district.issuer.database.close()


def _play(district):
    play = Play(district)
    with district.issuer.database.reading() as session:
        play.chief = session.query(PersonRow).filter_by(name="Pat Model").one()
    play.begin()
    play.hand_in(**ANSWERS)
    play.assign("proposal")
    play.judge(**{**MET, "level-work": "not-yet", "comment-work": SECRET})
    play.release()
    play.hand_in(**ANSWERS)
    play.assign("proposal")
    play.judge(**MET)
    play.release()
    add(play.at_teacher, play.project)
    with district.issuer.database.writing() as session:
        row = session.scalars(select(ArtifactRow)).one()
        row.description, row.reference, row.basis = "Room 4: Ana and Leo clap", "C-14", "on_file"
        row.students, row.confirmed_at = "focus", clock.now()
        of, day = row.project_pk, date(2026, 3, 1)
        who, now = play.evaluator.id, clock.now()
        session.add(
            CoachEntryRow(project_pk=of, coach_pk=who, day=day, text=SECRET, created_at=now)
        )
        session.add(StudyEntryRow(project_pk=of, day=day, text=SECRET, created_at=now))
    play.hand_in(**COMPLETION)
    play.assign("completion")
    return play


def finish(play):
    play.judge(**MET)
    play.release()
    play.district.deliver()


def stored_text(district):
    """Every word that the program's tables hold, but for those of people."""
    tables = (VersionRow, ProjectRow, ProjectDecisionRow, CoachEntryRow, StudyEntryRow, ArtifactRow)
    with district.issuer.database.reading() as session:
        rows = [row for table in tables for row in session.scalars(select(table))]
        return json.dumps([vars(row) for row in rows], default=str)


def flaws(district):
    store = FileStore(district.issuer.settings.home / "evidence")
    with district.issuer.database.reading() as session:
        return list(invariants.breaches(session, evidence=store))


def files(district):
    folder = district.issuer.settings.home / "evidence"
    return [path for path in folder.rglob("*") if len(path.name) == 64]


def test_erasing_keeps_events_and_credential_and_passes_the_check(earned):
    district = earned.district
    erase = f"/people/{earned.teacher.public_id}/erase"
    finish(earned)
    add(earned.at_teacher, earned.project)
    with district.issuer.database.reading() as session:
        before = len(session.scalars(select(ProjectEventRow)).all())
    assert "Rhythm" in stored_text(district)
    assert earned.at_chief.post(erase, **{"erase-name": "Jordan Example"}).status_code == 303
    text = stored_text(district)
    for gone in (SECRET, "Rhythm", "Ten weeks", "Room 4", "C-14", "plan.pdf"):
        assert gone not in text
    assert files(district) == []
    with district.issuer.database.reading() as session:
        assert len(session.scalars(select(ProjectEventRow)).all()) == before
        assert session.scalars(select(CredentialRow)).one().state == "issued"
        completion = session.query(VersionRow).filter_by(purpose="completion").one()
        assert completion.answers == {
            name: COMPLETION[name] for name in ("began", "ended", "hours")
        }
        assert session.get(PersonRow, earned.teacher.id).name == ""
    assert flaws(district) == []


def test_what_is_open_is_withdrawn_when_its_teacher_is_erased(earned):
    erase = f"/people/{earned.teacher.public_id}/erase"
    earned.at_chief.post(erase, **{"erase-name": "Jordan Example"})
    with earned.district.issuer.database.reading() as session:
        assert session.scalars(select(ProjectRow.state)).all() == ["withdrawn"]
    assert flaws(earned.district) == []


def test_nothing_is_erased_or_disposed_of_under_a_hold_or_an_open_request(earned):
    now = clock.now()
    with earned.district.issuer.database.writing() as session:
        teacher, by = (session.get_one(PersonRow, p.id) for p in (earned.teacher, earned.evaluator))
        retention.choose(session, Record.REVIEWS, 0, by=by, now=now)
        session.execute(update(ProjectRow).values(state="closed"))
        later = now + timedelta(days=400)
        assert len(retention.due(session, later)) == 1
        artifacts = inspections.matching(session, reference="c-14", zone=CHICAGO, seen=true())
        for keep in (
            lambda: retention.hold(session, teacher, "A complaint", by=by, now=now),
            lambda: retention.hold(session, None, "A complaint", by=by, now=now),
            lambda: inspections.open_request(session, "Room 4", artifacts, by=by, now=now)[0],
        ):
            keeping = session.begin_nested()
            keep()
            assert retention.due(session, later) == []
            with pytest.raises(RegisterError):
                disposal.erase(session, teacher, by=by, now=later)
            keeping.rollback()
        (item,) = retention.due(session, later)
        numbers = retention.due_list(session, later)
        assert (len(numbers), numbers.first(9)) == (1, [(item.project.id, item.record)])
        assert numbers.digest == retention.as_list([item]).digest


def test_a_list_is_confirmed_before_anything_is_disposed_of(earned):
    district, chief = earned.district, earned.at_chief
    finish(earned)
    with district.issuer.database.writing() as session:
        ago = clock.now() - timedelta(days=3 * 366)
        session.execute(update(ProjectRow).values(changed_at=ago))
    assert "Nothing now." in chief.get(RECORDS).text  # nobody chose: there is no default
    for years in ("4", "ever"):
        chief.post(f"{RECORDS}/retention", page=RECORDS, reviews=years, evidence=years)
        assert "Nothing now." in chief.get(RECORDS).text
    chief.post(f"{RECORDS}/retention", page=RECORDS, reviews="3", evidence="2")
    page = chief.get(RECORDS).text
    assert "Dispose of these 2 records" in page
    assert SECRET in stored_text(district)
    stale = chief.post(f"{RECORDS}/disposal", page=RECORDS, list="x")
    assert (stale.status_code, "The list has changed" in stale.text) == (422, True)
    listed = re.search(r'name="list" value="(\w+)"', page)[1]
    assert chief.post(f"{RECORDS}/disposal", page=RECORDS, list=listed).status_code == 303
    with district.issuer.database.reading() as session:
        assert session.scalars(select(ProjectDecisionRow.comments)).all() == [{}] * 3
        assert session.scalars(select(StudyEntryRow.text)).all() == [SECRET]
        acts = session.scalars(select(AuditRow.action)).all()
        assert {"record.disposed-of-reviews", "record.disposed-of-evidence"} <= set(acts)
    assert files(district) == []
    assert flaws(district) == []
    assert "Nothing now." in chief.get(RECORDS).text


def test_a_file_that_another_project_names_stays(earned):
    with earned.district.issuer.database.writing() as session:
        by = session.get_one(PersonRow, earned.evaluator.id)
        project = session.scalars(select(ProjectRow)).one()
        other = ProjectRow(
            **{
                name: getattr(project, name)
                for name in (
                    "person_pk",
                    "state",
                    "proposal",
                    "completion",
                    "created_at",
                    "changed_at",
                )
            },
            public_id="b" * 22,
        )
        session.add(other)
        session.flush()
        sha256 = session.scalars(select(ArtifactRow.sha256)).one()
        row = ArtifactRow(public_id="c" * 22, project_pk=other.id, name="x", tier="sealed")
        row.sha256, row.created_at = sha256, clock.now()
        session.add(row)
        listed = [retention.Due(project, Record.EVIDENCE)]
        assert disposal.carry_out(session, listed, by=by, now=clock.now()).digests == set()


def test_what_is_written_after_a_project_is_opened_again_is_disposed_of_once_more(earned):
    now = clock.now()
    with earned.district.issuer.database.writing() as session:
        by = session.get_one(PersonRow, earned.evaluator.id)
        project = session.scalars(select(ProjectRow)).one()
        retention.choose(session, Record.TEXTS, 0, by=by, now=now)
        for turn in range(2):
            ended = now + timedelta(days=turn)
            project.state, project.changed_at = "withdrawn", ended
            project.proposal = {"title": SECRET}
            session.flush()
            later = ended + timedelta(hours=1)
            disposal.carry_out(session, retention.due(session, later), by=by, now=later)
            assert project.proposal == {}
            assert retention.due(session, later) == []


def test_an_upload_that_stopped_long_ago_is_forgotten(earned, monkeypatch):
    page, at = f"{earned.project}/evidence", earned.at_teacher
    with earned.district.issuer.database.writing() as session:
        session.execute(update(ProjectRow).values(state="active"))
    begun = at.post(f"{page}/uploads", page=page, name="a.pdf", size=len(PDF), mark="1").json
    stopped = earned.district.issuer.settings.home / "evidence/uploads" / begun["address"][-22:]
    assert stopped.exists()
    later = clock.now() + timedelta(hours=25)
    monkeypatch.setattr(clock, "now", lambda: later)
    add(earned.at_teacher, earned.project)
    assert not stopped.exists()


@pytest.mark.parametrize("years", [-1, 101])
def test_years_that_cannot_be_are_refused(session, years):
    with pytest.raises(RecordRefused):
        retention.choose(session, Record.TEXTS, years, by=None, now=clock.now())


def test_an_odd_number_is_answered_and_changes_nothing(district):
    chief = Play(district).at_chief
    chief.post(f"{RECORDS}/retention", page=RECORDS, texts="7")
    for field in ("-1", "x", "1.5", "9" * 30):
        answer = chief.post(f"{RECORDS}/retention", page=RECORDS, texts=field)
        assert (answer.status_code, f'value="{field}"' in answer.text) == (422, True)
        assert re.search(r'<input[^>]*value="7"[^>]*name="texts"', chief.get(RECORDS).text)


def test_r38_each_reader_of_evidence_is_noted_once_a_day(earned):
    path = address(earned.at_teacher, earned.project)
    for browser in (earned.at_teacher, earned.at_evaluator, earned.at_evaluator, earned.at_chief):
        assert read(browser, path)[0] == 200
    page = earned.at_chief.get(f"{RECORDS}/readers").text
    readers = re.findall(r"<tr>.*?<bdi>(.*?)</bdi>.*?<bdi>Jordan Example</bdi>", page)
    assert readers == ["Pat Model", "Kim Sample"]


def test_a_parent_s_days_are_those_of_the_district_and_far_ones_are_said(earned):
    night = datetime(2026, 11, 10, 3, tzinfo=UTC)  # nine in the evening before
    with earned.district.issuer.database.writing() as session:
        session.execute(update(ArtifactRow).values(created_at=night))
        for day, count in ((9, 1), (10, 0)):
            on = date(2026, 11, day)
            hits = inspections.matching(session, first=on, last=on, zone=CHICAGO, seen=true())
            assert len(hits) == count
    for query in ("last=9999-12-31", "first=0001-01-01", "first=soon"):
        answer = earned.at_chief.get(f"{RECORDS}/requests?{query}")
        assert (answer.status_code, "years 1900 to 2099" in answer.text) == (422, True)


def test_a_parent_is_answered_with_redactions_and_a_withdrawn_consent_hides_at_once(earned):
    chief, page = earned.at_chief, f"{RECORDS}/requests"
    path = address(earned.at_teacher, earned.project)
    artifact = path.rpartition("/")[2]
    today = clock.now().date()
    for query in ("reference=c-14", f"words=room+4&first={today - timedelta(days=1)}"):
        assert artifact in chief.get(f"{page}?{query}").text
    for query in ("", "reference=C-15", "words=room+5", "last=2020-01-01", "first=soon"):
        assert artifact not in chief.get(f"{page}?{query}").text
    refused = chief.post(page, page=page, reference="C-14", artifact=artifact)
    assert (refused.status_code, artifact in refused.text) == (422, True)
    request = chief.post(page, page=page, artifact=artifact, about="Room 4, spring").location
    hide = {"artifact": artifact, "act": "export", "hide": "leo, Zoe"}
    with chief.post(request, page=request, **hide) as answer:
        data = answer.get_data()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("001.pdf") == PDF
        text = archive.read("records.txt").decode()
    assert "Ana and [–––] clap" in text
    assert "Jordan" not in text
    assert chief.post(request, page=request, act="withdraw", artifact=artifact).status_code == 303
    for browser in (earned.at_teacher, earned.at_evaluator, chief):
        assert read(browser, path)[0] == 404
    assert "consent withdrawn, hidden" in chief.get(request).text
    chief.post(request, page=request, act="close")
    assert "This request is closed." in chief.get(request).text


def test_a_person_gets_all_that_is_here_about_her(earned, monkeypatch):
    finish(earned)
    teacher, exports = earned.at_teacher, earned.district.issuer.settings.home / "exports"
    with monkeypatch.context() as crashing:
        crashing.setattr(own_data, "make", Mock(side_effect=OSError("no space left")))
        assert teacher.post("/my-data", page="/my-data").status_code == 500
    exports.mkdir(exist_ok=True)
    (exports / "gone.zip").symlink_to(exports / "deleted")  # as between listing and looking
    assert teacher.post("/my-data", page="/my-data").status_code == 303  # nothing stays stuck
    assert teacher.get("/my-data").text.count('href="/my-data/') == 1
    link = re.search(r'href="(/my-data/[\w-]+)"', teacher.get("/my-data").text)[1]
    with zipfile.ZipFile(io.BytesIO(read(teacher, link)[1])) as archive:
        names = archive.namelist()
        own = json.loads(archive.read("my-data.json"))
        page = archive.read("my-data.html").decode()
    assert len([name for name in names if name.startswith("evidence/")]) == 1
    assert SECRET in page
    assert not re.search("<dt>[a-z]", page)
    in_spanish = own_data_page.page(own, earned.district.issuer.settings, code="es")
    assert "<dt>Número de personal</dt>" not in in_spanish  # there is none
    assert "<dt>Registro de estudio</dt>" in in_spanish
    assert (own["staff_number"], bool(own["sign_ins"][0]["device"])) == (None, True)
    assert (own["name"], own["addresses"]) == ("Jordan Example", ["j@school.example"])
    (project,) = own["projects"]
    assert project["coaching"][0]["text"] == project["study_record"][0]["text"] == SECRET
    assert SECRET in str(project["decisions"])
    assert "Kim Sample" not in json.dumps(own)
    assert earned.at_evaluator.get(link).status_code == 404
    monkeypatch.setattr(own_data, "LONG", 10)
    teacher.post("/my-data", page="/my-data")
    assert "is being made" in teacher.get("/my-data").text
    earned.district.deliver()
    assert "is being made" not in teacher.get("/my-data").text
    with earned.district.issuer.database.reading() as session:
        assert "data-export-ready" in session.scalars(select(OutboxRow.kind)).all()


@pytest.mark.parametrize(
    ("text", "hide", "expected"),
    [
        ("Ana and Anabel", ["ana"], "[–––] and Anabel"),
        ("Ana María, ana", ["Ana", "Ana María"], "[–––], [–––]"),
        ("a.b (x)", ["", " ", "(x)"], "a.b [–––]"),
        ("axb", ["a.b"], "axb"),
    ],
)
def test_words_are_struck_out_whole(text, hide, expected):
    assert inspections.redacted(text, hide) == expected
