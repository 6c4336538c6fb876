"""Coach, teacher and building administrator on their pages (R4 to R9, R23; play A, 3 and 5)."""

import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from issuer.people.roles import Role
from issuer.people.tables import ExpertiseRow, PostRow
from issuer.program import policy as policies
from issuer.program.coaching import coaching
from issuer.program.evaluation.conflicts import judging_in_conflict
from issuer.program.evaluation.tables import AssignmentRow
from issuer.program.projects import drafts
from issuer.program.projects.states import Act, State
from issuer.program.projects.tables import ProjectEventRow, ProjectRow, VersionRow
from issuer.program.windows.local_time import start_of
from issuer.program.windows.tables import WindowRow
from issuer.program.windows.window import Purpose
from verifier import clock

TEXT = "Third period: they clap before they write."
STATEMENTS = ("Ten weeks were taught.", "Students were counted.")


class Building:
    """A teacher whose project is under way, and everybody around her, in browsers."""

    def __init__(self, district):
        self.district = district
        self.school = district.building()
        self.teacher = district.add("Jordan Example", Role.TEACHER)
        self.coach = district.add("Robin Coach", Role.COACH)
        administrator = district.add(
            "Ada Principal", Role.BUILDING_ADMINISTRATOR, building=self.school
        )
        chief = district.add("Pat Model", Role.SUPERINTENDENT)
        with district.issuer.database.writing() as session:
            session.add(PostRow(person_pk=self.teacher.id, building_pk=self.school.id))
            policy = policies.current(session)
            policy = replace(policy, three_sign_offs=True, fidelity=STATEMENTS)
            policies.change(session, policy, by=None, now=clock.now())
            self.id = self.project(session, self.teacher)
        self.path = f"/projects/{self.id}"
        self.page = f"{self.path}/coaching"
        self.at_teacher, self.at_coach, self.at_administrator, self.at_chief = map(
            district.browser, (self.teacher, self.coach, administrator, chief)
        )

    def project(self, session, person):
        """A project that is under way, with the proposal that was handed in."""
        now = clock.now()
        project = drafts.begin(session, person, None, now=now)
        project.state, project.proposal = State.ACTIVE, {"title": "Rhythm by composing"}
        version = {"purpose": "proposal", "number": 1, "answers": {}, "artifacts": {"files": []}}
        session.add(
            VersionRow(project_pk=project.id, rubric_version_id=1, received_at=now, **version)
        )
        return project.public_id

    def give_coach(self, coach=None, **more):
        steer = f"{self.path}/steer"
        chosen = (coach or self.coach).public_id
        return self.at_chief.post(f"{self.path}/coach", page=steer, coach=chosen, **more)

    def note(self, text=TEXT, day="2026-01-08", browser=None):
        return (browser or self.at_coach).post(
            f"{self.page}/entries", page=self.page, text=text, day=day
        )

    def sign(self, browser, signer, fidelity=("0", "1")):
        fidelity = list(fidelity)
        return browser.post(f"{self.path}/sign", page=self.page, signer=signer, fidelity=fidelity)


@pytest.fixture
def building(district):
    return Building(district)


def test_a3_a_coach_notes_and_the_administrator_sees_dates_and_a_count_without_text(building):
    assert building.at_coach.get(building.page).status_code == 404
    assert "To ask for a coach:" in building.at_teacher.get(building.page).text
    assert (
        f'href="{building.path}/steer">Choose a coach' in building.at_chief.get(building.page).text
    )
    assert building.give_coach().status_code == 303
    assert "To ask for a coach:" not in building.at_teacher.get(building.page).text
    for number in (0, 1, 2, 3, 3):  # a button is pressed twice
        assert building.note(f"{TEXT} {number}").status_code == 303
    assert "4 entries" in building.at_coach.get("/coaching").text
    page = building.at_administrator.get(building.page).text
    assert "4 entries" in page
    assert "January 8, 2026" in page
    assert TEXT not in page
    assert TEXT not in building.at_chief.get(building.page).text
    page = building.at_teacher.get(building.page).text
    assert page.count(TEXT) == 4
    share = re.search(r'action="(\S+/coaching/entries/\d+)"', page)[1]
    assert building.at_teacher.post(share, page=building.page, act="share").status_code == 303
    assert building.at_administrator.get(building.page).text.count(TEXT) == 1


