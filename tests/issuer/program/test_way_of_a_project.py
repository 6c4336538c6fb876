"""One project's whole way, from an idea to its credential, through the product's own functions."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from issuer.__main__ import main
from issuer.approvals import schema
from issuer.catalog import versions
from issuer.catalog.achievement import Criterion, Level, Rubric
from issuer.issuance.records.tables import CredentialRow
from issuer.outbox import kinds, worker
from issuer.outbox.tables import OutboxRow
from issuer.people import register
from issuer.people.tables import RelationRow
from issuer.program import policy as policies
from issuer.program.evaluation import decisions, issuing, reviews
from issuer.program.evaluation.approval import approval_data
from issuer.program.evaluation.decisions import NotDecidable
from issuer.program.evaluation.judgment import JudgmentOutcome
from issuer.program.evaluation.reviews import MustNotJudge, Unfinished
from issuer.program.evaluation.tables import AssignmentRow, ProjectDecisionRow, ReviewRow
from issuer.program.evidence.file_store import FileStore
from issuer.program.invariants import breaches
from issuer.program.projects import drafts, history, submission
from issuer.program.projects.drafts import Overtaken, ReadOnly
from issuer.program.projects.states import Act, Conditions, NotNow, Reason, State
from issuer.program.projects.submission import Findings, Incomplete, Missing
from issuer.program.projects.tables import ProjectEventRow, TopicRow, VersionRow
from issuer.program.windows.tables import WindowRow
from issuer.program.windows.window import Purpose

PROPOSAL = {
    "title": "Rhythm by composing",
    "skill": "Teaching rhythm through composition.",
    "goal": "Each sixth grader composes and reads eight bars.",
    "measured_outcome": "Sight readers of the set, counted weekly.",
    "plan": "Ten weeks with rhythm cards.",
}
COMPLETION = {
    "began": "2026-09-01",
    "ended": "2026-11-13",
    "hours": "12",
    "learning": "Two books and a workshop.",
    "students_learning": "Weekly counts.",
    "student_work": "Compositions.",
    "reflection": "Shorter cards next time.",
}
FILE = {"name": "Reflections", "genre": "student reflection", "sha256": "ab" * 32}
PILOT = replace(policies.PILOT, proposal_rubric="completion", three_sign_offs=False)
MET = {"learning": "met", "work": "met"}
NOT_YET = {"learning": "met", "work": "not-yet"}


def with_a_file(session, project, purpose, policy):
    return Findings(artifacts=[FILE] if purpose is Purpose.COMPLETION else [])


class School:
    """A teacher, an evaluator and a superintendent in a database, and what they do."""

    def __init__(self, issuer, now, policy=PILOT):
        self.issuer, self.now, self.policy = issuer, now, policy
        with issuer.database.writing() as session:
            people = [register.add(session, f"{name} Example", now=now) for name in "TES"]
            self.teacher, self.evaluator, self.superintendent = people
            register.add_address(session, self.teacher, "t@school.example", verified_at=now)
            register.add_address(session, self.teacher, "old@school.example", verified_at=None)
            session.add(TopicRow(name="music"))
            policies.change(session, policy, by=None, now=now)
            self.project_id = drafts.begin(session, self.teacher, None, now=now).public_id

    def writing(self):
        return self.issuer.database.writing()

    def project(self, session):
        return drafts.locked(session, self.project_id)

    def propose(self, answers=PROPOSAL, received=None):
        with self.writing() as session:
            project = self.project(session)
            drafts.choose_topic(session, project, "music")
            self.save(session, project, Purpose.PROPOSAL, answers)
        return self.hand_in(received)

    def complete(self, answers=COMPLETION, received=None):
        with self.writing() as session:
            self.save(session, self.project(session), Purpose.COMPLETION, answers)
        return self.hand_in(received)

    def save(self, session, project, purpose, answers):
        drafts.save(session, project, purpose, answers, revision=project.revision, now=self.now)

    def hand_in(self, received=None, declared=True):
        with self.writing() as session:
            version = submission.hand_in(
                session,
                self.project(session),
                self.policy,
                received or self.now,
                declared=declared,
                checks=[with_a_file],
                by=self.teacher,
            )
            return version.id

    def judge(self, levels, comments=None):
        """Assign, review, decide and release what was handed in last."""
        with self.writing() as session:
            version = submission.newest_version(session, self.project(session))
            assignment = AssignmentRow(
                version_pk=version.id,
                evaluator_pk=self.evaluator.id,
                ground="in_field",
                due_on=date(2026, 12, 8),
                created_at=self.now,
            )
            session.add(assignment)
            session.flush()
            review = reviews.opened(session, assignment, now=self.now)
            reviews.save(
                session, review, levels, comments or {}, revision=review.revision, now=self.now
            )
            reviews.give(session, review, now=self.now)
            decision = decisions.draft(session, version, by=self.superintendent, now=self.now)
            decisions.release(
                session,
                self.issuer.settings,
                self.policy,
                [decision],
                by=self.superintendent,
                now=self.now,
            )
            return decision.id

    def deliver(self):
        silent = kinds.MessageKind("decision", lambda issuer, row: None)
        return worker.deliver_due(
            self.issuer, kinds.by_name(issuing.kind(), silent), now=lambda: self.now
        )

    def state(self):
        with self.issuer.database.reading() as session:
            return self.project(session).state


@pytest.fixture
def school(issuer, now):
    return School(issuer, now)


def test_an_idea_becomes_a_credential_and_nothing_is_retyped(any_issuer, now):
    school = School(any_issuer, now)
    school.propose()
    assert school.state() == State.PROPOSED
    school.judge(MET)
    assert school.state() == State.ACTIVE
    school.complete()
    school.judge(MET)
    assert school.state() == State.APPROVED
    school.deliver()
    assert school.state() == State.ISSUED
    with school.issuer.database.reading() as session:
        project = school.project(session)
        credential = json.loads(issuing.credential_of(session, project).json)
        subject = credential["credentialSubject"]
        assert subject["achievement"]["name"] == PROPOSAL["title"]
        assert subject["activityEndDate"].startswith("2026-11-13")
        assert "t@school.example" not in json.dumps(credential)
        assert [event.act for event in history.events(session, project)] == [
            "submit", "approve", "submit", "approve", "issue",
        ]  # fmt: skip
        assert project.due_on == date(2027, 5, 21)


def test_however_often_it_is_sent_there_is_one_credential(school):
    """I1: exactly one, also if the message comes again after everything was done, and if the
    teacher has changed her name meanwhile."""
    school.propose()
    school.judge(MET)
    school.complete()
    school.judge(MET)
    with school.issuer.database.reading() as session:
        row = session.scalar(select(OutboxRow).where(OutboxRow.kind == decisions.APPROVED))
    for name in ("T Example", "T Married", "T Example"):
        with school.writing() as session:
            school.project(session).person.name = name
        issuing.kind().send(school.issuer, row)
    with school.issuer.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CredentialRow)) == 1
        issued = select(func.count()).where(ProjectEventRow.act == "issue")
        assert session.scalar(issued) == 1


def test_what_was_judged_is_not_released_once_something_newer_is_handed_in(school):
    """I3, I4: a decision approves what its evaluators read, and nothing else."""
    first = school.propose()
    with school.writing() as session:
        version = session.get_one(VersionRow, first)
        assignment = AssignmentRow(
            version_pk=first,
            evaluator_pk=school.evaluator.id,
            ground="in_field",
            due_on=date(2026, 12, 8),
            created_at=school.now,
        )
        session.add(assignment)
        session.flush()
        review = reviews.opened(session, assignment, now=school.now)
        reviews.save(session, review, MET, {}, revision=review.revision, now=school.now)
        reviews.give(session, review, now=school.now)
        drafted = decisions.draft(session, version, by=school.superintendent, now=school.now)
        history.take(
            session,
            version.project,
            Act.TAKE_BACK,
            Conditions(window_open=True),
            by=school.teacher,
            now=school.now,
        )
    school.hand_in()
    with school.writing() as session, pytest.raises(NotDecidable, match="newer"):
        decisions.release(
            session,
            school.issuer.settings,
            school.policy,
            [session.merge(drafted)],
            by=school.superintendent,
            now=school.now,
        )
    assert school.state() == State.PROPOSED


def test_not_yet_opens_the_same_project_with_everything_in_it(school):
    """R36, E36: earlier answers stand, the number of the version goes up, the old one stays."""
    school.propose()
    school.judge(MET)
    first = school.complete()
    school.judge(NOT_YET, {"work": "Show us one more composition."})
    assert school.state() == State.ACTIVE
    with school.issuer.database.reading() as session:
        assert school.project(session).completion == COMPLETION
    second = school.complete({**COMPLETION, "student_work": "Compositions, and a recording."})
    assert second != first
    with school.issuer.database.reading() as session:
        versions = school.project(session).versions
        assert [version.number for version in versions] == [1, 1, 2]
        assert versions[1].answers["student_work"] == COMPLETION["student_work"]
    school.judge(MET)
    school.deliver()
    assert school.state() == State.ISSUED


@pytest.mark.parametrize("field", [f for f in PROPOSAL if f != "title"] + ["title"])
def test_a_proposal_without_a_required_answer_is_not_taken_and_keeps_the_others(school, field):
    """R3: the goal and how it is measured are required; the field is named."""
    with pytest.raises(Incomplete) as refused:
        school.propose({**PROPOSAL, field: "  "})
    assert refused.value.missing == (Missing(field, "empty"),)
    assert school.state() == State.DRAFT
    with school.issuer.database.reading() as session:
        assert school.project(session).proposal == {**PROPOSAL, field: "  "}


def test_without_an_answer_about_conflicts_nothing_is_handed_in(school):
    with school.writing() as session:
        project = school.project(session)
        drafts.choose_topic(session, project, "music")
        school.save(session, project, Purpose.PROPOSAL, PROPOSAL)
    with pytest.raises(NotNow) as refused:
        school.hand_in(declared=False)
    assert refused.value.reason is Reason.UNDECLARED


def test_an_older_page_does_not_overwrite_a_newer_one(school, now):
    """E9: two tabs. Saving the very same again is no quarrel."""
    with school.writing() as session:
        project = school.project(session)
        drafts.save(session, project, Purpose.PROPOSAL, {"goal": "one"}, revision=0, now=now)
        with pytest.raises(Overtaken) as overtaken:
            drafts.save(session, project, Purpose.PROPOSAL, {"goal": "two"}, revision=0, now=now)
        assert overtaken.value.stored == {"goal": "one"}
        assert (
            drafts.save(session, project, Purpose.PROPOSAL, {"goal": "one"}, revision=0, now=now)
            == 1
        )


def test_what_was_handed_in_is_read_only(school):
    school.propose()
    with school.writing() as session, pytest.raises(ReadOnly):
        school.save(session, school.project(session), Purpose.PROPOSAL, {"goal": "another"})


WINDOWED = replace(PILOT, rolling=False, resubmission=policies.Resubmission.NEXT_WINDOW)


def window(session, purpose, opens, closes):
    session.add(
        WindowRow(
            name="P2",
            purpose=purpose,
            opens=opens,
            closes=closes,
            zone="America/Chicago",
            days_to_decide=30,
            created_at=opens,
        )
    )


def test_what_comes_late_stays_a_draft_with_its_text(issuer):
    """Play B 1, E1: the last at 05:59:59.9Z is in, one at 06:00:00Z with no grace stays a draft."""
    closes = datetime(2026, 11, 9, 6, tzinfo=UTC)
    school = School(issuer, closes - timedelta(days=3), WINDOWED)
    with school.writing() as session:
        window(session, Purpose.PROPOSAL, closes - timedelta(hours=337), closes)
    with pytest.raises(NotNow) as refused:
        school.propose(received=closes)
    assert refused.value.reason is Reason.WINDOW_CLOSED
    with issuer.database.reading() as session:
        assert school.project(session).proposal == PROPOSAL
    school.hand_in(closes - timedelta(milliseconds=100))
    assert school.state() == State.PROPOSED
    with school.writing() as session:
        project = school.project(session)
        with pytest.raises(NotNow):
            submission.take_back(session, project, WINDOWED, by=school.teacher, now=closes)
        submission.take_back(
            session, project, WINDOWED, by=school.teacher, now=closes - timedelta(hours=1)
        )
    assert school.state() == State.DRAFT


def test_i2_nobody_judges_a_relative_also_one_who_was_told_later(school, now):
    school.propose()
    with school.writing() as session:
        first, second = sorted((school.teacher.id, school.evaluator.id))
        session.add(RelationRow(person_pk=first, other_pk=second, created_at=now))
    with pytest.raises(MustNotJudge):
        school.judge(MET)
    assert school.state() == State.PROPOSED


def test_nobody_decides_about_their_own_work(school):
    school.propose()
    school.superintendent = school.teacher
    with pytest.raises(MustNotJudge):
        school.judge(MET)


def test_not_yet_needs_a_comment_on_what_is_not_there_yet(school):
    """I5: and the review stays a draft."""
    school.propose()
    with pytest.raises(Unfinished) as unfinished:
        school.judge(NOT_YET)
    assert unfinished.value.gaps == {"work": "comment"}
    with pytest.raises(Unfinished) as unfinished:
        school.judge({"learning": "met"})
    assert unfinished.value.gaps == {"work": "level"}


def test_i6_what_was_released_is_not_decided_again(school, now):
    school.propose()
    school.judge(MET)
    with school.writing() as session:
        version = submission.newest_version(session, school.project(session))
        with pytest.raises(NotDecidable):
            decisions.draft(session, version, by=school.superintendent, now=now, levels=MET)


def test_two_reviews_that_differ_suggest_the_lower_level_and_both_comments():
    levels = (Level("not-yet", "Not yet", "Started.", 0), Level("met", "Met", "Shown.", 1))
    work = Criterion("work", "Student work", "What students made.", "met", levels)
    reviews = [
        ReviewRow(levels={"work": "met"}, comments={"work": "Fine."}),
        ReviewRow(levels={"work": "not-yet"}, comments={"work": "One more piece."}),
    ]
    assert decisions.suggestion(Rubric("one", "One", (work,)), reviews) == (
        {"work": "not-yet"},
        {"work": "Fine.\n\nOne more piece."},
    )


def test_the_approval_is_the_message_that_a_webhook_would_bring(school):
    """It fits the published schema, and names only addresses that are verified."""
    school.propose()
    school.judge(MET)
    school.complete()
    decision_pk = school.judge(MET)

    with school.issuer.database.reading() as session:
        decision = session.get(ProjectDecisionRow, decision_pk)
        data = approval_data(
            session,
            decision,
            school.issuer.settings,
            [{"role": "coach", "at": "2026-11-20T12:00:00Z"}],
        )
    assert decision.outcome == JudgmentOutcome.APPROVED
    assert data["recipient"] == {"name": "T Example", "emails": ["t@school.example"]}
    assert data["evidence"] == [FILE]
    assert data["approval_id"] == f"program:{school.project_id}"
    event = {"type": "micro_credential.approved", "timestamp": "2026-11-22T12:00:00Z", "data": data}
    assert schema.flaws(event) == []


def test_the_decision_mail_and_the_approval_are_committed_with_the_release(school):
    school.propose()
    school.judge(MET)
    school.complete()
    school.judge(MET)
    with school.issuer.database.reading() as session:
        names = session.scalars(select(OutboxRow.kind).order_by(OutboxRow.id)).all()
    assert names == ["decision", "decision", "program-approval"]


def test_an_own_idea_that_is_issued_is_not_listed_in_the_catalog(school):
    school.propose()
    school.judge(MET)
    school.complete()
    school.judge(MET)
    school.deliver()
    with school.issuer.database.reading() as session:
        assert PROPOSAL["title"] not in {item.name for item in versions.listed(session)}


def breaches_of(school):
    with school.issuer.database.reading() as session:
        store = FileStore(school.issuer.settings.home / "evidence")
        return [breach.invariant for breach in breaches(session, evidence=store)]


def whole_way(school):
    school.propose()
    school.judge(MET)
    school.complete()
    school.judge(NOT_YET, {"work": "One more piece."})
    school.complete({**COMPLETION, "student_work": "More."})
    school.judge(MET)
    school.deliver()


def test_a_program_that_was_played_has_no_breach(school):
    assert breaches_of(school) == []
    whole_way(school)
    assert breaches_of(school) == []


@pytest.mark.parametrize(
    ("spoil", "invariant"),
    [
        ("UPDATE projects SET state = 'draft'", "I4"),
        ("DELETE FROM project_events WHERE act = 'issue'", "I4"),
        ("UPDATE project_events SET act = 'close' WHERE act = 'issue'", "I4"),
        ("DELETE FROM outbox WHERE kind = 'decision'", "I6"),
        ("UPDATE project_decisions SET outcome = 'not_yet'", "I5"),
        ("UPDATE approvals SET approval_id = 'other'", "I1"),
        ("UPDATE project_decisions SET corrects = NULL, version_pk = 1", "I6"),
    ],
)
def test_each_breach_is_found(school, spoil, invariant):
    whole_way(school)
    with school.writing() as session:
        session.execute(text(spoil))
    assert invariant in breaches_of(school)


def test_a_window_that_was_moved_in_the_database_is_found(school):
    whole_way(school)
    with school.writing() as session:
        window(session, Purpose.PROPOSAL, school.now, school.now + timedelta(days=1))
        session.flush()
        session.execute(text("UPDATE project_versions SET window_pk = 1"))
    assert breaches_of(school) == []
    with school.writing() as session:
        session.get(WindowRow, 1).opens = school.now + timedelta(hours=1)
    assert set(breaches_of(school)) == {"I13"}


def test_a_program_with_windows_takes_nothing_without_one(school):
    whole_way(school)
    with school.writing() as session:
        policies.change(session, WINDOWED, by=None, now=school.now)
    assert set(breaches_of(school)) == {"I13"}


def test_what_a_pilot_took_stays_sound_when_windows_come(school):
    whole_way(school)
    with school.writing() as session:
        later = school.now + timedelta(days=1)
        policies.change(session, WINDOWED, by=None, now=later)
    assert breaches_of(school) == []


def test_an_assignment_in_a_conflict_is_found(school, now):
    school.propose()
    with school.writing() as session:
        version = submission.newest_version(session, school.project(session))
        session.add(
            AssignmentRow(
                version_pk=version.id,
                evaluator_pk=school.teacher.id,
                ground="in_field",
                due_on=date(2026, 12, 8),
                created_at=now,
            )
        )
    assert breaches_of(school) == ["I2"]


def test_a_file_that_is_gone_is_found(school):
    school.propose()
    school.judge(MET)
    school.complete()
    with school.writing() as session:
        version = submission.newest_version(session, school.project(session))
        version.artifacts = {"files": [{**FILE, "artifact": "a" * 22}]}
    assert breaches_of(school) == ["I3"]


def test_the_command_says_so(school, capsys):
    home = ["--home", str(school.issuer.settings.home)]
    assert main([*home, "program", "check"]) == 0
    assert capsys.readouterr().out == "the program is sound\n"
    with school.writing() as session:
        session.execute(text("UPDATE projects SET state = 'active'"))
    assert main([*home, "program", "check"]) == 1
    assert capsys.readouterr().out.endswith("1 breach\n")
