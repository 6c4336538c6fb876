"""Play B 8 and 9: a year of money in one district, through its tables and pages, to the cent; and
then nothing of it is anywhere else (R24 to R27, I8 to I10, E59 to E62)."""

import csv
import io
import json
import logging
import re
from dataclasses import replace
from html import unescape

import pytest
import sqlalchemy
from mail_sink import running
from paying import SETTINGS, hand_in, moment, paying
from played import ANSWERS, COMPLETION, MET, Play
from signed_in_browsers import District
from test_pay_tables import HEADS
from test_pay_tables import hand_in as hand_in_table

from issuer.app import create_app
from issuer.database.database import Base
from issuer.home.mail_settings import Mail
from issuer.issuance.status_lists import lists
from issuer.people.roles import Role
from issuer.people.tables import PersonRow
from issuer.program import policy as policies
from issuer.program.compensation.invariants import INVARIANTS
from issuer.program.compensation.reckoning.cents import dollars
from issuer.program.compensation.tables import LedgerRow, PayRecordRow, ValueRow
from issuer.program.projects.states import Act
from issuer.program.projects.tables import TopicRow
from verifier import clock

COMPLETED = (Act.SUBMIT, Act.APPROVE, Act.ISSUE)
SALARY, WORTH = "62,481.93", "1,283.47"
"""Amounts of somebody whose project goes the whole way: no stylesheet has them."""


@pytest.fixture
def year(settings, monkeypatch, caplog):
    """A district with mail, a superintendent, payroll, and a clock to set."""
    caplog.set_level(logging.DEBUG, "issuer")
    caplog.set_level(logging.INFO, "werkzeug")
    with running() as sink:
        mail = Mail("127.0.0.1", sink.port, settings.issuer_contact, "none", "en")
        policy = replace(policies.PILOT, proposal_rubric="completion", three_sign_offs=False)
        app = create_app(replace(settings, mail=mail))
        district = District(app, app.extensions["mintmark"])
        with district.issuer.database.writing() as session:
            session.add(TopicRow(name="music"))
            policies.change(session, policy, by=None, now=moment("2026-07-02"))
        made = Year(district, monkeypatch)
        made.sink, made.log = sink, caplog
        yield made
        district.issuer.database.close()


class Year:
    """What people do in that year."""

    def __init__(self, district, monkeypatch):
        self.district, self._monkeypatch = district, monkeypatch
        self.at("2026-07-02")
        self.money = paying(district)
        self.sam = district.add("Sam Model", Role.PAYROLL)
        self.people, self.building, self.asked = {}, district.building(), 0

    def at(self, day):
        """Make it noon of a day, and sign everybody in anew."""
        self.today = moment(day)
        self._monkeypatch.setattr(clock, "now", lambda: self.today)

    @property
    def payroll(self):
        return self.money.browser(self.sam)

    @property
    def chief(self):
        return self.money.browser(self.money.chief)

    def rules(self, **changes):
        """Put the contract in force on its page."""
        path = "/pay/contract"
        assert self.chief.post(path, page=path, **(SETTINGS | changes)).status_code == 303

    def hire(self, **records):
        """Add teachers, with what a table of payroll says of them."""
        for name in records:
            self.people.setdefault(name, self.money.teacher(name))
        rows = [f"{name.lower()},{row}" for name, said in records.items() for row in said]
        payroll = self.payroll
        look = hand_in_table(payroll, "records", HEADS + "\n".join(rows))
        assert payroll.post(look, page=look).location.startswith("/pay/tables/records?")

    def offering(self, title, worth):
        """Offer something that is worth so much, as its page says."""
        offering, path = self.money.offering(title), "/pay/values"
        answer = self.chief.post(f"{path}/offerings/{offering}", page=path, amount=worth)
        assert answer.status_code == 303
        return offering

    def ask(self, name, worth, title="", *, amount=""):
        """Hand a proposal in on its page; return the project and the answer."""
        person = self.people[name]
        self.asked += 1
        offering = self.offering(title or f"Offering {self.asked}", worth)
        project = self.money.draft(person, offering, self.today)
        browser = self.money.browser(person)
        if amount:
            browser.post(f"/my-money/{project}", page="/my-money", amount=amount)
        return project, hand_in(browser, project)

    def step(self, project, *acts):
        self.money.step(project, *acts, now=self.today)

    def reads(self, name):
        """What stands on the page of her money."""
        text = self.money.browser(self.people[name]).get("/my-money").text
        return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))

    def left(self, name):
        return re.search(r"([\d,.]+) left", self.reads(name))[1]

    def run(self):
        """Lock a run and hand it out; return its address and its lines."""
        payroll, path = self.payroll, "/pay/runs"
        page = payroll.get(path).text
        digest = re.search(r'name="digest" value="(\w+)"', page)
        if digest is None:
            return None, []
        run = payroll.post(path, page=path, digest=digest[1]).location
        file = payroll.post(f"{run}/file", page=run)
        return run, list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"))))

    def confirm(self, run):
        assert self.payroll.post(f"{run}/confirm", page=run).status_code == 303


