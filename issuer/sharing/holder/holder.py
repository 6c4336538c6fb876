"""What a holder can do: decide who sees a credential, and replace the holder's link."""

from datetime import datetime
from typing import Final

from sqlalchemy import Select, func, select, update

from issuer.audit import log as audit
from issuer.catalog.tables import AchievementVersion
from issuer.home.issuer import Issuer
from issuer.issuance.manage import manage_url
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow, State
from issuer.sharing import decision
from issuer.sharing.decision import Decision
from issuer.sharing.shared import Shared

LINK_RENEWED: Final = "link.renewed"


def decide(issuer: Issuer, public_id: str, decided: Decision, *, now: datetime) -> None:
    """Store the holder's decision, which holds from now on."""
    with issuer.database.writing() as session:
        row = session.scalars(_one(public_id)).one()
        decision.write(session, row.id, decided, now=now)


def renew_link(issuer: Issuer, public_id: str, *, by: str, now: datetime) -> str:
    """Return a new address of the holder's page; every earlier one stops working.

    `by` is who asked for it, for the audit log.
    """
    with issuer.database.writing() as session:
        session.execute(
            update(CredentialRow)
            .where(CredentialRow.public_id == public_id)
            .values(manage_generation=CredentialRow.manage_generation + 1)
        )
        audit.record(session, by=by, action=LINK_RENEWED, about=public_id, now=now)
        return manage_url(issuer.settings, session.scalars(_one(public_id)).one())


def is_first(issuer: Issuer, shared: Shared) -> bool:
    """True if this is the first credential issued for the achievement, in any version (R10), and
    it is not revoked."""
    first = (
        select(func.min(CredentialRow.id))
        .join(CredentialRow.approval)
        .join(ApprovalRow.achievement_version)
        .where(AchievementVersion.achievement_id == shared.achievement.id)
        .where(CredentialRow.state == State.ISSUED)
    )
    with issuer.database.reading() as session:
        row = session.get(CredentialRow, session.scalar(first) or 0)
    return row is not None and row.public_id == shared.public_id and shared.revoked_at is None


def _one(public_id: str) -> Select[CredentialRow]:
    return select(CredentialRow).where(CredentialRow.public_id == public_id)
