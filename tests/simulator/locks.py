"""Two transactions of which one waits for the other, on PostgreSQL."""

from concurrent.futures import Future, wait
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

_WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


def wait_until_blocked(session: Session, other: Future[Any]) -> None:
    """Return once `other` waits for a lock, or is done."""
    for _ in range(1000):
        if other.done() or session.scalar(_WAITING):
            return
        wait([other], timeout=0.02)
    raise AssertionError("the other one neither waits nor ends")
