"""Where a name still stands as it was, after it was corrected in one credential.

left = find(session, settings, record, visible_people, now=now)
left.name, left.credentials, left.people
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from issuer.home.settings import Settings
from issuer.issuance.records import find as records
from issuer.issuance.records.approval_tables import AddressRow, ApprovalRow
from issuer.issuance.records.find import ListedState, Query, RegisterEntry
from issuer.issuance.records.search import fold
from issuer.people.register import folded
from issuer.people.tables import PersonAddressRow, PersonRow
from issuer.staff.credentials.record import CredentialFile
from verifier.checks.recipient import ascii_lower


@dataclass(frozen=True, slots=True)
class OldName:
    """A name that was corrected, the other credentials of that teacher with it, and the people of
    the register with it."""

    name: str
    credentials: Sequence[RegisterEntry]
    people: Sequence[PersonRow]


def find(
    session: Session,
    settings: Settings,
    record: CredentialFile,
    visible: ColumnElement[bool],
    *,
    now: datetime,
) -> OldName | None:
    """Return where the name of the revision before still stands, by the teacher's addresses; None
    if the name is the same, or stands nowhere. `visible` says which people may be seen."""
    before = [entry for entry in record.revisions if entry.revision < record.entry.revision]
    if not before or before[-1].name == record.entry.name:
        return None
    name, addresses = before[-1].name, record.approval.recipient.emails
    of_teacher = select(AddressRow.approval_pk).where(
        AddressRow.address.in_([ascii_lower(address) for address in addresses])
    )
    query = Query(where=ApprovalRow.id.in_(of_teacher) & (ApprovalRow.teacher == fold(name)))
    credentials = [
        entry
        for entry in records.every(session, settings, query, now=now)
        if entry.name == name and entry.state in (ListedState.ISSUED, ListedState.ENDED)
    ]
    by_address = select(PersonAddressRow.person_pk).where(
        PersonAddressRow.folded.in_([folded(address) for address in addresses])
    )
    people = session.scalars(
        select(PersonRow).where(visible, PersonRow.name == name, PersonRow.id.in_(by_address))
    ).all()
    return OldName(name, credentials, people) if credentials or people else None
