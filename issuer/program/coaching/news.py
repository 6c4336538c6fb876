"""Mails that coaching sends: a new entry, a meeting, a request for a signature (section 4.6).

Each puts references into the outbox; the mails are worded where all mails of the program are.
"""

from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.outbox import queue
from issuer.people import roles
from issuer.people.roles import Role
from issuer.people.tables import GrantRow, PersonRow, PostRow
from issuer.program.coaching import coaching
from issuer.program.coaching.sign_offs import SignOffRole
from issuer.program.coaching.tables import CoachEntryRow, CohortRow, MeetingRow
from issuer.program.projects.tables import ProjectRow

ENTRY: Final = "coach-entry"
MEETING: Final = "meeting"
SIGN: Final = "sign-off-asked"


def tell_of_entry(session: Session, entry: CoachEntryRow, *, host: str, now: datetime) -> None:
    """Tell the teacher that her coach wrote something; what, she reads here."""
    queue.put(session, ENTRY, f"e{entry.id}", host=host, now=now, payload={"entry": entry.id})


def tell_of_meeting(
    session: Session, cohort: CohortRow, meeting: MeetingRow, *, host: str, now: datetime
) -> None:
    """Tell those who are in a cohort of a meeting that is to come."""
    if meeting.begins <= now:
        return
    for member in cohort.members:
        if member.left_at is None:
            about, payload = f"m{meeting.id}-{member.person_pk}", {"meeting": meeting.id}
            payload["person"] = member.person_pk
            queue.put(session, MEETING, about, host=host, now=now, payload=payload)


def ask_to_sign(
    session: Session, project: ProjectRow, *, host: str, today: date, now: datetime
) -> None:
    """Ask coaches and building administrators to sign, once the teacher has."""
    signers = {
        SignOffRole.COACH: coaching.coaches(session, project),
        SignOffRole.ADMINISTRATOR: administrators(session, project, today=today),
    }
    for signer, people in signers.items():
        for person in people:
            about = f"s{project.id}-{person.id}"
            payload = {"project": project.id, "person": person.id, "signer": signer.value}
            queue.put(session, SIGN, about, host=host, now=now, payload=payload)


def administrators(session: Session, project: ProjectRow, *, today: date) -> list[PersonRow]:
    """Return who administers a building in which the teacher of a project works."""
    buildings = select(PostRow.building_pk).where(PostRow.person_pk == project.person_pk)
    rows = (
        select(PersonRow)
        .join(GrantRow, GrantRow.person_pk == PersonRow.id)
        .where(GrantRow.role == Role.BUILDING_ADMINISTRATOR, roles.in_force(today))
        .where(GrantRow.building_pk.in_(buildings), PersonRow.id != project.person_pk)
    )
    return list(session.scalars(rows.distinct().order_by(PersonRow.id)))
