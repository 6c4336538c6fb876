"""A small district's program for the demo: a project in each state that somebody has to do with.

`python examples/program.py HOME` fills a home to which `people.csv` was imported. Everybody in it
is made up.
"""

import io
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sqlalchemy.orm import Session

from issuer.home.issuer import Issuer, opened
from issuer.home.settings import load
from issuer.people import register
from issuer.people.tables import ExpertiseRow, PersonRow
from issuer.program import policy as policies
from issuer.program.coaching import coaching
from issuer.program.evaluation import decisions, reviews
from issuer.program.evaluation.tables import AssignmentRow
from issuer.program.evidence import artifacts
from issuer.program.evidence.artifacts import ArtifactTier, Consent, Students
from issuer.program.evidence.file_store import FileStore
from issuer.program.evidence.tables import ArtifactRow
from issuer.program.projects import declarations, drafts, submission
from issuer.program.projects.tables import ProjectRow, TopicRow
from issuer.program.windows.window import Purpose
from verifier import clock

TEACHER = "jordan.example@school.example.org"
POLICY = replace(policies.PILOT, three_sign_offs=False)
TOPICS = ("design thinking", "music", "personalized learning", "STEM", "technology")
PROPOSAL = {
    "skill": "Teaching rhythm through composition.",
    "goal": "Each sixth grader composes and reads eight bars.",
    "measured_outcome": "How many read a new line of eight bars at sight, counted each week.",
    "plan": "Ten weeks with rhythm cards: compose on Monday, swap and read on Thursday.",
}
COMPLETION = {
    "hours": "12",
    "learning": "Two books, a workshop, and five lessons watched with my coach.",
    "students_learning": "Each week the class read one new line; I counted who got to its end.",
    "student_work": "Thirty compositions, and what the students say about theirs.",
    "reflection": "Shorter cards next time. Next I will try the same with melody.",
}
EVIDENCE = Path(__file__).parent / "evidence"
FILES = {
    "reflections.md": ("Students’ reflections", "What six students said.", "student reflection"),
    "composition.png": (
        "A composition",
        "Eight bars, and the student’s corrections.",
        "student work",
    ),
    "plan.docx": ("The plan of ten weeks", "What each day was for, and the counts.", "lesson plan"),
}
"""What shows each completed project: by file, its name, what it shows, and its kind."""


