"""Tables of the approvals: what was received, once for each approval and each event."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from issuer.catalog.tables import AchievementVersion
from issuer.database.database import Base


class ApprovalRow(Base):
    """One approval of one source, and the catalog version it means.

    `content` is `Approval.content`: what a page or a certificate needs and no signature
    covers (comments, who signed off and when) is read from it. `digest` is its SHA-256;
    `token` is the unguessable part of the approval's status address.
    """

    __tablename__ = "approvals"
    __table_args__ = (UniqueConstraint("source", "approval_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(50))
    approval_id: Mapped[str] = mapped_column(String(200))
    token: Mapped[str] = mapped_column(String(22), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes]
    achievement_version_id: Mapped[int] = mapped_column(ForeignKey("achievement_versions.id"))
    received_at: Mapped[datetime]

    achievement_version: Mapped[AchievementVersion] = relationship()


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
