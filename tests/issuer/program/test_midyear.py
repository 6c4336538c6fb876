"""A district that begins mid-year: running projects come in by a table, dry run first (5a)."""

import io
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from locks import wait_until_blocked

from issuer.__main__ import main
from issuer.people.roles import Role
from issuer.program.evidence.file_store import FileStore
from issuer.program.invariants import breaches
from issuer.program.midyear import routes, running_projects
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow
from verifier import clock

HEADS = "address,title,field,skill,goal,measured outcome,due,plan\n"
GOOD = "j@school.example,Rhythm,music,Teaching rhythm.,Eight bars.,Counted weekly.,2099-06-01,\n"
TABLE = (
    HEADS
    + GOOD
    + "x@nowhere.example,Rhythm,music,s,g,m,2099-06-01,\n"
    + "j@school.example,Harmony,music,s,g,,2099-06-01,\n"
    + "j@school.example,Melody,chess,s,g,m,2099-06-01,\n"
    + "j@school.example,Tempo,music,s,g,m,2001-06-01,\n"
    + GOOD
)


@pytest.fixture
def chief(district):
    district.add("Jordan Example", Role.TEACHER, address="j@school.example")
    return district.browser(district.add("Pat Model", Role.SUPERINTENDENT))


def look(chief, table):
    page, file = "/program/running", (io.BytesIO(table.encode()), "running.csv")
    return chief.post(page, page=page, file=file)


def projects(district):
    with district.issuer.database.reading() as session:
        return session.query(ProjectRow).all()


def test_a_dry_run_says_what_becomes_of_each_row_and_twice_changes_it_once(district, chief):
    answer = look(chief, TABLE).text
    assert projects(district) == []
    for reason in (
        "nobody in the register has this address",
        "a cell that is needed is empty",
        "not among the program",
        "one that is to come",
        "stands here twice",
    ):
        assert reason in answer
    rows = re.search(r'name="rows" value="([^"]*)"', answer)[1]
    for _ in range(2):
        chief.post("/program/running", page="/program/running", rows=rows, act="apply")
    [project] = projects(district)
    assert (project.state, f"{project.due_on}") == (State.ACTIVE, "2099-06-01")
    assert "here already" in look(chief, TABLE).text
    with district.issuer.database.reading() as session:
        evidence = FileStore(district.issuer.settings.home / "evidence")
        assert list(breaches(session, evidence=evidence)) == []


def test_a_table_of_long_rows_is_carried_out_or_refused_when_it_is_looked_at(
    district, chief, monkeypatch
):
    monkeypatch.setitem(chief.client.application.config, "MAX_FORM_MEMORY_SIZE", 100)
    page, parts = "/program/running", (io.BytesIO(), "")  # sent in parts, as the page sends it
    answer = chief.post(page, page=page, rows=HEADS + GOOD, act="apply", parts=parts)
    assert answer.status_code == 303
    assert len(projects(district)) == 1
    monkeypatch.setattr(routes, "_MOST_TEXT", 100)
    answer = look(chief, HEADS + GOOD)
    assert answer.status_code == 422
    assert "the table is too long" in answer.text


def test_what_two_clicks_bring_in_at_once_is_there_once(postgresql_district):
    district = postgresql_district
    district.add("Jordan Example", Role.TEACHER, address="j@school.example")
    rows, now = running_projects.read((HEADS + GOOD).encode()), clock.now()

    def bring_in(session):
        planned = running_projects.plan(session, rows, today=now.date())
        return running_projects.carry_out(session, planned, by=None, now=now)

    def click():
        with district.issuer.database.writing() as session:
            return bring_in(session)

    with ThreadPoolExecutor() as threads:
        with district.issuer.database.writing() as session:
            assert bring_in(session) == 1
            second = threads.submit(click)
            wait_until_blocked(session, second)
        assert second.result() == 0
    assert len(projects(district)) == 1


def test_a_table_without_its_columns_is_refused(chief):
    answer = look(chief, "name,title\n")
    assert answer.status_code == 422
    assert "missing: address" in answer.text


def test_the_command_changes_nothing_until_it_is_asked_to(district, chief, tmp_path, capsys):
    file, home = tmp_path / "running.csv", str(district.issuer.settings.home)
    file.write_text(HEADS + GOOD)
    assert main(["--home", home, "program", "bring-in", str(file)]) == 0
    assert "nothing is changed yet" in capsys.readouterr().out
    assert projects(district) == []
    assert main(["--home", home, "program", "bring-in", str(file), "--apply"]) == 0
    assert [project.proposal["title"] for project in projects(district)] == ["Rhythm"]
