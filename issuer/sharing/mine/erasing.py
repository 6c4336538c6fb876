"""Erasing a person: what she wrote for others about her credentials goes; the credentials stay."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session, aliased

from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow
from issuer.people.tables import PersonRow
from issuer.sharing.collections.tables import CollectionEntry, CollectionRow
from issuer.sharing.holder.tables import ReportRow
from issuer.sharing.owned import ownership


def erasing(
    session: Session, person: PersonRow, *, by: PersonRow | None, now: datetime
) -> Callable[[], None]:
    """Delete a person's collections, and what she said was wrong with her credentials.

    Call it while her names and addresses are there, by which her credentials are known. There is
    nothing to do once it is committed.
    """
    mine = select(CollectionRow.id).where(CollectionRow.person_pk == person.id)
    session.execute(delete(CollectionEntry).where(CollectionEntry.collection_pk.in_(mine)))
    session.execute(delete(CollectionRow).where(CollectionRow.person_pk == person.id))
    session.execute(delete(ReportRow).where(ReportRow.credential_pk.in_(_of(session, person))))
    return lambda: None


def _of(session: Session, person: PersonRow) -> Select[int]:
    """Return the credentials of a person, with every revision that came before."""
    newest, revision = aliased(ApprovalRow), aliased(ApprovalRow)
    theirs = ownership.of_person(session, person).theirs
    hers = (
        select(newest.id)
        .join(CredentialRow, CredentialRow.approval_pk == newest.id)
        .where(CredentialRow.id.in_(theirs))
        .where(newest.source == revision.source, newest.approval_id == revision.approval_id)
    )
    rows = select(CredentialRow.id).join(revision, revision.id == CredentialRow.approval_pk)
    return rows.where(hers.correlate(revision).exists())
