"""Whatever people do with projects, in any order and at any time: no invariant is ever broken.

Hypothesis plays teachers, evaluators and a superintendent who press what they like, also what the
rules refuse. `FUZZ_RUNS=1000 pytest` on this file is part of `make fuzz`.
"""

import os
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from played import ANSWERS, COMPLETION

from contexts.errors import MintmarkError
from issuer.people import register, relations, roles
from issuer.people.roles import Role
from issuer.people.tables import ExpertiseRow, PersonRow
from issuer.program import policy as policies
from issuer.program.assigning import plans
from issuer.program.evaluation import corrections, decisions, reviews
from issuer.program.evaluation.tables import AssignmentRow, LookRow, ProjectDecisionRow, ReviewRow
from issuer.program.evidence.file_store import FileStore
from issuer.program.invariants import breaches
from issuer.program.projects import declarations, drafts, due, history, submission
from issuer.program.projects.states import Act, Conditions, State
from issuer.program.projects.tables import ProjectRow, TopicRow, VersionRow
from issuer.program.windows.tables import WindowExceptionRow, WindowRow
from issuer.program.windows.window import Purpose, moved

RUNS = int(os.environ.get("FUZZ_RUNS") or 100)
STEPS = 20
PROPOSAL = {field: text for field, text in ANSWERS.items() if field != "topic"}
MET = {"learning": "met", "work": "met"}
NOT_YET = {"learning": "met", "work": "not-yet"}
JUDGMENTS = st.sampled_from(
    [
        (MET, {}),
        (MET, {}),
        (MET, {"work": "Much work."}),
        (NOT_YET, {"work": "One more piece."}),
        (NOT_YET, {}),
        ({"learning": "met"}, {}),
    ]
)
"""Levels and comments: two times of six something is lacking."""
PILOT = replace(policies.PILOT, proposal_rubric="completion", three_sign_offs=False)
WINDOWED = replace(PILOT, rolling=False, resubmission=policies.Resubmission.NEXT_WINDOW)
MOMENTS = st.integers(1, 24 * 40).map(lambda hours: timedelta(hours=hours))
PLACE = st.integers(0, 10**6)


