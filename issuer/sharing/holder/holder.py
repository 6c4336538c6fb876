"""What a holder does with a credential: decide who sees what, and take a holder's link back."""

from datetime import datetime

from sqlalchemy import Select, func, select, update

from issuer.catalog.tables import AchievementVersion
from issuer.home.issuer import Issuer
from issuer.issuance.approval_tables import ApprovalRow
from issuer.issuance.manage import manage_url
from issuer.issuance.tables import CredentialRow, State
from issuer.sharing import decision
from issuer.sharing.decision import Decision
from issuer.sharing.shared import Shared


def decide(issuer: Issuer, public_id: str, decided: Decision, *, now: datetime) -> None:
    """Show a credential as its holder decided, from now on."""
    with issuer.database.writing() as session:
        row = session.scalars(_one(public_id)).one()
        decision.write(session, row.id, decided, now=now)


def renew_link(issuer: Issuer, public_id: str) -> str:
    """Return a new address of the holder's page; every earlier one opens nothing any more."""
    with issuer.database.writing() as session:
        session.execute(
            update(CredentialRow)
            .where(CredentialRow.public_id == public_id)
            .values(manage_generation=CredentialRow.manage_generation + 1)
        )
        return manage_url(issuer.settings, session.scalars(_one(public_id)).one())


def is_first(issuer: Issuer, found: Shared) -> bool:
    """Say whether nobody earned the achievement before, in any version of it (R10); nothing to
    announce is what was taken back."""
    first = (
        select(func.min(CredentialRow.id))
        .join(CredentialRow.approval)
        .join(ApprovalRow.achievement_version)
        .where(AchievementVersion.achievement_id == found.achievement.id)
        .where(CredentialRow.state == State.ISSUED)
    )
    with issuer.database.reading() as session:
        row = session.get(CredentialRow, session.scalar(first) or 0)
    return row is not None and row.public_id == found.public_id and found.revoked_at is None


def _one(public_id: str) -> Select[CredentialRow]:
    return select(CredentialRow).where(CredentialRow.public_id == public_id)