def test_an_entry_that_is_not_taken_stays_typed(building):
    building.give_coach()
    for text, day in (("", "2026-01-08"), (TEXT, "soon"), (TEXT, "2999-01-01")):
        answer = building.note(text, day)
        assert answer.status_code == 422
        assert text in answer.text
        assert f'value="{day}"' in answer.text


def test_a_coach_is_replaced_and_reads_nothing_of_before(building):
    building.give_coach()
    building.note()
    other = building.district.add("Kim Other", Role.COACH)
    assert building.give_coach(other, old=building.coach.public_id).status_code == 303
    assert building.at_coach.get(building.page).status_code == 404
    page = building.district.browser(other).get(building.page).text
    assert "1 entry" in page
    assert TEXT not in page


def test_i2_who_judges_the_teacher_now_is_not_made_her_coach(building):
    with building.district.issuer.database.writing() as session:
        version = session.query(VersionRow).one()
        version.purpose, version.project.state = Purpose.COMPLETION, State.SUBMITTED
        session.add(
            AssignmentRow(
                version_pk=version.id,
                evaluator_pk=building.coach.id,
                ground="in_field",
                due_on=clock.now().date(),
                created_at=clock.now(),
            )
        )
    answer = building.give_coach()
    assert answer.status_code == 422
    assert "reviews work of this teacher" in answer.text
    with building.district.issuer.database.reading() as session:
        assert coaching.coaches(session, session.query(ProjectRow).one()) == []
        assert judging_in_conflict(session) == []


def test_only_a_coach_is_given(building):
    for chosen in (building.teacher, building.district.add("No Coach")):
        assert building.give_coach(chosen).status_code == 422


def test_coaches_who_know_the_field_are_offered_first(building):
    expert = building.district.add("Zoe Expert", Role.COACH)
    with building.district.issuer.database.writing() as session:
        session.add(ExpertiseRow(person_pk=expert.id, topic="music"))
        drafts.locked(session, building.id).topic_pk = 1
    page = building.at_chief.get(f"{building.path}/steer").text
    assert page.index("Zoe Expert · knows the field") < page.index("Robin Coach")


def test_e21_two_of_one_name_are_told_apart_by_their_buildings(building):
    """Wherever somebody is chosen from a list; who works in none has the name alone."""
    add, chief = building.district.add, building.at_chief
    coaches = [building.coach, add("Robin Coach", Role.COACH)]
    judges = [add("Kim Sample", Role.EVALUATOR), add("Kim Sample", Role.EVALUATOR)]
    leader = add("No Building", Role.COACH)
    hall = building.district.building("8", "North Hall")
    with building.district.issuer.database.writing() as session:
        for person, school in zip([*coaches, *judges], [building.school, hall] * 2, strict=True):
            session.add(PostRow(person_pk=person.id, building_pk=school.id))
        drafts.locked(session, building.id).state = State.PROPOSED
    cohort = chief.post("/cohorts", name="Fall", leader=leader.public_id).location
    for path, name, alone in (
        (f"{building.path}/steer", "Robin Coach", "No Building · "),
        ("/cohorts", "Robin Coach", "No Building<"),
        (cohort, "Robin Coach", ""),
        ("/program/offerings", "Robin Coach", "No Building<"),
        ("/program/assignments/proposal", "Kim Sample", ""),
    ):
        page = chief.get(path).text
        told_apart = re.findall(rf"{name} · (Middle School|North Hall)\b", page)
        assert {*told_apart} == {"Middle School", "North Hall"}, path
        assert alone in page


