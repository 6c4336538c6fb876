"""Whom somebody must not judge, or be judged by: asked of everyone, once a year.

Without an answer nobody hands anything in, and nobody judges (I2).
"""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from issuer.database.database import Base
from issuer.people.tables import PersonRow

A_YEAR: Final = timedelta(days=365)


class DeclarationRow(Base):
    """When somebody last answered, and last accepted that what is judged is confidential."""

    __tablename__ = "declarations"

    person_pk: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    declared_at: Mapped[datetime]
    confidential_at: Mapped[datetime | None]


def declare(
    session: Session, person: PersonRow, *, confidential: bool = False, now: datetime
) -> None:
    """Note that somebody has named everyone they had to name, if anyone; and, if so, that they
    keep what they judge confidential."""
    row = session.merge(DeclarationRow(person_pk=person.id, declared_at=now))
    if confidential:
        row.confidential_at = now
    session.flush()


def is_declared(session: Session, person_pk: int, *, today: date) -> bool:
    """True if somebody answered within a year."""
    row = session.scalar(select(DeclarationRow).where(DeclarationRow.person_pk == person_pk))
    return row is not None and row.declared_at.date() > today - A_YEAR


def may_judge(session: Session, person_pk: int, *, today: date) -> bool:
    """True if somebody answered within a year, and accepted that it is confidential."""
    row = session.get(DeclarationRow, person_pk)
    answers = (row.declared_at, row.confidential_at) if row else ()
    return bool(answers) and all(at is not None and at.date() > today - A_YEAR for at in answers)
