"""The plan of who judges each request: proposed, adjusted by hand, put in force.

proposal = propose(session, purpose, policy, load, today=today)     # changes nothing
put_in_force(session, proposal, due_on=due_on, now=now)
move(session, version, old, new, due_on=due_on, now=now)            # and a second run keeps it
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from issuer.people.roles import Role, everybody
from issuer.people.tables import ExpertiseRow, PersonRow
from issuer.program.assigning.assignment import (
    Evaluator,
    Ground,
    Load,
    Plan,
    Request,
    assign,
    even_load,
)
from issuer.program.evaluation.conflicts import judging_in_conflict, must_not_judge
from issuer.program.evaluation.corrections import ANOTHER_LOOK
from issuer.program.evaluation.reviews import Ending, MustNotJudge, ReviewClosed
from issuer.program.evaluation.tables import AssignmentRow, ReviewRow
from issuer.program.evaluation.waiting import given_review, waiting_versions
from issuer.program.policy import Policy
from issuer.program.projects.tables import VersionRow
from issuer.program.windows.window import Purpose


@dataclass(frozen=True)
class Proposal:
    """A plan, and the rows that it speaks of: versions and evaluators by their numbers."""

    plan: Plan
    load: Load
    judges: int
    versions: Mapping[str, VersionRow]
    evaluators: Mapping[str, PersonRow]
    conflicts: Mapping[str, Collection[str]]
    """By request, who must not judge it."""

    @property
    def demand(self) -> int:
        """How many places the requests need."""
        return len(self.versions) * self.judges

    @property
    def filled(self) -> int:
        """How many of these the plan fills (E27)."""
        return self.demand - sum(self.plan.missing.values())


def propose(
    session: Session,
    purpose: Purpose,
    policy: Policy,
    load: Load | None = None,
    *,
    today: date,
    window_pk: int | None = None,
) -> Proposal:
    """Return who could judge what waits to be judged, without changing anything.

    `load` is even, if none is given. What was begun or moved by hand stays (E23), and what comes
    again goes to who judged it before (E26).
    """
    versions = waiting_versions(session, [purpose], window_pk)
    evaluators = active_evaluators(session, today=today)
    topics = expertise(session, [person.id for person in evaluators])
    judges = policy.judges(purpose)
    load = load or even_load(len(versions), len(evaluators), judges)
    teachers = {version.project.person_pk for version in versions}
    forbidden = must_not_judge(session, teachers)
    here = {person.id for person in evaluators}
    staying, recused = _staying_and_recused(session, versions, here)

    def request(version: VersionRow) -> Request:
        conflicts = forbidden[version.project.person_pk] | recused[version.project_pk]
        return Request(
            id=str(version.id),
            topic=version.project.topic.name if version.project.topic else "",
            conflicts=frozenset(map(str, conflicts)),
            stays=frozenset(map(str, staying[version.id] - conflicts)),
        )

    supply = [Evaluator(str(person.id), frozenset(topics[person.id])) for person in evaluators]
    requests = [request(version) for version in versions]
    return Proposal(
        plan=assign(requests, supply, load, judges=judges),
        load=load,
        judges=judges,
        versions={str(version.id): version for version in versions},
        evaluators={str(person.id): person for person in evaluators},
        conflicts={request.id: request.conflicts for request in requests},
    )


def put_in_force(
    session: Session, proposal: Proposal, *, due_on: date, now: datetime
) -> list[AssignmentRow]:
    """Assign what a proposal says, and return the new assignments; those there are stay.

    What is with somebody who left, or who must not judge it as is known now, ends, unless the
    review is given (E24, E25).
    """
    versions = proposal.versions.values()
    rows = {(row.version_pk, row.evaluator_pk): row for row in _of_versions(session, versions)}
    conflicted = {
        row.id for row in judging_in_conflict(session, {row.project.person_pk for row in versions})
    }
    for row in rows.values():
        has_left = str(row.evaluator_pk) not in proposal.evaluators
        if (
            row.ended_at is None
            and (has_left or row.id in conflicted)
            and given_review(row) is None
        ):
            row.ended_at, row.ending = now, Ending.REASSIGNED
    assigned = []
    for place in proposal.plan.places:
        key = proposal.versions[place.request].id, int(place.evaluator)
        there = rows.get(key)
        if there is None or there.ended_at is not None:
            assigned.append(_assigned(there, *key, place.ground, due_on=due_on, now=now))
    session.add_all(assigned)
    session.flush()
    return assigned


def move(
    session: Session,
    version: VersionRow,
    old: PersonRow | None,
    new: PersonRow,
    *,
    due_on: date,
    now: datetime,
) -> AssignmentRow:
    """Give a request to somebody else by hand, or to one more person if `old` is None.

    Raises `MustNotJudge`, and `ReviewClosed` if the old evaluator's review was given.
    """
    teacher = version.project.person_pk
    if new.id in must_not_judge(session, [teacher])[teacher]:
        raise MustNotJudge("this evaluator must not judge this work")
    rows = {row.evaluator_pk: row for row in of_version(session, version)}
    if old is not None and (row := rows.get(old.id)) is not None:
        if row.review is not None and row.review.given_at is not None:
            raise ReviewClosed("this review was given")
        row.ended_at, row.ending = now, Ending.REASSIGNED
    ground = _ground(session, version, new)
    row = _assigned(rows.get(new.id), version.id, new.id, ground, due_on=due_on, now=now)
    row.by_hand = True
    session.add(row)
    session.flush()
    return row


def active_evaluators(session: Session, *, today: date) -> Sequence[PersonRow]:
    """Return everyone who is an evaluator today, with their buildings."""
    return everybody(session, Role.EVALUATOR, today=today, with_buildings=True)


def expertise(session: Session, people: Collection[int]) -> Mapping[int, set[str]]:
    """Return the topics that each of these people knows."""
    topics: dict[int, set[str]] = defaultdict(set)
    for row in session.scalars(select(ExpertiseRow).where(ExpertiseRow.person_pk.in_(people))):
        topics[row.person_pk].add(row.topic)
    return topics


def of_version(session: Session, version: VersionRow) -> Sequence[AssignmentRow]:
    """Return all assignments of a version, also those that ended."""
    return _of_versions(session, [version])


def _of_versions(session: Session, versions: Iterable[VersionRow]) -> Sequence[AssignmentRow]:
    rows = select(AssignmentRow).where(AssignmentRow.version_pk.in_([row.id for row in versions]))
    whole = joinedload(AssignmentRow.review)
    return session.scalars(rows.options(whole).order_by(AssignmentRow.id)).all()


def _staying_and_recused(
    session: Session, versions: Collection[VersionRow], here: Collection[int]
) -> tuple[Mapping[int, set[int]], Mapping[int, set[int]]]:
    """Return who keeps what: by version, who has it or judged the project before, of those who
    are `here` or gave their review; and, by project, who handed it back: they are not asked again.
    """
    staying: dict[int, set[int]] = defaultdict(set)
    recused: dict[int, set[int]] = defaultdict(set)
    by_project = {version.project_pk: version for version in versions}
    rows = (
        select(AssignmentRow, ReviewRow.given_at, VersionRow)
        .join(VersionRow, VersionRow.id == AssignmentRow.version_pk)
        .outerjoin(ReviewRow, ReviewRow.assignment_pk == AssignmentRow.id)
        .where(VersionRow.project_pk.in_(by_project))
    )
    for assignment, given_at, version in session.execute(rows):
        now = by_project[version.project_pk]
        is_earlier = version.purpose == now.purpose and version.number < now.number
        if assignment.ending in (Ending.RECUSED, Ending.SET_ASIDE):
            recused[now.project_pk].add(assignment.evaluator_pk)
        if assignment.ended_at or assignment.ground == ANOTHER_LOOK:
            continue
        is_here, is_now = assignment.evaluator_pk in here, version.id == now.id
        if (is_now and (is_here or given_at)) or (is_earlier and is_here and given_at):
            staying[now.id].add(assignment.evaluator_pk)
    return staying, recused


def _assigned(
    row: AssignmentRow | None,
    version_pk: int,
    evaluator_pk: int,
    ground: Ground,
    *,
    due_on: date,
    now: datetime,
) -> AssignmentRow:
    """Return the assignment of a version to an evaluator; `row`, if it had ended, begins again."""
    if row is None:
        row = AssignmentRow(version_pk=version_pk, evaluator_pk=evaluator_pk, created_at=now)
    row.ended_at = row.ending = row.reason = None
    row.ground, row.due_on = ground, due_on
    return row


def _ground(session: Session, version: VersionRow, person: PersonRow) -> Ground:
    topic = version.project.topic
    in_field = topic is not None and topic.name in expertise(session, [person.id])[person.id]
    return Ground.IN_FIELD if in_field else Ground.OUTSIDE_FIELD
