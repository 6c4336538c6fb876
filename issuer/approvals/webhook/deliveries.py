"""What came in by webhook, and what became of it.

    for entry in accepted(session, settings): print(entry.source, entry.event_id, entry.state)
    for entry in refused(session): print(entry.source, entry.event_id, entry.problem, entry.detail)

Of a refused message, only its arrival and the names of the wrong fields are stored, none of its
content.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, UniqueConstraint, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from issuer.approvals import schema
from issuer.approvals.webhook.delivery import Delivery
from issuer.database.database import Base, UnavailableError
from issuer.home.issuer import Issuer
from issuer.home.problem import Problem
from issuer.issuance.records.approval_tables import ApprovalRow, EventRow
from issuer.issuance.records.tables import CredentialRow

SIZE = 50
LONGEST_DETAIL = 500


class RefusedRow(Base):
    """The newest refusal of one message of one source. `problem` is the name of its type."""

    __tablename__ = "refused_deliveries"
    __table_args__ = (UniqueConstraint("source", "event_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(50))
    event_id: Mapped[str] = mapped_column(String(255))
    problem: Mapped[str] = mapped_column(String(50))
    detail: Mapped[str] = mapped_column(String(LONGEST_DETAIL))
    received_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that was accepted, and how far its credential has come."""

    key: int
    source: str
    event_id: str
    received_at: datetime
    approval_id: str
    revision: int
    public_id: str
    state: str
    problem: str | None


def accepted(session: Session, *, before: int | None = None, size: int = SIZE) -> list[Accepted]:
    """Return the newest messages that were accepted; the next page is `before` the last key."""
    rows = (
        select(
            EventRow.id,
            EventRow.source,
            EventRow.event_id,
            EventRow.received_at,
            ApprovalRow.approval_id,
            ApprovalRow.revision,
            CredentialRow.public_id,
            CredentialRow.state,
            CredentialRow.problem,
        )
        .join(EventRow.approval)
        .join(CredentialRow, CredentialRow.approval_pk == ApprovalRow.id)
        .order_by(EventRow.id.desc())
        .limit(size)
    )
    if before is not None:
        rows = rows.where(EventRow.id < before)
    return [Accepted(*row) for row in session.execute(rows)]


def refused(session: Session, *, size: int = SIZE) -> Sequence[RefusedRow]:
    """Return the messages that were refused last and not accepted since, the newest first."""
    came = exists().where(
        EventRow.source == RefusedRow.source, EventRow.event_id == RefusedRow.event_id
    )
    newest = select(RefusedRow).where(~came).order_by(RefusedRow.received_at.desc()).limit(size)
    return session.scalars(newest).all()


def note_refusal(issuer: Issuer, delivery: Delivery, problem: Problem, *, now: datetime) -> None:
    """Store that a message was refused, and why. If the database cannot be used, it is left out."""
    with suppress(UnavailableError, IntegrityError), issuer.database.writing() as session:
        known = select(RefusedRow).where(
            RefusedRow.source == delivery.source, RefusedRow.event_id == delivery.event_id
        )
        row = session.scalar(known)
        if row is None:
            row = RefusedRow(source=delivery.source, event_id=delivery.event_id)
            session.add(row)
        row.problem, row.detail, row.received_at = problem.type.slug, _detail(problem), now


def _detail(problem: Problem) -> str:
    flaws = [f"{schema.loggable(flaw.field)} {flaw.code}" for flaw in problem.flaws]
    return ("; ".join(flaws) or str(problem.detail or ""))[:LONGEST_DETAIL]
