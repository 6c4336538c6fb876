"""Cohorts (R21): who leads, who takes part, when they meet, and who came.

cohort = gather(session, "Rhythm, fall", offering, leader, now=now)
join(session, cohort, teacher, now=now)
meeting = meet(session, cohort, "First evening", begins, 90)
came(session, meeting, [teacher.id], of=members)    # counts 90 minutes of her project
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from issuer.database.pressed_twice import add_once, alike
from issuer.home.problem import FieldError
from issuer.people.register import new_id
from issuer.people.tables import PersonRow
from issuer.program.coaching.tables import CohortMemberRow, CohortRow, MeetingRow
from issuer.program.projects.tables import OfferingRow
from verifier.wording.words import N_

LONGEST_NAME: Final = 200
LONGEST_MEETING: Final = 24 * 60
"""Minutes."""


class CohortRefused(FieldError):
    """The cohort, member or meeting is not taken; `field` names what to change."""


def gather(
    session: Session,
    name: str,
    offering: OfferingRow | None,
    leader: PersonRow | None,
    *,
    now: datetime,
) -> CohortRow:
    """Begin a cohort that works on an offering, or on own ideas, and return it; or the one that is
    there under this name with this leader. Raises `CohortRefused`."""
    if leader is None:
        raise CohortRefused("leader", N_("Choose who leads it."))
    row = CohortRow(
        public_id=new_id(),
        name=_line("name", name),
        offering_pk=offering and offering.id,
        leader_pk=leader.id,
        created_at=now,
    )
    if earlier := alike(session, row, "name", "offering_pk", "leader_pk", "ended_at"):
        return earlier[0]
    session.add(row)
    session.flush()
    return row


def join(session: Session, cohort: CohortRow, person: PersonRow | None, *, now: datetime) -> None:
    """Take somebody into a cohort, also one who had left it. Raises `CohortRefused`."""
    if person is None:
        raise CohortRefused("address", N_("Nobody in the register has this address."))
    if person.id == cohort.leader_pk:
        raise CohortRefused("address", N_("The leader of a cohort is not a member of it."))
    row = session.get(CohortMemberRow, (cohort.id, person.id))
    if row is None:
        row = CohortMemberRow(cohort_pk=cohort.id, person_pk=person.id, joined_at=now)
        session.add(row)
    row.left_at = None
    session.flush()


def leave(session: Session, cohort: CohortRow, person_pk: int, *, now: datetime) -> None:
    """Record that a member left; the meetings attended still count."""
    row = session.get(CohortMemberRow, (cohort.id, person_pk))
    if row is not None and row.left_at is None:
        row.left_at = now
    session.flush()


def lead(session: Session, cohort: CohortRow, leader: PersonRow | None) -> None:
    """Give a cohort another leader. Raises `CohortRefused`."""
    if leader is None:
        raise CohortRefused("leader", N_("Choose who leads it."))
    if any(row.person_pk == leader.id and row.left_at is None for row in cohort.members):
        raise CohortRefused("leader", N_("The leader of a cohort is not a member of it."))
    cohort.leader_pk = leader.id
    session.flush()


def end(session: Session, cohort: CohortRow, *, now: datetime) -> None:
    """End a cohort. Its hours still count; its leader no longer coaches its members."""
    cohort.ended_at = cohort.ended_at or now
    session.flush()


def meet(
    session: Session, cohort: CohortRow, title: str, begins: datetime, minutes: int | None
) -> MeetingRow | None:
    """Note a meeting and return it; None if it is noted already. Raises `CohortRefused`."""
    if minutes is None or not 0 < minutes <= LONGEST_MEETING:
        raise CohortRefused("minutes", N_("Write how many minutes it takes."))
    row = MeetingRow(
        cohort_pk=cohort.id,
        title=_line("title", title),
        begins=begins,
        minutes=minutes,
        present={"people": []},
    )
    return row if add_once(session, row, "cohort_pk", "title", "begins", "minutes") else None


def came(
    session: Session, meeting: MeetingRow, people: Collection[int], *, of: Collection[int]
) -> None:
    """Note who came `of` those who were asked about: its minutes count for them, and for whoever
    came and has left the cohort since."""
    others = set(meeting.present["people"]) - set(of)
    meeting.present = {"people": sorted(others | set(people))}
    session.flush()


def _line(field: str, text: str) -> str:
    text = " ".join(text.split())
    if not 0 < len(text) <= LONGEST_NAME:
        raise CohortRefused(field, N_("Write a name of at most 200 characters."))
    return text
