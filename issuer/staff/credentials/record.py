"""Everything stored about one credential, for its page on the desk.

record = find(session, settings, public_id, now=now)
record.entry.state, record.approval.levels, record.history
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from issuer.audit import log
from issuer.audit.log import Entry
from issuer.catalog import versions
from issuer.catalog.achievement import Achievement
from issuer.catalog.tables import AchievementVersion
from issuer.home.settings import Settings
from issuer.issuance import approval
from issuer.issuance.approval import Approval
from issuer.issuance.records import find as records
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.find import ListedState, Query, RegisterEntry, Sort
from issuer.issuance.records.tables import CredentialRow, CredentialState, DecisionRow, Revocation
from issuer.outbox import queue
from issuer.outbox.tables import OutboxRow
from issuer.staff import names
from issuer.staff.names import NamedReference
from verifier.parsing import strict_json


@dataclass(frozen=True, slots=True)
class CredentialFile:
    """One credential, with its approval, its revisions, its mails, and what was done with it."""

    row: CredentialRow
    approval: Approval
    achievement: Achievement
    revocation: Revocation | None
    visibility: str | None
    revisions: Sequence[RegisterEntry]
    mails: Sequence[OutboxRow]
    history: Sequence[Entry]
    names: Mapping[str, NamedReference]

    @property
    def entry(self) -> RegisterEntry:
        """This credential as a list shows it."""
        return next(entry for entry in self.revisions if entry.public_id == self.row.public_id)

    @property
    def newest(self) -> RegisterEntry:
        """The last revision of its approval, which may be this one."""
        return self.revisions[-1]

    @property
    def is_public(self) -> bool:
        """True if it was ever issued: it has a page and a holder's link."""
        return self.row.state == CredentialState.ISSUED

    @property
    def stands(self) -> bool:
        """True if it is in force, or has ended by itself."""
        return self.entry.state in (ListedState.ISSUED, ListedState.ENDED)


def find(
    session: Session, settings: Settings, public_id: str, *, now: datetime
) -> CredentialFile | None:
    """Return what is known of a credential; None if there is none."""
    one = _ONE.where(CredentialRow.public_id == public_id)
    known = session.execute(one).first()
    if known is None:
        return None
    row, revocation, visibility = known
    same = (ApprovalRow.source == row.approval.source) & (
        ApprovalRow.approval_id == row.approval.approval_id
    )
    revisions = records.every(session, settings, Query(where=same, sort=Sort.STORED), now=now)
    history = log.about(session, public_id)
    return CredentialFile(
        row=row,
        approval=approval.from_data(strict_json.loads_object(row.approval.content)),
        achievement=versions.read(row.approval.achievement_version),
        revocation=revocation,
        visibility=visibility,
        revisions=tuple(revisions),
        mails=queue.about(session, public_id),
        history=history,
        names=names.of(session, {entry.actor for entry in history}),
    )


_ONE = (
    select(CredentialRow, Revocation, DecisionRow.visibility)
    .outerjoin(
        Revocation,
        (Revocation.list_number == CredentialRow.list_number)
        & (Revocation.list_index == CredentialRow.list_index),
    )
    .outerjoin(DecisionRow, DecisionRow.credential_pk == CredentialRow.id)
    .options(
        joinedload(CredentialRow.approval)
        .joinedload(ApprovalRow.achievement_version)
        .joinedload(AchievementVersion.rubric_version)
    )
)
