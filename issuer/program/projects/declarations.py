"""Yearly declarations of whom somebody must not judge or be judged by.

Without one, a person can neither hand in nor judge (I2).
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


class AskedAgainRow(Base):
    """When everybody was asked again, as for a new year: older answers count no more."""

    __tablename__ = "asked_again"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by_pk: Mapped[int] = mapped_column(ForeignKey("people.id"))


def ask_everybody_again(session: Session, *, by: PersonRow, now: datetime) -> None:
    """Require everybody's declaration again: answers before `now` no longer count."""
    session.add(AskedAgainRow(at=now, by_pk=by.id))
    session.flush()


def asked_again_at(session: Session) -> datetime | None:
    """Return when everybody was asked again last."""
    return session.scalar(select(AskedAgainRow.at).order_by(AskedAgainRow.id.desc()).limit(1))


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
    """True if somebody answered within a year, and since everybody was asked again."""
    row = session.get(DeclarationRow, person_pk)
    return row is not None and _counts(row.declared_at, asked_again_at(session), today)


def may_judge(session: Session, person_pk: int, *, today: date) -> bool:
    """True if somebody answered so, and accepted that it is confidential."""
    row, asked = session.get(DeclarationRow, person_pk), asked_again_at(session)
    answers = (row.declared_at, row.confidential_at) if row else ()
    return bool(answers) and all(_counts(at, asked, today) for at in answers)


def _counts(at: datetime | None, asked: datetime | None, today: date) -> bool:
    return at is not None and at.date() > today - A_YEAR and (asked is None or at > asked)
