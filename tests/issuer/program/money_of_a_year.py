"""Play B 8 and 9, in the district that has played its year: money in tables and on pages, to the
cent; and then nothing of it is anywhere else (R24 to R27, I8 to I10, E59 to E61).

The pages are the application's own, without a server between; the clock stands where a day is set.
"""

import csv
import io
import json
import re
import zipfile
from collections import Counter
from html import unescape

import year_of_a_district as year_before
from paying import SETTINGS, Paying, hand_in, moment
from signed_in_browsers import District
from sqlalchemy import select
from test_pay_tables import HEADS
from test_pay_tables import hand_in as hand_in_table
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from issuer.app import create_app
from issuer.database.database import Base
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow
from issuer.issuance.status_lists import lists
from issuer.people.roles import Role
from issuer.people.tables import BuildingRow, PersonRow
from issuer.program.compensation.invariants import INVARIANTS
from issuer.program.compensation.reckoning.cents import dollars, plain
from issuer.program.compensation.tables import LedgerRow, PayRecordRow, ValueRow
from issuer.program.evaluation.approval import approval_id
from issuer.program.projects.states import Act
from issuer.program.projects.tables import ProjectRow
from verifier import clock

COMPLETED = (Act.SUBMIT, Act.APPROVE, Act.ISSUE)
SALARY, WORTH = "62,481.93", "1,283.47"
"""Amounts of somebody who earned her credential in this year: no stylesheet has them."""
MANY = 1000
"""So many rows, files and pages are looked at, at the least."""
MOST_ALIKE = 3
"""So many pages of one kind are read, beside all those of whom the money is."""


class MoneyOfAYear:
    """What people do about money in a district whose year was played before."""

    def __init__(self, settings, sink, monkeypatch, caplog):
        app = create_app(settings)
        self.district = District(app, app.extensions["mintmark"])
        self.sink, self.log, self._monkeypatch = sink, caplog, monkeypatch
        self.at("2026-08-02")
        with self.district.issuer.database.reading() as session:
            chief = session.scalar(select(PersonRow).where(PersonRow.name.startswith("Pat ")))
            self.building = session.scalar(select(BuildingRow))
            self.earner = year_before.person(session, year_before.teacher(6))
            own = select(ProjectRow).where(ProjectRow.person_pk == self.earner.id)
            self.project = session.scalar(own)
            approval = ApprovalRow.approval_id == approval_id(self.project)
            self.credential = session.scalar(
                select(CredentialRow.public_id).join(ApprovalRow).where(approval)
            )
        self.money = Paying(self.district, chief)
        self.sam = self.district.add("Sam Model", Role.PAYROLL)
        self.people, self.asked = {}, 0

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
        rows = [f"{name.lower()},{row}" for name, lines in records.items() for row in lines]
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


def b8_money(year):
    """All that the table of play B 8 says."""
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
    year.gus = [year.ask("Gus", "200.00", f"Gus {number}")[0] for number in range(3)]
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
    year.confirm(run)  # the button is pressed twice
    assert year.run() == (None, [])


def next_year(year):
    """A project of last year that is completed in this one; increments that took effect."""
    year.at("2027-06-30")
    for project in year.gus:
        year.step(project, Act.APPROVE, *COMPLETED)
    year.at("2027-07-15")
    for tier, cap in (("A", "2,000.00"), ("B", "600.00")):
        year.rules(at_threshold=tier)
        assert "Increments since then 600.00" in year.reads("Gus")
        assert year.left("Gus") == cap
    year.rules()


def withdrawn_after_it_was_paid(year):
    """−x is a proposal: a person decides, and the ledger grows by her decision."""
    year.at("2027-09-10")
    with year.money.writing() as session:
        session.get_one(PersonRow, year.earner.id).staff_number = "=six"
    payroll = year.payroll
    look = hand_in_table(payroll, "records", HEADS + f'=six,2027-07-01,"{SALARY}",,,,,\n')
    payroll.post(look, page=look)
    path = "/pay/values"
    year.chief.post(f"{path}/projects/{year.project.public_id}", page=path, amount=WORTH)
    run, lines = year.run()
    assert [line["ID"] for line in lines] == ["gus", "'=six"]
    assert close(year, "2026-07-01").status_code == 422
    year.confirm(run)
    assert close(year, "2027-07-01").status_code == 422
    for _ in range(2):  # the button is pressed twice
        assert close(year, "2026-07-01").status_code == 303
    issuer, why = year.district.issuer, "It was another’s."
    lists.revoke(issuer, year.credential, reason=why, by="command", now=year.today)
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
    assert year.money.sums(year.earner) == {"earned": -1_283_47, "paid": 1_283_47}
    assert "set off against" in year.payroll.get("/pay/runs").text


