"""Reports: what they count, who reads them, and what they never tell (R9, R39, I12, R42)."""

import csv
import io
import re
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from browser import serving
from filled_program import TOPICS, fill
from pypdf import PdfReader
from signed_in_browsers import District
from sqlalchemy import event, func, select, update

from issuer.app import create_app
from issuer.home.settings import load
from issuer.issuance import receive
from issuer.issuance.records.tables import CredentialRow, Revocation
from issuer.people import register
from issuer.people.access import sessions
from issuer.people.access.gate import cookie_name
from issuer.people.roles import Role
from issuer.people.tables import BuildingRow, PostRow
from issuer.program import policy as policies
from issuer.program.evaluation.tables import AssignmentRow, ReviewRow
from issuer.program.projects.tables import ProjectRow
from issuer.program.reports import agreement, awards, evidence, grades, judging
from issuer.program.reports.figures import HIDDEN
from issuer.program.reports.grades import SchoolLevel
from issuer.program.reports.routes import REPORTS
from issuer.program.windows import school_year
from verifier import clock


@pytest.fixture(scope="module")
def filled(prepared_home, tmp_path_factory):
    """One program for the whole file; who changes it, changes it back."""
    home = shutil.copytree(prepared_home, tmp_path_factory.mktemp("filled") / "home")
    app = create_app(load(home))
    district = District(app, app.extensions["mintmark"])
    with district.issuer.database.writing() as session:
        policies.change(session, policies.PILOT, by=None, now=clock.now())
        fill(session, teachers=60, now=clock.now())
    yield district
    district.issuer.database.close()


@pytest.fixture(scope="module")
def chief(filled):
    return filled.browser(filled.add("Pat Model", Role.SUPERINTENDENT))


MOST_QUERIES = 12


def cells(text):
    """The rows of all tables of a page, as text."""
    rows = re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>(?:<bdi>)?(.*?)(?:</bdi>)?</t[hd]>", row) for row in rows]


def spreadsheet(answer):
    return list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))


@pytest.mark.parametrize("name", REPORTS)
def test_each_report_has_a_chart_a_table_and_a_spreadsheet_that_say_the_same(chief, name):
    page = chief.get(f"/program/reports/{name}")
    assert page.status_code == 200
    assert 'class="chart" role="img"' in page.text
    assert " style=" not in page.text  # which the page's policy refuses
    assert f'href="/program/reports/{name}.csv"' in page.text
    answer = chief.get(f"/program/reports/{name}.csv")
    assert (answer.mimetype, answer.is_streamed) == ("text/csv", True)
    shown = [row for row in cells(page.text) if row and len(row) > 1]
    tables = page.text.count("<table")
    assert len(spreadsheet(answer)) - 1 == len(shown) - tables


def test_r9_progress_is_counted(chief):
    """Of ten teachers six have earned, three still work, one withdrew."""
    page = chief.get("/program/reports/progress").text
    rows = cells(page)
    drawn = re.findall(r'class="amount">([^<]+)', page)
    assert drawn == [f"{row[2]} of {row[1]}" for row in rows[1:]]
    counts = {row[0]: list(map(int, row[1:])) for row in rows[1:]}
    assert list(counts) == ["Elm Elementary", "Maple Middle School", "Oak High School"]
    assert [sum(column) for column in zip(*counts.values(), strict=True)] == [54, 36, 18, 36]


def test_what_was_revoked_is_no_certificate_any_more(filled, chief):
    with filled.issuer.database.writing() as session:
        row = session.query(CredentialRow).first()
        place = {"list_number": row.list_number, "list_index": row.list_index}
        session.add(Revocation(**place, reason="error", revoked_at=clock.now()))
    rows = cells(chief.get("/program/reports/progress").text)
    assert sum(int(row[4]) for row in rows[1:]) == 35
    breadth = cells(chief.get("/program/reports/breadth").text)
    assert sum(int(row[1]) for row in breadth if row[0] in TOPICS) == 35
    with filled.issuer.database.writing() as session:
        session.query(Revocation).delete()


