"""Cohorts with meetings (R21), and coaches who became one by what they earned (R12; play A, 8)."""

import re

import pytest
from test_offerings_and_windows import earned

from issuer.app import start
from issuer.issuance.status_lists.lists import revoke
from issuer.outbox.tables import OutboxRow
from issuer.people import roles
from issuer.people.roles import Role
from issuer.people.tables import GrantRow
from issuer.program.coaching import hours
from issuer.program.evaluation.conflicts import judging_in_conflict
from issuer.program.evaluation.tables import AssignmentRow
from issuer.program.projects import drafts
from issuer.program.projects.states import State
from issuer.program.projects.tables import VersionRow
from verifier import clock


@pytest.fixture
def chief(district):
    return district.browser(district.add("Pat Model", Role.SUPERINTENDENT))


@pytest.fixture
def leader(district):
    return district.add("Robin Coach", Role.COACH)


@pytest.fixture
def teacher(district):
    return district.add("Jordan Example", Role.TEACHER, address="j@school.example")


@pytest.fixture
def cohort(district, chief, leader):
    fields = {"name": "Rhythm, fall", "leader": leader.public_id}
    answer = chief.post("/cohorts", page="/cohorts", **fields)
    assert answer.status_code == 303
    return answer.location


def take_in(chief, cohort, address="j@school.example"):
    return chief.post(f"{cohort}/members", page=cohort, address=address)


def test_r21_a_cohort_meets_and_who_came_gets_hours(district, chief, cohort, leader, teacher):
    with district.issuer.database.writing() as session:
        project = drafts.begin(session, session.merge(teacher), None, now=clock.now())
        path = f"/projects/{project.public_id}/coaching"
    at_leader, at_teacher = map(district.browser, (leader, teacher))
    assert at_leader.get(path).status_code == 404
    assert at_teacher.get(cohort).status_code == 404
    assert take_in(chief, cohort).status_code == 303
    assert "Jordan Example" in at_leader.get("/coaching").text
    for begins, minutes, status in (
        ("soon", 90, 422),
        ("2026-10-26T18:00", "x", 422),
        ("2026-10-26T18:00", 90, 303),
        ("2026-11-02T18:00", 60, 303),
    ):
        fields = {"title": "First evening", "begins": begins, "minutes": minutes}
        answer = at_leader.post(f"{cohort}/meetings", page=cohort, **fields)
        assert answer.status_code == status
        assert ("First evening" in at_leader.get(cohort).text) == (status == 303)
    meeting = re.search(rf'action="({cohort}/meetings/\d+)"', at_leader.get(cohort).text)[1]
    answer = at_leader.post(meeting, page=cohort, came=[teacher.id, leader.id, 999])
    assert answer.status_code == 303
    assert "you came" in at_teacher.get(cohort).text
    with district.issuer.database.reading() as session:
        counted = hours.of(session, [session.merge(project, load=False)])[project.id]
    assert (counted.meetings, counted.total) == (90, 1.5)
    assert "1.5 hours recorded" in at_teacher.get(path).text
    ended = chief.post(f"{cohort}/members/{teacher.id}/end", page=cohort)
    assert ended.status_code == 303
    assert at_leader.get(path).status_code == 404
    at_leader.post(meeting, page=cohort)  # who has left is not asked about any more
    with district.issuer.database.reading() as session:
        counted = hours.of(session, [session.merge(project, load=False)])[project.id]
    assert counted.meetings == 90


def test_somebody_else_leads_a_cohort_and_it_ends(district, chief, cohort, leader, teacher):
    take_in(chief, cohort)
    with district.issuer.database.writing() as session:
        drafts.begin(session, session.merge(teacher), None, now=clock.now())
    other = district.add("Sam Second", Role.COACH)
    member = district.add("Kim Third", Role.COACH, address="kim@school.example")
    take_in(chief, cohort, "kim@school.example")
    answer = chief.post(f"{cohort}/leader", page=cohort, leader=member.public_id)
    assert (answer.status_code, 'id="leader-error"' in answer.text) == (422, True)
    assert chief.post(f"{cohort}/leader", page=cohort, leader=other.public_id).status_code == 303
    assert "Jordan Example" not in district.browser(leader).get("/coaching").text
    at_other = district.browser(other)
    assert "Jordan Example" in at_other.get("/coaching").text
    assert chief.post(f"{cohort}/end", page=cohort).status_code == 303
    assert "Jordan Example" not in at_other.get("/coaching").text
    assert "ended on" in at_other.get(cohort).text
    assert "Note the meeting" not in at_other.get(cohort).text


def test_a_cohort_or_a_member_that_is_not_taken_names_the_field(chief, cohort, leader):
    answer = chief.post("/cohorts", page="/cohorts", name="Rhythm", leader="x")
    assert answer.status_code == 422
    assert 'id="leader-error"' in answer.text
    assert 'value="Rhythm"' in answer.text
    answer = take_in(chief, cohort, "x@nowhere.example")
    assert answer.status_code == 422
    assert "x@nowhere.example" in answer.text


def test_e28_who_leads_a_cohort_judges_none_of_it(district, chief, cohort, leader, teacher):
    now = clock.now()
    with district.issuer.database.writing() as session:
        project = drafts.begin(session, session.merge(teacher), None, now=now)
        project.state = State.PROPOSED
        version = VersionRow(
            project=project,
            purpose="proposal",
            number=1,
            answers={},
            artifacts={"files": []},
            rubric_version_id=1,
            received_at=now,
        )
        session.add(version)
        session.flush()
        session.add(
            AssignmentRow(
                version_pk=version.id,
                evaluator_pk=leader.id,
                ground="in_field",
                due_on=now.date(),
                created_at=now,
            )
        )
    answer = take_in(chief, cohort)
    assert answer.status_code == 422
    assert "review each other now" in answer.text
    with district.issuer.database.reading() as session:
        assert judging_in_conflict(session) == []


def test_a8_an_earner_becomes_a_coach_and_a_revocation_flags_the_role(district, chief, teacher):
    earned(district, teacher)
    start(district.issuer)
    page = "/program/coaches?q=jordan"
    credential = re.search(r'name="credential" value="([\w-]+)"', chief.get(page).text)[1]
    for _ in range(2):  # pressed twice, it is told once
        assert chief.post("/program/coaches", page=page, credential=credential).status_code == 303
    with district.issuer.database.reading() as session:
        assert session.query(OutboxRow).filter_by(kind=roles.CHANGED).count() == 1
    listed = chief.get("/program/coaches").text
    assert "earned Rhythm by composing" in listed
    revoke(district.issuer, credential, reason="by mistake", by="command", now=clock.now())
    listed = chief.get("/program/coaches").text
    assert "was revoked" in listed
    assert "Jordan Example" in listed
    again = chief.post("/program/coaches", page=page, credential=credential)
    assert again.status_code == 422
    assert "does not verify now" in again.text
    with district.issuer.database.writing() as session:
        grant = session.query(GrantRow).filter_by(person_pk=teacher.id, role="coach").one()
        session.delete(grant)  # the ground goes with it
    assert "Jordan Example" not in chief.get("/program/coaches").text