def test_a_year_of_money_and_nothing_of_it_anywhere_else(year):
    year.rules()
    year.hire(
        Ana=["2026-07-01,62480,,,,,"],
        Ben=["2026-07-01,81950,,,,,"],
        Cy=["2026-07-01,75000,,,,,"],
        Dee=["2026-07-01,74200,,,,,", "2027-01-15,76000,,,,,"],
        Fay=["2026-07-01,41000,0.5,,,,"],
        Gus=["2026-07-01,74400,,,,,"],
    )
    ana_finishes = autumn(year)
    spring(year, ana_finishes)
    first_run(year)
    next_year(year)
    withdrawn_after_it_was_paid(year)
    with year.money.reading() as session:
        assert not [breach for invariant in INVARIANTS for breach in invariant(session)]
    nothing_of_it_is_anywhere_else(year)


def autumn(year):
    """P1 and P2: what is asked for, refused at a cent too much, and not approved."""
    year.at("2026-09-10")
    first, _ = year.ask("Ana", "800.00")
    second, _ = year.ask("Ana", "600.00")
    assert year.left("Ana") == "600.00"
    assert year.left("Cy") == "2,000.00"
    _, answer = year.ask("Ben", "600.01")
    assert "asks for more than is left" in answer.text
    ben, answer = year.ask("Ben", "600.00")
    assert (answer.status_code, year.left("Ben")) == (303, "0.00")
    dee, _ = year.ask("Dee", "1,500.00")
    assert "2,000.00" in year.reads("Fay")
    year.rules(at_threshold="B", basis="annualized")
    assert year.left("Cy") == "600.00"
    assert "82,000.00" in year.reads("Fay")
    assert year.left("Fay") == "600.00"
    year.rules()
    year.at("2026-10-14")
    for project in (first, ben, dee):
        year.step(project, Act.APPROVE)
    year.step(second, Act.NOT_YET)
    year.at("2026-11-02")
    third, _ = year.ask("Ana", "900.00")
    year.at("2026-12-08")
    year.step(third, Act.APPROVE)
    for project in (first, ben, dee):
        year.step(project, *COMPLETED)
    return third


def spring(year, ana_finishes):
    """P3: Ana is told what is left; Dee's salary rose; Eve is hired during the year."""
    year.at("2027-03-02")
    assert year.left("Ana") == "300.00"
    last, answer = year.ask("Ana", "400.00")
    assert "asks for more than is left" in answer.text
    assert "Only 300.00 is left." in year.reads("Ana")
    ana = year.money.browser(year.people["Ana"])
    ana.post(f"/my-money/{last}", page="/my-money", amount="300.00")
    assert hand_in(ana, last).status_code == 303
    assert year.left("Ana") == "0.00"
    assert year.left("Dee") == "500.00"
    year.rules(as_of="application")
    assert year.left("Dee") == "0.00"
    assert year.money.sums(year.people["Dee"]) == {"earned": 1_500_00}
    year.hire(Eve=["2027-02-01,60000,,,,2027-02-01,"])
    for rule, cap in (("none", "2,000.00"), ("days", "821.92"), ("months", "833.33")):
        year.rules(mid_year_hire=rule)
        assert year.left("Eve") == cap
    year.rules()
    eve, _ = year.ask("Eve", "800.00")
    year.at("2027-05-10")
    year.step(last, Act.APPROVE)
    year.step(eve, Act.APPROVE, *COMPLETED)
    year.step(ana_finishes, *COMPLETED)
    year.late = last
    year.at("2027-06-30")
    for counts_in in ("approval", "completion"):
        year.rules(counts_in=counts_in)
        assert "Approved −300.00 Earned −1,700.00" in year.reads("Ana")


