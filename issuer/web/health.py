"""`/readyz`: can approvals be stored and signed now?"""

import errno
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import func, select, text

from issuer.database.database import Database, UnavailableError
from issuer.home.issuer import Issuer
from issuer.home.publishing import published_rows
from issuer.home.settings import Settings
from issuer.issuance.records.tables import UNFINISHED
from issuer.issuance.status_lists import lists
from keys import durable_file
from keys.signer import KeysError

SHARED_SECONDS = 15
"""How long the result of one attempt to write is reused, because anybody may ask."""
PATIENCE = 2
"""Seconds to wait for a lock; monitors rarely wait longer than five for an answer."""
_WRITE = text("UPDATE alembic_version SET version_num = version_num")
"""A write that changes nothing, in a table of one row that nobody else writes meanwhile."""
_BYTES = 64 * 1024
_WAITING = select(func.count()).where(UNFINISHED)


class Health:
    """The health of one issuer in one process."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer
        self._lock = Lock()
        self._trouble: str | None = None
        self._fresh_until = 0.0

    def look(self, *, now: datetime) -> tuple[dict[str, Any], bool]:
        """Return the JSON to answer with, and True if approvals can be stored and signed."""
        answer: dict[str, Any] = {"status": self._written() or "ok"}
        warnings = list(lists.ending_soon(self._issuer.settings, now=now))
        try:
            answer |= {"pending": self._waiting()}
            warnings += self._behind()
            self._issuer.check_keys()
        except UnavailableError as exc:
            answer["status"] = self._trouble or exc.trouble
        except KeysError:
            answer["status"] = self._trouble or "keys locked"
        return answer | ({"warnings": warnings} if warnings else {}), answer["status"] == "ok"

    def _written(self) -> str | None:
        """Return what kept the last attempt to write from succeeding, at most 15 seconds ago."""
        with self._lock:
            if time.monotonic() >= self._fresh_until:
                self._trouble = next(_attempts(self._issuer.settings), None)
                self._fresh_until = time.monotonic() + SHARED_SECONDS
            return self._trouble

    def _behind(self) -> Iterator[str]:
        """Yield that the bucket lacks something, which keeps nothing else from going on."""
        if self._issuer.settings.publish_bucket:
            with self._issuer.database.reading() as session:
                if left := published_rows.not_in_bucket(session):
                    yield f"{left} published file(s) not in the bucket yet (the log says why)"

    def _waiting(self) -> int:
        with self._issuer.database.reading() as session:
            return session.scalar(_WAITING) or 0


def _attempts(settings: Settings) -> Iterator[str]:
    """Write to the disk and to the database, and give what goes wrong.

    SQLite can write a little where the disk is full, to space that it has; a file cannot.
    """
    try:
        durable_file.replace(settings.home / ".health", bytes(_BYTES), mode=0o600)
    except OSError as exc:
        full = exc.errno in (errno.ENOSPC, errno.EDQUOT)
        yield "disk full" if full else "disk unavailable"
    try:
        own = Database(settings.database_url, patience=PATIENCE)
        with closing(own), own.writing() as session:
            session.execute(_WRITE)
    except UnavailableError as exc:
        yield exc.trouble
