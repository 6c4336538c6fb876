"""Who must not judge whose work (R30, I2); assigning, opening, saving and deciding all ask here.

must_not_judge(session, teacher_pk)     # frozenset of people's numbers
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import chain
from typing import TypeAlias

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from issuer.people.tables import PersonRow, RelationRow
from issuer.program.coaching.coaching import cohort_and_coaches
from issuer.program.evaluation.tables import AssignmentRow
from issuer.program.evaluation.waiting import given_review, open_assignments, waiting_versions
from issuer.program.windows.window import Purpose

Source: TypeAlias = Callable[[Session, Collection[int]], Iterable[tuple[int, int]]]
"""Given teachers, returns pairs (teacher, person who must not judge them)."""


def same_or_related(session: Session, teachers: Collection[int]) -> Iterable[tuple[int, int]]:
    """Yield pairs: each teacher with herself, with records merged into hers (E17), and with people
    in a declared relation, in both directions; in one query."""
    yield from ((teacher, teacher) for teacher in teachers)
    related = select(RelationRow.person_pk, RelationRow.other_pk).where(
        or_(RelationRow.person_pk.in_(teachers), RelationRow.other_pk.in_(teachers))
    )
    merged = select(PersonRow.merged_into, PersonRow.id).where(PersonRow.merged_into.in_(teachers))
    for one, other in session.execute(related.union_all(merged)):
        yield one, other
        yield other, one


def judging_in_conflict(
    session: Session, teachers: Collection[int] | None = None
) -> list[AssignmentRow]:
    """Return what waits for the review of somebody who must not judge it (I2): of these teachers,
    or of all. What was taken back or decided waits for nobody."""
    versions = waiting_versions(session, list(Purpose), teachers=teachers)
    rows = chain.from_iterable(open_assignments(session, versions).values())
    waiting = [row for row in rows if given_review(row) is None]
    forbidden = must_not_judge(session, {version.project.person_pk for version in versions})
    return [row for row in waiting if row.evaluator_pk in forbidden[row.version.project.person_pk]]


SOURCES: tuple[Source, ...] = (same_or_related, cohort_and_coaches)


def must_not_judge(
    session: Session, teachers: Collection[int], sources: Iterable[Source] = SOURCES
) -> Mapping[int, frozenset[int]]:
    """Return, for each teacher, everyone who must not judge them."""
    people: dict[int, set[int]] = defaultdict(set)
    for source in sources:
        for teacher, person in source(session, teachers):
            people[teacher].add(person)
    return {teacher: frozenset(people[teacher]) for teacher in teachers}
