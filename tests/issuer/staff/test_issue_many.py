"""Issue many from a table: tried, issued in the background, killed in between, and mended."""

import csv
import io
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import workbooks
from sqlalchemy import func, select

from issuer.approvals.table import job
from issuer.audit import log
from issuer.catalog import versions
from issuer.home.settings import DESK
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow
from issuer.outbox.tables import OutboxRow
from issuer.people.roles import Role
from verifier import clock

HEADS = "achievement,name,e-mail,skill,goal,measured outcome,approved at,level"
GOOD = "rhythms,Teacher {n},t{n}@school.example,Rhythm,Eight bars,26 of 31,2026-05-15,met"
BAD = (
    "drums,Ana Drums,ana@school.example,S,G,O,2026-05-15,met",
    "rhythms,Ben Nowhere,no address,S,G,O,2026-05-15,met",
    "rhythms,Cy Someday,cy@school.example,S,G,O,some day,met",
)
AT = "/desk/issue-many"
KILLED = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
from issuer.approvals.table import job
from issuer.home.issuer import Issuer
from issuer.home.settings import load
from issuer.messages import KINDS
from issuer.outbox import worker
from verifier import clock
note, rows = job._note, 0
def noted(*row):
    global rows
    rows += 1
    if rows == 120:
        os.kill(os.getpid(), signal.SIGKILL)
    note(*row)