def close(year, first_day):
    """Close a year of the ledger, which is refused while something of it is open."""
    return year.chief.post("/pay/years", page="/pay/years", year=first_day)


def b9_nothing_of_it_is_anywhere_else(year):
    """I10: every amount, salary and tier, in every form, in everything that is not about money."""
    sought = amounts(year)
    assert {WORTH, "1283.47", "128347", SALARY, "62481.93"} <= sought
    amount = re.compile(rf"(?<![\w,.])(?:{'|'.join(map(re.escape, sought))}|tier [AB])(?!\w)", re.I)
    assert amount.search(year.reads("Ana"))
    names = set()
    for name, text in everything(year):
        assert not (match := amount.search(text)), (name, match)
        names.add(name)
    assert len(names) > MANY


def amounts(year):
    """Return every amount in the books, as pages, files and tables write it."""
    with year.money.reading() as session:
        cents = {abs(row.cents) for row in session.scalars(select(LedgerRow))}
        cents |= {row.cents for row in session.scalars(select(ValueRow))}
        cents |= {row.salary for row in session.scalars(select(PayRecordRow))}
    written = {form for sum in cents for form in (dollars(sum), plain(sum))}
    return written | {str(sum) for sum in cents if sum % 100}


def everything(year):
    """Yield what the district holds, shows and sends, by name: all but the pages about money."""
    yield from rows_of_other_rooms(year)
    yield from published(year)
    yield from own_data(year)
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
        if file.is_file() and "sqlite" not in file.name and "exports" not in file.parts:
            yield str(file), file.read_bytes().decode("utf-8", "replace")


def own_data(year):
    """*My data* of who has money, but for its own part on money, and of others."""
    other = year_before.teacher(5)
    with year.money.reading() as session:
        people = [year.people["Ana"], year.earner, year_before.person(session, other)]
    for person in people:
        browser = year.money.browser(person)
        browser.post("/my-data")
        link = re.search(r'href="(/my-data/[\w-]+)"', browser.get("/my-data").text)[1]
        with browser.get(link) as answer, zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
            own = json.loads(archive.read("my-data.json"))
            assert not re.search(b"<dt>[a-z]", archive.read("my-data.html"))
            assert ("money" in own) == (person is not people[-1])
            own.pop("money", None)
            yield f"data of {person.name}", json.dumps(own)
            for name in set(archive.namelist()) - {
                "my-data.json",
                "my-data.html",
            }:  # the same twice
                yield f"{name} of {person.name}", archive.read(name).decode("utf-8", "replace")


def _text(value):
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def pages(year, role):
    """Crawl from the front page as somebody in a role, or as nobody: every page about whoever has
    money, and some of each other kind."""
    district = year.district
    person = role and district.add(f"Another {role}", role, building=year.building)
    browser, addresses = district.browser(person), district.app.url_map.bind("localhost")
    whose = [*year.people.values(), year.earner, year.project]
    about = re.compile("|".join([*(row.public_id for row in whose), year.credential]))
    left, counts = ["/", f"/credentials/{year.credential}.html"], Counter()
    known = {*left}
    while left:
        path = left.pop()
        if re.match(r"/(pay|my-money|verify|sign-out|kept)\b", path):
            continue
        with browser.get(path) as answer:
            text = answer.get_data().decode("utf-8", "replace")
        yield f"{role} {path}", text
        for link in map(unescape, re.findall(r'(?:href|src)="(/[^"#]*)', text)):
            kind = kind_of(addresses, link)
            if link not in known and (about.search(link) or counts[kind] < MOST_ALIKE):
                counts[kind] += 1
                known.add(link)
                left.append(link)


def kind_of(addresses, link):
    """Return what a page is, whichever object it shows."""
    try:
        return addresses.match(link.partition("?")[0])[0]
    except (NotFound, RequestRedirect, MethodNotAllowed):
        return link
