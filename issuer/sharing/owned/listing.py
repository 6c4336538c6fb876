"""The credentials of one person as a list, with the address of each one's own page."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.catalog.tables import AchievementVersion
from issuer.drawing.serial import serial
from issuer.home import addresses
from issuer.home.settings import Settings
from issuer.issuance.manage import manage_links
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow, DecisionRow, Revocation
from issuer.sharing.decision import Visibility


@dataclass(frozen=True, slots=True)
class Held:
    """One credential: what a list says of it, and where its holder decides about it.

    `serial` is told where another one has the same name and day, else ''.
    """

    key: int
    public_id: str
    name: str
    achievement_id: str
    version: int
    awarded_on: date | None
    valid_until: datetime | None
    is_withdrawn: bool
    visibility: Visibility
    own_page: str
    serial: str = ""


def held(session: Session, settings: Settings, keys: Collection[int]) -> list[Held]:
    """Return these credentials, the newest first."""
    link = manage_links(settings)
    rows = session.execute(_HELD.where(CredentialRow.id.in_(keys))).all()
    alike = Counter((row.content["name"], row.awarded_on) for row in rows)
    return [
        Held(
            key=row.id,
            public_id=row.public_id,
            name=row.content["name"],
            achievement_id=row.achievement_id,
            version=row.version,
            awarded_on=row.awarded_on,
            valid_until=row.valid_until,
            is_withdrawn=row.revoked_at is not None,
            visibility=Visibility(row.visibility or Visibility.UNLISTED),
            own_page=link(row),
            serial=(row.serial or serial(addresses.credential(settings, row.public_id)))
            if alike[row.content["name"], row.awarded_on] > 1
            else "",
        )
        for row in rows
    ]


_HELD = (
    select(
        CredentialRow.id,
        CredentialRow.public_id,
        CredentialRow.serial,
        CredentialRow.manage_generation,
        CredentialRow.manage_hash,
        AchievementVersion.content,
        AchievementVersion.achievement_id,
        AchievementVersion.version,
        ApprovalRow.awarded_on,
        ApprovalRow.valid_until,
        Revocation.revoked_at,
        DecisionRow.visibility,
    )
    .join(ApprovalRow, ApprovalRow.id == CredentialRow.approval_pk)
    .join(AchievementVersion, AchievementVersion.id == ApprovalRow.achievement_version_id)
    .outerjoin(DecisionRow, DecisionRow.credential_pk == CredentialRow.id)
    .outerjoin(
        Revocation,
        (Revocation.list_number == CredentialRow.list_number)
        & (Revocation.list_index == CredentialRow.list_index),
    )
    .order_by(ApprovalRow.awarded_on.desc(), CredentialRow.id.desc())
)