def test_a_teacher_keeps_a_study_record_that_counts_hours(building):
    study = {"text": "Read two chapters.", "day": "2026-01-08"}
    path = f"{building.path}/study"
    twice = [("90", 303)] * 2
    for minutes, status in (*twice, ("x", 422), ("-5", 422), ("", 303)):
        answer = building.at_teacher.post(path, page=building.page, minutes=minutes, **study)
        assert answer.status_code == status
    assert "1.5 hours recorded" in building.at_teacher.get(building.page).text
    assert re.search(r'value="1.5" id="hours"', building.at_teacher.get(building.path).text)
    assert study["text"] not in building.at_administrator.get(building.page).text
    building.give_coach()
    assert study["text"] in building.at_coach.get(building.page).text


def test_r22_a_course_outside_counts_its_hours(building):
    path, day = f"{building.path}/study", "2026-01-08"
    course = {"act": "outside", "text": "Teaching band.", "day": day, "provider": "State College"}
    for hours, provider in (("", "x"), ("many", "x"), ("0.01", "x"), ("15", " ")):
        wrong = {**course, "hours": hours, "provider": provider}
        refused = building.at_teacher.post(path, page=building.page, **wrong)
        assert (refused.status_code, "Teaching band." in refused.text) == (422, True)
    right = {**course, "hours": "37.5"}
    for _ in range(2):  # the button is pressed twice
        assert building.at_teacher.post(path, page=building.page, **right).status_code == 303
    page = building.at_teacher.get(building.page).text
    assert "State College" in page
    assert "37.5 hours recorded" in page


def test_a5_three_sign_in_any_order_and_each_statement_is_attested(building):
    building.give_coach()
    assert "Your signature is asked for." in building.at_coach.get("/coaching").text
    refused = building.sign(building.at_administrator, "administrator", ["0"])
    assert refused.status_code == 422
    assert "check off each statement" in refused.text
    assert refused.text.count("checked") == 1
    for browser, signer in (
        (building.at_administrator, "administrator"),
        (building.at_teacher, "teacher"),
        (building.at_coach, "coach"),
    ):
        assert building.sign(browser, signer).status_code == 303
    page = building.at_administrator.get("/buildings/7").text
    assert "3 of 3 signed" in page
    assert "fidelity 2 of 2" in page


def test_a_signature_is_asked_for_until_the_project_is_due_or_its_window_closes(building):
    """The day that comes first, and none that has passed. A window counts for who is ready."""
    building.give_coach()
    now, zone = clock.now(), building.district.issuer.settings.timezone or ZoneInfo("UTC")
    today = now.astimezone(zone).date()
    window = WindowRow(
        name="C1",
        purpose=Purpose.COMPLETION,
        opens=now - timedelta(days=1),
        closes=start_of(today + timedelta(days=9), zone),
        zone=zone.key,
        days_to_decide=30,
        created_at=now,
    )
    with building.district.issuer.database.writing() as session:
        with_windows = replace(policies.current(session), rolling=False)
        policies.change(session, with_windows, by=None, now=now)
        session.add(window)
    for due_in, asked_in in ((30, 30), (30, 8), (5, 5), (-1, 8)):
        with building.district.issuer.database.writing() as session:
            drafts.locked(session, building.id).due_on = today + timedelta(days=due_in)
        last = today + timedelta(days=asked_in)
        words = f"Please sign by {last:%B} {last.day}, {last.year}."
        assert words in building.at_administrator.get("/buildings/7").text
        assert words in building.at_coach.get("/coaching").text
        building.sign(building.at_teacher, "teacher")
    with building.district.issuer.database.writing() as session:
        session.delete(session.merge(window))
    assert "Please sign by" not in building.at_administrator.get("/buildings/7").text


