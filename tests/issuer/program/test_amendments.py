"""A plan that changes after its approval (5a), and what stands behind a completion (4.5)."""

from dataclasses import replace

import pytest
from played import ANSWERS, COMPLETION, MET, Play
from test_reminders import MAIL

from issuer.outbox import mail
from issuer.outbox.tables import OutboxRow
from issuer.people import register
from issuer.people.tables import PersonRow
from issuer.program import policy as policies
from issuer.program.amendments import amendments
from issuer.program.coaching import coaching
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.reminders import news_mails
from verifier import clock

SEND = {kind.name: kind.send for kind in news_mails.KINDS}[amendments.AMENDED]


@pytest.fixture
def play(district):
    """A project that is under way."""
    new_play = Play(district)
    new_play.begin()
    new_play.hand_in(**ANSWERS)
    new_play.assign("proposal")
    new_play.judge(**MET)
    new_play.release()
    new_play.plan = f"{new_play.project}/plan"
    return new_play


def change(play, plan="Eight weeks, in the hall.", why="The gym is closed."):
    return play.at_teacher.post(play.plan, page=play.plan, plan=plan, why=why)


def test_a_plan_is_changed_kept_and_told_to_who_approved_it(play, monkeypatch):
    assert change(play).status_code == 303
    page = play.at_chief.get(play.plan).text
    assert "Eight weeks, in the hall." in page
    assert "The gym is closed." in page
    assert "Ten weeks." in page
    assert play.at_chief.get(play.plan).text.count("<textarea") == 0
    issuer, letters = play.district.issuer, []
    monkeypatch.setattr(mail, "deliver", lambda letter, *_: letters.append(letter))
    object.__setattr__(issuer.settings, "mail", MAIL)
    with issuer.database.writing() as session:
        chief = session.query(PersonRow).filter_by(name="Pat Model").one()
        register.add_address(session, chief, "pat@school.example", verified_at=clock.now())
        row = session.query(OutboxRow).filter_by(kind=amendments.AMENDED).one()
    SEND(issuer, row)
    assert letters[0].name == "Pat Model"
    assert "Jordan Example changed the plan" in letters[0].words["sentences"][0]


def test_a_plan_that_is_proposed_again_replaces_what_was_changed_before(play):
    change(play)
    with play.district.issuer.database.writing() as session:
        project = session.query(ProjectRow).one()
        assert amendments.plan_of(session, project) == "Eight weeks, in the hall."
        [first] = project.versions
        again = VersionRow(
            project=project,
            purpose=first.purpose,
            number=2,
            answers={**first.answers, "plan": "Six weeks."},
            artifacts=first.artifacts,
            rubric_version_id=first.rubric_version_id,
            received_at=clock.now(),
        )
        session.add(again)
        session.flush()
        assert amendments.plan_of(session, project) == "Six weeks."


@pytest.mark.parametrize(
    ("plan", "why", "sentence"),
    [
        ("", "The gym is closed.", "Write the whole plan"),
        ("Ten weeks.", "The gym is closed.", "This is the plan that there is."),
        ("Nine weeks.", " ", "Say in a sentence why"),
    ],
)
def test_a_change_that_is_not_taken_names_the_field_and_keeps_what_was_typed(
    play, plan, why, sentence
):
    answer = change(play, plan, why)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert plan in answer.text


def test_an_evaluator_sees_plan_and_study_record_without_the_teachers_name(play):
    change(play, "Jordan Example teaches eight weeks.")
    issuer = play.district.issuer
    play.add_evidence()
    with issuer.database.writing() as session:
        project, now = session.query(ProjectRow).one(), clock.now()
        coaching.study(session, project, now.date(), "Read as Jordan Example.", minutes=45, now=now)
        policy = replace(policies.current(session), three_sign_offs=False, names_hidden=True)
        policies.change(session, policy, by=None, now=now)
    play.hand_in(**COMPLETION)
    play.assign("completion")
    page = play.at_evaluator.get(play.assignment()).text
    assert "teaches eight weeks." in page
    assert "Read as" in page
    assert "45 minutes" in page
    assert "Jordan Example" not in page
    assert "A plan is changed while" in change(play, "Later").text
