"""What is offered (R20, R21), and one window: moved, and opened for one person (E3, E6, E8)."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from issuer.catalog import versions
from issuer.issuance import approve
from issuer.issuance.approval import from_data
from issuer.issuance.cycle import issue
from issuer.people.roles import Role
from issuer.program import policy as policies
from issuer.program.evaluation.approval import approval_id
from issuer.program.partner_badges import partners
from issuer.program.projects import drafts
from issuer.program.projects.states import State
from issuer.program.projects.tables import OfferingRow, VersionRow
from issuer.program.windows.tables import WindowRow
from verifier import clock

FORM = {
    "source": "district",
    "achievement": "rhythms",
    "about": "Ten weeks of rhythm.",
    "topic": "music",
    "goal": "Each student reads eight bars.",
}
CHICAGO = ZoneInfo("America/Chicago")


@pytest.fixture
def chief(district):
    return district.browser(district.add("Pat Model", Role.SUPERINTENDENT))


def begin_with_it(district, browser):
    page = browser.get("/projects").text
    offered = re.search(r'name="offering" value="([\w-]+)"', page)[1]
    return browser.get(browser.post("/projects", page="/projects", offering=offered).location).text


def test_r20_an_offering_fills_in_a_proposal(district, chief):
    path = "/program/offerings"
    refused = chief.post(path, page=path, **{**FORM, "source": "partner", "partner": "Prairie"})
    assert "Choose the partner whose it is" in refused.text
    with district.issuer.database.writing() as session:
        for name in ("Prairie", "Meadow"):
            partners.add(session, name, f"did:web:{name.lower()}.example", now=clock.now())
    for source, name in (("district", ""), ("partner", "Prairie"), ("partner", "Meadow")):
        fields = {**FORM, "source": source, "partner": name}
        assert chief.post(path, page=path, **fields).status_code == 303
    partners_of_it = re.findall("Of a partner: <bdi>(.+?)</bdi>", chief.get(path).text)
    assert sorted(partners_of_it) == ["Meadow", "Prairie"]
    teacher = district.browser(district.add("Jordan Example", Role.TEACHER))
    assert teacher.get("/projects").text.count("of Prairie") == 1
    page = begin_with_it(district, teacher)
    assert FORM["goal"] in page
    mine = teacher.get("/projects").text
    assert "It is your turn: write your proposal, and hand it in." in mine
    begins = [
        who.get("/achievements/rhythms/1.html").text.count("Begin it")
        for who in (teacher, district.browser())
    ]
    assert begins == [3, 0]
    assert '<option value="music" selected>' in page
    with district.issuer.database.writing() as session:
        versions.retire(session, "rhythms", now=clock.now())
    assert "Ten weeks of rhythm." not in teacher.get("/projects").text
    assert "See what you can begin" in teacher.get("/achievements/rhythms/1.html").text
    setup = chief.get("/program/offerings").text
    assert "Nobody can begin with it" in setup
    assert 'value="rhythms"' not in setup
    refused = chief.post("/program/offerings", page="/program/offerings", **FORM)
    assert (refused.status_code, "It is no longer offered" in refused.text) == (422, True)
    with district.issuer.database.writing() as session:
        versions.offer_again(session, "rhythms")
    assert "Ten weeks of rhythm." in teacher.get("/projects").text
    for other in (1, 2, 3, 99):
        path = f"/program/offerings/{other}/retire"
        assert chief.post(path, page="/program/offerings").status_code == 303
    assert "Ten weeks of rhythm." not in teacher.get("/projects").text


def test_an_offering_that_is_not_taken_names_the_field_and_stays_typed(chief):
    wrong = (
        ("achievement", "x"),
        ("topic", "alchemy"),
        ("about", " "),
        ("title", "x" * 201),
        ("plan", "x" * 10_001),
    )
    for field, value in wrong:
        fields = {**FORM, field: value}
        answer = chief.post("/program/offerings", page="/program/offerings", **fields)
        assert answer.status_code == 422
        assert f'id="{field}-error"' in answer.text
        assert FORM["goal"] in answer.text


def earned(district, teacher):
    """A project of a teacher's own idea, with its credential."""
    issuer, now = district.issuer, clock.now()
    with issuer.database.writing() as session:
        project = drafts.begin(session, session.merge(teacher), None, now=now)
        project.proposal = {"title": "Rhythm by composing", "skill": "Rhythm.", "goal": "Bars."}
        project.state, project.topic_pk = State.ISSUED, 1
        data = {
            "approval_id": approval_id(project),
            "achievement": {
                "name": "Rhythm by composing",
                "description": "d",
                "criteria": "c",
                "rubric": {"id": "completion", "version": 1},
            },
            "recipient": {"name": teacher.name, "emails": ["j@school.example"]},
            "narrative": {"skill": "s", "goal": "g", "measured_outcome": "m"},
            "levels": {"learning": "met", "work": "met"},
            "approved_at": "2026-05-15T15:00:00Z",
        }
        key, _ = approve(session, issuer, from_data(data), source="program", now=now)
        public_id = project.public_id
    assert list(issue(issuer, [key], now=now)) == []
    return public_id


