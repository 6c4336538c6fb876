"""A large district's year for the demo: 1,900 awards, 142 proposals in one window, and 60 teachers
whose projects are in every state. All of it is made up.

    python examples/year.py write FOLDER   # people.csv, achievements, approvals.jsonl
    python examples/year.py fill HOME      # the program, once the people are imported
"""

import csv
import json
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from program import TOPICS, Program

from issuer.home.issuer import opened
from issuer.home.settings import load
from issuer.people.tables import ExpertiseRow, PersonRow
from issuer.program import policy as policies
from issuer.program.assigning import plans
from issuer.program.coaching import coaching
from issuer.program.evaluation import decisions, reviews
from issuer.program.evaluation.tables import AssignmentRow
from issuer.program.projects import declarations, due, history
from issuer.program.projects.states import Act, Conditions, State
from issuer.program.projects.tables import ProjectRow
from issuer.program.windows.local_time import start_of
from issuer.program.windows.tables import WindowRow
from issuer.program.windows.window import Purpose
from verifier import clock

AWARDS: Final = 1900
TEACHERS: Final = 202
"""The first 60 have a project under way; all others proposed one in the last window."""
UNDER_WAY: Final = 60
EVALUATORS: Final = 15
POLICY: Final = replace(policies.DISTRICT, days_to_finish=90, names_hidden=True)
BUILDINGS: Final = (
    ("E1", "Example Elementary School", "K, 1, 2, 3, 4, 5"),
    ("E2", "Second Elementary School", "K, 1, 2, 3, 4, 5"),
    ("MS", "Example Middle School", "6, 7, 8"),
    ("HS", "Example High School", "9, 10, 11, 12"),
)
SKILLS: Final = {
    "design thinking": (
        "Prototyping with students",
        "Interviewing users",
        "Sketching first ideas",
        "Testing with real readers",
    ),
    "music": (
        "Reading rhythm at sight",
        "Singing in two parts",
        "Improvising over four chords",
        "Listening with a purpose",
    ),
    "personalized learning": (
        "Conferring with readers",
        "Learning plans with students",
        "Choice in independent work",
        "Feedback that students use",
    ),
    "STEM": (
        "Asking questions that can be tested",
        "Measuring outdoors",
        "Models of change",
        "Engineering with cardboard",
    ),
    "technology": (
        "Designing an online course",
        "Data that students collect",
        "Programs that draw",
        "Sources on the web",
    ),
}
ACHIEVEMENT: Final = """name = "{name}"
description = "Students take part in “{name}”, and show what they learned by it."
criteria = "Plan it, teach it with your own students, measure what changed, and reflect on it."
tags = ["{topic}"]
in_language = "en"
rubric = "completion"
"""


def address(number: int) -> str:
    """Return the address of the teacher of this number, from 0."""
    return f"teacher-{number + 1}@example.com"


def people() -> Iterator[dict[str, str]]:
    """Yield a row of the register for each teacher and each evaluator."""
    for number in range(TEACHERS):
        building, name, grades = BUILDINGS[number % len(BUILDINGS)]
        yield {
            "name": f"Teacher {number + 1} of the demo",
            "address": address(number),
            "staff number": f"{1000 + number}",
            "building": building,
            "building name": name,
            "grades": grades,
            "subjects": TOPICS[number % len(TOPICS)],
            "roles": "teacher",
        }
    for number in range(EVALUATORS):
        yield {
            "name": f"Evaluator {number + 1} of the demo",
            "address": f"evaluator-{number + 1}@example.com",
            "staff number": f"{2000 + number}",
            "building": "HS",
            "building name": "Example High School",
            "roles": "evaluator",
        }


