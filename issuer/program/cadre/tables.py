"""Tables of the cadre: who wants to be found, what was asked without addresses, and exemplars."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from issuer.database.database import Base
from issuer.people.register import new_id
from issuer.people.tables import PersonRow
from issuer.program.projects.tables import TopicRow

_PERSON = "people.id"


class CadreRow(Base):
    """A teacher who wants to be found: by the district, or by everybody (`is_public`)."""

    __tablename__ = "cadre"

    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON), primary_key=True)
    is_public: Mapped[bool]
    offers: Mapped[str] = mapped_column(String(300), default="")
    since: Mapped[datetime]

    person: Mapped[PersonRow] = relationship()


class ExemplarRow(Base):
    """A teacher's anonymous account of a project (R14). Everybody sees it once the office has
    approved it (`shown_at`)."""

    __tablename__ = "exemplars"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    project_pk: Mapped[int] = mapped_column(ForeignKey("projects.id"), unique=True)
    topic_pk: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    title: Mapped[str] = mapped_column(String(200))
    grades: Mapped[str] = mapped_column(String(100), default="")
    text: Mapped[str] = mapped_column(String(10_000))
    created_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]

    topic: Mapped[TopicRow | None] = relationship()


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
