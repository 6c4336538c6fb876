"""From what was handed in to who judges it, in the database (R29, R30; E23 to E27)."""

from dataclasses import replace
from datetime import date

import pytest

from issuer.people import register, relations, roles
from issuer.people.roles import Role
from issuer.people.tables import ExpertiseRow, PersonRow, RelationRow
from issuer.program import policy as policies
from issuer.program.assigning import plans
from issuer.program.assigning.assignment import Ground, Load
from issuer.program.evaluation import reviews
from issuer.program.evaluation.conflicts import judging_in_conflict
from issuer.program.evaluation.reviews import MustNotJudge, ReviewClosed
from issuer.program.evidence import artifacts
from issuer.program.evidence.tables import ArtifactRow
from issuer.program.projects import drafts, submission
from issuer.program.projects.tables import TopicRow
from issuer.program.windows.window import Purpose

TODAY = date(2026, 11, 22)
DUE = date(2026, 12, 8)
POLICY = replace(policies.PILOT, proposal_rubric="completion", three_sign_offs=False)
ANSWERS = dict.fromkeys(("title", "skill", "goal", "measured_outcome", "plan"), "Text.")


@pytest.fixture
def session(issuer):
    with issuer.database.writing() as session:
        for name in ("STEM", "music"):
            session.add(TopicRow(name=name))
        session.flush()
        yield session


def evaluator(session, name, topic, now):
    person = register.add(session, name, now=now)
    roles.grant(session, person, Role.EVALUATOR, first_day=TODAY, now=now)
    session.add(ExpertiseRow(person_pk=person.id, topic=topic))
    session.flush()
    return person


def proposed(session, topic, now):
    teacher = register.add(session, "Teacher Example", now=now)
    project = drafts.begin(session, teacher, None, now=now)
    drafts.choose_topic(session, project, topic)
    drafts.save(session, project, Purpose.PROPOSAL, ANSWERS, revision=0, now=now)
    return submission.hand_in(session, project, POLICY, now, declared=True, by=teacher)


def propose(session, load=None, policy=POLICY):
    return plans.propose(session, Purpose.PROPOSAL, policy, load, today=TODAY)


def pairs(proposal):
    return {(int(place.request), int(place.evaluator)) for place in proposal.plan.places}


def relate(session, one, other, now):
    first, second = sorted((one, other))
    session.add(RelationRow(person_pk=first, other_pk=second, created_at=now))
    session.flush()


def test_each_request_goes_to_somebody_who_knows_its_topic(session, now):
    music, stem = (evaluator(session, f"{t} Example", t, now) for t in ("music", "STEM"))
    first, second = (proposed(session, topic, now) for topic in ("STEM", "music"))
    proposal = propose(session)
    assert pairs(proposal) == {(first.id, stem.id), (second.id, music.id)}
    assert (proposal.demand, proposal.filled) == (2, 2)
    rows = plans.put_in_force(session, proposal, due_on=DUE, now=now)
    assert {row.ground for row in rows} == {Ground.IN_FIELD}
    assert plans.put_in_force(session, propose(session), due_on=DUE, now=now) == []


def test_i2_a_relation_leaves_no_edge_and_both_numbers_are_told(session, now):
    only = evaluator(session, "Only Example", "STEM", now)
    version = proposed(session, "STEM", now)
    relate(session, only.id, version.project.person_pk, now)
    proposal = propose(session, Load(0, 5))
    assert pairs(proposal) == set()
    assert proposal.plan.missing == {str(version.id): 1}
    assert (proposal.demand, proposal.filled) == (1, 0)


def test_e17_whom_a_teacher_names_by_a_second_address_does_not_judge_her(session, now):
    """Also where that is the address of a record that was never proven to be theirs (I2)."""
    only = evaluator(session, "Only Example", "STEM", now)
    register.add_address(session, only, "only@school.example", verified_at=now)
    register.add_address(session, only, "Only.Example@old.example", verified_at=None)
    version = proposed(session, "STEM", now)
    assert pairs(propose(session)) == {(version.id, only.id)}
    named = register.of_address(session, "only.example@OLD.example")
    other = session.get_one(PersonRow, named.person_pk)
    relations.tell(session, version.project.person, other, "", now=now)
    assert pairs(propose(session)) == set()


def test_e41_a_file_that_is_in_two_projects_is_a_notice(session, now):
    """Whoever judges is told, and nothing is refused."""
    first, second = (proposed(session, "STEM", now) for _ in range(2))
    for version in (first, second):
        assert not artifacts.elsewhere(session, version)
        file = {"project_pk": version.project_pk, "sha256": "ab" * 32, "name": "Plan"}
        row = ArtifactRow(public_id=register.new_id(), tier="sealed", created_at=now, **file)
        session.add(row)
        version.artifacts = {"files": [artifacts.handed_in(row)]}
    session.flush()
    assert artifacts.elsewhere(session, first)
    assert artifacts.elsewhere(session, second)


