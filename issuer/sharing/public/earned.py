"""How often an achievement was earned, where that points at nobody."""

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer.catalog.tables import AchievementVersion
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow, CredentialState, Revocation

FEWEST: Final = 5
"""Fewer would point at people."""
MOST: Final = 1000


def times(session: Session, achievement_id: str) -> int | None:
    """Return how many credentials of an achievement, in all versions, are not revoked: `MOST` if
    there are more, since the page must not take longer the more there are; None if fewer than
    `FEWEST`."""
    in_force = (
        select(CredentialRow.id)
        .join(ApprovalRow)
        .join(AchievementVersion)
        .outerjoin(
            Revocation,
            (Revocation.list_number == CredentialRow.list_number)
            & (Revocation.list_index == CredentialRow.list_index),
        )
        .where(AchievementVersion.achievement_id == achievement_id)
        .where(CredentialRow.state == CredentialState.ISSUED, Revocation.reason.is_(None))
        .limit(MOST)
    )
    count = session.scalar(select(func.count()).select_from(in_force.subquery())) or 0
    return count if count >= FEWEST else None
