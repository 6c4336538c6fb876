"""A district's year: 142 proposals, who judges them, one release, a second try, and what it is
worth (play B, 1-9).

Chromium, gunicorn by a clock that is turned, a mail server and a verifier. Most proposals and
reviews come by the product's own functions (`year_of_a_district`), some through pages. Everybody
is signed in in the database: the pilot's play has the ways in.
"""

import json
import logging
import re
import signal
import threading
import time
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import school as schools
import year_of_a_district as year
from money_of_a_year import MoneyOfAYear, b8_money, b9_nothing_of_it_is_anywhere_else
from playwright.sync_api import Page
from program_verbs import completes, judges, plans, press, releases
from school import picture, verdict
from sqlalchemy import select
from world import Issuer, World

from issuer.home.issuer import opened
from issuer.home.settings import load
from issuer.people import register, roles
from issuer.people.roles import Role
from issuer.people.tables import PersonRow
from issuer.program.evaluation.tables import AssignmentRow, ProjectDecisionRow
from issuer.program.projects.submission import Findings
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.windows.tables import WindowRow
from issuer.program.windows.window import Purpose
from verifier.public_keys import multikey

CHIEF = "pat@school.example"
WINDOWS = {
    "P1": ("proposal", "2026-08-31T00:00", "2026-09-14T00:00", "08-31T05:00", "09-14T05:00", 336),
    "P2": ("proposal", "2026-10-26T00:00", "2026-11-09T00:00", "10-26T05:00", "11-09T06:00", 337),
    "P3": ("proposal", "2027-03-01T00:00", "2027-03-15T00:00", "03-01T06:00", "03-15T05:00", 335),
    "C1": ("completion", "2026-11-30T00:00", "2026-12-14T00:00", "11-30T06:00", "12-14T06:00", 336),
    "C2": ("completion", "2027-01-18T00:00", "2027-02-01T00:00", "01-18T06:00", "02-01T06:00", 336),
    "C3": ("completion", "2027-05-03T00:00", "2027-05-17T00:00", "05-03T05:00", "05-17T05:00", 336),
}
"""For what, opens and closes as the district writes it, both in UTC, and the hours between."""
CLOSES = datetime(2026, 11, 9, 6, tzinfo=UTC)
"""P2."""
NOT_YET = {year.title(number): "needs" for number in range(60, 72)}
FILM = b"\0\0\0\x1cftypisom\0\0\2\0isomiso2avc1mp41"
PLAN = """() => [...document.querySelectorAll("tbody tr")].map((row) => [
  row.cells[0].querySelector("a").innerText, row.cells[2].querySelector("bdi").innerText,
  row.cells[3].innerText])"""


class Year:
    """The district, its superintendent's browser, and those of others as they are needed."""

    def __init__(self, district, chromium):
        self.district, self.url, self.chromium = district, district.url, chromium
        with self.writing() as session:
            now = district.now()
            chief = register.add(session, "Pat Superintendent", now=now)
            register.add_address(session, chief, CHIEF, verified_at=now)
            roles.grant(session, chief, Role.SUPERINTENDENT, first_day=now.date(), now=now)
            year.fields(session)
            year.fill(session, now)
        self.chief = district.signed_in(chromium, CHIEF)

    @contextmanager
    def writing(self):
        """A session for writing, beside the server."""
        with opened(load(self.district.home)) as issuer, issuer.database.writing() as session:
            yield session

    def on(self, day: str) -> datetime:
        """Let it be noon of a day in UTC, or a moment of it; the superintendent signs in anew."""
        moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
        self.district.turn_to(moment)
        self.district.sign_in(self.chief, CHIEF)
        return moment

    def at(self, address: str) -> Page:
        return self.district.signed_in(self.chromium, address)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.plays)])