def test_what_was_earned_is_offered_in_two_clicks_led_by_its_teacher(district, chief):
    teacher = district.add("Jordan Example", Role.TEACHER)
    project = earned(district, teacher)
    steer = chief.get(f"/projects/{project}/steer").text
    form = re.search(r'href="(/projects/\S+/offer)"', steer)[1]
    page = chief.get(form).text
    fields = {"title": "Rhythm by composing", "about": "Rhythm.", "topic": "music", "goal": "Bars."}
    for text in fields.values():
        assert text in page
    assert chief.post(form, page=form, **fields).status_code == 303
    other = district.browser(district.add("Robin Example", Role.TEACHER))
    assert "led by" in other.get("/projects").text
    assert "Bars." in begin_with_it(district, other)
    with district.issuer.database.reading() as session:
        offering = session.scalars(select(OfferingRow)).one()
        assert (offering.led_by, offering.source) == (teacher.id, "own")
        assert offering.achievement_id.startswith("own-")


def test_what_was_not_earned_is_not_offered(district, chief):
    teacher = district.add("Jordan Example", Role.TEACHER)
    with district.issuer.database.writing() as session:
        project = drafts.begin(session, session.merge(teacher), None, now=clock.now()).public_id
    answer = chief.post(f"/projects/{project}/offer", page=f"/projects/{project}/offer", **FORM)
    assert answer.status_code == 422
    assert "Only what was earned" in answer.text


@pytest.fixture
def window(district):
    """A proposal window in Chicago, with one proposal in it."""
    now = datetime(2026, 10, 30, 12, tzinfo=UTC)
    teacher = district.add("Jordan Example", Role.TEACHER, address="j@school.example")
    with district.issuer.database.writing() as session:
        policies.change(
            session, replace(policies.current(session), rolling=False), by=None, now=now
        )
        row = WindowRow(
            name="P2",
            purpose="proposal",
            opens=datetime(2026, 10, 26, tzinfo=CHICAGO),
            closes=datetime(2026, 11, 9, tzinfo=CHICAGO),
            zone=CHICAGO.key,
            days_to_decide=30,
            created_at=now,
        )
        project = drafts.begin(session, session.merge(teacher), None, now=now)
        version = {"purpose": "proposal", "number": 1, "answers": {}, "artifacts": {"files": []}}
        session.add(
            VersionRow(project=project, window=row, rubric_version_id=1, received_at=now, **version)
        )
    return f"/program/windows/{row.id}"


def test_e8_a_window_is_moved_as_long_as_it_keeps_what_it_took(chief, window):
    for opens, closes, status in (
        ("2026-10-31T00:00", "2026-11-14T00:00", 422),
        ("2026-10-26T00:00", "2026-10-29T00:00", 422),
        ("2026-11-01T01:30", "2026-11-14T00:00", 422),
        ("soon", "2026-11-14T00:00", 422),
        ("2026-10-27T00:00", "2026-11-14T00:00", 303),
    ):
        answer = chief.post(window, page=window, opens=opens, closes=closes)
        assert answer.status_code == status, opens
    assert 'value="2026-11-14T00:00"' in chief.get(window).text
    assert "The district’s time zone was changed" in chief.get("/program/setup").text  # E3


def test_e6_one_person_is_let_in_late_and_nobody_else(district, chief, window):
    let_in = f"{window}/exceptions"
    for address, until, status in (
        ("x@nowhere.example", "2026-11-12T00:00", 422),
        ("j@school.example", "2026-11-01T00:00", 422),
        ("j@school.example", "2026-11-12T00:00", 303),
    ):
        answer = chief.post(let_in, page=window, address=address, until=until)
        assert answer.status_code == status
    assert "Jordan Example" in chief.get(window).text
    late = datetime(2026, 11, 11, 12, tzinfo=UTC)
    with district.issuer.database.writing() as session:
        row, version = session.query(WindowRow).one(), session.query(VersionRow).one()
        person = version.project.person_pk
        assert row.window.takes(late, person)
        assert not row.window.takes(late, person + 1)
        version.received_at = late
    end = f"{let_in}/{person}/end"
    assert chief.post(end, page=window).status_code == 422  # something came in by it
    answer = chief.post(let_in, page=window, address="j@school.example", until="2026-11-10T00:00")
    assert answer.status_code == 422
    with district.issuer.database.writing() as session:
        session.query(VersionRow).one().received_at = datetime(2026, 10, 30, tzinfo=UTC)
    assert chief.post(end, page=window).status_code == 303
    assert "Jordan Example" not in chief.get(window).text
