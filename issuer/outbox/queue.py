"""The rows of the outbox: put with what they tell of, leased to one worker, settled once.

A lease is only a later `due_at`: a worker that dies leaves a message that is due again, under
the same id. So each is delivered at least once, and its receiver can tell that it was twice.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from issuer.outbox.tables import OutboxRow, State

LEASE: Final = timedelta(minutes=10)
"""Longer than any delivery takes: each step of one is given up after 30 seconds."""
RETRIES: Final = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 300, 600, 840, 1200, 1440)
)
"""How long after each failed attempt the next begins; after the last, the message is dead."""


def put(session: Session, kind: str, about: str, *, host: str, now: datetime) -> None:
    """Add a message to what `session` commits: both leave, or neither."""
    message_id = f"<{secrets.token_hex(16)}@{host}>"
    session.add(
        OutboxRow(message_id=message_id, kind=kind, about=about, created_at=now, due_at=now)
    )


def lease(session: Session, *, now: datetime) -> OutboxRow | None:
    """Return a message that is due, kept from every other worker for `LEASE`; None without one.

    `session` writes: on SQLite it holds the one write lock; on PostgreSQL rows that another
    worker holds are passed over.
    """
    row = session.scalar(
        select(OutboxRow)
        .where(OutboxRow.state == State.WAITING, OutboxRow.due_at <= now)
        .order_by(OutboxRow.due_at, OutboxRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is not None:
        row.attempts += 1
        row.due_at = now + LEASE
    return row


def delivered(session: Session, row: OutboxRow, *, now: datetime) -> None:
    """Note that a leased message was taken."""
    _settle(session, row, state=State.DELIVERED, settled_at=now, error=None)


def failed(session: Session, row: OutboxRow, why: str, *, for_good: bool, now: datetime) -> None:
    """Note that a leased message was not taken: it is due again by `RETRIES`, or dead."""
    if for_good or row.attempts > len(RETRIES):
        _settle(session, row, state=State.DEAD, settled_at=now, error=why)
    else:
        _settle(session, row, due_at=now + RETRIES[row.attempts - 1], error=why)


def _settle(session: Session, row: OutboxRow, **values: object) -> None:
    """Change a row unless its lease ran out and another worker has it."""
    leased = (OutboxRow.id == row.id, OutboxRow.attempts == row.attempts)
    session.execute(update(OutboxRow).where(*leased).values(**values))


def undelivered(session: Session) -> Sequence[OutboxRow]:
    """Return every message that was not taken yet, oldest first."""
    kept = select(OutboxRow).where(OutboxRow.state != State.DELIVERED).order_by(OutboxRow.id)
    return session.scalars(kept).all()


def replay(session: Session, number: int | None, *, now: datetime) -> int:
    """Let a dead message, or all of them, begin anew; return how many there were."""
    which = () if number is None else (OutboxRow.id == number,)
    dead = session.scalars(select(OutboxRow).where(OutboxRow.state == State.DEAD, *which)).all()
    for row in dead:
        row.state, row.attempts, row.due_at, row.settled_at = State.WAITING, 0, now, None
    return len(dead)