def test_r39_an_award_from_elsewhere_counts_where_its_teacher_works(any_issuer, approval):
    """On both databases; a person of two addresses is one, and the first of two posts counts."""
    recipient = {"name": "Ines Example", "emails": ["i@school.example", "ines@home.example"]}
    sent = approval("b-1", recipient=recipient, approved_at="2026-05-31T15:00:00Z")
    receive(any_issuer, sent, source="forms", event_id="b-1", now=clock.now())
    with any_issuer.database.writing() as session:
        person = register.add(session, "Ines Example", now=clock.now())
        for address in recipient["emails"]:
            register.add_address(session, person, address, verified_at=clock.now())
        for code, name, taught in (("1", "North", "6-8"), ("2", "South", "K")):
            building = BuildingRow(code=code, name=name)
            session.add(PostRow(person_pk=person.id, building=building, grades=taught))
            session.flush()
        tables = awards.breadth(session)
    rows = [(table.heads[2], row.label, row.figures) for table in tables for row in table.rows]
    assert rows == [
        ("2025–26", awards.NO_TOPIC, (1, 1)),
        ("2025–26", "Grades 6 to 8", (1, 1)),
        ("2025–26", "North", (1, 1)),
    ]


def test_r39_breadth_by_field_level_building_and_year(chief):
    rows = {row[0]: row[1] for row in cells(chief.get("/program/reports/breadth").text)}
    assert {rows[name] for name in ("music", "STEAM", "design thinking")} == {"12"}
    assert rows["Before grade 1"] == rows["Grades 6 to 8"] == "9"
    assert rows["Maple Middle School"] == "12"
    award = spreadsheet(chief.get("/program/reports/awards.csv"))
    assert award[0][:3] == ["credential", "title", "teacher"]
    assert len(award) == 37
    assert award[1][1] == "Composing with foundational rhythms"


def test_r34_times_are_counted_from_the_close_of_the_window(chief):
    rows = [row for row in cells(chief.get("/program/reports/times").text) if "days" in str(row)]
    assert [row[1:] for row in rows] == [
        ["18.5 days", "30 days", "91.7%"],
        ["19.5 days", "30.5 days", "88.9%"],
    ]


def test_i12_few_that_were_not_yet_are_hidden_with_what_would_tell_them(district):
    with district.issuer.database.writing() as session:
        fill(session, teachers=30, now=clock.now())
    chief = district.browser(district.add("Pat Model", Role.SUPERINTENDENT))
    row = next(row for row in cells(chief.get("/program/reports/funnel").text) if "P1" in row[0])
    assert row[1:] == ["30", "24", "fewer than 5", "fewer than 5"]  # 21 and 3
    assert "fewer than 5" in chief.get("/program/reports/funnel.csv").text
    load = cells(chief.get("/program/reports/load").text)
    assert "Evaluator 5" not in str(load)  # who judged nothing


def test_r42_a_group_is_people_however_many_projects_they_have(filled):
    """Dozens of decisions about three teachers, or of four evaluators, tell of too few."""
    local = filled.issuer.settings.local
    with filled.issuer.database.reading() as session:  # what is changed here is undone at the end
        assert shown(agreement.of_reviews(session, local))
        first = session.scalar(select(func.min(ProjectRow.person_pk)))
        session.execute(update(ProjectRow).values(person_pk=first + ProjectRow.id % 3))
        assert not shown(judging.times(session, local, 30))
        assert not shown(judging.load(session))
        assert not shown(judging.funnel(session, local))
        assert not shown(evidence.hours(session, local))
        last = select(func.max(AssignmentRow.evaluator_pk)).scalar_subquery()
        own = select(AssignmentRow.id).where(AssignmentRow.evaluator_pk == last)
        session.execute(
            update(ReviewRow).where(ReviewRow.assignment_pk.in_(own)).values(given_at=None)
        )
        assert not shown(agreement.of_reviews(session, local))


def shown(tables):
    """The rows whose first figure is not hidden."""
    assert tables
    return [row.label for table in tables for row in table.rows if row.figures[0] is not HIDDEN]