def test_nobody_signs_as_somebody_they_are_not(building):
    building.give_coach()
    for browser, signer in (
        (building.at_coach, "administrator"),
        (building.at_administrator, "coach"),
        (building.at_teacher, "coach"),
        (building.at_coach, "x"),
    ):
        assert building.sign(browser, signer).status_code == 422


def test_a9_an_administrator_sees_her_own_building_and_no_other(building):
    other = building.district.building("8", "High School")
    stranger = building.district.browser(
        building.district.add("Second Principal", Role.BUILDING_ADMINISTRATOR, building=other)
    )
    assert building.at_administrator.get("/buildings").location == "/buildings/7"
    assert "Jordan Example" in building.at_administrator.get("/buildings/7").text
    for path in ("/buildings/7", building.page, building.path):
        assert stranger.get(path).status_code == 404
    assert "Jordan Example" not in stranger.get("/buildings/8").text


def test_a_principal_sees_what_is_late_and_what_has_no_coach(building):
    """Late ones first; once handed in the day is told, and nothing is late any more (I12)."""
    browser, today = building.at_administrator, clock.now().date()
    page = browser.get("/buildings/7").text
    assert "No project is late." in page
    assert "1 project under way has no coach yet." in page
    building.give_coach()
    with building.district.issuer.database.writing() as session:
        late = drafts.locked(session, building.id)
        late.due_on = today - timedelta(days=3)
        other = building.project(session, building.teacher)
        drafts.locked(session, other).due_on = today + timedelta(days=3)
    page = browser.get("/buildings/7").text
    assert "1 project is past the day to finish by." in page
    listed = [re.findall(r"/projects/([\w-]+)\"><bdi>", page)]
    for which in ("late", "without-coach", "under_way", "planning", "earned", "this-year", "x"):
        listed.append(
            re.findall(
                r"/projects/([\w-]+)\"><bdi>", browser.get(f"/buildings/7?which={which}").text
            )
        )
    both = [building.id, other]
    assert listed == [both, [building.id], [other], both, [], [], [], []]
    with building.district.issuer.database.writing() as session:
        for key in both:
            project = drafts.locked(session, key)
            first = session.query(VersionRow).filter_by(project_pk=project.id).one()
            first.purpose, project.state = Purpose.COMPLETION, State.SUBMITTED
            session.add(
                ProjectEventRow(
                    project_pk=project.id,
                    at=clock.now(),
                    act=Act.SUBMIT,
                    origin=State.ACTIVE,
                    target=State.SUBMITTED,
                    version_pk=first.id,
                )
            )
    page = browser.get("/buildings/7").text
    assert page.count("handed in on ") == 2
    assert "No project is late." in page
    assert "no coach yet" not in page
    assert "handed in on " in browser.get(building.path).text


def test_what_was_earned_this_year_is_a_list_to_print(building):
    with building.district.issuer.database.writing() as session:
        project = drafts.locked(session, building.id)
        project.state = State.ISSUED
        before = drafts.locked(session, building.project(session, building.teacher))
        before.state, before.changed_at = State.ISSUED, clock.now() - timedelta(days=400)
        closed = drafts.locked(session, building.project(session, building.teacher))
        closed.state = State.CLOSED
    page = building.at_administrator.get("/buildings/7?which=this-year").text
    assert "Earned in the school year " in page
    assert re.findall(r"/projects/([\w-]+)\"><bdi>", page) == [building.id]
    page = building.at_administrator.get("/buildings/7?which=closed").text
    assert "after the day to finish by" in page


def test_i12_a_draft_that_came_back_looks_as_before_to_others_than_its_teacher(building):
    shown = set()
    for state in (State.PROPOSED, State.DRAFT):
        with building.district.issuer.database.writing() as session:
            drafts.locked(session, building.id).state = state
        paths = ("/buildings/7", building.path)
        pages = [building.at_administrator.get(path).text for path in paths]
        shown.add(tuple(re.findall(r'class="state">([^<]+)', "".join(pages))))
    assert shown == {("Planning", "Planning")}