job._note = noted
worker.deliver_due(Issuer(load(Path(sys.argv[1]))), KINDS, now=clock.now)
"""


@pytest.fixture(scope="module")
def pat(district):
    return district.add("Pat Office", Role.OFFICE)


@pytest.fixture(scope="module")
def office(district, pat):
    return district.browser(pat)


def table(*rows, heads=HEADS):
    return "\n".join([heads, *rows]).encode()


def hand_in(office, data, name="table.csv"):
    return office.post(AT, page=AT, file=(io.BytesIO(data), name))


def counted(html):
    """The counts at the top of a page."""
    return [int(number) for number in re.findall(r"<dd>(\d+)</dd>", html)]


def count(district, row=CredentialRow):
    with district.issuer.database.reading() as session:
        return session.scalar(select(func.count()).select_from(row))


def test_200_rows_of_which_three_are_to_mend_survive_a_kill(district, office, pat):
    """P1, P3: kill -9 in the middle, then the end: nothing is lost, and nothing is there twice."""
    rows = [GOOD.format(n=n) for n in range(197)]
    data, before = table(*rows[:100], *BAD, *rows[100:]), count(district)
    at = hand_in(office, data).location
    html = office.get(at).text
    assert counted(html) == [197, 0, 3]
    for name, sentence in (
        ("Ana Drums", "Choose one from the catalog."),
        ("Ben Nowhere", "Write an e-mail address"),
        ("Cy Someday", "Write a day as 2026-11-13 or 11/13/2026"),
    ):
        assert name in html
        assert sentence in html
    assert (count(district), hand_in(office, data).location) == (before, f"{at}?done=again")

    assert office.post(at, page=at).location == at
    running = office.get(at)
    assert "0 of 200 rows done" in running.text
    assert "connect-src 'self'" in running.headers["Content-Security-Policy"]  # its script looks
    home = str(district.issuer.settings.home)
    killed = subprocess.run([sys.executable, "-c", KILLED, home], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert "100 of 200 rows done" in office.get(at).text
    district.deliver()  # the lease of the one who died still holds
    assert "100 of 200 rows done" in office.get(at).text
    assert office.post(at, page=at).location == at
    district.deliver()

    html = office.get(at).text
    assert counted(html) == [197, 3]
    assert "197 credentials are signed and in force." in html
    assert count(district) == before + 197
    with district.issuer.database.reading() as session:
        teachers = session.scalars(select(ApprovalRow.teacher).where(ApprovalRow.source == DESK))
        assert sorted(teachers) == sorted(f"teacher {n}" for n in range(197))
        actors = {e.actor for e, _ in log.entries(session) if e.action == "credential.approved"}
        states = session.scalars(select(OutboxRow.state).where(OutboxRow.kind == "table")).all()
    assert f"person:{pat.id}" in actors
    assert set(states) == {"delivered"}
    mend = office.get(f"{at}/mend.csv").get_data()
    waiting = list(csv.DictReader(io.StringIO(mend.decode("utf-8-sig"))))
    assert [row["name"] for row in waiting] == ["Ana Drums", "Ben Nowhere", "Cy Someday"]
    assert "approved at: You wrote “some day”. Write a day" in waiting[2]["what to fix"]

    mended = mend.replace(b"drums", b"rhythms").replace(b"some day", b"2026-05-16")
    at = hand_in(office, mended).location
    assert counted(office.get(at).text) == [2, 0, 1]
    office.post(at, page=at)
    district.deliver()
    assert counted(office.get(at).text) == [2, 1]
    listed = office.get(AT).text
    assert "200 rows" in listed
    assert "1 row to fix" in listed


def test_what_would_be_issued_is_shown_and_an_error_says_what_is_allowed(office):
    heads = HEADS.removesuffix("level") + "level Student work,level The learning process"
    good = GOOD.format(n=910).replace("2026-05-15,met", "5/15/2026,MET,Met")
    bad = good.replace("MET", "good").replace("910", "911")
    html = office.get(hand_in(office, table(good, bad, heads=heads)).location).text
    assert counted(html) == [1, 0, 1]
    for shown in ("t910@school.example", "May 15, 2026", "<bdi>Student work</bdi>: <bdi>Met</bdi>"):
        assert shown in html
    assert "level Student work</bdi></strong>: You wrote “good”." in html
    assert "Allowed: Met" in html


def test_all_that_can_be_said_of_a_row_is_said_at_once(office):
    """Of an unknown title nothing follows for levels; a bad day holds back no word on a level."""
    heads = HEADS.removesuffix("level") + "hours,level Teacher’s work,level Student work"
    bad = GOOD.format(n=930).removesuffix("2026-05-15,met")
    rows = [bad.replace("rhythms", "Rhythm") + "2026-05-15,12,Met,Met"]
    rows += [bad + "13.11.2026,many,Met,good"]
    at = hand_in(office, table(*rows, heads=heads)).location
    file = office.get(f"{at}/mend.csv")
    assert "to-fix.csv" in file.headers["Content-Disposition"]
    title, day = csv.DictReader(io.StringIO(file.get_data().decode("utf-8-sig")))
    assert title["what to fix"].startswith("achievement: You wrote “Rhythm”. Choose one")
    assert "level" not in title["what to fix"]
    assert day["level teacher’s work"] == "Met"
    for reason in (
        "approved at: You wrote “13.11.2026”. Write a day as 2026-11-13 or 11/13/2026",
        "hours: You wrote “many”. Write a number from 0.01 to 10,000, such as 12.5.",
        "level teacher’s work: You wrote “Met”. The rubric has no such criterion",
        "level Student work: You wrote “good”. Choose a level of this criterion. Allowed: Met",
        "level The learning process: Choose a level",
    ):
        assert reason in day["what to fix"]


def test_an_address_that_the_register_has_under_another_name_is_said(district, office):
    district.add("Teacher 940", address="T940@school.example")
    district.add("Teacher of 941", address="t941@school.example")
    rows = [GOOD.format(n=940), GOOD.format(n=941)]
    html = office.get(hand_in(office, table(*rows)).location).text
    assert counted(html) == [2, 0, 0]
    (warning,) = re.findall("The register calls <bdi>(.*?)</bdi> “<bdi>(.*?)</bdi>”", html)
    assert warning == ("t941@school.example", "Teacher of 941")


def test_an_own_idea_is_shown_by_its_name(district, office):
    """The catalog does not list it."""
    with district.issuer.database.writing() as session:
        idea = versions.propose(
            session,
            name="Family math evenings",
            description="Evenings.",
            criteria="Hold them.",
            rubric=versions.read(versions.find(session, "rhythms")).rubric,
            now=clock.now(),
        )
        row = GOOD.format(n=920).replace("rhythms", idea.achievement_id)
    shown = office.get(hand_in(office, table(row)).location)
    assert (shown.status_code, counted(shown.text)) == (200, [1, 0, 0])
    assert "<bdi>Family math evenings</bdi>" in shown.text


def test_rows_alike_and_one_id_for_two_approvals_are_said_before(office):
    heads = f"{HEADS},approval id"
    twice = f"{GOOD.format(n=900)},"
    file = table(
        twice, twice, f"{GOOD.format(n=901)},x-1", f"{GOOD.format(n=902)},x-1", heads=heads
    )
    html = office.get(hand_in(office, file).location).text
    assert counted(html) == [2, 1, 1]
    assert "stands for another approval" in html


def test_a_workbook_is_read_as_a_spreadsheet_saved_it(office):
    """With a title above its heads, days as days, numbers as floats, and an empty row."""
    data = Path(__file__).with_name("spring.xlsx").read_bytes()
    html = office.get(hand_in(office, data, "spring.xlsx").location).text
    assert counted(html) == [2, 0, 1]
    assert "Row 6</td>" in html
    assert re.search("Row 5</td><th scope=.row.><bdi>Zoë Nguyễn", html)


@pytest.mark.parametrize("saved", [bytes, workbooks.as_google_sheets_saves])
def test_a_workbook_of_another_program_is_read(office, saved):
    """LibreOffice Calc 7.4 saved it (`soffice --convert-to xlsx`): days as days and as text, a
    formula, a number among texts, an empty row, and a second sheet."""
    data = Path(__file__).with_name("spring-libreoffice.xlsx").read_bytes()
    html = office.get(hand_in(office, saved(data), "spring.xlsx").location).text
    assert counted(html) == [2, 0, 1]
    assert "Row 5</td>" in html


def test_letters_that_no_font_can_print_are_said_before(office):
    html = office.get(hand_in(office, table(GOOD.format(n="𐎀𐎁"))).location).text
    assert counted(html) == [1, 0, 0]
    assert "no font here can print" in html


def test_what_fits_by_now_is_issued_without_a_new_file(district, office):
    """Such as rows that came before their achievement did."""
    at = hand_in(office, table(GOOD.format(n=910), heads=HEADS)).location
    with district.issuer.database.writing() as session:
        (row,) = job.rows_with(session, at.rpartition("/")[2], ("waiting",))
        row.fate, row.problem = "to_mend", "achievement"
        job.find(session, at.rpartition("/")[2]).begun_at = clock.now()
    assert "Issue 1 more row" in office.get(at).text
    office.post(at, page=at)
    district.deliver()
    assert counted(office.get(at).text) == [1, 0]


def test_a_table_can_be_forgotten_until_it_is_begun(district, office):
    data = table(GOOD.format(n=920))
    at = hand_in(office, data).location
    forgotten = office.post(f"{at}/discard", page=at).location
    assert "The table is forgotten." in office.get(forgotten).text
    assert office.get(at).status_code == 404
    at = hand_in(office, data).location
    office.post(at, page=at)
    office.post(f"{at}/discard", page=at)
    district.deliver()
    assert counted(office.get(at).text) == [1, 0]
    again = hand_in(office, data).location
    assert "Nothing new was done" in office.get(again).text
    shown = office.post(f"{at}/links", page=at, what="show").text
    (link,) = re.findall(r"<code>http://localhost:8202(/manage/[^<]+)", shown.replace("<wbr>", ""))
    assert office.get(link).status_code == 200
    file = office.post(f"{at}/links", page=at, what="file").text
    (row,) = csv.DictReader(io.StringIO(file.removeprefix("\ufeff")))
    assert (row["Name"], row["The teacher's link"][-30:]) == ("Teacher 920", link[-30:])


def test_rows_to_mend_of_somebody_who_is_erased_go(district, office):
    """By address, and by name where the address is what has to be mended; others stay."""
    erased = district.add("Ella Erased", address="ella@school.example")
    bad = "no-such,{},{},S,G,O,2026-05-15,met"
    rows = [
        bad.format("E. Erased", "Ella@School.example"),
        bad.format("ella erased", "nothing"),
        bad.format("Stella Stays", "stella@school.example"),
    ]
    at = hand_in(office, table(*rows)).location
    chief = district.browser(district.add("Sue", Role.SUPERINTENDENT))
    path = f"/people/{erased.public_id}/erase"
    assert chief.post(path, **{"erase-name": "Ella Erased"}).status_code == 303
    lines = office.get(f"{at}/mend.csv").text.splitlines()[1:]
    assert ["Stella Stays" in line for line in lines] == [True]


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "", "Choose the file first."),
        (b"name\nJordan", "t.csv", "no column with this head:"),
        (table(heads=HEADS), "t.csv", "no row below"),
        (table(heads=f"{HEADS},Name"), "t.csv", "Two columns have the same head"),
        (b"PK\x03\x04nonsense", "t.xlsx", "the workbook cannot be read"),
        (table(*[GOOD.format(n=n) for n in range(2001)]), "t.csv", "Make two files"),
    ],
)
def test_what_is_no_table_is_said(office, data, name, sentence):
    answer = hand_in(office, data, name)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_the_page_says_the_levels_that_can_be_approved(office):
    levels = office.get(AT).text.partition("<code>level Student work</code>: ")[2]
    levels = levels.partition("</li>")[0]
    assert levels.startswith("<bdi>")
    assert "Not yet" not in levels


def test_the_template_has_a_column_for_each_criterion(office):
    text = office.get(f"{AT}/template.csv?achievement=rhythms").get_data().decode("utf-8-sig")
    assert text.startswith("approval id,achievement,name,e-mail")
    heads, example = text.splitlines()
    assert heads.endswith("level The learning process,level Student work")
    assert "Jordan Example" in example
    answer = hand_in(office, text.encode())  # as it was handed out: the example is left out
    assert (answer.status_code, "no row below" in answer.text) == (422, True)


def test_a_table_of_a_command_is_none_of_the_pages(district, office):
    issuer, now = district.issuer, clock.now()
    other = job.hand_in(issuer, table(GOOD.format(n=1)), source="forms", by="command", now=now)
    assert office.get(f"{AT}/{other}").status_code == 404
    assert office.get(f"{AT}/nothing").status_code == 404
