"""Taking a step with a project, and the events that tell of each (I4)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.people.tables import PersonRow
from issuer.program.projects.states import Act, Conditions, State, step
from issuer.program.projects.tables import ProjectEventRow, ProjectRow, VersionRow

Observer: TypeAlias = Callable[[Session, ProjectRow, ProjectEventRow], None]
OBSERVERS: Final[list[Observer]] = []
"""What rooms above do with each step, in its transaction. One that raises refuses the step."""


def take(
    session: Session,
    project: ProjectRow,
    act: Act,
    conditions: Conditions,
    *,
    by: PersonRow | None,
    now: datetime,
    version: VersionRow | None = None,
) -> State:
    """Take a step and write its event, in the transaction of `session`; return the new state.

    `by` is None where the server acts, as in issuing. Raises `NotNow` with nothing changed,
    and whatever an observer raises, which undoes the transaction.
    """
    origin = State(project.state)
    target = step(origin, act, conditions)
    project.state, project.changed_at = target, now
    event = ProjectEventRow(
        project_pk=project.id,
        at=now,
        actor_pk=by and by.id,
        act=act,
        origin=origin,
        target=target,
        version_pk=version and version.id,
    )
    session.add(event)
    session.flush()
    for observe in OBSERVERS:
        observe(session, project, event)
    return target


def events(session: Session, project: ProjectRow) -> Sequence[ProjectEventRow]:
    """Return all that happened, oldest first."""
    rows = select(ProjectEventRow).where(ProjectEventRow.project_pk == project.id)
    return session.scalars(rows.order_by(ProjectEventRow.id)).all()
