"""The table of calendars whose address was renewed."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from issuer.database.database import Base


class CalendarLinkRow(Base):
    """How often a person renewed the address of her calendar; without a row, never."""

    __tablename__ = "calendar_links"

    person_pk: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    generation: Mapped[int]