def first_run(year):
    """Four lines; the same bytes until it is confirmed; what comes meanwhile is in the next."""
    columns, heads = "/pay/columns", {"name": "Employee", "amount": "Gross", "staff_number": "ID"}
    places = {
        f"place-{name}": place for place, name in enumerate(("staff_number", "name", "amount"))
    }
    fields = {f"head-{name}": head for name, head in heads.items()} | places
    assert year.payroll.post(columns, page=columns, **fields).status_code == 303
    run, lines = year.run()
    assert [*lines[0]] == ["ID", "Employee", "Gross"]
    assert {line["ID"]: line["Gross"] for line in lines} == {
        "ana": "1700.00",
        "ben": "600.00",
        "dee": "1500.00",
        "eve": "800.00",
    }
    assert "4,600.00" in year.payroll.get(run).text
    files = {year.payroll.post(f"{run}/file", page=run).data for _ in range(2)}
    assert len(files) == 1
    assert year.run() == (None, [])
    year.step(year.late, *COMPLETED)
    another, lines = year.run()
    assert [(line["ID"], line["Gross"]) for line in lines] == [("ana", "300.00")]
    for locked in (run, another):
        year.confirm(locked)
    assert year.payroll.post(f"{run}/file", page=run).status_code == 422
    assert year.payroll.post(f"{run}/confirm", page=run).status_code == 422
    assert year.run() == (None, [])


def next_year(year):
    """A project of last year that is completed in this one; increments that took effect."""
    year.at("2027-06-30")
    for number in range(3):
        gus, _ = year.ask("Gus", "200.00", f"Gus {number}")
        year.step(gus, Act.APPROVE, *COMPLETED)
    year.at("2027-07-15")
    for tier, cap in (("A", "2,000.00"), ("B", "600.00")):
        year.rules(at_threshold=tier)
        assert "Increments since then 600.00" in year.reads("Gus")
        assert year.left("Gus") == cap
    year.rules()


def withdrawn_after_it_was_paid(year):
    """−x is a proposal: a person decides, and the ledger grows by her decision."""
    year.at("2027-09-10")
    play = Play(year.district)
    year.play, year.people["Jordan"] = play, play.teacher
    with year.money.writing() as session:
        row = session.get(PersonRow, play.teacher.id)
        row.staff_number = play.teacher.staff_number = "=jordan"
    look = hand_in_table(year.payroll, "records", HEADS + f'=jordan,2027-07-01,"{SALARY}",,,,,\n')
    payroll = year.payroll
    payroll.post(look, page=look)
    play.begin()
    assert play.hand_in(**ANSWERS).status_code == 303
    play.assign("proposal")
    play.judge(**MET)
    path, project = "/pay/values", play.project.rpartition("/")[2]
    year.chief.post(f"{path}/projects/{project}", page=path, amount=WORTH)
    play.release()
    play.add_evidence()
    assert play.hand_in(**COMPLETION).status_code == 303
    play.assign("completion")
    play.judge(**MET)
    play.release()
    year.district.deliver()
    run, lines = year.run()
    assert [line["ID"] for line in lines] == ["gus", "'=jordan"]
    assert close(year, "2026-07-01").status_code == 422
    year.confirm(run)
    assert close(year, "2027-07-01").status_code == 422
    assert close(year, "2026-07-01").status_code == 303
    with year.money.reading() as session:
        credential = session.scalar(sqlalchemy.text("SELECT public_id FROM credentials"))
    year.credential = credential
    lists.revoke(
        year.district.issuer, credential, reason="Another’s.", by="command", now=year.today
    )
    assert year.run() == (None, [])
    decisions = "/pay/decisions"
    page = year.chief.get(decisions).text
    assert f"-{WORTH}" in page
    assert "Take it back" not in year.payroll.get(decisions).text
    key = unescape(re.search(r'name="key" value="([^"]+)"', page)[1])
    assert year.chief.post(decisions, page=decisions, key=key, act="carry-out").location.endswith(
        "=1"
    )
    assert year.chief.post(decisions, page=decisions, key=key, act="carry-out").location.endswith(
        "late"
    )
    assert year.money.sums(play.teacher) == {"earned": -1_283_47, "paid": 1_283_47}
    assert "set off against" in year.payroll.get("/pay/runs").text