def test_an_administrator_counts_the_own_building_and_a_board_reads_sums(filled):
    """(I12, 4.5)"""
    with filled.issuer.database.reading() as session:
        elm = session.query(BuildingRow).filter_by(code="1").one()
    admin = filled.browser(filled.add("Admin", Role.BUILDING_ADMINISTRATOR, building=elm))
    assert [row[0] for row in cells(admin.get("/program/progress").text)[1:]] == ["Elm Elementary"]
    assert len(spreadsheet(admin.get("/program/progress.csv"))) == 2
    assert admin.get("/program/reports/progress").status_code == 404
    board = filled.browser(filled.add("Board", Role.BOARD))
    page = board.get("/program/board").text
    assert ">36</strong> Complete" in page
    assert not re.search(r"Teacher \d|Evaluator \d|Not yet", page)
    assert board.get("/program/reports").status_code == 404


def test_r9_everybody_counts_progress_once_the_district_wants_it(filled):
    assert filled.browser().get("/progress").status_code == 404
    with filled.issuer.database.writing() as session:
        policy = policies.current(session)
        policies.change(session, replace(policy, progress_public=True), by=None, now=clock.now())
    page = filled.browser().get("/progress")
    assert [int(n) for n in re.findall(r'"number">(\d+)', page.text)] == [54, 36, 18, 36]


def test_a_draft_is_never_counted(district):
    """(E14)"""
    teacher = district.browser(district.add("Jordan", Role.TEACHER))
    teacher.post("/projects", page="/projects")
    chief = district.browser(district.add("Pat", Role.SUPERINTENDENT))
    assert "There is nothing to count yet." in chief.get("/program/reports/progress").text
    for name in REPORTS:
        assert chief.get(f"/program/reports/{name}").status_code == 200
        assert chief.get(f"/program/reports/{name}.csv").status_code == 200


def test_a_report_takes_as_many_queries_for_many_as_for_few(filled, chief):
    queries = []

    def note(connection, cursor, statement, *more):
        queries.append(statement)

    engine = filled.issuer.database.engine
    event.listen(engine, "before_cursor_execute", note)
    for path in [*(f"/program/reports/{name}" for name in REPORTS), "/program/board"]:
        queries.clear()
        assert chief.get(path).status_code == 200
        assert len(queries) <= (MOST_QUERIES if path != "/program/board" else 20), (path, queries)
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("text", "taught", "expected"),
    [
        ("", set(), SchoolLevel.UNKNOWN),
        ("K", {0}, SchoolLevel.EARLY),
        ("PK, KG", {-1, 0}, SchoolLevel.EARLY),
        ("06, 07,8", {6, 7, 8}, SchoolLevel.MIDDLE),
        ("K - 2", {0, 1, 2}, SchoolLevel.SEVERAL),
        ("9–12", {9, 10, 11, 12}, SchoolLevel.HIGH),
        ("4th", {4}, SchoolLevel.ELEMENTARY),
        ("all", set(), SchoolLevel.UNKNOWN),
        ("2-99", set(), SchoolLevel.UNKNOWN),
        ("Pre-K", {-1}, SchoolLevel.EARLY),
    ],
)
def test_grades_are_read_as_districts_write_them(text, taught, expected):
    assert (grades.grades(text), grades.level(text)) == (taught, expected)


def test_a_school_year_begins_in_july():
    day = clock.now().date().replace(year=2027, month=6, day=30)
    assert (school_year.of_day(day), school_year.of_day(day + timedelta(days=1))) == (
        "2026–27",
        "2027–28",
    )


def test_the_page_for_the_board_prints_on_two_sheets(filled, chromium):
    """(4.7) Of either paper, in a district with three fields and three buildings."""
    board = filled.add("Bo Board", Role.BOARD)
    with filled.issuer.database.writing() as session:
        now, person = clock.now(), session.merge(board)
        token = sessions.begin(session, person, device="x", way="mail", replacing=None, now=now)
    with serving(filled.app) as origin:
        context = chromium.new_context()
        cookie = {"name": cookie_name(filled.issuer.settings), "value": token, "url": origin}
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(f"{origin}/program/board")
        printed = [PdfReader(io.BytesIO(page.pdf(format=paper))) for paper in ("Letter", "A4")]
        context.close()
    assert [len(pdf.pages) for pdf in printed] == [2, 2]
