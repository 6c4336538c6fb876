"""The rows of the outbox: put in the transaction they tell of, leased to one worker, settled once.

A lease is only a later `due_at`: if a worker dies, its message is due again, under the same id.
So each message is delivered at least once, and its receiver can recognize a repeat.

    queue.put(session, "issued", public_id, host=settings.host, now=now)
"""

import secrets
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from contexts.json_types import Json
from issuer.outbox.kinds import RETRIES
from issuer.outbox.tables import MessageState, OutboxRow

LEASE: Final = timedelta(minutes=10)
"""Longer than any delivery takes: each of its steps times out after 30 seconds."""
_LEFT: Final = (MessageState.WAITING, MessageState.DEAD)


def put(
    session: Session,
    kind: str,
    about: str,
    *,
    host: str,
    now: datetime,
    payload: Json | None = None,
    address: str | None = None,
    due_at: datetime | None = None,
) -> None:
    """Add a message of a registered kind to what `session` commits: both leave, or neither.

    `payload` holds references alone; `address` is for a message to somebody who is in no table.
    It leaves at once, or at `due_at`.
    """
    session.add(
        OutboxRow(
            message_id=f"<{secrets.token_hex(16)}@{host}>",
            kind=kind,
            about=about,
            payload=payload,
            address=address,
            created_at=now,
            due_at=due_at or now,
        )
    )


def is_fresh(session: Session, kind: str, about: str, *, address: str | None = None) -> bool:
    """True if such a message, to this address, was not tried yet: a button was pressed twice."""
    rows = select(OutboxRow.id).where(
        OutboxRow.kind == kind,
        OutboxRow.about == about,
        OutboxRow.address.is_not_distinct_from(address),
        OutboxRow.state == MessageState.WAITING,
        OutboxRow.attempts == 0,
    )
    return session.scalar(rows.limit(1)) is not None


def due(now: datetime, *, leaving_out: Collection[str] = ()) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for a message to be due at `now` and of none of those kinds."""
    waiting = (OutboxRow.state == MessageState.WAITING, OutboxRow.due_at <= now)
    return (*waiting, OutboxRow.kind.not_in(leaving_out)) if leaving_out else waiting


def lease(
    session: Session, *, now: datetime, leaving_out: Collection[str] = ()
) -> OutboxRow | None:
    """Return a message that is due, leased to this worker for `LEASE`; None if none is due.

    `session` writes: on SQLite it holds the one write lock; on PostgreSQL rows that another
    worker holds are passed over.
    """
    row = session.scalar(
        select(OutboxRow)
        .where(*due(now, leaving_out=leaving_out))
        .order_by(OutboxRow.due_at, OutboxRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is not None:
        row.attempts += 1
        row.due_at = now + LEASE
    return row


def delivered(session: Session, row: OutboxRow, *, now: datetime) -> None:
    """Record that a leased message was delivered."""
    _change(session, row, state=MessageState.DELIVERED, settled_at=now, error=None, address=None)


def overtaken(session: Session, row: OutboxRow, *, now: datetime) -> None:
    """Record that a leased message was not sent because it is no longer true."""
    _change(session, row, state=MessageState.OVERTAKEN, settled_at=now, error=None, address=None)


def failed(
    session: Session,
    row: OutboxRow,
    why: str,
    *,
    now: datetime,
    for_good: bool,
    retries: Sequence[timedelta] = RETRIES,
) -> None:
    """Record that a leased message was not delivered: due again by `retries`, or dead."""
    if for_good or row.attempts > len(retries):
        _change(session, row, state=MessageState.DEAD, settled_at=now, error=why, address=None)
    else:
        _change(session, row, due_at=now + retries[row.attempts - 1], error=why)


def _change(session: Session, row: OutboxRow, **values: object) -> None:
    """Change a row unless its lease ran out and another worker has it."""
    leased = (OutboxRow.id == row.id, OutboxRow.attempts == row.attempts)
    session.execute(update(OutboxRow).where(*leased).values(**values))


def undelivered(
    session: Session,
    *states: MessageState,
    kinds: Collection[str] | None = None,
    size: int | None = None,
) -> Sequence[OutboxRow]:
    """Return the messages that wait or could not be delivered, or those in one of these states,
    oldest first, at most `size`; with `kinds`, those of these kinds."""
    left = _undelivered(states or _LEFT, kinds)
    rows = select(OutboxRow).where(*left).order_by(OutboxRow.id).limit(size)
    return session.scalars(rows).all()


def count_undelivered(session: Session, *, kinds: Collection[str] | None = None) -> Counter[str]:
    """Return how many messages wait (`MessageState.WAITING`) and could not be delivered; with
    `kinds`, of these kinds."""
    counted = select(OutboxRow.state, func.count()).where(*_undelivered(_LEFT, kinds))
    rows = session.execute(counted.group_by(OutboxRow.state))
    return Counter({str(state): int(count) for state, count in rows})


def _undelivered(
    states: Collection[MessageState], kinds: Collection[str] | None
) -> list[ColumnElement[bool]]:
    left: list[ColumnElement[bool]] = [OutboxRow.state.in_(states)]
    if kinds is not None:
        left.append(OutboxRow.kind.in_(kinds))
    return left


def about(session: Session, public_id: str) -> Sequence[OutboxRow]:
    """Return every message about one thing, oldest first, with its state and what went wrong."""
    rows = select(OutboxRow).where(OutboxRow.about == public_id).order_by(OutboxRow.id)
    return session.scalars(rows).all()


def hasten(session: Session, *, now: datetime) -> int:
    """Make every message due that failed and waits for its next try; return how many.

    To be called once the cause is mended, such as a wrong password.
    """
    waiting = (OutboxRow.state == MessageState.WAITING, OutboxRow.error.is_not(None))
    rows = session.scalars(select(OutboxRow).where(*waiting, OutboxRow.due_at > now)).all()
    for row in rows:
        row.due_at = now
    return len(rows)


def replay(session: Session, number: int | None, *, now: datetime) -> int:
    """Make a dead message, or all of them, due again; return how many."""
    which = () if number is None else (OutboxRow.id == number,)
    dead = session.scalars(
        select(OutboxRow).where(OutboxRow.state == MessageState.DEAD, *which)
    ).all()
    for row in dead:
        row.state, row.attempts, row.due_at, row.settled_at = MessageState.WAITING, 0, now, None
    return len(dead)
