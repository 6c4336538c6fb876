"""Coaches and the three who sign (R4 to R7, R21; I2, I12)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from issuer.issuance.approval import instant
from issuer.people import register
from issuer.people.tables import ExpertiseRow
from issuer.program import policy as policies
from issuer.program.coaching import coaching, sign_offs
from issuer.program.coaching.coaching import CoachingRefused
from issuer.program.coaching.sign_offs import SignOffRefused, SignOffRole
from issuer.program.coaching.tables import CohortMemberRow, CohortRow
from issuer.program.evaluation.conflicts import must_not_judge
from issuer.program.projects import drafts
from issuer.program.projects.states import State
from issuer.program.windows.window import Purpose

DAY = date(2026, 11, 20)
POLICY = replace(policies.PILOT, fidelity=("Ten weeks were taught.", "Students were counted."))
ATTESTED = {"0": True, "1": True}


@pytest.fixture
def people(session, now):
    names = ("teacher", "coach", "administrator", "other")
    return {name: register.add(session, f"{name} Example", now=now) for name in names}


@pytest.fixture
def project(session, people, now):
    begun = drafts.begin(session, people["teacher"], None, now=now)
    begun.state = State.ACTIVE
    return begun


def test_r5_an_administrator_sees_that_there_are_entries_and_no_text(session, people, project, now):
    coaching.begin(session, project, people["coach"], now=now)
    for number in range(4):
        coaching.note(session, project, people["coach"], DAY, f"Visit {number}", now=now)
    for reader, texts in (("teacher", 4), ("coach", 4), ("administrator", 0)):
        entries = coaching.entries(session, project, reader=people[reader])
        assert len(entries) == 4
        assert sum(entry.text is not None for entry in entries) == texts
    assert coaching.count(session, [project.id]) == {project.id: (4, DAY)}


def test_a_teacher_shares_an_entry_and_takes_it_back(session, people, project, now):
    coaching.begin(session, project, people["coach"], now=now)
    entry = coaching.note(session, project, people["coach"], DAY, "Visit", now=now)
    for is_shared, text in ((True, "Visit"), (False, None)):
        coaching.share(session, entry, is_shared=is_shared, now=now)
        (shown,) = coaching.entries(session, project, reader=people["administrator"])
        assert shown.text == text


def test_a_coach_who_follows_does_not_read_what_was_written_before(session, people, project, now):
    coaching.begin(session, project, people["coach"], now=now)
    coaching.note(session, project, people["coach"], DAY, "Visit", now=now)
    coaching.replace(session, project, people["coach"], people["other"], now=now)
    assert [coach.name for coach in coaching.coaches(session, project)] == ["other Example"]
    (entry,) = coaching.entries(session, project, reader=people["other"])
    assert entry.text is None
    with pytest.raises(CoachingRefused, match="Only a coach"):
        coaching.note(session, project, people["coach"], DAY, "Visit", now=now)


@pytest.mark.parametrize(
    ("day", "text"), [(DAY + timedelta(days=9), "Visit"), (DAY, "  "), (DAY, "x" * 4001)]
)
def test_an_entry_has_a_text_and_a_day_that_has_come(session, people, project, now, day, text):
    coaching.begin(session, project, people["coach"], now=now)
    with pytest.raises(CoachingRefused):
        coaching.note(session, project, people["coach"], day, text, now=now)


def test_nobody_coaches_their_own_project(session, people, project, now):
    with pytest.raises(CoachingRefused, match="their own"):
        coaching.begin(session, project, people["teacher"], now=now)


def cohort(session, leader, members, now):
    row = CohortRow(public_id="c" * 22, name="Music", leader_pk=leader.id, created_at=now)
    row.members = [CohortMemberRow(person_pk=member.id, joined_at=now) for member in members]
    session.add(row)
    session.flush()


def test_a_cohorts_leader_coaches_its_members(session, people, project, now):
    cohort(session, people["coach"], [people["teacher"]], now)
    assert coaching.is_coach(session, project, people["coach"])
    assert not coaching.is_coach(session, project, people["other"])


def test_i2_coaches_leaders_and_members_of_one_cohort_do_not_judge_each_other(
    session, people, project, now
):
    cohort(session, people["coach"], [people["teacher"], people["other"]], now)
    teacher, coach, other = (people[name].id for name in ("teacher", "coach", "other"))
    forbidden = must_not_judge(session, [teacher, coach])
    assert {teacher, coach, other} <= forbidden[teacher]
    assert {teacher, other} <= forbidden[coach]
    assert people["administrator"].id not in forbidden[teacher]


def test_experts_are_those_who_know_the_topic_and_are_here(session, people, now):
    for name in ("coach", "other"):
        session.add(ExpertiseRow(person_pk=people[name].id, topic="music"))
    people["other"].left_at = now
    session.flush()
    assert [person.id for person in coaching.experts(session, "music")] == [people["coach"].id]


def sign(session, project, people, now, *signers):
    for signer in signers:
        person = people[signer.value]
        sign_offs.sign(session, project, signer, person, fidelity=ATTESTED, policy=POLICY, now=now)


def test_r6_three_sign_in_any_order_and_then_the_completion_is_complete(
    session, people, project, now
):
    def check(purpose=Purpose.COMPLETION):
        return sign_offs.check(session, project, purpose, POLICY)

    assert check(Purpose.PROPOSAL).signed_off
    sign(session, project, people, now, SignOffRole.ADMINISTRATOR, SignOffRole.TEACHER)
    findings = check()
    assert [item.field for item in findings.missing] == ["sign_off.coach"]
    assert not findings.signed_off
    sign(session, project, people, now, SignOffRole.COACH)
    assert check().signed_off
    signatures = sign_offs.for_approval(session, project)
    assert sorted(item["role"] for item in signatures) == ["administrator", "coach", "teacher"]
    assert all(instant(item["at"]) == now for item in signatures)


def test_a_district_that_asks_for_no_signatures_gets_none(session, project):
    policy = replace(POLICY, three_sign_offs=False)
    assert sign_offs.check(session, project, Purpose.COMPLETION, policy).signed_off


def test_r7_each_statement_is_attested(session, people, project, now):
    with pytest.raises(SignOffRefused, match="check off each statement"):
        sign_offs.sign(
            session, project, SignOffRole.TEACHER, people["teacher"],
            fidelity={"0": True, "1": False}, policy=POLICY, now=now,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("signer", "person"), [(SignOffRole.COACH, "teacher"), (SignOffRole.TEACHER, "coach")]
)
def test_nobody_signs_as_somebody_else(session, people, project, now, signer, person):
    with pytest.raises(SignOffRefused, match="signs as the teacher"):
        sign_offs.sign(
            session, project, signer, people[person], fidelity=ATTESTED, policy=POLICY, now=now
        )


def test_a_project_is_signed_while_it_is_under_way(session, people, project, now):
    project.state = State.DRAFT
    with pytest.raises(SignOffRefused, match="under way"):
        sign(session, project, people, now, SignOffRole.TEACHER)


def test_one_person_is_not_two_of_the_three(session, people, project, now):
    sign(session, project, people, now, SignOffRole.COACH)
    with pytest.raises(SignOffRefused, match="as two"):
        sign_offs.sign(
            session, project, SignOffRole.ADMINISTRATOR, people["coach"],
            fidelity=ATTESTED, policy=POLICY, now=now,
        )  # fmt: skip


def test_i12_signing_again_changes_nothing(session, people, project, now):
    sign(session, project, people, now, SignOffRole.TEACHER)
    sign(session, project, people, now + timedelta(days=30), SignOffRole.TEACHER)
    assert sign_offs.by_signer(session, project)[SignOffRole.TEACHER].signed_at == now
