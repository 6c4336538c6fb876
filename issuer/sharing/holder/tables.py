"""The table of what holders say is wrong with their credentials, and what the office answers."""

import json
from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from issuer.database.database import Base
from issuer.issuance.records.tables import CredentialRow

LONGEST_NAME: Final = 200
LONGEST_WORDS: Final = 2000


class ReportRow(Base):
    """What a holder says is wrong: the name as it should be, if that is it, and words.

    It waits while `settled_at` is None; `is_done` says then whether it was mended. Personal data:
    it goes with the credential's approval (R42).
    """

    __tablename__ = "holder_reports"
    __table_args__ = (
        Index("ix_holder_reports_credential_pk", "credential_pk"),
        Index("ix_holder_reports_settled_at", "settled_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    credential_pk: Mapped[int] = mapped_column(ForeignKey(CredentialRow.id))
    name: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    words: Mapped[str] = mapped_column(String(LONGEST_WORDS))
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    is_done: Mapped[bool] = mapped_column(default=False)
    answer: Mapped[str | None] = mapped_column(String(LONGEST_WORDS))

    credential: Mapped[CredentialRow] = relationship()

    @property
    def version(self) -> str:
        """What a form about it carries: another, once the holder has changed their words."""
        return self.created_at.isoformat()

    @property
    def teacher(self) -> str:
        """The name that was approved."""
        return str(json.loads(self.credential.approval.content)["recipient"]["name"])