def close(year, first_day):
    """Close a year of the ledger, which is refused while something of it is open."""
    return year.chief.post("/pay/years", page="/pay/years", year=first_day)


def nothing_of_it_is_anywhere_else(year):
    """I10: every amount, salary and tier, in every form, in everything that is not about money."""
    sought = amounts(year)
    assert {WORTH, "1283.47", "128347", SALARY, "62481.93"} <= sought
    amount = re.compile(rf"(?<![\w,.])(?:{'|'.join(map(re.escape, sought))}|tier [AB])(?!\w)", re.I)
    for name, text in everything(year):
        assert not (match := amount.search(text)), (name, match)


def amounts(year):
    """Return every amount in the books, as pages, files and tables write it."""
    with year.money.reading() as session:
        cents = {abs(row.cents) for row in session.scalars(sqlalchemy.select(LedgerRow))}
        cents |= {row.cents for row in session.scalars(sqlalchemy.select(ValueRow))}
        cents |= {row.salary for row in session.scalars(sqlalchemy.select(PayRecordRow))}
    written = {form for sum in cents for form in (dollars(sum), f"{sum / 100:.2f}")}
    return written | {str(sum) for sum in cents if sum % 100}


def everything(year):
    """Yield what the district holds, shows and sends, by name: all but the pages about money."""
    yield from rows_of_other_rooms(year)
    yield from published(year)
    yield "log", year.log.text
    for mail in year.sink.mails:
        parts = [part for part in mail.walk() if part.get_content_maintype() == "text"]
        yield str(mail["Subject"]), str(mail.items()) + "".join(p.get_content() for p in parts)
    for role in {None, *Role} - {Role.DEPUTY}:  # who sees what the superintendent sees
        yield from pages(year, role)


def rows_of_other_rooms(year):
    """The whole database but the tables of compensation: events, audit log, outbox, credentials."""
    with year.money.reading() as session:
        for table in Base.metadata.sorted_tables:
            if not table.name.startswith("pay_"):
                for number, row in enumerate(session.execute(table.select()).mappings()):
                    yield f"{table.name} {number}", " ".join(map(_text, row.values()))


def published(year):
    home = year.district.issuer.settings.home
    for file in home.rglob("*"):
        if file.is_file() and "sqlite" not in file.name:
            yield str(file), file.read_bytes().decode("utf-8", "replace")


def _text(value):
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def pages(year, role):
    """Crawl from the front page as somebody in a role, or as nobody: every link of this site."""
    district = year.district
    person = role and district.add(f"Another {role}", role, building=year.building)
    browser = district.browser(person)
    left, known = ["/", f"/credentials/{year.credential}.html"], set()
    while left:
        path = left.pop()
        if path in known or re.match(r"/(pay|my-money|verify|sign-out|kept)\b", path):
            continue
        known.add(path)
        with browser.get(path) as answer:
            text = answer.get_data().decode("utf-8", "replace")
        yield f"{role} {path}", text
        left += [unescape(link) for link in re.findall(r'(?:href|src)="(/[^"#]*)', text)]