def test_a_teacher_who_is_an_evaluator_never_gets_their_own(session, now):
    version = proposed(session, "STEM", now)
    roles.grant(session, version.project.person, Role.EVALUATOR, first_day=TODAY, now=now)
    assert pairs(propose(session)) == set()


def test_e23_what_is_moved_by_hand_stays_in_a_second_run(session, now):
    stem, music = (evaluator(session, f"{t} Example", t, now) for t in ("STEM", "music"))
    version = proposed(session, "STEM", now)
    plans.put_in_force(session, propose(session), due_on=DUE, now=now)
    row = plans.move(session, version, stem, music, due_on=DUE, now=now)
    assert (row.by_hand, row.ground) == (True, Ground.OUTSIDE_FIELD)
    assert pairs(propose(session)) == {(version.id, music.id)}
    back = plans.move(session, version, music, stem, due_on=DUE, now=now)
    assert pairs(propose(session)) == {(version.id, stem.id)}
    assert back.ended_at is None


def test_e25_a_relation_that_is_told_later_gives_the_work_to_another(session, now):
    stem, music = (evaluator(session, f"{t} Example", t, now) for t in ("STEM", "music"))
    version = proposed(session, "STEM", now)
    plans.put_in_force(session, propose(session), due_on=DUE, now=now)
    relate(session, stem.id, version.project.person_pk, now)
    assert [row.evaluator_pk for row in judging_in_conflict(session)] == [stem.id]
    plans.put_in_force(session, propose(session), due_on=DUE, now=now)
    rows = {row.evaluator_pk: row.ending for row in plans.of_version(session, version)}
    assert rows == {stem.id: "reassigned", music.id: None}
    assert judging_in_conflict(session) == []


def test_what_was_taken_back_is_judged_by_nobody_in_a_conflict(session, now):
    stem = evaluator(session, "Evaluator Example", "STEM", now)
    version = proposed(session, "STEM", now)
    plans.put_in_force(session, propose(session), due_on=DUE, now=now)
    project = version.project
    submission.take_back(session, project, POLICY, by=project.person, now=now)
    relate(session, stem.id, project.person_pk, now)
    assert judging_in_conflict(session) == []


def test_nothing_is_moved_to_somebody_who_must_not_judge_it(session, now):
    stem, music = (evaluator(session, f"{t} Example", t, now) for t in ("STEM", "music"))
    version = proposed(session, "STEM", now)
    plans.put_in_force(session, propose(session), due_on=DUE, now=now)
    relate(session, music.id, version.project.person_pk, now)
    with pytest.raises(MustNotJudge):
        plans.move(session, version, stem, music, due_on=DUE, now=now)


def give_review(session, version, now):
    (assignment,) = plans.of_version(session, version)
    review = reviews.opened(session, assignment, now=now)
    levels = {"learning": "met", "work": "met"}
    reviews.save(session, review, levels, {}, revision=0, now=now)
    reviews.give(session, review, now=now)


def test_a_review_that_was_given_is_not_taken_away(session, now):
    stem, music = (evaluator(session, f"{t} Example", t, now) for t in ("STEM", "music"))
    version = proposed(session, "STEM", now)
    plans.put_in_force(session, propose(session, Load(0, 1)), due_on=DUE, now=now)
    give_review(session, version, now)
    with pytest.raises(ReviewClosed):
        plans.move(session, version, stem, music, due_on=DUE, now=now)


def test_e26_what_comes_again_goes_to_who_judged_it_before(session, now):
    music, stem = (evaluator(session, f"{t} Example", t, now) for t in ("music", "STEM"))
    version = proposed(session, "STEM", now)
    plans.put_in_force(session, propose(session), due_on=DUE, now=now)
    plans.move(session, version, stem, music, due_on=DUE, now=now)
    (ended, current) = plans.of_version(session, version)
    assert (ended.ending, current.ending) == ("reassigned", None)
    review = reviews.opened(session, current, now=now)
    levels = {"learning": "met", "work": "met"}
    reviews.save(session, review, levels, {}, revision=0, now=now)
    reviews.give(session, review, now=now)
    project, teacher = version.project, version.project.person
    submission.take_back(session, project, POLICY, by=teacher, now=now)
    again = submission.hand_in(session, project, POLICY, now, declared=True, by=teacher)
    assert pairs(propose(session)) == {(again.id, music.id)}
    (row,) = plans.put_in_force(session, propose(session), due_on=DUE, now=now)
    assert (row.version_pk, row.evaluator_pk) == (again.id, music.id)


def test_a_recused_evaluator_is_not_asked_again_for_the_same(session, now):
    stem, music = (evaluator(session, f"{t} Example", t, now) for t in ("STEM", "music"))
    version = proposed(session, "STEM", now)
    plans.put_in_force(session, propose(session, Load(0, 1)), due_on=DUE, now=now)
    (row,) = plans.of_version(session, version)
    reviews.recuse(session, row, reason="We shared a room.", now=now)
    assert pairs(propose(session, Load(0, 1))) == {(version.id, music.id)}
    assert row.evaluator_pk == stem.id
