"""The fields that evaluators and coaches know, by which work is matched to them (R4, R29).

know(session, [person.id], {person.id: {"music"}}, fields(session))
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from issuer.people.roles import Role, everybody
from issuer.people.tables import ExpertiseRow, PersonRow
from issuer.program.projects.tables import TopicRow


def fields(session: Session) -> Sequence[TopicRow]:
    """Return the fields that the district offers, by name."""
    offered = select(TopicRow).where(TopicRow.retired_at.is_(None))
    return session.scalars(offered.order_by(TopicRow.name)).all()


def people(session: Session, *, today: date) -> Sequence[PersonRow]:
    """Return everyone who is an evaluator or a coach today, by name."""
    both = [*everybody(session, Role.EVALUATOR, today=today)]
    both += everybody(session, Role.COACH, today=today)
    return sorted({person.id: person for person in both}.values(), key=lambda row: row.folded)


def know(
    session: Session,
    people: Collection[int],
    known: Mapping[int, Collection[str]],
    offered: Sequence[TopicRow],
) -> None:
    """Store the fields that these people know. Fields no longer offered stay as they were."""
    names = {topic.name for topic in offered}
    session.execute(
        delete(ExpertiseRow).where(
            ExpertiseRow.person_pk.in_(people), ExpertiseRow.topic.in_(names)
        )
    )
    for person in people:
        chosen = sorted(names & set(known.get(person, ())))
        session.add_all(ExpertiseRow(person_pk=person, topic=name) for name in chosen)
    session.flush()
