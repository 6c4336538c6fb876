"""What a district does in a year beside what its play shows in a browser: by the product's own
functions, 142 proposals are put in and judged.

Whoever reads blind must not find a teacher: each name, address and file name holds `tulip` and a
number of its own.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.people import register, relations, roles
from issuer.people.roles import Role
from issuer.people.tables import BuildingRow, ExpertiseRow, PersonRow, PostRow
from issuer.program import policy as policies
from issuer.program.coaching import cohorts
from issuer.program.evaluation import reviews
from issuer.program.evaluation.tables import AssignmentRow
from issuer.program.projects import declarations, drafts, submission
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow, TopicRow, VersionRow
from issuer.program.windows.window import Purpose

FIELDS = ("design thinking", "personalized learning", "STEM", "technology", "ceramics")
"""No evaluator knows the last one."""
TEACHERS, EVALUATORS = 143, 15
WHO_TEACH = 5
"""So many of the evaluators are teachers, with a proposal of their own."""


def teacher(number: int) -> str:
    """The address of a teacher; the last one is late."""
    return f"tulip{number:03}@school.example"


def evaluator(number: int) -> str:
    """The address of an evaluator; the first are teachers, too."""
    return teacher(number) if number < WHO_TEACH else f"evaluator{number:02}@school.example"


def title(number: int) -> str:
    """The title of a teacher's project."""
    return f"Counting the steps, {number:03}"


def proposal(number: int) -> dict[str, str]:
    """The answers of a proposal, in one of which its teacher names herself."""
    return {
        "title": title(number),
        "skill": "Letting students say each step out loud.",
        "goal": "Each student names the step before it is taken.",
        "measured_outcome": "Students who name all steps, counted each week.",
        "plan": f"I am Tara Tulip{number:03} ({teacher(number)}), and begin in room 4.",
    }


def person(session: Session, address: str) -> PersonRow:
    """Who has this address."""
    return session.get_one(PersonRow, register.of_address(session, address).person_pk)


def fill(session: Session, now: datetime) -> None:
    """Put everybody into the register, and let each say whom they must not judge."""
    elm = BuildingRow(code="1", name="Elm School")
    session.add(elm)
    first_day = now.date()

    def add(name: str, address: str, *own_roles: Role) -> PersonRow:
        row = register.add(session, name, now=now)
        register.add_address(session, row, address, verified_at=now)
        for role in own_roles:
            roles.grant(session, row, role, first_day=first_day, now=now)
        declarations.declare(session, row, confidential=True, now=now)
        return row

    for number in range(TEACHERS):
        judges = [Role.EVALUATOR, Role.COACH] if number < WHO_TEACH else []
        row = add(f"Tara Tulip{number:03}", teacher(number), Role.TEACHER, *judges)
        session.add(PostRow(person_pk=row.id, building=elm, grades="6", subjects="all"))
    for number in range(WHO_TEACH, EVALUATORS):
        add(f"Evan Oak{number:02}", evaluator(number), Role.EVALUATOR)
    for number in range(EVALUATORS):
        judge = person(session, evaluator(number))
        session.add(ExpertiseRow(person_pk=judge.id, topic=FIELDS[number % 4]))
    one, other = (person(session, address) for address in related())
    relations.tell(session, one, other, "", now=now)
    cohort = cohorts.gather(session, "Steps", None, person(session, evaluator(1)), now=now)
    for number in range(30, 40):
        cohorts.join(session, cohort, person(session, teacher(number)), now=now)


def related() -> tuple[str, str]:
    """A teacher, and the evaluator whom she named."""
    return teacher(20), evaluator(7)


def draft(session: Session, number: int, now: datetime) -> ProjectRow:
    """Let a teacher write a proposal."""
    project = drafts.begin(session, person(session, teacher(number)), None, now=now)
    drafts.choose_topic(session, project, FIELDS[number % len(FIELDS)])
    drafts.save(session, project, Purpose.PROPOSAL, proposal(number), revision=0, now=now)
    return project


def hand_in(session: Session, project: ProjectRow, now: datetime, checks=()) -> VersionRow:
    """Let a teacher hand in what she wrote."""
    policy = policies.current(session)
    teacher = session.get_one(PersonRow, project.person_pk)
    return submission.hand_in(
        session, project, policy, now, declared=True, checks=checks, by=teacher
    )


def judge(session: Session, purpose: Purpose, not_yet: dict[str, str], now: datetime) -> None:
    """Let every review be given that is not: all is met, but for the titles of `not_yet`, where
    the criterion of that id is not, with a comment."""
    rows = select(AssignmentRow).join(VersionRow).join(ProjectRow)
    rows = rows.where(AssignmentRow.ended_at.is_(None), VersionRow.purpose == purpose)
    waiting = rows.where(ProjectRow.state.in_((State.PROPOSED, State.SUBMITTED)))
    for assignment in session.scalars(waiting).all():
        review = reviews.opened(session, assignment, now=now)
        if review.given_at is not None:
            continue
        levels = {one.id: one.required for one in reviews.rubric(assignment).criteria}
        comments = {}
        if criterion := not_yet.get(assignment.version.project.proposal["title"]):
            levels[criterion], comments[criterion] = "not-yet", "Say how you count."
        reviews.save(session, review, levels, comments, revision=review.revision, now=now)
        reviews.give(session, review, now=now)


def fields(session: Session) -> None:
    """Add the fields of work."""
    session.add_all(TopicRow(name=name) for name in FIELDS)
