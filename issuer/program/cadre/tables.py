"""Tables of the cadre: who wants to be found, and what was asked without showing addresses."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from issuer.database.database import Base
from issuer.people.register import new_id
from issuer.people.tables import PersonRow

_PERSON = "people.id"


class CadreRow(Base):
    """A teacher who wants to be found: by the district, or by everybody (`is_public`)."""

    __tablename__ = "cadre"

    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON), primary_key=True)
    is_public: Mapped[bool]
    offers: Mapped[str] = mapped_column(String(300), default="")
    since: Mapped[datetime]

    person: Mapped[PersonRow] = relationship()


class CadreQuestionRow(Base):
    """A question to somebody of the cadre, and the answer: read by these two, sent by our mails."""

    __tablename__ = "cadre_questions"
    __table_args__ = (Index("ix_cadre_questions_from_pk_asked_at", "from_pk", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_id)
    from_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    to_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    text: Mapped[str] = mapped_column(String(2000))
    asked_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(String(2000))
    answered_at: Mapped[datetime | None]

    asker: Mapped[PersonRow] = relationship(foreign_keys=from_pk)
    asked: Mapped[PersonRow] = relationship(foreign_keys=to_pk)