def approvals(now: datetime) -> Iterator[dict[str, Any]]:
    """Yield the webhook's message of each award of the last four years."""
    skills = [_id(name) for names in SKILLS.values() for name in names]
    for number in range(AWARDS):
        teacher, turn = number % TEACHERS, number // TEACHERS
        approved = (now - timedelta(days=30 + number * 1400 // AWARDS)).replace(hour=20, minute=0)
        data = {
            "approval_id": f"demo-year-{number + 1}",
            "achievement": {"id": skills[(teacher * 3 + turn) % len(skills)]},
            "recipient": {
                "name": f"Teacher {teacher + 1} of the demo",
                "emails": [address(teacher)],
            },
            "narrative": {
                "skill": "A skill that the teacher chose.",
                "goal": "Each student shows it once.",
                "measured_outcome": f"{15 + number % 12} of 27 students showed it in week ten.",
            },
            "activity": {
                "start": f"{approved - timedelta(days=90):%Y-%m-%d}",
                "end": f"{approved - timedelta(days=20):%Y-%m-%d}",
            },
            "credits": [{"value": 6 + number % 9, "unit": "hours"}],
            "levels": dict.fromkeys(("learning", "process", "work"), "met")
            | {"reflection": ("met", "exceeded")[number % 2]},
            "evidence": [
                {
                    "name": "Students’ reflections",
                    "genre": "student reflection",
                    "sha256": f"{number:064x}",
                }
            ],
            "approved_at": f"{approved:%Y-%m-%dT%H:%M:00Z}",
        }
        yield {
            "type": "micro_credential.approved",
            "timestamp": data["approved_at"],
            "data": data,
        }


def write(folder: Path, now: datetime) -> None:
    """Write the tables of the year: people, achievements, and what was approved before."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(people())
    with (folder / "people.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)
    (folder / "achievements").mkdir(exist_ok=True)
    for topic, names in SKILLS.items():
        for name in names:
            text = ACHIEVEMENT.format(name=name, topic=topic)
            (folder / "achievements" / f"{_id(name)}.toml").write_text(text)
    with (folder / "approvals.jsonl").open("w") as lines:
        lines.writelines(json.dumps(message) + "\n" for message in approvals(now))


def _id(name: str) -> str:
    return name.lower().replace(" ", "-")


@dataclass
class Year(Program):
    """The program of a district with windows, played from 130 days ago until now."""

    def at(self, days: float) -> "Year":
        """Return the same year as of some days before now, or after it if negative."""
        return replace(self, now=self.now - timedelta(days=days))

    def open_windows(self) -> None:
        """Plan three windows for proposals and three for completions, and choose the policy."""
        for name, purpose, opens in (
            ("First proposals", Purpose.PROPOSAL, 130),
            ("Second proposals", Purpose.PROPOSAL, 27),
            ("Third proposals", Purpose.PROPOSAL, 3),
            ("First completions", Purpose.COMPLETION, 47),
            ("Second completions", Purpose.COMPLETION, 6),
            ("Third completions", Purpose.COMPLETION, -95),
        ):
            zone = self.issuer.settings.timezone or ZoneInfo("UTC")
            day = (self.now - timedelta(days=opens)).astimezone(zone).date()
            window = WindowRow(
                name=name,
                purpose=purpose,
                opens=start_of(day, zone),
                closes=start_of(day + timedelta(days=14), zone),
                zone=zone.key,
                days_to_decide=POLICY.days_to_decide,
                created_at=self.now,
            )
            self.session.add(window)
        superintendent = self.person("superintendent@example.com")
        policies.change(self.session, POLICY, by=superintendent, now=self.now)
        for number in range(EVALUATORS):
            evaluator = self.person(f"evaluator-{number + 1}@example.com")
            declarations.declare(self.session, evaluator, confidential=True, now=self.now)
            self.session.add_all(
                ExpertiseRow(person_pk=evaluator.id, topic=TOPICS[(number + step) % len(TOPICS)])
                for step in range(2)
            )
        self.session.flush()

    def propose_all(self, numbers: Collection[int]) -> list[ProjectRow]:
        """Let each of these teachers propose a project in her own field."""
        projects = []
        for number in numbers:
            topic = TOPICS[number % len(TOPICS)]
            title = SKILLS[topic][number // len(TOPICS) % len(SKILLS[topic])]
            project = self.project(title, address(number), topic)
            self.propose(project)
            projects.append(project)
        return projects

    def hand_in_all(self, projects: Collection[ProjectRow]) -> None:
        """Let the teachers of these projects hand in what they have done."""
        for project in projects:
            self.hand_in_completed(project)

    def assign_all(self, purpose: Purpose) -> list[AssignmentRow]:
        """Give everything that waits to the evaluators whose field it is, evenly."""
        # The register was imported today: on the day that is played, nobody was an evaluator.
        today = clock.now().date()
        proposal = plans.propose(self.session, purpose, POLICY, today=today)
        due_on = self.now.date() + timedelta(days=POLICY.days_to_decide - 3)
        return plans.put_in_force(self.session, proposal, due_on=due_on, now=self.now)

    def judge(self, assignment: AssignmentRow, *, not_yet: Collection[str] = ()) -> None:
        """Give the review of an assignment: met, but for the criteria that are not yet."""
        rubric = reviews.rubric(assignment)
        review = reviews.opened(self.session, assignment, now=self.now)
        levels = {
            criterion.id: "not-yet" if criterion.id in not_yet else criterion.required
            for criterion in rubric.criteria
        }
        comments = dict.fromkeys(not_yet, "Show how one student’s work changed over the weeks.")
        reviews.save(self.session, review, levels, comments, revision=review.revision, now=self.now)
        reviews.give(self.session, review, now=self.now)

    def release_all(self, assignments: Collection[AssignmentRow]) -> None:
        """Release what the reviews of these assignments say."""
        chief = self.person("superintendent@example.com")
        versions = {assignment.version_pk: assignment.version for assignment in assignments}
        drafted = [
            decisions.draft(self.session, version, by=chief, now=self.now)
            for version in versions.values()
        ]
        settings = self.issuer.settings
        decisions.release(self.session, settings, POLICY, drafted, by=chief, now=self.now)


def fill(year: Year) -> None:
    """Play the year: each act on its day, until there is something to do for everybody."""
    year.open_windows()
    projects = year.at(120).propose_all(range(UNDER_WAY))
    proposed = year.at(112).assign_all(Purpose.PROPOSAL)
    for assignment in proposed:
        year.at(105).judge(assignment)
    year.at(100).release_all(proposed)
    _coached(year.at(60), projects[:6])
    _completed(year, projects)
    _unfinished(year, projects)
    year.at(20).propose_all(range(UNDER_WAY, TEACHERS))  # the superintendent assigns these


def _coached(year: Year, projects: Sequence[ProjectRow]) -> None:
    coach = year.person("coach@example.com")
    for project in projects:
        coaching.begin(year.session, project, coach, now=year.now)
        text = "Watched a lesson: the students knew what to do next without asking."
        coaching.note(year.session, project, coach, year.now.date(), text, now=year.now)


def _completed(year: Year, projects: Sequence[ProjectRow]) -> None:
    """The first window is judged: most is released, some differ; the second one is open."""
    judged = [project for place, project in enumerate(projects) if place % 10 in range(5)]
    year.at(40).hand_in_all(judged)
    places = {project.id: place % 10 for place, project in enumerate(projects)}
    rows = year.at(32).assign_all(Purpose.COMPLETION)
    assignments = [row for row in rows if row.version.project_pk in places]
    seen: set[int] = set()
    for assignment in assignments:
        project = assignment.version.project_pk
        is_second = project in seen
        seen.add(project)
        lacks = places[project] == 2 or (places[project] == 4 and is_second)
        year.at(20).judge(assignment, not_yet=["process"] if lacks else [])
    release = [row for row in assignments if places[row.version.project_pk] < 3]
    year.at(10).release_all(release)
    year.at(2).hand_in_all([project for project in projects if places[project.id] == 5])
    year.at(1).assign_all(Purpose.COMPLETION)


def _unfinished(year: Year, projects: Sequence[ProjectRow]) -> None:
    """What is late was put off, closed, withdrawn, or waits for somebody to decide that."""
    chief = year.person("superintendent@example.com")
    today = year.now.date()
    for place, project in enumerate(projects):
        if project.state != State.ACTIVE:
            continue
        if place % 10 in (2, 6):
            until = today + timedelta(days=60)
            due.extend(year.session, project, until, by=chief, today=today, now=year.now)
        elif place % 10 == 8:
            due.close(year.session, project, by=chief, today=today, now=year.now)
        elif place % 10 == 9:
            by: PersonRow = project.person
            history.take(year.session, project, Act.WITHDRAW, Conditions(), by=by, now=year.now)


def main(words: Sequence[str]) -> int:
    """Write the tables of the year, or fill a home with its program."""
    act, place = words
    if act == "write":
        write(Path(place), clock.now())
        return 0
    with opened(load(Path(place))) as issuer, issuer.database.writing() as session:
        fill(Year(issuer, session, clock.now(), POLICY))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
