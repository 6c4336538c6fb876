"""Tables of collections."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from issuer.database.database import Base
from issuer.issuance.records.tables import CredentialRow


class CollectionEntry(Base):
    """One credential of a collection, at its place."""

    __tablename__ = "collection_entries"

    collection_pk: Mapped[int] = mapped_column(ForeignKey("collections.id"), primary_key=True)
    credential_pk: Mapped[int] = mapped_column(ForeignKey(CredentialRow.id), primary_key=True)
    place: Mapped[int]

    credential: Mapped[CredentialRow] = relationship()


class CollectionRow(Base):
    """A page with several credentials. Earlier generations of its edit link open nothing."""

    __tablename__ = "collections"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    edit_generation: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    entries: Mapped[list[CollectionEntry]] = relationship(
        cascade="all, delete-orphan", order_by=CollectionEntry.place
    )
