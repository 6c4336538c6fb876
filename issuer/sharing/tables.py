"""The table of what holders decided. A credential without a row is shown by the defaults."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from issuer.database.database import Base
from issuer.issuance.records.tables import CredentialRow


class DecisionRow(Base):
    """What the holder of one credential decided last; see `sharing.decision.Decision`."""

    __tablename__ = "decisions"

    credential_pk: Mapped[int] = mapped_column(ForeignKey(CredentialRow.id), primary_key=True)
    visibility: Mapped[str] = mapped_column(String(20))
    show_levels: Mapped[bool]
    show_evidence: Mapped[bool]
    show_words: Mapped[bool]
    decided_at: Mapped[datetime]
