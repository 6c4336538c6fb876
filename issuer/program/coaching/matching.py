"""Who could coach a project: experts in its field first, then whoever coaches the fewest teachers.

choices(session, project, earners={7}, today=today)   # [CoachChoice(person, ground, 3)]
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer.people import roles
from issuer.people.roles import Role
from issuer.people.tables import ExpertiseRow, PersonRow
from issuer.program.coaching.tables import CoachingRow
from issuer.program.projects.tables import ProjectRow


class MatchGround(StrEnum):
    """Why somebody could coach, the best reason first."""

    KNOWS_FIELD = "knows_field"
    EARNED_IT = "earned_it"
    COACH = "coach"


@dataclass(frozen=True)
class CoachChoice:
    """One who could coach, why, and how many projects they coach now."""

    person: PersonRow
    ground: MatchGround
    load: int


def choices(
    session: Session, project: ProjectRow, *, earners: Collection[int], today: date
) -> list[CoachChoice]:
    """Return every coach but the teacher herself, in the order in which to ask them.

    `earners` are those who hold the credential of the same offering or field.
    """
    coaches = [
        person
        for person in roles.everybody(session, Role.COACH, today=today, with_buildings=True)
        if person.id != project.person_pk
    ]
    topic = project.topic.name if project.topic else None
    experts = set(
        session.scalars(select(ExpertiseRow.person_pk).where(ExpertiseRow.topic == topic))
    )
    loads = load_of(session)
    order = list(MatchGround)

    def ground(person: PersonRow) -> MatchGround:
        if person.id in experts:
            return MatchGround.KNOWS_FIELD
        return MatchGround.EARNED_IT if person.id in earners else MatchGround.COACH

    offered = [CoachChoice(person, ground(person), loads.get(person.id, 0)) for person in coaches]
    return sorted(offered, key=lambda one: (order.index(one.ground), one.load, one.person.folded))


def load_of(session: Session) -> dict[int, int]:
    """Return how many projects each coach was given and still has."""
    rows = (
        select(CoachingRow.coach_pk, func.count())
        .where(CoachingRow.ended_at.is_(None))
        .group_by(CoachingRow.coach_pk)
    )
    return dict(session.execute(rows).all())
