"""The table of the audit log, and the one row that says how far it has come."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from contexts.json_types import Json
from issuer.database.database import Base


class AuditRow(Base):
    """One act. Rows are added and never changed.

    It holds ids alone: names are looked up where they stand, so that a person can be erased
    without a word of the log. `hash` covers all else in the row.
    """

    __tablename__ = "audit_entries"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(50))
    about: Mapped[str] = mapped_column(String(200), index=True)
    details: Mapped[Json | None]
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHeadRow(Base):
    """Number and hash of the newest entry. Whoever adds entries locks this row first."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