def district(request, tmp_path, sink):
    """A district in Chicago's time whose server runs, on SQLite or on PostgreSQL."""
    postgresql = request.param == "postgresql"
    url = request.getfixturevalue("postgresql_url") if postgresql else None
    begins = datetime(2026, 8, 1, 12, tzinfo=UTC)
    school = schools.build(tmp_path, sink, url, stands_at=begins, timezone="America/Chicago")
    with schools.open_at(school):
        yield school


@pytest.fixture
def played(district, chromium):
    return Year(district, chromium)


def b0_the_year_is_set_up(played: Year) -> None:
    page = played.chief
    page.goto(f"{played.url}/program/setup?as=district")
    press(page, "Put these choices in force")
    for name, (purpose, opens, closes, *_) in WINDOWS.items():
        window_form(page, name, purpose, opens, closes)
    with played.writing() as session:
        for row in session.scalars(select(WindowRow)):
            *_, opens, closes, hours = WINDOWS[row.name]
            assert f"{row.opens:%m-%dT%H:%M} {row.closes:%m-%dT%H:%M}" == f"{opens} {closes}"
            assert (row.closes - row.opens) == timedelta(hours=hours)
    window_form(page, "no such hour", "proposal", "2027-03-14T02:30", "2027-03-15T00:00")
    assert "Nothing was changed:" in page.get_by_role("alert").inner_text()
    window_form(page, "twice", "proposal", "2026-11-01T01:30", "2026-11-02T00:00")
    assert page.get_by_label("Where clocks show it twice").count() == 1


def window_form(page: Page, name: str, purpose: str, opens: str, closes: str) -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.locator("#purpose").select_option(purpose)
    page.locator("#opens").fill(opens)
    page.locator("#closes").fill(closes)
    press(page, "Plan it")


def b1_142_come_in_and_one_is_late(played: Year) -> None:
    """140 by the product's functions, one at the last moment and one late by a page."""
    with played.writing() as session:
        for number in range(year.TEACHERS):
            now = CLOSES - timedelta(days=3, minutes=number)
            project = year.draft(session, number, now)
            if number < 141:
                year.hand_in(session, project, now)
    for number, moment, words in (
        (141, CLOSES - timedelta(milliseconds=100), "Handed in."),
        (142, CLOSES, "No window is open now. Your text is safe and waits for the next one."),
    ):
        played.district.turn_to(moment - timedelta(minutes=1))
        page = played.at(year.teacher(number))
        page.goto(f"{played.url}/projects")
        page.get_by_role("link", name=year.title(number)).click()
        page.get_by_role("button", name="Hand in the proposal").wait_for()
        played.district.turn_to(moment)
        press(page, "Hand in the proposal")
        page.get_by_text(words).first.wait_for()
    assert page.locator("#plan").input_value() == year.proposal(142)["plan"]
    with played.writing() as session:
        assert len(session.scalars(select(VersionRow)).all()) == 142


def loads(page: Page, url: str, least: int, greatest: int) -> tuple[Counter, int]:
    """How many evaluators have how many requests in a plan, and how many are out of field."""
    page.goto(f"{url}/program/assignments/proposal?least={least}&greatest={greatest}")
    rows = page.evaluate(PLAN)
    outside = sum(why == "outside the field" for *_, why in rows)
    return Counter(Counter(who for _, who, _ in rows).values()), outside


