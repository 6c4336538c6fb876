"""What an offering or an own idea is worth, and what a teacher asks for with a project (R26).

An offering has its value beforehand. For an own idea the superintendent sets it when releasing. A
value that is changed later changes nothing that was handed in (E60).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.audit.log import person as actor
from issuer.audit.log import record
from issuer.people.tables import PersonRow
from issuer.program.compensation.tables import AskRow, ValueRow
from issuer.program.projects.tables import OfferingRow, ProjectRow


def set_value(
    session: Session, about: OfferingRow | ProjectRow, cents: int, *, by: PersonRow, now: datetime
) -> None:
    """Let an offering, or an own idea, be worth so much from now on."""
    key = "offering_pk" if isinstance(about, OfferingRow) else "project_pk"
    session.add(ValueRow(**{key: about.id}, cents=cents, created_at=now, created_by=by.id))
    session.flush()
    record(session, by=actor(by.id), action="pay.valued", about=about.public_id, now=now)


def newest(session: Session, about: OfferingRow | ProjectRow) -> int | None:
    """Return what was last said that an offering or an own idea is worth, in cents."""
    key = ValueRow.offering_pk if isinstance(about, OfferingRow) else ValueRow.project_pk
    rows = select(ValueRow.cents).where(key == about.id)
    return session.scalar(rows.order_by(ValueRow.id.desc()).limit(1))


def value_of(session: Session, project: ProjectRow) -> int:
    """Return what a project is worth, in cents; 0 if nobody said anything."""
    return newest(session, project.offering or project) or 0


def ask(session: Session, project: ProjectRow, cents: int, *, now: datetime) -> None:
    """Write down what a teacher asks for; it counts once the proposal is handed in."""
    row = session.get(AskRow, project.id)
    if row is None:
        session.add(AskRow(project_pk=project.id, cents=cents, changed_at=now))
    else:
        row.cents, row.changed_at = cents, now
    session.flush()


def asked(session: Session, project: ProjectRow) -> int:
    """Return what a project asks for, in cents: its value, or less where its teacher said so."""
    value, row = value_of(session, project), session.get(AskRow, project.id)
    return value if row is None else min(value, row.cents)


def of_offerings(session: Session) -> Mapping[int, int]:
    """Return the value of each offering that has one, by its number."""
    rows = select(ValueRow.offering_pk, ValueRow.cents).where(ValueRow.offering_pk.is_not(None))
    return {key: cents for key, cents in session.execute(rows.order_by(ValueRow.id)) if key}


def of_projects(session: Session, projects: Sequence[ProjectRow]) -> Mapping[int, tuple[int, int]]:
    """Return value and ask of each project, in cents, by its number."""
    keys = [project.id for project in projects]
    rows = select(ValueRow.project_pk, ValueRow.cents).where(ValueRow.project_pk.in_(keys))
    own = {row.project_pk: row.cents for row in session.execute(rows.order_by(ValueRow.id))}
    asks = {
        row.project_pk: row.cents
        for row in session.scalars(select(AskRow).where(AskRow.project_pk.in_(keys)))
    }
    offered = of_offerings(session)
    worth = {
        p.id: offered.get(p.offering_pk, 0) if p.offering_pk else own.get(p.id, 0) for p in projects
    }
    return {key: (value, min(value, asks.get(key, value))) for key, value in worth.items()}
