"""Tables of the approvals: what was received, once for each approval and each event."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from issuer.catalog.tables import AchievementVersion
from issuer.database.database import Base

_FOLDED: Final = String(200).with_variant(String(200, collation="C"), "postgresql")
"""Sorted alike on both databases, so that one index serves order and the beginnings of names."""


class ApprovalRow(Base):
    """One revision of an approval of one source, and the catalog version it means (D19).

    `content` is `Approval.content`: what a page or a certificate needs and no signature
    covers (comments, who signed off and when) is read from it. `digest` is its SHA-256;
    `token` is the unguessable part of the approval's status address.

    It is searched by the columns after `received_at` (`issuance.records.search`): the name as
    `fold` writes it, the day of the award as the credential shows it, and when it ends. `teacher`
    is None where `mintmark migrate` has not come to the row yet, and there alone.
    """

    __tablename__ = "approvals"
    __table_args__ = (
        UniqueConstraint("source", "approval_id", "revision"),
        Index("ix_approvals_teacher", "teacher"),
        Index("ix_approvals_awarded_on", "awarded_on"),
        Index("ix_approvals_valid_until", "valid_until"),
        Index(
            "ix_approvals_achievement_version_id_awarded_on", "achievement_version_id", "awarded_on"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(50))
    approval_id: Mapped[str] = mapped_column(String(200))
    revision: Mapped[int] = mapped_column(default=1)
    token: Mapped[str] = mapped_column(String(22), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes]
    achievement_version_id: Mapped[int] = mapped_column(ForeignKey("achievement_versions.id"))
    received_at: Mapped[datetime]
    teacher: Mapped[str | None] = mapped_column(_FOLDED)
    awarded_on: Mapped[date | None]
    valid_until: Mapped[datetime | None]

    achievement_version: Mapped[AchievementVersion] = relationship()


def revises(newer: type[ApprovalRow], older: type[ApprovalRow]) -> ColumnElement[bool]:
    """Return what matches a later revision of the same approval."""
    return (
        (newer.source == older.source)
        & (newer.approval_id == older.approval_id)
        & (newer.revision > older.revision)
    )


class AddressRow(Base):
    """One e-mail address of an approval's recipient, to search by: personal data (R42)."""

    __tablename__ = "approval_addresses"

    approval_pk: Mapped[int] = mapped_column(
        ForeignKey("approvals.id"), primary_key=True, autoincrement=False
    )
    address: Mapped[str] = mapped_column(String(254), primary_key=True, index=True)


class EventRow(Base):
    """One delivery that was accepted. The same id with another approval is refused (T26)."""

    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("source", "event_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(50))
    event_id: Mapped[str] = mapped_column(String(255))
    approval_pk: Mapped[int] = mapped_column(ForeignKey("approvals.id"), index=True)
    received_at: Mapped[datetime]

    approval: Mapped[ApprovalRow] = relationship()