@dataclass
class Program:
    """The program of one home, as of `now`, in a session for writing."""

    issuer: Issuer
    session: Session
    now: datetime
    policy: policies.Policy = POLICY

    def person(self, address: str) -> PersonRow:
        """Return who has this address."""
        row = register.of_address(self.session, address)
        if row is None:
            raise SystemExit(f"nobody has the address {address}: import examples/people.csv first")
        return self.session.get_one(PersonRow, row.person_pk)

    def open(self) -> None:
        """Choose how the program works, and whom evaluators need not judge."""
        superintendent = self.person("superintendent@example.com")
        policies.change(self.session, POLICY, by=superintendent, now=self.now)
        self.session.add_all(TopicRow(name=name) for name in TOPICS)
        self.session.flush()
        evaluator = self.person("evaluator@example.com")
        for person in (evaluator, self.person(TEACHER)):
            declarations.declare(self.session, person, confidential=True, now=self.now)
        self.session.add(ExpertiseRow(person_pk=evaluator.id, topic="music"))

    def project(self, title: str, teacher: str = TEACHER, topic: str = "music") -> ProjectRow:
        """Begin a project of a teacher, with every answer of its proposal."""
        project = drafts.begin(self.session, self.person(teacher), None, now=self.now)
        drafts.choose_topic(self.session, project, topic)
        self._write(project, Purpose.PROPOSAL, {"title": title, **PROPOSAL})
        return project

    def propose(self, project: ProjectRow) -> None:
        """Hand the proposal in."""
        self._hand_in(project)

    def start(self, project: ProjectRow) -> None:
        """Let the proposal be approved, and give the project its coach."""
        self.propose(project)
        self._decide(project, release=True)
        coach = self.person("coach@example.com")
        coaching.begin(self.session, project, coach, now=self.now)
        text = "Watched the first lesson: every student had a card in hand within a minute."
        coaching.note(self.session, project, coach, self.now.date(), text, now=self.now)

    def complete(self, project: ProjectRow, *, release: bool) -> None:
        """Hand the completed project in and have it judged; let the approval be released."""
        self.hand_in_completed(project)
        self._decide(project, release=release)

    def hand_in_completed(self, project: ProjectRow) -> None:
        """Answer what a completion asks, and hand it in."""
        self.add_evidence(project)
        began = self.now - timedelta(days=75)
        days = {"began": f"{began:%Y-%m-%d}", "ended": f"{self.now - timedelta(days=5):%Y-%m-%d}"}
        self._write(project, Purpose.COMPLETION, COMPLETION | days)
        self._hand_in(project)

    def share(self, project: ProjectRow) -> None:
        """Let colleagues see what came of a project, once it has earned its credential."""
        link = artifacts.link(
            self.session, project, "Thirty compositions", "https://example.com/choir", now=self.now
        )
        shows = "What beginners wrote after ten weeks, without names."
        self._describe(link, link.name, shows, "student work", tier=ArtifactTier.DISTRICT)

    def add_evidence(self, project: ProjectRow) -> None:
        """Add the files that show what came of a project."""
        store = FileStore(self.issuer.settings.home / "evidence")
        for name, about in FILES.items():
            mark = f"Collected for “{project.proposal['title']}”, project {project.id}."
            data = _own((EVIDENCE / name).read_bytes(), name, mark)
            upload = artifacts.begin(
                self.session, store, project, name, len(data), artifacts.Limits(), now=self.now
            )
            artifacts.receive(store, upload, 0, data)
            file = artifacts.stored(store, upload)
            self._describe(artifacts.finish(self.session, upload, file, now=self.now), *about)
            store.abandon(upload.upload)

    def _describe(
        self,
        artifact: ArtifactRow,
        name: str,
        shows: str,
        genre: str,
        *,
        tier: ArtifactTier = ArtifactTier.SEALED,
    ) -> None:
        artifacts.describe(
            self.session,
            artifact,
            name=name,
            description=shows,
            genre=genre,
            criterion=None,
            students=Students.NONE,
            basis=Consent.NOT_NEEDED,
            reference="",
            tier=tier,
            by=artifact.project.person,
            now=self.now,
        )

    def ask_evaluator(self, project: ProjectRow) -> AssignmentRow:
        """Give what was handed in last to the demo's evaluator."""
        version = submission.newest_version(self.session, project)
        assert version is not None, "it was handed in"
        assignment = AssignmentRow(
            version_pk=version.id,
            evaluator_pk=self.person("evaluator@example.com").id,
            ground="in_field",
            due_on=(self.now + timedelta(days=POLICY.days_to_decide - 3)).date(),
            created_at=self.now,
        )
        self.session.add(assignment)
        self.session.flush()
        return assignment

    def _write(self, project: ProjectRow, purpose: Purpose, answers: dict[str, str]) -> None:
        drafts.save(
            self.session, project, purpose, answers, revision=project.revision, now=self.now
        )

    def _hand_in(self, project: ProjectRow) -> None:
        submission.hand_in(
            self.session,
            project,
            self.policy,
            self.now,
            declared=True,
            checks=[artifacts.check],
            by=project.person,
        )

    def _decide(self, project: ProjectRow, *, release: bool) -> None:
        assignment = self.ask_evaluator(project)
        rubric = reviews.rubric(assignment)
        review = reviews.opened(self.session, assignment, now=self.now)
        levels = {criterion.id: criterion.required for criterion in rubric.criteria}
        reviews.save(self.session, review, levels, {}, revision=review.revision, now=self.now)
        reviews.give(self.session, review, now=self.now)
        superintendent = self.person("superintendent@example.com")
        drafted = decisions.draft(self.session, assignment.version, by=superintendent, now=self.now)
        if release:
            decisions.release(
                self.session,
                self.issuer.settings,
                POLICY,
                [drafted],
                by=superintendent,
                now=self.now,
            )


def _own(data: bytes, name: str, mark: str) -> bytes:
    """Return a file as no other project has it: the same one in two is pointed out (E41)."""
    file = io.BytesIO(data)
    if name.endswith(".docx"):
        with zipfile.ZipFile(file, "a") as document:
            document.comment = mark.encode()
    elif name.endswith(".png"):
        picture, about = Image.open(io.BytesIO(data)), PngInfo()
        about.add_itxt("Title", mark)
        picture.save(file, "PNG", pnginfo=about)
    else:
        file.write(data + f"\n{mark}\n".encode())
    return file.getvalue()


def fill(program: Program) -> None:
    """Open the program and make a project for each turn that somebody can take."""
    program.open()
    program.project("Rhythm games for the first week")  # the teacher goes on writing
    asked = program.project("Composing with foundational rhythms")
    program.propose(asked)
    program.ask_evaluator(asked)  # the evaluator judges it
    program.start(program.project("Reading rhythm at sight"))  # the coach writes about it
    judged = program.project("Students listen to each other")
    program.start(judged)
    program.complete(judged, release=False)  # the superintendent releases it
    earned = program.project("A choir of beginners")
    program.start(earned)
    program.share(earned)  # colleagues find it under Cadre
    program.complete(earned, release=True)  # it becomes a credential


def main(words: Sequence[str]) -> int:
    """Fill the home that `words` names."""
    with opened(load(Path(words[0]))) as issuer, issuer.database.writing() as session:
        fill(Program(issuer, session, clock.now()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