def b2_who_judges_what(played: Year) -> None:
    played.on("2026-11-10T12:00")
    page = played.chief
    page.goto(f"{played.url}/program/setup")
    page.locator("#proposal_judges").fill("2")
    press(page, "Put these choices in force")
    assert loads(page, played.url, 18, 19)[0] == {19: 14, 18: 1}
    page.goto(f"{played.url}/program/setup")
    page.locator("#proposal_judges").fill("1")
    press(page, "Put these choices in force")
    nobody_knows = sum(number % len(year.FIELDS) == 4 for number in range(142))
    assert loads(page, played.url, 0, 142)[1] == nobody_knows
    shape, outside = loads(page, played.url, 9, 10)
    assert shape == {9: 8, 10: 7}
    page.locator("thead").scroll_into_view_if_needed()
    page.mouse.wheel(0, 400)
    picture(page, "program-plan")
    assert outside >= nobody_knows
    press(page, "Put this plan in force")
    page.get_by_text("The plan is in force.").wait_for()
    for number in (50, 51, 52):
        row = page.get_by_role("row").filter(has_text=year.title(number))
        other = row.locator("option", has_text="Evan Oak14").or_(
            row.locator("option", has_text="Evan Oak13")
        )
        row.locator("select").select_option(other.first.get_attribute("value"))
        row.get_by_role("button", name="Move").click()
        page.get_by_text("Moved. It stays so").wait_for()
    plans(page, played.url, "proposal")
    assert page.get_by_text("in force, by hand").count() == 3
    with played.writing() as session:
        pairs = select(ProjectRow.person_pk, AssignmentRow.evaluator_pk)
        pairs_in_all = session.execute(
            pairs.join(VersionRow, VersionRow.project_pk == ProjectRow.id)
            .join(AssignmentRow, AssignmentRow.version_pk == VersionRow.id)
            .where(AssignmentRow.ended_at.is_(None))
        ).all()
        assert len(pairs_in_all) == 142
        one, other = (year.person(session, address).id for address in year.related())
        leader = year.person(session, year.evaluator(1)).id
        led = {year.person(session, year.teacher(number)).id for number in range(30, 40)}
        assert not [pair for pair in pairs_in_all if pair[0] == pair[1]]
        assert (one, other) not in pairs_in_all
        assert not [pair for pair in pairs_in_all if pair[1] == leader and pair[0] in led]


def crawl(page: Page, url: str, *, own: str) -> int:
    """Open all that leads from an evaluator's pages; no other teacher is found. Return how many
    pages it were."""
    hidden = re.compile(rf"tulip(?!{own})\d\d\d", re.IGNORECASE)
    paths, seen = ["/judging"], set()
    while paths:
        path = paths.pop()
        seen.add(path)
        answer = page.request.get(url + path)
        text = answer.body().decode("utf-8", "replace")
        assert not hidden.search(text + str(answer.headers)), path
        links = re.findall(r'(?:href|src)="(/[^"#]*)', text)
        paths += {link for link in links if not link.startswith("/static")} - seen - {*paths}
    return len([path for path in seen if path.startswith(("/judging/", "/evidence/"))])


def b3_names_are_hidden(played: Year) -> None:
    page = played.at(year.evaluator(2))
    assert crawl(page, played.url, own="002") in (9, 10)


def b4_142_decisions_in_one_release(played: Year) -> None:
    moment = played.on("2026-11-20T12:00")
    with played.writing() as session:
        year.judge(session, Purpose.PROPOSAL, NOT_YET, moment)
    released, sink = threading.Event(), played.district.sink

    def kill_at_the_sixtieth() -> None:
        if len(decisions_mailed(played)) == 60:
            released.wait(60)
            played.district.stop(signal.SIGKILL)

    sink.before_answer = kill_at_the_sixtieth
    played.chief.goto(f"{played.url}/program/decisions")
    picture(played.chief, "program-release")
    releases(played.chief, played.url)
    released.set()
    with played.writing() as session:
        outcomes = Counter(session.scalars(select(ProjectDecisionRow.outcome)))
    assert outcomes == {"approved": 130, "not_yet": 12}
    for _ in range(2400):
        if played.district.server is None:
            break
        time.sleep(0.05)
    assert played.district.server is None
    sink.before_answer = lambda: None
    played.district.turn_to(moment + timedelta(minutes=15))
    played.district.start()
    for _ in range(600):
        if len(mails := decisions_mailed(played)) == 143:
            break
        time.sleep(0.1)
    assert (len(mails), len(set(mails))) == (143, 142)