class Program(RuleBasedStateMachine):
    """Three teachers, three evaluators of whom one teaches as well, and a superintendent.

    Every run begins with the same two projects, which are written once.
    """

    def __init__(self, issuer, session, now):
        super().__init__()
        self.issuer, self.session, self.now = issuer, session, now
        self.pinned: dict[int, object] = {}
        self.released: dict[int, object] = {}

    def teardown(self):
        store = FileStore(self.issuer.settings.home / "evidence")
        try:
            assert list(breaches(self.session, evidence=store)) == []
        finally:
            self.forget()

    def forget(self):
        """Nothing of one run is there in the next."""
        if hasattr(self, "savepoint"):
            self.savepoint.rollback()
            self.session.expunge_all()  # it rolls back the rows, and not all that was read of them

    @initialize(policy=st.sampled_from([PILOT, WINDOWED, replace(PILOT, completion_judges=2)]))
    def begin(self, policy):
        self.savepoint = self.session.begin_nested()
        self.are_there(self.session.query(PersonRow).order_by(PersonRow.id).all())
        self.policy, self.now = policy, self.now + timedelta(days=1)
        policies.change(self.session, policy, by=None, now=self.now)

    def are_there(self, people):
        self.teachers, self.evaluators, self.chief = people[:3], people[2:5], people[5]

    def write_two_projects(self):
        people = [register.add(self.session, f"{name} Example", now=self.now) for name in "ABCDEF"]
        self.are_there(people)
        for person in self.evaluators:
            roles.grant(
                self.session,
                person,
                Role.EVALUATOR,
                first_day=self.now.date(),
                by=None,
                now=self.now,
            )
            declarations.declare(self.session, person, confidential=True, now=self.now)
        self.session.add(TopicRow(name="music"))
        self.session.add(ExpertiseRow(person_pk=people[3].id, topic="music"))
        self.policy = PILOT
        policies.change(self.session, PILOT, by=None, now=self.now)
        self.propose(teacher=0, declared=True)
        self.propose(teacher=1, declared=True)
        self.judge_all_that_waits((MET, {}))
        self.release_all_that_is_judged()
        assert self.session.query(ProjectDecisionRow).count() == 2

    def one(self, rows, place):
        return rows[place % len(rows)]

    def row(self, table, place):
        """Return one of the rows of a table; None if there is none."""
        rows = self.session.query(table).order_by(next(iter(table.__table__.primary_key))).all()
        return self.one(rows, place) if rows else None

    def attempt(self, act, *values, **more):
        """Do what the rules may refuse and return what came of it; None if it was refused."""
        with suppress(MintmarkError), self.session.begin_nested():
            return act(self.session, *values, **more)

    @rule(hours=MOMENTS, policy=st.none() | st.sampled_from([PILOT, WINDOWED]))
    def wait(self, hours, policy):
        """Time goes by; the district may choose otherwise then."""
        self.now += hours
        if policy is not None:
            self.policy = replace(policy, completion_judges=self.policy.completion_judges)
            policies.change(self.session, self.policy, by=None, now=self.now)

    @rule(purpose=st.sampled_from(list(Purpose)), since=MOMENTS, length=MOMENTS)
    def plan_window(self, purpose, since, length):
        opens = self.now - since
        window = WindowRow(name="P", purpose=purpose, opens=opens, closes=opens + length)
        window.zone, window.days_to_decide, window.created_at = "America/Chicago", 30, self.now
        self.session.add(window)
        self.session.flush()

    @rule(place=PLACE, since=MOMENTS, length=MOMENTS, teacher=st.none() | PLACE)
    def move_window(self, place, since, length, teacher):
        """Move a window, or let one teacher in later."""
        window = self.row(WindowRow, place)
        if window is None:
            return
        if teacher is None:
            self.attempt(self._moved, window, self.now - since, length)
        else:
            self.attempt(self._let_in, window, self.one(self.teachers, teacher), length)

    def _moved(self, session, window, opens, length):
        moved(window.window, opens, opens + length, self._received(window))
        window.opens, window.closes = opens, opens + length
        session.flush()

    def _let_in(self, session, window, person, length):
        key, until = {"window_pk": window.id, "person_pk": person.id}, window.closes + length
        session.merge(WindowExceptionRow(**key, until=until, created_at=self.now))
        session.flush()
        session.refresh(window)
        moved(window.window, window.opens, window.closes, self._received(window))

    def _received(self, window):
        versions = self.session.query(VersionRow).filter_by(window_pk=window.id)
        return [(row.received_at, row.project.person_pk) for row in versions]

    @rule(teacher=PLACE, declared=st.sampled_from([True, True, True, False]))
    def propose(self, teacher, declared):
        person = self.one(self.teachers, teacher)
        project = drafts.begin(self.session, person, None, now=self.now)
        self._hand_in(project, PROPOSAL, declared=declared)

    @rule(missing=st.sampled_from([False, False, False, True]))
    def hand_in_all_that_is_written(self, missing):
        for project in self.session.query(ProjectRow).all():
            if State(project.state) in drafts.WRITTEN_IN:
                lacking = {"goal": "", "hours": ""} if missing else {}
                self._hand_in(project, {**PROPOSAL, **COMPLETION, **lacking}, declared=True)

    def _hand_in(self, project, answers, *, declared):
        purpose = drafts.WRITTEN_IN[State(project.state)]
        self.attempt(drafts.choose_topic, project, "music")
        revision = project.revision
        self.attempt(drafts.save, project, purpose, answers, revision=revision, now=self.now)
        by = project.person
        self.attempt(submission.hand_in, project, self.policy, self.now, declared=declared, by=by)

    @rule(judgment=JUDGMENTS)
    def judge_all_that_waits(self, judgment):
        self._assign_all()
        for assignment in self.session.query(AssignmentRow).filter_by(ended_at=None).all():
            self.attempt(_review, assignment, *judgment, now=self.now)

    def _assign_all(self):
        today = self.now.date()
        for purpose in Purpose:
            proposal = plans.propose(self.session, purpose, self.policy, today=today)
            plans.put_in_force(self.session, proposal, due_on=today, now=self.now)

    @rule()
    def release_all_that_is_judged(self):
        for version in self.session.query(VersionRow).all():
            self.attempt(self._released, version)

    def _released(self, session, version):
        drafted = decisions.to_release(session, self.policy, [version], by=self.chief, now=self.now)
        self._release(session, drafted)

    def _release(self, session, drafted):
        home, by = self.issuer.settings, self.chief
        decisions.release(session, home, self.policy, drafted, by=by, now=self.now)

    @rule(judgment=JUDGMENTS)
    def go_on_with_everything(self, judgment):
        """Hand in, judge and release, so that much is under way."""
        self.hand_in_all_that_is_written(missing=False)
        self.judge_all_that_waits(judgment)
        self.release_all_that_is_judged()

    @rule(place=PLACE, act=st.sampled_from(["take back", "withdraw", "reopen", "save", "ask"]))
    def do_as_teacher(self, place, act):
        project = self.row(ProjectRow, place)
        if project is None:
            return
        by, now = project.person, self.now
        if act == "take back":
            self.attempt(submission.take_back, project, self.policy, by=by, now=now)
        elif act == "ask":
            self.attempt(corrections.ask, project, "Please.", self.policy, now=now)
        elif act == "save":  # from a page that is older than what stands there
            old, answers = project.revision - 1, {"goal": "Older.", "hours": "1"}
            purpose = drafts.WRITTEN_IN.get(State(project.state), Purpose.PROPOSAL)
            self.attempt(drafts.save, project, purpose, answers, revision=old, now=now)
        else:
            self.attempt(history.take, project, Act(act), Conditions(), by=by, now=now)

    @rule(place=PLACE, days=st.integers(-5, 90) | st.none())
    def extend_or_close(self, place, days):
        project, today, by = self.row(ProjectRow, place), self.now.date(), self.chief
        if project is None:
            return
        if days is None:
            self.attempt(due.close, project, by=by, today=today, now=self.now)
        else:
            until = today + timedelta(days=days)
            self.attempt(due.extend, project, until, by=by, today=today, now=self.now)

    @rule(place=PLACE, judgment=st.none() | JUDGMENTS, release=st.integers(0, 2))
    def decide(self, place, judgment, release):
        """Draft a decision, release it once, or twice at a time."""
        if version := self.row(VersionRow, place):
            more = dict(zip(("levels", "comments"), judgment or (None, None), strict=True))
            drafted = self.attempt(decisions.draft, version, by=self.chief, now=self.now, **more)
            if drafted is not None and release:
                self.attempt(self._release, [drafted] * release)

    @rule(place=PLACE, judgment=JUDGMENTS)
    def correct(self, place, judgment):
        if decision := self.row(ProjectDecisionRow, place):
            home, more = self.issuer.settings, {"by": self.chief, "now": self.now}
            correct = corrections.correct
            self.attempt(correct, home, self.policy, decision, *judgment, **more)

    @rule(place=PLACE, evaluator=PLACE, act=st.sampled_from(["move", "recuse", "relate", "look"]))
    def do_about_judging(self, place, evaluator, act):
        person, now, today = self.one(self.evaluators, evaluator), self.now, self.now.date()
        if act == "move" and (version := self.row(VersionRow, place)):
            self.attempt(plans.move, version, None, person, due_on=today, now=now)
        elif act == "recuse" and (assignment := self.row(AssignmentRow, place)):
            self.attempt(reviews.recuse, assignment, now=now)
        elif act == "look" and (look := self.row(LookRow, place)):
            self.attempt(corrections.give_to, look, person, due_on=today, now=now)
        elif act == "relate" and (other := self.one(self.teachers, place)) is not person:
            relations.tell(self.session, person, other, "", now=now)
            self._assign_all()  # who judged until now does so no more (E25)

    @precondition(lambda self: hasattr(self, "chief"))
    @invariant()
    def what_was_handed_in_or_released_stays(self):
        """I3 and I6, and E26: a project that comes again keeps everything that was there."""
        for version in self.session.query(VersionRow):
            now = (version.answers, version.artifacts, version.rubric_version_id)
            assert self.pinned.setdefault(version.id, now) == now
        for row in self.session.query(ProjectDecisionRow).filter(
            ProjectDecisionRow.released_at.is_not(None)
        ):
            now = (row.outcome, dict(row.levels), dict(row.comments), row.released_at)
            assert self.released.setdefault(row.id, now) == now
        for review in self.session.query(ReviewRow).filter(ReviewRow.given_at.is_not(None)):
            assert review.levels.keys() == {"learning", "work"}


def _review(session, assignment, levels, comments, *, now):
    review = reviews.opened(session, assignment, now=now)
    reviews.save(session, review, levels, comments, revision=review.revision, now=now)
    reviews.give(session, review, now=now)


def test_no_invariant_is_broken_whatever_people_do(issuer, now):
    with issuer.database.writing() as session:
        Program(issuer, session, now).write_two_projects()
        run_state_machine_as_test(
            lambda: Program(issuer, session, now),
            settings=settings(
                max_examples=RUNS,
                stateful_step_count=STEPS,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
