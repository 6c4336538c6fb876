"""Mails about what somebody did: worded when they are sent, and only while it is so (4.6, E43)."""

import re
from datetime import timedelta

import pytest
from test_coaching_pages import Building
from test_reminders import MAIL

from issuer.outbox import mail
from issuer.outbox.kinds import OvertakenError
from issuer.outbox.tables import OutboxRow
from issuer.people import register, roles
from issuer.people.roles import Role
from issuer.people.tables import PersonRow
from issuer.program.coaching import cohorts, news
from issuer.program.coaching.tables import CohortRow
from issuer.program.projects import due
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow
from issuer.program.reminders import news_mails
from verifier import clock

SENDERS = {kind.name: kind.send for kind in news_mails.KINDS}


@pytest.fixture
def building(district, monkeypatch):
    new_building = Building(district)
    with district.issuer.database.writing() as session:
        for person in session.query(PersonRow):
            address = f"p{person.id}@school.example"
            register.add_address(session, person, address, verified_at=clock.now())
        session.get(PersonRow, new_building.teacher.id).language = "es"
    new_building.letters = []
    monkeypatch.setattr(mail, "deliver", lambda letter, *_: new_building.letters.append(letter))
    object.__setattr__(district.issuer.settings, "mail", MAIL)
    new_building.give_coach()
    return new_building


def send(building, kind):
    """Send the mails of a kind that wait; return to whom each goes and what it says."""
    issuer, before = building.district.issuer, len(building.letters)
    with issuer.database.reading() as session:
        rows = session.query(OutboxRow).filter_by(kind=kind).order_by(OutboxRow.id).all()
    for row in rows:
        SENDERS[kind](issuer, row)
    return [
        (letter.name, " ".join((letter.words["subject_line"], *letter.words["sentences"])))
        for letter in building.letters[before:]
    ]


def test_a_teacher_hears_of_an_entry_in_her_language_and_not_what_it_says(building):
    building.note("They clap before they write.")
    [(name, text)] = send(building, news.ENTRY)
    assert (name, "clap" in text) == ("Jordan Example", False)
    assert "Robin Coach escribió" in text


def test_coach_and_administrator_are_asked_to_sign_once_the_teacher_has(building):
    building.sign(building.at_teacher, "teacher")
    assert {name for name, _ in send(building, news.SIGN)} == {"Robin Coach", "Ada Principal"}
    building.sign(building.at_coach, "coach")
    with pytest.raises(OvertakenError):
        send(building, news.SIGN)


def test_more_time_is_told_unless_the_day_was_changed_again(building):
    day = (clock.now() + timedelta(days=90)).date()
    steer = f"{building.path}/steer"
    building.at_chief.post(f"{building.path}/extend", page=steer, due_on=f"{day}")
    [(name, text)] = send(building, due.EXTENDED)
    assert (name, "Tiene más tiempo" in text) == ("Jordan Example", True)
    with building.district.issuer.database.writing() as session:
        session.query(ProjectRow).one().state = State.SUBMITTED
    with pytest.raises(OvertakenError):
        send(building, due.EXTENDED)


def test_members_hear_of_a_meeting_that_is_to_come(building):
    now = clock.now()
    with building.district.issuer.database.writing() as session:
        teacher = session.get(PersonRow, building.teacher.id)
        cohort = cohorts.gather(
            session, "Rhythm", None, session.get(PersonRow, building.coach.id), now=now
        )
        cohorts.join(session, cohort, teacher, now=now)
        public_id = cohort.public_id
    page = f"/cohorts/{public_id}"
    fields = {"title": "First evening", "begins": "2099-05-01T17:00", "minutes": "90"}
    building.at_coach.post(f"{page}/meetings", page=page, **fields)
    [(name, text)] = send(building, news.MEETING)
    assert (name, "First evening" in text) == ("Jordan Example", True)
    with building.district.issuer.database.writing() as session:
        session.query(CohortRow).one().ended_at = now
    with pytest.raises(OvertakenError):
        send(building, news.MEETING)


def test_a_role_that_begins_later_is_told_on_that_day_unless_it_is_taken_back(building):
    person = f"/people/{building.teacher.public_id}"
    day = building.district.issuer.settings.local(clock.now()).date() + timedelta(days=9)
    fields = {"role": Role.EVALUATOR, "first_day": f"{day}"}
    building.at_chief.post(f"{person}/roles", page=person, **fields)
    [end] = re.findall(r'action="([^"]+/end)"', building.at_chief.get(person).text)[-1:]
    building.at_chief.post(end, page=person)
    with building.district.issuer.database.reading() as session:
        [row] = session.query(OutboxRow).filter_by(kind=roles.CHANGED).all()
        assert building.district.issuer.settings.local(row.due_at).date() == day
    with pytest.raises(OvertakenError):
        send(building, roles.CHANGED)


def test_a_role_is_told_when_it_begins_and_when_it_ends(building):
    page = f"/people/{building.teacher.public_id}"
    building.at_chief.post(f"{page}/roles", page=page, role=Role.EVALUATOR)
    [(_, text)] = send(building, roles.CHANGED)
    assert "Tiene una nueva función: Evaluador" in text