def decisions_mailed(played: Year) -> list[str]:
    """The Message-ID of each mail that told a decision about a proposal."""
    mails = played.district.sink.mails
    return [
        mail["Message-ID"]
        for mail in mails
        if mail["Subject"].startswith(("Approved:", "Not yet:"))
    ]


def b5_a_partners_badge_counts(played: Year) -> None:
    """A partner with a key of its own signs; nothing has to be asked for to verify it."""
    played.on("2026-11-25T12:00")
    badge, issuer = partners_badge(year.teacher(5))
    page = played.chief
    page.goto(f"{played.url}/program/partners")
    page.locator("#name").fill("Sample Learning")
    page.locator("#issuer").fill(issuer)
    press(page, "List it")
    page = played.at(year.teacher(5))
    page.goto(f"{played.url}/projects")
    page.get_by_role("link", name=year.title(5)).click()
    page.get_by_role("link", name="Badges of partners").click()
    file = {"name": "badge.json", "mimeType": "application/json", "buffer": badge}
    page.locator("#file").set_input_files(file)
    press(page, "Add the badge")
    page.get_by_text("Saved.").wait_for()
    for _ in range(100):
        page.goto(page.url.partition("?")[0])
        if page.get_by_text("It counts: it is verified").count():
            return
        time.sleep(0.3)
    raise AssertionError(page.locator("main").inner_text())


def partners_badge(address: str) -> tuple[bytes, str]:
    """A badge that a partner gave to this address, and who the partner is."""
    partner = Issuer("")
    key = multikey.encode(partner.proof_key.public_key())
    partner.did = f"did:key:{key}"
    badge = World().badge(issuer={"id": partner.did, "type": ["Profile"], "name": "Sample"})
    del badge["credentialStatus"]
    named = {"type": "IdentityObject", "hashed": False, "identityType": "emailAddress"}
    badge["credentialSubject"]["identifier"] = [{**named, "identityHash": address}]
    signed = partner.sign(badge, verificationMethod=f"{partner.did}#{key}")
    return json.dumps(signed).encode(), partner.did


FILE = {"name": "Their words", "genre": "student reflection", "sha256": "ab" * 32}
COMPLETION = {
    "began": "2026-11-21",
    "ended": "2026-12-09",
    "learning": "Two books.",
    "students_learning": "Counted each week.",
    "student_work": "Thirty drawings.",
    "reflection": "Shorter steps next time.",
}


def b6_a_second_try(played: Year) -> None:
    """Three complete by the product's functions, and teacher 5 through pages, in two tries."""
    moment = played.on("2026-12-10T12:00")
    with played.writing() as session:
        for number in (6, 7, 8):
            project = session.scalar(
                select(ProjectRow).where(
                    ProjectRow.person_pk == year.person(session, year.teacher(number)).id
                )
            )
            project.completion = COMPLETION
            year.hand_in(session, project, moment, [lambda *_: Findings(artifacts=[FILE])])
    page = played.at(year.teacher(5))
    page.goto(f"{played.url}/projects")
    page.get_by_role("link", name=year.title(5)).click()
    page.get_by_role("link", name="Evidence").first.wait_for()
    project = page.url.partition("?")[0]
    adds_a_film(page, project, "tulip005-first.mp4")
    completes(page, project, **COMPLETION)
    page.get_by_text("You will hear by January 12, 2027.").wait_for()
    played.on("2026-12-15T12:00")
    plans(played.chief, played.url, "completion")
    first = judges_of(played, 5)
    address = address_of(played, min(first))
    judge = played.at(address)
    judge.goto(f"{played.url}/judging")
    judge.get_by_role("link", name=year.title(5), exact=True).click()
    judge.get_by_text("the teacher is to hear by January 12, 2027").wait_for()
    own = re.search(r"\d+", address)[0].zfill(3)
    assert crawl(judge, played.url, own=own) >= 2
    comment = "One more group, please, in their own words."
    criterion = "Student work and reflections"
    judge.set_viewport_size({"width": 390, "height": 760})
    reasons = {"not_yet": (criterion, comment), "seen_as": "evaluate-phone"}
    judges(judge, played.url, year.title(5), **reasons)
    with played.writing() as session:
        year.judge(session, Purpose.COMPLETION, {year.title(5): "work"}, played.district.now())
    played.on("2027-01-10T12:00")
    releases(played.chief, played.url)

    played.on("2027-01-20T12:00")
    played.district.sign_in(page, year.teacher(5))
    page.goto(project)
    page.get_by_text(comment).wait_for()
    picture(page, "earn-not-yet")
    adds_a_film(page, project, "tulip005-second.mp4")
    assert page.get_by_text("tulip005-first.mp4").count() == 1
    completes(page, project, student_work="Two groups, in their own words.")
    played.on("2027-02-02T12:00")
    plans(played.chief, played.url, "completion")
    assert judges_of(played, 5) == first
    with played.writing() as session:
        year.judge(session, Purpose.COMPLETION, {}, played.district.now())
    releases(played.chief, played.url)


