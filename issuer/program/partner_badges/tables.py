"""Tables of partners, and of their badges that teachers add to projects."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contexts.json_types import Json
from issuer.database.database import Base
from issuer.program.projects.tables import ProjectRow


class PartnerRow(Base):
    """A partner whose badges count, by the id of the issuer that signs them (R20)."""

    __tablename__ = "partners"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    issuer: Mapped[str] = mapped_column(String(500), unique=True)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class PartnerBadgeRow(Base):
    """A badge that a teacher added to a project, with the report of our verifier on it (R22).

    `submitted` is the file or the link as it came in, `report` what was found at `checked_at`;
    `name` and `issuer` are what an authentic badge says.
    """

    __tablename__ = "partner_badges"
    __table_args__ = (Index("ix_partner_badges_project_pk", "project_pk"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    project_pk: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    submitted: Mapped[bytes | None] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    report: Mapped[Json | None]
    name: Mapped[str] = mapped_column(String(200), default="")
    issuer: Mapped[str] = mapped_column(String(500), default="")
    checked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    project: Mapped[ProjectRow] = relationship()
