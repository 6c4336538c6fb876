"""A program played through its pages: a superintendent, an evaluator and a teacher in browsers."""

import io
import re

from issuer.people.roles import Role
from issuer.people.tables import ExpertiseRow
from issuer.program.evidence.tables import ArtifactRow
from issuer.program.projects import declarations, drafts
from verifier import clock

ANSWERS = {
    "topic": "music",
    "title": "Rhythm by composing",
    "skill": "Teaching rhythm through composition.",
    "goal": "Each student reads eight bars.",
    "measured_outcome": "Sight readers, counted weekly.",
    "plan": "Ten weeks.",
}
COMPLETION = {
    "began": "2026-01-08",
    "ended": "2026-03-13",
    "hours": "12",
    "learning": "Two books.",
    "students_learning": "Weekly counts.",
    "student_work": "Compositions.",
    "reflection": "Shorter cards.",
}
MET = {"level-learning": "met", "level-work": "met"}


class Play:
    """A superintendent, an evaluator and a teacher in their browsers."""

    def __init__(self, district):
        self.district = district
        self.teacher = district.add("Jordan Example", Role.TEACHER, address="j@school.example")
        self.evaluator = district.add("Kim Sample", Role.EVALUATOR)
        chief = district.add("Pat Model", Role.SUPERINTENDENT)
        with district.issuer.database.writing() as session:
            session.add(ExpertiseRow(person_pk=self.evaluator.id, topic="music"))
            declarations.declare(session, self.evaluator, confidential=True, now=clock.now())
        self.at_teacher = district.browser(self.teacher)
        self.at_evaluator = district.browser(self.evaluator)
        self.at_chief = district.browser(chief)

    def begin(self):
        self.at_teacher.post("/declaration", page="/declaration")
        self.project = self.at_teacher.post("/projects", page="/projects").location

    def hand_in(self, **answers):
        page = self.at_teacher.get(self.project).text
        revision = re.search(r'name="revision" value="(\d+)"', page)[1]
        return self.at_teacher.post(
            self.project, page=self.project, act="submit", revision=revision, **answers
        )

    def assign(self, purpose):
        path = f"/program/assignments/{purpose}"
        return self.at_chief.post(path, page=path, due_on="2099-12-08")

    def assignment(self):
        return re.search(r'href="(/judging/[\w-]+)"', self.at_evaluator.get("/judging").text)[1]

    def judge(self, **fields):
        path = self.assignment()
        revision = re.search(r'name="revision" value="(\d+)"', self.at_evaluator.get(path).text)[1]
        return self.at_evaluator.post(path, page=path, act="give", revision=revision, **fields)

    def shown_to_release(self):
        page = self.at_chief.get("/program/decisions").text
        return re.findall(r'name="version" value="([^"]+)"', page)

    def release(self, versions=None):
        versions = self.shown_to_release() if versions is None else versions
        return self.at_chief.post("/program/decisions", page="/program/decisions", version=versions)

    def add_evidence(self):
        now = clock.now()
        with self.district.issuer.database.writing() as session:
            project = drafts.locked(session, self.project.rpartition("/")[2])
            session.add(
                ArtifactRow(
                    public_id="a" * 22,
                    project_pk=project.id,
                    name="Reflections",
                    genre="student reflection",
                    url="https://drive.example/1",
                    students="none",
                    basis="not_needed",
                    confirmed_at=now,
                    tier="district",
                    criterion="work",
                    created_at=now,
                )
            )


PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)) * 8


def add(browser, project, data=PDF, name="plan.pdf"):
    return browser.post(
        f"{project}/evidence", page=f"{project}/evidence", file=(io.BytesIO(data), name)
    )


def address(browser, project):
    return re.search(r'href="(/evidence/[\w-]+)"', browser.get(f"{project}/evidence").text)[1]


def read(browser, path, **more):
    """Everything of an answer, whose file is closed then."""
    with browser.get(path, **more) as answer:
        return answer.status_code, answer.get_data(), answer.headers