def adds_a_film(page: Page, project: str, name: str) -> None:
    page.goto(f"{project}/evidence")
    file = {"name": name, "mimeType": "video/mp4", "buffer": FILM + name.encode()}
    page.locator("#file").set_input_files(file)
    card = page.get_by_role("region").filter(has_text=name)
    card.get_by_label("No student is seen or heard").check()
    card.get_by_label("No consent is needed").check()
    card.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()


def judges_of(played: Year, number: int) -> set[int]:
    """Who judges the newest completion of a teacher."""
    with played.writing() as session:
        teacher = year.person(session, year.teacher(number)).id
        versions = select(VersionRow).join(ProjectRow).where(ProjectRow.person_pk == teacher)
        newest = session.scalars(
            versions.where(VersionRow.purpose == Purpose.COMPLETION).order_by(VersionRow.id.desc())
        ).first()
        rows = select(AssignmentRow.evaluator_pk).where(AssignmentRow.version_pk == newest.id)
        return set(session.scalars(rows.where(AssignmentRow.ended_at.is_(None))))


def address_of(played: Year, evaluator: int) -> str:
    """The address of an evaluator with this key."""
    with played.writing() as session:
        return session.get_one(PersonRow, evaluator).addresses[0].address


CRITERIA = (
    "Teacher’s learning",
    "Students’ learning",
    "Student work and reflections",
    "Teacher’s reflection",
)


def b7_the_verifier_says_what_was_met(played: Year) -> None:
    """The whole credential has a result for each criterion, and no word of tries or money."""
    for number in (5, 6, 7, 8):
        own_page = played.district.mailed(year.teacher(number), r"http://\S+/manage/[\w-]+")
        report = verdict(f"{own_page}/json", 0, by=played.district.clock)
        met = re.findall(r"^  (.+?): +Met$", report, re.MULTILINE)
        assert sorted(met) == sorted(CRITERIA)
        assert not re.search(r"\$|attempt|not yet", report, re.IGNORECASE)


def test_a_year_of_a_district(played, monkeypatch, caplog):
    b0_the_year_is_set_up(played)
    b1_142_come_in_and_one_is_late(played)
    b2_who_judges_what(played)
    b3_names_are_hidden(played)
    b4_142_decisions_in_one_release(played)
    b5_a_partners_badge_counts(played)
    b6_a_second_try(played)
    b7_the_verifier_says_what_was_met(played)
    assert played.district.command("program", "check") == "the program is sound\n"
    played.district.stop()
    caplog.set_level(logging.DEBUG, "issuer")
    caplog.set_level(logging.INFO, "werkzeug")
    settings = load(played.district.home)
    year_of_money = MoneyOfAYear(settings, played.district.sink, monkeypatch, caplog)
    b8_money(year_of_money)
    b9_nothing_of_it_is_anywhere_else(year_of_money)
    year_of_money.district.issuer.database.close()
