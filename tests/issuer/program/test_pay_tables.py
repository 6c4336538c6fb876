"""What comes in about money: values, pay records, opening balances (E59, E60)."""

import csv
import io
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import sqlalchemy
from paying import moment, paying
from test_compensation import on
from workbooks import workbook

from issuer.people.roles import Role
from issuer.program.compensation import standing, values
from issuer.program.compensation.pages import table_routes
from issuer.program.compensation.tables import (
    LedgerRow,
    PayRecordRow,
    PayTableRow,
    ValueRow,
)
from issuer.program.projects.states import Act
from verifier import clock

NOW = moment("2026-09-10")


@pytest.fixture
def money(district, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    paying_district = paying(district)
    paying_district.agree(NOW)
    paying_district.payroll = paying_district.browser(district.add("Sam Model", Role.PAYROLL))
    return paying_district


def hand_in(browser, kind, text, name="a.csv"):
    """Upload a table, and return the page that shows the fate of each row."""
    path = f"/pay/tables/{kind}"
    data = text if isinstance(text, bytes) else text.encode()
    return browser.post(path, page=path, file=(io.BytesIO(data), name)).location


def fates(browser, path):
    return tuple(map(int, re.findall(r"<dd>(\d+)</dd>", browser.get(path).text)))


HEADS = "staff number,from,salary,full time,tier,cap,hired,decision\n"


def test_pay_records_come_in_by_table_with_a_dry_run(money):
    ana, ben = money.teacher("Ana"), money.teacher("Ben")
    text = HEADS + 'ana,2026-07-01,"62,480.00",1,,,,\nben,7/1/2026,41000.5,50%,,,2/1/2026,\n'
    look = hand_in(money.payroll, "records", text)
    assert fates(money.payroll, look) == (2, 0, 0)
    with money.reading() as session:
        assert not session.scalars(sqlalchemy.select(PayRecordRow)).all()
    money.payroll.post(look, page=look)
    with money.reading() as session:
        ana_has, ben_has = (standing.books(session, person.id).records[0] for person in (ana, ben))
        assert (ana_has.salary, ana_has.full_time, ana_has.hired) == (62_480_00, "1", None)
        assert (ben_has.salary, ben_has.full_time) == (41_000_50, "1/2")
        assert str(ben_has.hired) == "2026-02-01"
        assert session.scalar(sqlalchemy.select(PayTableRow.cells)) == {"rows": [], "done": 2}
    assert fates(money.payroll, hand_in(money.payroll, "records", text)) == (0, 2, 0)
    page = money.payroll.get("/pay/people").text
    assert "2,000.00" in page
    assert "62,480.00" in money.payroll.get(f"/pay/people/{ana.public_id}").text


def test_a_row_that_cannot_be_waits_with_its_reason(money):
    for name in ("Ana", "Ben", "Cy", "Dee", "Eve", "Fay", "Gus"):
        money.teacher(name)
    rows = {
        "zoe,2026-07-01,62480,,,,,": "nobody has this staff number",
        "ana,July,62480,,,,,": "from cannot be read",
        "ben,2026-07-01,much,,,,,": "salary cannot be read",
        "cy,2026-07-01,62480,2,,,,": "full time cannot be read",
        "dee,2026-07-01,62480,,A,,,": "write a salary, a tier or a cap",
        "eve,2026-07-01,,,C,,,": "tier cannot be read",
        "fay,2026-07-01,,,,,,": "write a salary, a tier or a cap",
        "gus,,62480,,,,,": "from cannot be read",
    }
    look = hand_in(money.payroll, "records", HEADS + "\n".join(rows))
    assert fates(money.payroll, look) == (0, 0, 8)
    mend = csv.DictReader(io.StringIO(money.payroll.get(f"{look}/mend.csv").text))
    for line, expected in zip(mend, rows.values(), strict=True):
        assert expected in line["reason"]


def test_e59_contradictory_records_block_their_line(money):
    """In one table both wait; what is there is replaced only where somebody says so."""
    ana = money.teacher("Ana")
    two = HEADS + "ana,2026-07-01,62480,,,,,\nana,2026-07-01,82480,,,,,\n"
    assert fates(money.payroll, hand_in(money.payroll, "records", two)) == (0, 0, 2)
    look = hand_in(money.payroll, "records", HEADS + "ana,2026-07-01,62480,,,,,")
    money.payroll.post(look, page=look)
    other = HEADS + "ana,2026-07-01,82480,,,,,{}"
    look = hand_in(money.payroll, "records", other.format(""))
    assert "write replace" in money.payroll.get(look).text
    look = hand_in(money.payroll, "records", other.format("replace"))
    money.payroll.post(look, page=look)
    with money.reading() as session:
        assert [row.salary for row in standing.books(session, ana.id).records] == [82_480_00]


def test_of_two_records_of_one_day_payroll_says_which_one_holds(money):
    ana = money.teacher("Ana", "62,480")
    with money.writing() as session:
        money.record(session, ana, "82,480")
    path = f"/pay/people/{ana.public_id}"
    page = money.payroll.get(path).text
    assert "contradict each other" in page
    assert "This one holds" not in money.browser(money.chief).get(path).text
    chosen = re.findall(rf"{path}/records/\d+", page)[1]
    for _ in range(2):  # the button is pressed twice
        assert money.payroll.post(chosen, page=path).status_code == 303
    assert "600.00 left" in money.payroll.get(path).text


def test_opening_balances_come_in_once(money):
    ana = money.teacher("Ana", "62,480")
    project = money.draft(ana, money.offering("Running"), NOW)
    money.step(project, Act.SUBMIT, Act.APPROVE, now=NOW)
    text = (
        "staff number,award,stage,amount,day,project\n"
        "ana,=Rhythm,paid,800.50,2026-08-31,\n"
        f"ana,,approved,400,2026-08-31,{project}\n"
        "ana,Twice,earned,1,2026-08-31,\nana,Twice,earned,1,2026-08-31,\n"
        "ana,,paid,1,2026-08-31,\nana,Some,applied,1,2026-08-31,\nana,,paid,1,2026-08-31,x\n"
    )
    look = hand_in(money.payroll, "openings", text)
    assert fates(money.payroll, look) == (3, 0, 4)
    money.payroll.post(look, page=look)
    assert money.sums(ana) == {"paid": 800_50, "approved": 400_00, "earned": 1_00}
    assert fates(money.payroll, look) == (0, 1, 3)
    assert "no project" in money.payroll.get(look).text
    again = hand_in(money.payroll, "openings", text)
    assert fates(money.payroll, again) == (0, 4, 3)
    money.step(project, Act.SUBMIT, Act.APPROVE, now=NOW)
    assert money.sums(ana) == {"paid": 800_50, "earned": 401_00}
    assert "=Rhythm" in money.browser(ana).get("/my-money").text


def meets_the_other(monkeypatch, room, name, function):
    """Let whoever comes to a function wait a moment, there, for another who comes there too."""
    both = threading.Barrier(2, timeout=0.3)

    def meeting(*args):
        answer = function(*args)
        with suppress(threading.BrokenBarrierError):  # the other one waits for a lock
            both.wait()
        return answer

    monkeypatch.setattr(room, name, meeting)


def test_what_is_carried_out_twice_at_once_comes_in_once(postgresql_issuer, monkeypatch):
    """I8: a double click on one table, and then two uploads of one file."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    money = on(postgresql_issuer)
    sam, plan = money.district.add("Sam Model", Role.PAYROLL), table_routes._plan
    browsers = [money.browser(sam) for _ in range(2)]

    def carry_out(*paths):
        meets_the_other(monkeypatch, table_routes, "_plan", plan)
        with ThreadPoolExecutor(2) as threads:
            answers = threads.map(lambda browser, path: browser.post(path), browsers, paths)
            return sorted(answer.status_code for answer in answers)

    text = "staff number,award,stage,amount,day\nana,{},paid,800.50,2026-08-31\n"
    look = hand_in(browsers[0], "openings", text.format("Rhythm"))
    assert carry_out(look, look) == [303, 303]
    assert money.sums(money.person) == {"paid": 800_50}
    looks = [hand_in(browser, "openings", text.format("Harmony")) for browser in browsers]
    assert carry_out(*looks) == [303, 303]
    assert money.sums(money.person) == {"paid": 1_601_00}
    meets_the_other(monkeypatch, values, "newest", values.newest)
    offering, chiefs = money.offering("One"), [money.browser(money.chief) for _ in range(2)]
    with ThreadPoolExecutor(2) as threads:
        path = f"/pay/values/offerings/{offering}"
        list(threads.map(lambda chief: chief.post(path, amount="283.47"), chiefs))
    with money.reading() as session:
        assert len(session.scalars(sqlalchemy.select(ValueRow)).all()) == 1
    money.district.app.extensions["mintmark"].database.close()


def test_a_table_without_its_columns_is_refused(money):
    path = "/pay/tables/records"
    file = (io.BytesIO(b"name,salary\nAna,1"), "a.csv")
    answer = money.payroll.post(path, page=path, file=file)
    assert answer.status_code == 422
    assert "staff number" in answer.text
    assert b"10042" in money.payroll.get(f"{path}/template.csv").data


def test_values_are_the_superintendents_and_payroll_reads_them(money):
    """For an own idea she says it at the release, or later as long as it has no amount."""
    offering, ana = money.offering("One"), money.teacher("Ana", "62,480")
    chief, path = money.browser(money.chief), "/pay/values"
    assert "What own ideas are worth" in chief.get("/program/decisions").text
    answer = chief.post(f"{path}/offerings/{offering}", page=path, amount="much")
    assert (answer.status_code, 'value="much"' in answer.text) == (422, True)
    assert chief.post(f"{path}/offerings/{offering}", page=path, amount="283.47").status_code == 303
    assert "283.47" in money.payroll.get(path).text
    project = money.draft(ana, None, NOW)
    money.step(project, Act.SUBMIT, now=NOW)
    assert "Rhythm by composing" in chief.get(path).text
    assert "Rhythm by composing" not in money.payroll.get(path).text
    money.step(project, Act.APPROVE, now=NOW)
    assert money.sums(ana) == {}
    set_to = f"{path}/projects/{project}"
    for _ in range(2):  # the button is pressed twice
        assert chief.post(set_to, page=path, amount="300").status_code == 303
    assert money.sums(ana) == {"approved": 300_00}
    assert chief.post(set_to, page=path, amount="400").status_code == 422
    with money.reading() as session:
        assert [row.why for row in session.scalars(sqlalchemy.select(LedgerRow))] == ["value"]
        assert len(session.scalars(sqlalchemy.select(ValueRow)).all()) == 2
    eve = money.teacher("Eve", cap=0)
    project = money.draft(eve, None, NOW)
    money.step(project, Act.SUBMIT, now=NOW)
    set_to = f"{path}/projects/{project}"
    chief.post(set_to, page=path, amount="300")
    money.step(project, Act.APPROVE, now=NOW)
    assert money.sums(eve) == {}  # nothing was left
    with money.writing() as session:
        session.scalar(sqlalchemy.select(PayRecordRow).filter_by(person_pk=eve.id)).cap = 500_00
    chief.post(set_to, page=path, amount="300")  # the same value, and there is room by now
    assert money.sums(eve) == {"approved": 300_00}


def test_a_workbook_is_read_as_well(money):
    money.teacher("Ana")
    book = workbook(Pay=[["staff number", "from", "salary"], ["ana", "2026-07-01", 62480.5]])
    assert fates(money.payroll, hand_in(money.payroll, "records", book, "a.xlsx")) == (1, 0, 0)
