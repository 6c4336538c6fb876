"""The table of messages to send. A row holds references, resolved when the message is sent."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from contexts.json_types import Json
from issuer.database.database import Base


class MessageState(StrEnum):
    """How far a message has come."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    OVERTAKEN = "overtaken"


class OutboxRow(Base):
    """One message. `message_id` stays the same however often it is sent, so that a receiver who
    gets it twice can know it.

    `about` is the id of what it tells of, `payload` further references its kind needs; neither
    holds a name or an address. `address` is for a message to somebody who is in no other table,
    and is blanked once the message is settled, so that erasing a person stays possible.
    `attempts` counts the tries begun and names the one that may settle the row; `due_at` is when
    the next may begin.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_state_due_at", "state", "due_at"),
        Index("ix_outbox_about", "about"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(300), unique=True)
    kind: Mapped[str] = mapped_column(String(50))
    about: Mapped[str] = mapped_column(String(22))
    payload: Mapped[Json | None]
    address: Mapped[str | None] = mapped_column(String(320))
    state: Mapped[str] = mapped_column(String(20), default=MessageState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(200))
