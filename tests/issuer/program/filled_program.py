"""A program full of projects that never were, as rows: for pages that count them.

fill(session, teachers=60, now=now)    # 2 buildings, 3 fields, one project for each teacher
"""

from datetime import date, timedelta

from issuer.catalog.tables import AchievementVersion, RubricVersion
from issuer.catalog.versions import rubric_of
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow, StatusList
from issuer.people.tables import BuildingRow, PersonRow, PostRow
from issuer.program.evaluation.tables import AssignmentRow, ProjectDecisionRow, ReviewRow
from issuer.program.projects.tables import ProjectRow, TopicRow, VersionRow
from issuer.program.windows.tables import WindowRow

TOPICS = ("music", "STEAM", "design thinking")
GRADES = ("K", "4, 5", "7", "9-12")
BUILDINGS = (("1", "Elm Elementary"), ("2", "Maple Middle School"), ("3", "Oak High School"))
CONTRACT = {
    "given": "salary",
    "threshold": "75,000.00",
    "below": "2,000.00",
    "above": "600.00",
    "at_threshold": "A",
    "as_of": "year_start",
    "basis": "actual",
    "year_start": "07-01",
    "counts_in": "approval",
    "cap_counts": "application",
    "mid_year_hire": "none",
    "carry_over": "none",
    "release": "never",
    "effect": "next_year",
}
"""Every rule that a district which pays must choose, chosen."""
COMPLETION = {
    "began": "2026-01-08",
    "ended": "2026-03-13",
    "hours": "12",
    "learning": "Two books.",
    "students_learning": "Weekly counts.",
    "student_work": "Compositions.",
    "reflection": "Shorter cards.",
}

TEACHERS_AT_ONCE = 20
"""Rows are sent by the thousand, and no longer held once they are."""


def fill(session, *, teachers, now, years=1, awards_each=1, buildings=BUILDINGS, evaluators=6):
    """Add teachers with projects: of ten, six are issued, one is active, one came back."""
    filled = _Filled(session, now, years, buildings, evaluators)
    for number in range(teachers):
        teacher = filled.teacher(number)
        filled.unfinished(number, teacher)
        for which in range(awards_each if number % 10 < 6 else 0):
            filled.award(number, which, teacher)
        if number % TEACHERS_AT_ONCE == TEACHERS_AT_ONCE - 1:
            session.flush()
    session.flush()


class _Filled:
    def __init__(self, session, now, years, buildings, evaluators):
        self.session, self.now, self.years = session, now, years
        self.rubric = session.query(RubricVersion).first()
        self.achievement = session.query(AchievementVersion).first()
        levels = {c.id: c.levels for c in rubric_of(self.rubric).criteria}
        self.met = {id: which[-1].id for id, which in levels.items()}
        self.not_yet = {id: which[0].id for id, which in levels.items()}
        known = {row.name: row for row in session.query(TopicRow)}
        self.topics = [known.get(name) or TopicRow(name=name) for name in TOPICS]
        self.buildings = [BuildingRow(code=code, name=name) for code, name in buildings]
        self.window = WindowRow(
            name="P1",
            purpose="proposal",
            opens=now - timedelta(days=60),
            closes=now - timedelta(days=40),
            zone="UTC",
            days_to_decide=30,
            created_at=now,
        )
        *self.judges, self.chief = [
            self._person(f"Evaluator {n}", f"e{n}") for n in range(evaluators)
        ]
        session.add_all([*self.topics, *self.buildings, self.window])
        session.add(StatusList(number=90, size=2**20, key=b"0" * 16, opened_at=now))
        session.flush()

    def _person(self, name, key):
        row = PersonRow(
            public_id=key.rjust(22, "p"), name=name, folded=name.lower(), created_at=self.now
        )
        self.session.add(row)
        return row

    def teacher(self, number):
        teacher = self._person(f"Teacher {number}", f"t{number}")
        teacher.posts = [
            PostRow(
                building=self.buildings[number % len(self.buildings)],
                grades=GRADES[number % 4],
                subjects="band",
            )
        ]
        return teacher

    def unfinished(self, number, teacher):
        states = {6: "active", 7: "draft", 8: "proposed", 9: "withdrawn"}
        if number % 10 in states:
            project = self._project(number, 0, teacher, states[number % 10])
            version = self._version(project, "proposal", self.now - timedelta(days=41))
            if number % 10 in (6, 7):
                self._decide(version, number, is_met=number % 10 == 6)

    def award(self, number, which, teacher):
        project = self._project(number, which, teacher, "issued")
        handed_in = self.now - timedelta(days=50 + 365 * ((number + which) % self.years))
        first = self._version(project, "proposal", self.now - timedelta(days=41))
        self._decide(first, number)
        self._decide(self._version(project, "completion", handed_in), number)
        self._credential(project, (handed_in + timedelta(days=20)).date())

    def _project(self, number, which, teacher, state):
        row = ProjectRow(
            public_id=f"{number:06}x{which:04}".rjust(22, "a"),
            person=teacher,
            topic=self.topics[(number + which) % 3],
            state=state,
            proposal={"title": "Rhythm", "skill": "Rhythm", "goal": "Reads", "plan": "Ten weeks"},
            completion=COMPLETION,
            revision=0,
            created_at=self.now,
            changed_at=self.now,
        )
        self.session.add(row)
        return row

    def _version(self, project, purpose, received):
        row = VersionRow(
            project=project,
            purpose=purpose,
            number=1,
            answers=COMPLETION if purpose == "completion" else project.proposal,
            artifacts={"files": []},
            rubric_version=self.rubric,
            window=self.window if purpose == "proposal" else None,
            received_at=received,
        )
        self.session.add(row)
        return row

    def _decide(self, version, number, *, is_met=True):
        judged = version.received_at + timedelta(days=10 + number % 25)
        for evaluator in (self._judge(number), self._judge(number + 1)):
            row = AssignmentRow(
                version=version,
                evaluator=evaluator,
                ground="outside_field" if number % 7 == 0 else "in_field",
                due_on=date(2026, 12, 1),
                created_at=self.now,
            )
            row.review = ReviewRow(
                levels=self.met if is_met else self.not_yet,
                comments={},
                revision=1,
                changed_at=judged,
                given_at=judged,
            )
            self.session.add(row)
        self.session.add(
            ProjectDecisionRow(
                version=version,
                outcome="approved" if is_met else "not_yet",
                levels=self.met if is_met else self.not_yet,
                comments={} if is_met else dict.fromkeys(self.met, "One more count."),
                drafted_by=self.chief.id,
                drafted_at=judged,
                released_by=self.chief.id,
                released_at=judged,
            )
        )

    def _judge(self, number):
        return self.judges[number % len(self.judges)]

    def _credential(self, project, on):
        approval = ApprovalRow(
            source="program",
            approval_id=f"program:{project.public_id}",
            token=project.public_id,
            digest="0" * 64,
            content=b"{}",
            achievement_version_id=self.achievement.id,
            received_at=self.now,
            teacher=project.person.folded,
            awarded_on=on,
        )
        self.places = getattr(self, "places", 0) + 1
        self.session.add(
            CredentialRow(
                public_id=project.public_id,
                approval=approval,
                list_number=90,
                list_index=self.places,
                state="issued",
                document=b"{}",
                prepared_at=self.now,
                issued_at=self.now,
            )
        )
