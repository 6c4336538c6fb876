"""Tables of windows and of those who may be late."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from issuer.database.database import Base
from issuer.program.windows.window import Purpose, Window

WRITTEN: Final = ("name", "purpose", "opens", "closes")
"""What is the same in a window that a button pressed twice plans twice."""


class WindowRow(Base):
    """One window. `opens` and `closes` are moments; `zone` is the one they were written in."""

    __tablename__ = "windows"
    __table_args__ = (Index("ix_windows_purpose_closes", "purpose", "closes"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    purpose: Mapped[str] = mapped_column(String(20))
    opens: Mapped[datetime]
    closes: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(50))
    grace_minutes: Mapped[int] = mapped_column(default=0)
    days_to_decide: Mapped[int]
    created_at: Mapped[datetime]

    exceptions: Mapped[list["WindowExceptionRow"]] = relationship(cascade="all, delete-orphan")

    def closes_for(self, person_pk: int) -> datetime:
        """When it closes for a person, as everything says that tells her (E4, E6); its grace is
        told to nobody."""
        own = [row.until for row in self.exceptions if row.person_pk == person_pk]
        return max([self.closes, *own])

    @property
    def window(self) -> Window:
        """The rules of this window."""
        return Window(
            Purpose(self.purpose),
            self.opens,
            self.closes,
            ZoneInfo(self.zone),
            timedelta(minutes=self.grace_minutes),
            {row.person_pk: row.until for row in self.exceptions},
            self.days_to_decide,
        )


class WindowExceptionRow(Base):
    """One person who may hand in until later (E6); who granted it, and when."""

    __tablename__ = "window_exceptions"

    window_pk: Mapped[int] = mapped_column(ForeignKey("windows.id"), primary_key=True)
    person_pk: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    until: Mapped[datetime]
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
