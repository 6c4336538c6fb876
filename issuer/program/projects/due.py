"""The due date of a project (R23): a person extends it or closes the project.

extend(session, project, date(2027, 6, 1), by=superintendent, today=today, now=now)
"""

from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from contexts.errors import MintmarkError
from issuer.audit import log
from issuer.people.tables import PersonRow
from issuer.program.projects import history
from issuer.program.projects.states import Act, Conditions, State
from issuer.program.projects.tables import ProjectRow
from issuer.wording.days import WRITE_A_DAY
from verifier.wording.words import N_

EXTENDED: Final = "project-extended"
"""The kind of message that tells a teacher of more time."""


class DueRefused(MintmarkError):
    """The day is not taken; the message says why."""


def is_overdue(project: ProjectRow, *, today: date) -> bool:
    """True if a project is under way after its last day."""
    return project.state == State.ACTIVE and project.due_on is not None and project.due_on < today


def extend(
    session: Session,
    project: ProjectRow,
    until: date | None,
    *,
    by: PersonRow,
    today: date,
    now: datetime,
) -> bool:
    """Put off the day by which a project is finished; False if it is that day already.

    Raises `DueRefused` and `NotNow`.
    """
    if until is None:
        raise DueRefused(WRITE_A_DAY)
    if until == project.due_on and project.state == State.ACTIVE:
        return False
    if until < today or (project.due_on is not None and until <= project.due_on):
        raise DueRefused(N_("Write a day that is later than the one there is, and has not passed."))
    history.take(session, project, Act.EXTEND, Conditions(), by=by, now=now)
    days = {"from": project.due_on and project.due_on.isoformat(), "until": until.isoformat()}
    project.due_on = until
    log.record(
        session,
        by=log.person(by.id),
        action="project.extended",
        about=f"project:{project.public_id}",
        details=days,
        now=now,
    )
    return True


def close(
    session: Session, project: ProjectRow, *, by: PersonRow, today: date, now: datetime
) -> None:
    """Close a project that is overdue, unless it was closed just before. Raises `NotNow`."""
    if history.was_last(session, project, Act.CLOSE):
        return
    conditions = Conditions(overdue=is_overdue(project, today=today))
    history.take(session, project, Act.CLOSE, conditions, by=by, now=now)
