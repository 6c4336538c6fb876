"""The issuance cycle as the rest of the issuer sees it: receive, and look up what came of it."""

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from issuer.approvals.approval import Approval
from issuer.approvals.tables import ApprovalRow
from issuer.catalogue.tables import AchievementVersion
from issuer.issuance.finish import finish
from issuer.issuance.manage import manage_url, read_token
from issuer.issuance.prepare import available, prepare
from issuer.issuance.tables import CredentialRow, State
from issuer.issuer import Issuer
from keys.signer import KeysError

log = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What became of an approval that was accepted."""

    ISSUED = "issued"
    ALREADY = "already"
    STORED = "stored"


@dataclass(frozen=True, slots=True)
class Received:
    """An accepted approval. There is a `manage_url` as soon as the credential is issued;
    `quarantined` says why it was held back, where it was."""

    outcome: Outcome
    credential_id: str
    token: str
    manage_url: str | None = None
    quarantined: str | None = None


def receive(
    issuer: Issuer, approval: Approval, *, source: str, event_id: str, now: datetime
) -> Received:
    """Store an approval and issue its credential.

    `STORED` says that the keys cannot be used now: the credential is prepared and will be
    signed later. Raises `Refused`, `ConflictError` and `UnavailableError` with nothing
    stored, or `QuarantinedError` and `UnavailableError` with the approval stored.
    """
    key, new = prepare(issuer, approval, source=source, event_id=event_id, now=now)
    try:
        finish(issuer, key)
    except KeysError as exc:
        log.warning("stored and not signed: %s", exc)
    row = _one(issuer, CredentialRow.id == key)
    if row is None:
        raise LookupError(f"the credential {key} has gone")
    return _received(issuer, row, Outcome.ISSUED if new else Outcome.ALREADY)


def progress(issuer: Issuer, token: str) -> Received | None:
    """Return what has become of the approval with that status token, or None."""
    row = _one(issuer, ApprovalRow.token == token)
    return None if row is None else _received(issuer, row, Outcome.ALREADY)


def find(issuer: Issuer, public_id: str) -> CredentialRow | None:
    """Return an issued credential with its approval and achievement version, or None."""
    row = _one(issuer, CredentialRow.public_id == public_id)
    return row if row is not None and row.state == State.ISSUED else None


def managed(issuer: Issuer, token: str) -> CredentialRow | None:
    """Return the credential that a manage token opens; None if it is none or taken back."""
    named = read_token(issuer.settings, token)
    row = None if named is None else find(issuer, named[0])
    return row if row is not None and named == (row.public_id, row.manage_generation) else None


def _one(issuer: Issuer, which: ColumnElement[bool]) -> CredentialRow | None:
    found = (
        select(CredentialRow)
        .join(CredentialRow.approval)
        .where(which)
        .options(
            joinedload(CredentialRow.approval)
            .joinedload(ApprovalRow.achievement_version)
            .joinedload(AchievementVersion.rubric_version)
        )
    )
    with available(), issuer.database.reading() as session:
        return session.scalar(found)


def _received(issuer: Issuer, row: CredentialRow, issued: Outcome) -> Received:
    done = row.state == State.ISSUED
    return Received(
        outcome=issued if done else Outcome.STORED,
        credential_id=row.public_id,
        token=row.approval.token,
        manage_url=manage_url(issuer.settings, row) if done else None,
        quarantined=row.problem,
    )
