"""A teacher's drafts: begun, saved while she writes, never overwritten by an older page.

project = begin(session, person, offering, now=now)
save(session, project, Purpose.PROPOSAL, {"goal": "…"}, revision=project.revision, now=now)
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ExecutableOption

from contexts.errors import MintmarkError
from contexts.json_types import Json
from issuer.database.database import Base
from issuer.database.pressed_twice import alike
from issuer.people.register import new_id
from issuer.people.tables import PersonRow
from issuer.program.projects.states import Act, State
from issuer.program.projects.tables import OfferingRow, ProjectEventRow, ProjectRow, TopicRow
from issuer.program.windows.window import Purpose

WRITTEN_IN: Final = {State.DRAFT: Purpose.PROPOSAL, State.ACTIVE: Purpose.COMPLETION}
"""Which form is written in which state; in every other state both can only be read (E15)."""


class ReadOnly(MintmarkError):
    """This form is not being written now: it was handed in, or its turn has not come."""


class Overtaken(MintmarkError):
    """Another page saved first (E9). `stored` is what it saved; the caller still has its own."""

    def __init__(self, stored: Json, revision: int) -> None:
        super().__init__("another page of this project was saved in the meantime")
        self.stored = stored
        self.revision = revision


def begin(
    session: Session, person: PersonRow, offering: OfferingRow | None, *, now: datetime
) -> ProjectRow:
    """Begin a project, with the answers that an offering brings along (R16)."""
    project = _new(person, offering, now)
    session.add(project)
    session.flush()
    return project


def untouched(
    session: Session, person: PersonRow, offering: OfferingRow | None
) -> ProjectRow | None:
    """Return a person's project of this offering, or of none, in which nothing is written yet."""
    row = _new(person, offering, datetime.max)
    rows = alike(session, row, "person_pk", "offering_pk", "state", "revision", "topic_pk")
    return next((project for project in rows if project.proposal == row.proposal), None)


def _new(person: PersonRow, offering: OfferingRow | None, now: datetime) -> ProjectRow:
    return ProjectRow(
        public_id=new_id(),
        person_pk=person.id,
        offering_pk=offering and offering.id,
        topic_pk=offering and offering.topic_pk,
        state=State.DRAFT,
        proposal={"title": offering.title, **offering.prefill} if offering else {},
        completion={},
        revision=0,
        created_at=now,
        changed_at=now,
    )


def save(
    session: Session,
    project: ProjectRow,
    purpose: Purpose,
    changes: Mapping[str, str],
    *,
    revision: int,
    now: datetime,
) -> int:
    """Store answers by field, and return the revision that the next page begins from.

    Fields that are not in `changes` stay as they are. `session` writes, and read the project in
    this transaction. Saving equal text is no change. Raises `ReadOnly` and
    `Overtaken`, the latter only if the answers differ.
    """
    if WRITTEN_IN.get(State(project.state)) is not purpose:
        raise ReadOnly(f"in state {project.state} nobody writes the {purpose}")
    stored = project.proposal if purpose is Purpose.PROPOSAL else project.completion
    answers = {**stored, **changes}
    if answers == stored:
        return project.revision
    if revision != project.revision:
        raise Overtaken(stored, project.revision)
    if purpose is Purpose.PROPOSAL:
        project.proposal = answers
    else:
        project.completion = answers
    project.revision += 1
    project.changed_at = now
    session.flush()
    return project.revision


def choose_topic(session: Session, project: ProjectRow, name: str) -> None:
    """Set the topic by which evaluators are found; none, if it is not offered (any more).

    Raises `ReadOnly`.
    """
    if State(project.state) is not State.DRAFT:
        raise ReadOnly("the topic is chosen while the proposal is written")
    project.topic = session.scalar(
        select(TopicRow).where(TopicRow.name == name, TopicRow.retired_at.is_(None))
    )
    session.flush()


def is_deletable(session: Session, project: ProjectRow) -> bool:
    """True for a draft of which nothing was ever handed in (E13)."""
    acts = select(ProjectEventRow.id).where(
        ProjectEventRow.project_pk == project.id,
        ProjectEventRow.act.not_in((Act.WITHDRAW, Act.REOPEN)),
    )
    return project.state == State.DRAFT and session.scalar(acts.limit(1)) is None


def delete(session: Session, project: ProjectRow) -> None:
    """Delete a draft with all that was written or added in it, in whichever table it stands.

    `session` writes, locked the project, and found it to be `is_deletable`.
    """
    for table in reversed(Base.metadata.sorted_tables):
        for key in table.foreign_keys:
            if key.column.table is ProjectRow.__table__:
                session.execute(table.delete().where(key.parent == project.id))
    session.delete(project)
    session.flush()


def find(session: Session, public_id: str, *options: ExecutableOption) -> ProjectRow | None:
    """Return a project, None if there is none; `options` say what is loaded with it."""
    rows = select(ProjectRow).where(ProjectRow.public_id == public_id)
    return session.scalar(rows.options(*options))


def locked(session: Session, public_id: str) -> ProjectRow | None:
    """Return a project, its row locked for what `session` writes; None if there is none."""
    row = select(ProjectRow).where(ProjectRow.public_id == public_id).with_for_update()
    return session.scalar(row)
