"""The table of changes to approved plans."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from issuer.database.database import Base
from issuer.program.projects.tables import ProjectRow


class AmendmentRow(Base):
    """A plan as its teacher changed it after the approval, and why. Never changed itself."""

    __tablename__ = "plan_amendments"
    __table_args__ = (Index("ix_plan_amendments_project_pk", "project_pk"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_pk: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    plan: Mapped[str] = mapped_column(String(10_000))
    why: Mapped[str] = mapped_column(String(1000))
    created_at: Mapped[datetime]

    project: Mapped[ProjectRow] = relationship()
