"""Tables of collections."""

from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from issuer.database.database import Base
from issuer.issuance.records.tables import CredentialRow

LONGEST_TITLE: Final = 100
LONGEST_WORDS: Final = 1000
LONGEST_SENTENCE: Final = 300


class CollectionEntry(Base):
    """One credential of a collection, at its place, with a sentence of its holder's or none."""

    __tablename__ = "collection_entries"

    collection_pk: Mapped[int] = mapped_column(ForeignKey("collections.id"), primary_key=True)
    credential_pk: Mapped[int] = mapped_column(ForeignKey(CredentialRow.id), primary_key=True)
    place: Mapped[int]
    sentence: Mapped[str] = mapped_column(String(LONGEST_SENTENCE), default="", server_default="")

    credential: Mapped[CredentialRow] = relationship()


class CollectionRow(Base):
    """A page with several credentials, and what its holder says at the top of it.

    Earlier generations of its edit link open nothing. `edit_hash` finds the row of such a link;
    None is told at `home.link_tokens`. `person_pk` is who was signed in when it was made.
    """

    __tablename__ = "collections"
    __table_args__ = (
        Index("ix_collections_edit_hash", "edit_hash", unique=True),
        Index("ix_collections_person_pk", "person_pk"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(String(LONGEST_WORDS), default="", server_default="")
    edit_generation: Mapped[int] = mapped_column(default=0)
    edit_hash: Mapped[bytes | None]
    created_at: Mapped[datetime]
    person_pk: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    entries: Mapped[list[CollectionEntry]] = relationship(
        cascade="all, delete-orphan", order_by=CollectionEntry.place
    )
