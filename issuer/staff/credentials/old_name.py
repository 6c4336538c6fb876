"""Where a name still stands as it was, after it was corrected in one credential.

left = find(session, settings, record, visible_people, now=now)
left.name, left.credentials, left.people
left.to_correct  # those of them with no correction under way
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from issuer.catalog import versions
from issuer.home.settings import Settings
from issuer.issuance.records import find as records
from issuer.issuance.records.approval_tables import AddressRow, ApprovalRow, revises
from issuer.issuance.records.find import ListedState, Query, RegisterEntry
from issuer.issuance.records.search import fold
from issuer.issuance.records.tables import CredentialRow
from issuer.people.register import folded
from issuer.people.tables import PersonAddressRow, PersonRow
from issuer.staff.credentials.record import CredentialFile
from verifier.checks.recipient import ascii_lower


@dataclass(frozen=True, slots=True)
class OldName:
    """A name that was corrected, the other credentials of that teacher with it, what each of their
    achievements is called, and the people of the register with it. `waiting` are the ids of those
    credentials whose correction is stored and not signed yet."""

    name: str
    credentials: Sequence[RegisterEntry]
    waiting: Set[str]
    titles: Mapping[str, str]
    people: Sequence[PersonRow]

    @property
    def to_correct(self) -> list[RegisterEntry]:
        """The credentials that nobody has corrected yet."""
        return [entry for entry in self.credentials if entry.public_id not in self.waiting]


def find(
    session: Session,
    settings: Settings,
    record: CredentialFile,
    visible: ColumnElement[bool],
    *,
    now: datetime,
) -> OldName | None:
    """Return where the name that was corrected last still stands, by the teacher's addresses; None
    if the name was always the same, or stands nowhere. `visible` says which people may be seen."""
    here = record.entry
    before = [one for one in record.revisions if one.revision < here.revision]
    differing = [one.name for one in before if one.name != here.name]
    if not differing:
        return None
    name, addresses = differing[-1], record.approval.recipient.emails
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
    if not credentials and not people:
        return None
    titles = dict(_titles(session, credentials))
    return OldName(name, credentials, _waiting(session, credentials), titles, people)


def _waiting(session: Session, credentials: Sequence[RegisterEntry]) -> Set[str]:
    newer = aliased(ApprovalRow)
    corrected = (
        select(CredentialRow.public_id)
        .join(ApprovalRow, CredentialRow.approval_pk == ApprovalRow.id)
        .join(newer, revises(newer, ApprovalRow))
        .where(CredentialRow.public_id.in_([entry.public_id for entry in credentials]))
    )
    return set(session.scalars(corrected)) if credentials else set()


def _titles(session: Session, credentials: Sequence[RegisterEntry]) -> Iterator[tuple[str, str]]:
    for achievement in {entry.achievement for entry in credentials}:
        if row := versions.find(session, achievement):
            yield achievement, versions.read(row).name
