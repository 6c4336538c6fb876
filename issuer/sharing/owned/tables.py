"""The table of requests: credentials that went to somebody's address under another name."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from issuer.database.database import Base
from issuer.issuance.records.tables import CredentialRow


class ClaimRow(Base):
    """Somebody asks whether a credential is theirs. `is_theirs` is what the office answered; None
    until then. It holds no name, so nothing of it is to be erased."""

    __tablename__ = "claims"
    __table_args__ = (
        Index("ix_claims_person_pk", "person_pk"),
        Index("ix_claims_credential_pk", "credential_pk"),
        Index("ix_claims_is_theirs", "is_theirs"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    person_pk: Mapped[int] = mapped_column(ForeignKey("people.id"))
    credential_pk: Mapped[int] = mapped_column(ForeignKey(CredentialRow.id))
    asked_at: Mapped[datetime]
    is_theirs: Mapped[bool | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