def test_r23_more_time_is_given_and_what_is_overdue_can_be_closed(building):
    steer, today = f"{building.path}/steer", clock.now().date()
    with building.district.issuer.database.writing() as session:
        drafts.locked(session, building.id).due_on = today - timedelta(days=3)
    assert "that day has passed" in building.at_chief.get("/program/projects?which=overdue").text
    for day, status in (("soon", 422), (today - timedelta(days=5), 422), ("2099-06-01", 303)):
        answer = building.at_chief.post(f"{building.path}/extend", page=steer, due_on=day)
        assert answer.status_code == status
    assert "June 1, 2099" in building.at_teacher.get(building.path).text
    assert building.at_chief.post(f"{building.path}/close", page=steer).status_code == 422
    with building.district.issuer.database.writing() as session:
        drafts.locked(session, building.id).due_on = today - timedelta(days=1)
    assert building.at_chief.post(f"{building.path}/close", page=steer).status_code == 303
    assert "This project was closed." in building.at_teacher.get(building.path).text


def test_pages_of_many_take_as_many_queries_as_pages_of_one(building):
    """R28: at most 12, at any size."""
    paths = (
        (building.at_coach, "/coaching"),
        (building.at_administrator, "/buildings/7"),
        (building.at_chief, "/program/projects"),
        (building.at_chief, f"{building.path}/steer"),
        (building.at_teacher, building.page),
        (building.at_coach, building.page),
        (building.at_administrator, building.path),
    )
    building.give_coach()
    few = [queries(building, browser, path) for browser, path in paths]
    with building.district.issuer.database.writing() as session:
        for number in range(9):
            project = drafts.locked(session, building.project(session, building.teacher))
            coaching.begin(session, project, session.merge(building.coach), now=clock.now())
            coaching.note(
                session,
                drafts.locked(session, building.id),
                session.merge(building.coach),
                clock.now().date(),
                f"Visit {number}",
                now=clock.now(),
            )
    many = [queries(building, browser, path) for browser, path in paths]
    assert many == few
    assert max(many) <= 12


def queries(building, browser, path):
    """Return how many statements a page takes."""
    seen = []
    engine = building.district.issuer.database.engine

    def note(_connection, _cursor, statement, *_more):
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert browser.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return sum(statement.startswith("SELECT") for statement in seen)


def test_the_checklist_and_questions_are_set_by_the_superintendent(building):
    page = building.at_chief.get("/program/setup").text
    assert STATEMENTS[0] in page
    fields = dict(re.findall(r'<input type="number" value="(\d+)" id="(\w+)"', page))
    fields = {name: value for value, name in fields.items()}
    fields |= {"proposal_rubric": "completion", "completion_rubric": "completion"}
    fields |= {
        "proposal_judges": 1,
        "completion_judges": 1,
        "days_to_finish": 90,
        "days_to_decide": 30,
        "days_to_resubmit": 60,
        "days_for_another_look": 14,
        "three_sign_offs": "yes",
        "fidelity": "One.\n\n Two. ",
        "question-0": "Which grade?",
        "question-3": "Which tool?",
        "question_required": "3",
    }
    answer = building.at_chief.post("/program/setup", page="/program/setup", **fields)
    assert answer.status_code == 303
    with building.district.issuer.database.reading() as session:
        policy = policies.current(session)
    assert policy.three_sign_offs
    assert policy.fidelity == ("One.", "Two.")
    assert [(one.text, one.required) for one in policy.questions] == [
        ("Which grade?", False),
        ("Which tool?", True),
    ]
    fields |= {"question_id": [one.id for one in policy.questions], "question-1": "Which tools?"}
    del fields["question-3"]
    building.at_chief.post("/program/setup", page="/program/setup", **fields)
    with building.district.issuer.database.reading() as session:
        again = policies.current(session).questions
    assert [one.id for one in again] == [one.id for one in policy.questions]
