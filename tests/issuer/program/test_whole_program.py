"""The program played through its pages, from an idea to the credential (play A)."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from played import ANSWERS, COMPLETION, MET, Play
from sqlalchemy import select

from issuer.issuance.records.tables import CredentialRow
from issuer.messages import KINDS
from issuer.outbox import worker
from issuer.outbox.tables import OutboxRow
from issuer.people.roles import Role
from issuer.people.tables import RelationRow
from issuer.program import policy as policies
from issuer.program.evaluation import judging_routes
from issuer.program.evaluation.tables import ReviewRow
from issuer.program.projects.tables import VersionRow
from verifier import clock


@pytest.fixture
def play(district):
    new_play = Play(district)
    new_play.begin()
    return new_play


@pytest.fixture
def proposed(play):
    assert play.hand_in(**ANSWERS).status_code == 303
    return play


def judging_page(play):
    return play.at_evaluator.get(play.assignment()).text


def test_an_idea_becomes_a_credential_through_the_pages(proposed):
    play = proposed
    assert "1 proposal needs an evaluator" in play.at_chief.get("/program").text
    page = play.at_chief.get("/program/assignments/proposal").text
    assert "knows the field" in page
    assert play.assign("proposal").status_code == 303
    assert "Each student reads eight bars." in play.at_evaluator.get(play.assignment()).text
    assert play.judge(**MET).status_code == 303
    assert "1 decision to release" in play.at_chief.get("/program").text
    assert play.release().status_code == 303
    assert "your project is under way" in play.at_teacher.get(play.project).text
    play.add_evidence()
    with play.district.issuer.database.writing() as session:
        policies.change(
            session,
            replace(policies.current(session), three_sign_offs=False),
            by=None,
            now=clock.now(),
        )
    assert play.hand_in(**COMPLETION).status_code == 303
    own = play.at_teacher.get(play.project).text
    assert COMPLETION["reflection"] in own
    assert f'href="{play.project}/evidence"' in own
    assert play.assign("completion").status_code == 303
    chosen = re.findall(r'(?s)<fieldset id="(\w+)"(.*?)</fieldset>', judging_page(play))
    assert [id for id, part in chosen if "Evidence for this:" in part] == ["work"]
    assert play.judge(**MET).status_code == 303
    assert play.release().status_code == 303
    worker.deliver_due(play.district.issuer, KINDS, now=clock.now)
    page = play.at_teacher.get(play.project).text
    assert "Earned: your credential is issued." in page
    assert re.search(r'class="button" href="http[^"]+/manage/', page)
    assert COMPLETION["reflection"] in page
    assert f'href="{play.project}/evidence"' in page
    with play.district.issuer.database.reading() as session:
        (credential,) = session.scalars(select(CredentialRow)).all()
        assert b"Rhythm by composing" in credential.json
        assert b"drive.example" not in credential.json


def test_r34_reviews_are_asked_for_before_the_teacher_is_to_hear(proposed):
    with proposed.district.issuer.database.writing() as session:
        version = session.scalars(select(VersionRow)).one()
        version.received_at -= timedelta(days=10)
        received = proposed.district.issuer.settings.local(version.received_at).date()
    page = proposed.at_chief.get("/program/assignments/proposal").text
    assert f'value="{received + timedelta(days=27)}"' in page


def test_a_review_without_a_comment_below_the_line_is_not_given(proposed):
    """I5: what was chosen is saved, the criterion is named."""
    proposed.assign("proposal")
    answer = proposed.judge(**{"level-learning": "met", "level-work": "not-yet"})
    assert answer.status_code == 422
    assert 'href="#work"' in answer.text
    assert "the teacher reads it" in answer.text
    page = proposed.at_evaluator.get(proposed.assignment()).text
    assert page.count("checked") == 2


def test_not_yet_is_told_with_its_comment_and_opens_the_draft_again(proposed):
    proposed.assign("proposal")
    comment = "Say how you count."
    proposed.judge(**{"level-learning": "met", "level-work": "not-yet", "comment-work": comment})
    page = proposed.at_chief.get("/program/decisions").text
    assert comment in page
    assert proposed.release().status_code == 303
    page = proposed.at_teacher.get(proposed.project).text
    assert "Not yet: add what is asked for below, and hand it in again." in page
    assert ANSWERS["goal"] in page
    assert comment in page
    with proposed.district.issuer.database.reading() as session:
        assert session.scalars(select(OutboxRow.kind)).all() == ["received", "decision"]


def test_e37_two_windows_of_an_evaluator_lose_nothing(proposed):
    proposed.assign("proposal")
    path = proposed.assignment()
    first = {"level-work": "met", "comment-work": "From the first window"}
    assert proposed.at_evaluator.post(path, page=path, revision=0, **first).status_code == 303
    second = {"level-work": "not-yet", "comment-work": "From the second"}
    answer = proposed.at_evaluator.post(path, page=path, revision=0, **second)
    assert answer.status_code == 409
    assert "From the first window" in answer.text
    assert "From the second" in answer.text
    assert proposed.at_evaluator.post(path, page=path, revision=1, **second).status_code == 303


def test_looking_at_a_request_begins_no_review(proposed):
    proposed.assign("proposal")
    assert proposed.at_evaluator.get(proposed.assignment()).status_code == 200
    with proposed.district.issuer.database.reading() as session:
        assert session.scalars(select(ReviewRow)).all() == []


@pytest.mark.parametrize("version", ["999", "-1", "x", ""])
def test_a_release_of_what_is_not_there_releases_nothing(proposed, version):
    path = "/program/decisions"
    assert proposed.at_chief.post(path, page=path, version=version).status_code == 303
    with proposed.district.issuer.database.reading() as session:
        assert session.scalars(select(OutboxRow.kind)).all() == ["received"]


def test_i11_names_are_hidden_where_the_district_hides_them(proposed):
    proposed.assign("proposal")
    path = proposed.assignment()
    assert "Jordan Example" in proposed.at_evaluator.get(path).text
    with proposed.district.issuer.database.writing() as session:
        policy = replace(policies.current(session), names_hidden=True)
        policies.change(session, policy, by=None, now=clock.now())
    for page in (path, "/judging"):
        text = proposed.at_evaluator.get(page).text
        assert "Jordan" not in text
        assert "j@school.example" not in text


def test_i2_a_relation_that_is_told_later_closes_the_page(proposed):
    proposed.assign("proposal")
    path = proposed.assignment()
    first, second = sorted((proposed.teacher.id, proposed.evaluator.id))
    with proposed.district.issuer.database.writing() as session:
        session.add(RelationRow(person_pk=first, other_pk=second, created_at=clock.now()))
    assert proposed.at_evaluator.get(path).status_code == 404
    queue = proposed.at_evaluator.get("/judging").text
    assert "There is a conflict of interest, so you do not review this." in queue
    assert f'href="{path}"' not in queue
    assert proposed.at_evaluator.post(f"{path}/recuse", page="/judging").status_code == 303
    assert "You have nothing to review now." in proposed.at_evaluator.get("/judging").text


def test_a_review_that_was_given_can_be_read_again_and_says_what_comes_next(proposed):
    """R34: nothing in it changes, and its page asks for nothing any more."""
    proposed.assign("proposal")
    comment = "A clear plan."
    path = proposed.assignment()
    assert "the teacher is to hear by" in proposed.at_evaluator.get(path).text
    proposed.judge(**MET, **{"comment-work": comment})
    queue = proposed.at_evaluator.get("/judging?done=given").text
    assert f'href="{path}"' in queue
    assert "the decision is not released yet" in queue
    page = proposed.at_evaluator.get(path).text
    for text in (queue, page):
        assert "Only then does the teacher hear of it" in text
    assert comment in page
    assert "it stays as it is." in page
    assert "please review it by" not in page
    assert "<textarea" not in page
    assert "The teacher sees your name there." in page
    proposed.release()
    assert "Kim Sample" in proposed.at_teacher.get(proposed.project).text
    with proposed.district.issuer.database.writing() as session:
        policy = replace(policies.current(session), evaluators_shown=False)
        policies.change(session, policy, by=None, now=clock.now())
    assert "Kim Sample" not in proposed.at_teacher.get(proposed.project).text
    assert "The decision was released on" in proposed.at_evaluator.get(path).text
    assert comment in proposed.at_teacher.get(proposed.project).text  # of what is met as well


def test_many_reviews_that_were_given_have_pages_the_newest_first(proposed, monkeypatch):
    monkeypatch.setattr(judging_routes, "GIVEN", 1)
    proposed.assign("proposal")
    comment = {"comment-work": "Say how you count."}
    for title in ("Rhythm", "Melody"):
        proposed.judge(**{"level-learning": "met", "level-work": "not-yet"}, **comment)
        proposed.release()
        proposed.hand_in(**ANSWERS | {"title": title})
        proposed.assign("proposal")
        before = proposed.at_evaluator.get(proposed.assignment()).text
        assert "before it was handed in again" in before
    newest = proposed.at_evaluator.get("/judging").text
    assert ("1 / 2" in newest, ">Rhythm<" in newest) == (True, True)
    oldest = proposed.at_evaluator.get("/judging?page=2").text
    assert (">Rhythm<" in oldest, ANSWERS["title"] in oldest) == (False, True)


def test_what_is_judged_so_far_is_counted_and_a_comment_is_asked_for_beside_its_field(proposed):
    proposed.assign("proposal")
    path, fields = proposed.assignment(), {"level-learning": "met", "level-work": "not-yet"}
    page = proposed.at_evaluator.get(path).text
    assert "0 of 2 judged" in page
    assert "Needed below “Met”" in page
    proposed.at_evaluator.post(path, page=path, revision=0, **fields)
    assert "1 of 2 judged" in proposed.at_evaluator.get(path).text
    refused = proposed.judge(**fields).text
    assert re.search(r'<textarea id="comment-work"[^>]* autofocus>', refused)


def test_a_request_that_is_handed_back_is_gone_from_the_queue(proposed):
    proposed.assign("proposal")
    path = proposed.assignment()
    page = proposed.at_evaluator.get(path).text
    assert 'href="/declaration?back=/judging"' in page
    assert page.count("Hand this review to someone else") == 2  # one name for one act
    assert proposed.at_evaluator.post(f"{path}/recuse", page=path).status_code == 303
    assert "You have nothing to review now." in proposed.at_evaluator.get("/judging").text
    assert "There are not enough evaluators" in (
        proposed.at_chief.get("/program/assignments/proposal").text
    )


def test_a_request_is_moved_by_hand(proposed):
    other = proposed.district.add("Lee Specimen", Role.EVALUATOR)
    proposed.assign("proposal")
    page = proposed.at_chief.get("/program/assignments/proposal").text
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    answer = proposed.at_chief.post(
        "/program/assignments/proposal/move",
        page="/program/assignments/proposal",
        version=version,
        old=proposed.evaluator.id,
        evaluator=other.id,
    )
    assert answer.status_code == 303
    page = proposed.at_chief.get("/program/assignments/proposal").text
    assert "by hand" in page
    assert "outside the field" not in page


def test_the_program_is_set_up_on_a_page(district):
    chief = district.browser(district.add("Pat Model", Role.SUPERINTENDENT))
    fields = {
        "proposal_rubric": "completion",
        "completion_rubric": "completion",
        "proposal_judges": "1",
        "completion_judges": "3",
        "days_to_finish": "180",
        "days_to_decide": "30",
        "days_to_resubmit": "60",
        "days_for_another_look": "14",
        "rolling": "yes",
    }
    answer = chief.post("/program/setup", page="/program/setup", **fields)
    assert answer.status_code == 422
    assert "One or two evaluators" in answer.text
    without = {**fields, "completion_judges": "2", "completion_rubric": ""}
    answer = chief.post("/program/setup", page="/program/setup", **without)
    assert (answer.status_code, "Choose a rubric" in answer.text) == (422, True)
    answer = chief.post(
        "/program/setup", page="/program/setup", **{**fields, "completion_judges": "2"}
    )
    assert answer.status_code == 303
    chief.post("/program/setup/fields/1/retire", page="/program/setup")
    assert "there is none yet" in chief.get("/program/setup").text
    assert (
        chief.post("/program/setup/fields", page="/program/setup", name="STEM").status_code == 303
    )
    page = chief.get("/program/setup").text
    assert ("STEM" in page, "there is none yet" in page) == (True, False)


@pytest.mark.parametrize(
    ("opens", "closes", "status"),
    [
        ("2026-10-26T00:00", "2026-11-09T00:00", 303),
        ("2026-11-09T00:00", "2026-10-26T00:00", 422),
        ("soon", "2026-10-26T00:00", 422),
    ],
)
def test_a_window_is_planned_or_the_field_is_named(district, opens, closes, status):
    chief = district.browser(district.add("Pat Model", Role.SUPERINTENDENT))
    answer = chief.post(
        "/program/setup/windows",
        page="/program/setup",
        window_name="P2",
        purpose="proposal",
        opens=opens,
        closes=closes,
    )
    assert answer.status_code == status
    if status == 422:
        assert "Nothing was changed:" in answer.text
        assert 'value="P2"' in answer.text
