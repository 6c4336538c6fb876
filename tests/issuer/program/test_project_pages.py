"""A teacher writes, saves, hands in, takes back, deletes; nothing typed is lost (R3, R16; E9, E13,
E15, E16)."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from markupsafe import escape
from signed_in_browsers import statements

from issuer.people.roles import Role
from issuer.program import policy as policies
from issuer.program.coaching.tables import StudyEntryRow
from issuer.program.projects import answers, drafts, history, submission
from issuer.program.projects.states import Act, Conditions, State
from issuer.program.projects.submission import Incomplete
from issuer.program.records import retention
from issuer.program.records.tables import HoldRow
from issuer.program.windows.tables import WindowExceptionRow, WindowRow
from verifier import clock
from verifier.web.language import day, minute

LATE = datetime(2099, 1, 1, tzinfo=UTC)
TODAY = {"day": date(2026, 1, 8), "created_at": datetime(2026, 1, 8, tzinfo=UTC)}

ANSWERS = {
    "topic": "music",
    "title": "Rhythm by composing",
    "skill": "Teaching rhythm through composition.",
    "goal": "Each student reads eight bars.",
    "measured_outcome": "Sight readers, counted weekly.",
    "plan": "Ten weeks.",
}


@pytest.fixture
def teacher(district):
    return district.add("Jordan Example", Role.TEACHER)


@pytest.fixture
def browser(district, teacher):
    return district.browser(teacher)


@pytest.fixture
def project(browser):
    answer = browser.post("/projects", page="/projects")
    assert answer.status_code == 303
    return answer.location


def revision(browser, project):
    return re.search(r'name="revision" value="(\d+)"', browser.get(project).text)[1]


def save(browser, project, act="save", **fields):
    return browser.post(
        project, page=project, act=act, revision=revision(browser, project), **fields
    )


def declare(browser):
    assert browser.post("/declaration", page="/declaration").status_code == 303


def test_a_teacher_begins_writes_and_hands_in(browser, project):
    assert save(browser, project, **ANSWERS).status_code == 303
    page = browser.get(project).text
    assert "say who should not review your work" in page
    assert "connect-src 'self'" in browser.get(project).headers["Content-Security-Policy"]
    declare(browser)
    answer = save(browser, project, act="submit", **ANSWERS)
    assert answer.status_code == 303
    page = browser.get(answer.location).text
    assert "Handed in." in page
    assert "Your proposal is with the evaluators." in page
    assert "<textarea" not in page
    page = browser.get("/projects").text
    assert "Rhythm by composing" in page
    assert "You will hear by " in page


@pytest.mark.parametrize("field", [name for name in ANSWERS if name != "topic"])
def test_r3_an_empty_required_field_is_named_and_everything_else_is_kept(browser, project, field):
    declare(browser)
    answer = save(browser, project, act="submit", **{**ANSWERS, field: " "})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-error"' in answer.text
    for name, text in ANSWERS.items():
        if name != field:
            assert text in answer.text
    assert "You are writing your proposal." in browser.get(project).text


def test_a_draft_is_saved_by_script_and_says_when(browser, project):
    token = re.search(r'name="form_token" value="(\w+)"', browser.get(project).text)[1]
    answer = browser.client.post(
        project,
        data={"form_token": token, "revision": 0, "goal": "One", "act": "save"},
        headers={"Accept": "application/json"},
    )
    assert answer.json["revision"] == 1
    assert re.fullmatch(r"\d?\d:\d\d [AP]M", answer.json["saved"])
    late = browser.client.post(
        project,
        data={"form_token": token, "revision": 0, "goal": "Two", "act": "save"},
        headers={"Accept": "application/json"},
    )
    assert (late.status_code, late.json) == (409, {"overtaken": True})


def test_e9_two_windows_lose_nothing(browser, project):
    save(browser, project, goal="From the first window")
    answer = browser.post(project, page=project, act="save", revision=0, goal="From the second")
    assert answer.status_code == 409
    assert "From the first window" in answer.text
    assert "From the second" in answer.text
    again = browser.post(project, page=project, act="save", revision=1, goal="Of both")
    assert again.status_code == 303


def handed_in(browser, project):
    declare(browser)
    assert save(browser, project, act="submit", **ANSWERS).status_code == 303


def test_e15_what_is_handed_in_says_that_it_can_only_be_read(browser, project):
    handed_in(browser, project)
    answer = browser.post(project, page=project, act="save", revision=2, goal="Late")
    assert answer.status_code == 422
    assert "can only be read now" in answer.text
    assert "Late" in answer.text


def test_i13_what_counts_is_when_the_request_began(district, browser, project, monkeypatch):
    """A request that waits for its turn is as early as it was."""
    began, times = clock.now(), []

    def at_once(*args, **values):
        times.append(args[3])
        raise Incomplete([])

    declare(browser)
    monkeypatch.setattr(submission, "hand_in", at_once)
    monkeypatch.setattr(
        drafts, "save", lambda *_args, **_values: monkeypatch.setattr(clock, "now", lambda: LATE)
    )
    save(browser, project, act="submit", **ANSWERS)
    assert [began <= received < LATE for received in times] == [True]


def test_a_field_that_is_not_offered_is_asked_for_again(browser, project):
    declare(browser)
    answer = save(browser, project, act="submit", **{**ANSWERS, "topic": "alchemy"})
    assert answer.status_code == 422
    assert 'href="#topic"' in answer.text
    assert ANSWERS["goal"] in answer.text


def test_before_and_after_handing_in_the_page_says_until_when_and_what_comes(
    browser, project, monkeypatch
):
    """In a pilot, at any time; what the rubric judges and nobody has to answer is named (R31)."""
    judges = {"learning": "students", "work": "mission", "other": "need"}  # "other" is in no rubric
    monkeypatch.setattr(answers, "JUDGED_BY", judges)
    save(browser, project, **ANSWERS, students="They read.", mission=" ")
    page = browser.get(project).text
    judged = re.search(r"It is judged by this as well.*?</p>", page)[0]
    assert re.findall(r'href="#(\w+)"', judged) == ["mission"]
    assert (
        page.count("You can hand it in without this;") == page.count("not required, but judged") > 0
    )
    assert "You can hand it in at any time. Handed in today, it is answered by " in page
    declare(browser)
    after = browser.get(save(browser, project, act="submit").location).text
    assert "Handed in. You can take it back until it is answered." in after
    assert "Nobody can change it now." not in after
    assert ("The answer will stand on this page." in after) is ("by mail" not in after)


def test_e16_it_is_taken_back_written_on_and_handed_in_again(browser, project):
    handed_in(browser, project)
    assert browser.post(f"{project}/take-back", page=project).status_code == 303
    assert "<textarea" in browser.get(project).text
    assert save(browser, project, act="submit", goal="Better").status_code == 303


def test_a_withdrawn_project_can_be_opened_again(browser, project):
    save(browser, project, **ANSWERS)
    assert browser.post(f"{project}/withdraw", page=project).status_code == 303
    assert "You took this project back." in browser.get(project).text
    assert browser.post(f"{project}/reopen", page=project).status_code == 303
    assert ANSWERS["goal"] in browser.get(project).text


def test_e13_after_the_close_a_draft_is_still_seen_and_can_be_deleted(
    district, browser, teacher, project
):
    """With all that belongs to it; not under a hold, and not once it was handed in."""
    save(browser, project, **ANSWERS)
    with district.issuer.database.writing() as session:
        policies.change(
            session, replace(policies.current(session), rolling=False), by=None, now=clock.now()
        )
        row = drafts.locked(session, project.rpartition("/")[2])
        session.add(StudyEntryRow(project_pk=row.id, text="Read.", **TODAY))
        retention.hold(session, teacher, "A dispute.", by=teacher, now=clock.now())
    assert ANSWERS["title"] in browser.get("/projects").text
    assert ANSWERS["goal"] in browser.get(project).text
    refused = browser.post(f"{project}/delete", page=project)
    assert (refused.status_code, "has to keep these records" in refused.text) == (422, True)
    with district.issuer.database.writing() as session:
        session.query(HoldRow).one().ended_at = clock.now()
    assert browser.post(f"{project}/delete", page=project).status_code == 303
    assert ANSWERS["title"] not in browser.get("/projects?done=deleted").text
    assert browser.get(project).status_code == 404
    with district.issuer.database.reading() as session:
        assert session.query(StudyEntryRow).all() == []


@pytest.fixture
def proposal_window(district, teacher):
    """A window for proposals that closes in three days, for the teacher in five."""
    now = clock.now()
    with district.issuer.database.writing() as session:
        by_windows = replace(policies.current(session), rolling=False)
        policies.change(session, by_windows, by=None, now=now)
        window = WindowRow(
            name="P1",
            purpose="proposal",
            opens=now - timedelta(days=9),
            closes=now + timedelta(days=3),
            zone="UTC",
            days_to_decide=30,
            created_at=now,
        )
        until = now + timedelta(days=5)
        granted = WindowExceptionRow(person_pk=teacher.id, until=until, created_at=now)
        window.exceptions.append(granted)
        session.add(window)
    return window


def test_my_projects_say_of_each_until_when_it_can_be_handed_in(
    district, browser, teacher, proposal_window
):
    """By the window of its kind, or in the 60 days after "not yet"; many projects take as many
    queries as one."""

    def came_back(title, moment):
        with district.issuer.database.writing() as session:
            row = drafts.begin(session, session.merge(teacher), None, now=moment)
            row.proposal, row.state = {"title": title}, State.SUBMITTED
            history.take(session, row, Act.NOT_YET, Conditions(), by=None, now=moment)

    def until(moment):
        with district.app.test_request_context():
            return f"You can hand it in until {minute(district.issuer.settings.local(moment))}."

    project, now = browser.post("/projects", page="/projects").location, clock.now()
    save(browser, project, title="A proposal")
    came_back("In time", now - timedelta(days=50))
    with statements(district.issuer) as few:
        browser.get("/projects")
    came_back("Too late", now - timedelta(days=70))
    with statements(district.issuer) as many:
        page = browser.get("/projects").text
    of_a_card = r"<bdi>([^<]+)</bdi></a></h2>\s*<p>.*?(You can hand.*?|No window.*?)</p>"
    terms = dict(re.findall(of_a_card, page))
    assert terms["A proposal"] == until(proposal_window.exceptions[0].until)
    assert terms["A proposal"] in browser.get(project).text
    assert terms["In time"] == until(now + timedelta(days=10))
    assert terms["Too late"].startswith("No window is open now.")
    assert "It opens on" not in page
    assert len(many) == len(few) <= 12
    opens = now + timedelta(days=20)
    with district.issuer.database.writing() as session:
        planned = {"opens": opens, "closes": opens + timedelta(days=9), "zone": "UTC"}
        planned |= {"purpose": "completion", "days_to_decide": 30, "created_at": now}
        session.add(WindowRow(name="C1", **planned))
    with district.app.test_request_context():
        next_window = f"It opens on {day(district.issuer.settings.local(opens))}."
        from_when = f"You can hand it in from {day(district.issuer.settings.local(opens))} until "
        answer = day(opens + timedelta(days=9 + 30))
    page = browser.get("/projects").text
    assert dict(re.findall(of_a_card, page))["Too late"].endswith(next_window)
    late = re.search(r'href="(/projects/[^"]+)"><bdi>Too late', page)[1]
    page = browser.get(late).text
    assert page.index(from_when) < page.index('<form class="card"') < page.rindex(from_when)
    assert f"The answer stands on this page by {answer}." in page
    assert 'name="act" value="submit"' not in page
    refused = browser.post(late, page=late, act="submit", revision=0)
    assert (refused.status_code, "Nothing is handed in by itself" in refused.text) == (422, True)


def test_a_project_under_way_says_which_day_is_the_windows_and_which_its_own(
    district, browser, teacher, proposal_window
):
    now = clock.now()
    with district.issuer.database.writing() as session:
        window = session.get_one(WindowRow, proposal_window.id)
        window.purpose = "completion"
        row = drafts.begin(session, session.merge(teacher), None, now=now)
        row.state, row.due_on = State.ACTIVE, date(2099, 1, 1)
    page = browser.get("/projects").text
    assert "No later window is planned before January 1, 2099, the day to finish by." in page
    assert "Please finish by" not in page
    later = {"opens": now + timedelta(days=20), "closes": now + timedelta(days=29), "zone": "UTC"}
    later |= {"purpose": "completion", "days_to_decide": 30, "created_at": now}
    with district.issuer.database.writing() as session:
        session.add(WindowRow(name="C2", **later))
    both = "or in the next window, which opens on "
    page = browser.get("/projects").text
    assert both in page
    assert both in browser.get(re.search(r'href="(/projects/\w[^"]+)"><bdi>', page)[1]).text


def test_e13_what_was_handed_in_is_not_deleted(browser, project):
    handed_in(browser, project)
    assert browser.post(f"{project}/take-back", page=project).status_code == 303
    assert "Delete this draft" not in browser.get(project).text
    answer = browser.post(f"{project}/delete", page=project)
    assert (answer.status_code, ANSWERS["goal"] in answer.text) == (422, True)


def test_somebody_elses_project_is_not_there(district, browser, project):
    stranger = district.browser(district.add("Stranger", Role.TEACHER))
    assert stranger.get(project).status_code == 404
    superintendent = district.browser(district.add("S Example", Role.SUPERINTENDENT))
    page = superintendent.get(project).text
    assert "Jordan Example" in page
    assert "<textarea" not in page


def test_an_address_that_nobody_has_is_said_and_stays_typed(browser, district):
    answer = browser.post("/declaration/people", page="/declaration", address="x@nowhere.example")
    assert answer.status_code == 422
    assert "x@nowhere.example" in answer.text
    district.add("Kim Example", address="kim@school.example")
    browser.post("/declaration/people", page="/declaration", address="Kim@school.example")
    page = browser.get("/declaration").text
    assert "Kim Example" in page
    browser.post(re.search(r'action="(/declaration/people/\d+/end)"', page)[1], page="/declaration")
    assert "Nobody is on your list." in browser.get("/declaration").text


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\u202eevil", "a" * 9000])
def test_whatever_is_typed_is_shown_as_text(browser, project, text):
    save(browser, project, goal=text)
    page = browser.get(project).text
    assert "<script>alert" not in page
    assert str(escape(text))[:8] in page


def test_the_home_page_leads_a_teacher_to_her_projects_and_a_stranger_to_sign_in(district, browser):
    hers, strangers = browser.get("/").text, district.browser().get("/").text
    assert 'class="button" href="/projects">My projects' in hers
    assert "Sign in to begin" not in hers
    assert 'class="button" href="/sign-in">Sign in to begin' in strangers
    assert re.search(r"you have up to \d+ days to finish", strangers)
