"""The database: typed tables on SQLite or PostgreSQL, and sessions for one purpose each (D10).

Tables stand with their subject (`issuer/<subject>/tables.py`) and share `Base` from here.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeAlias

from sqlalchemy import DateTime, Dialect, Engine, MetaData, create_engine, event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import LargeBinary, TypeDecorator

BUSY_SECONDS = 20
"""How long a writer waits for the others on SQLite: below a web server's 30-second limit."""

Json: TypeAlias = Mapping[str, Any]


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. What has no offset could mean any of 26 hours and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return `value` in UTC; `ValueError` if it has no offset."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"a moment needs an offset: {value}")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return `value` in UTC: SQLite keeps no offset, PostgreSQL the session's."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class JsonBytes(TypeDecorator[Json]):
    """A JSON object kept as the bytes it was written with, so that nothing rewrites it."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Json | None, dialect: Dialect) -> bytes | None:
        """Return compact UTF-8 JSON."""
        return None if value is None else to_json(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Json | None:
        """Return the object, its members in the order they were written."""
        return None if value is None else json.loads(value)


def to_json(value: Json) -> bytes:
    """Return `value` as compact UTF-8 JSON, its members in their own order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


class Base(DeclarativeBase):
    """The parent of every table. Constraints have names, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Moment, bytes: LargeBinary, Json: JsonBytes}  # noqa: RUF012


class Database:
    """One database. Make it after a fork, never before: connections do not survive one."""

    def __init__(self, url: str, *, patience: int = BUSY_SECONDS) -> None:
        self.engine = _engine(url, patience)
        self._writer = self.engine.execution_options(sqlite_begin="IMMEDIATE")

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session whose work is committed when the block ends, and undone if it raises.

        On SQLite it takes the write lock at its start, so that what it reads cannot be
        overtaken before it writes. On PostgreSQL take row locks (`with_for_update`).
        """
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            session.connection()  # begins, and so locks, now and not at the first statement
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that only reads, and so waits for no writer."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def is_unavailable(error: DBAPIError) -> bool:
    """Say whether the database could not be used now (full, locked, read-only, gone).

    Nothing was committed then and the same work can be done later; the other errors,
    such as a broken constraint, come out the same each time.
    """
    return isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated


def trouble(error: DBAPIError) -> str:
    """Return what keeps the database from being used, in two words."""
    sqlite = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # the rest says where it happened
    known = _SQLITE_TROUBLE.get(sqlite) or _SQLSTATE_TROUBLE.get(
        getattr(error.orig, "sqlstate", "")
    )
    return known or "database unavailable"


_SQLITE_TROUBLE = {
    sqlite3.SQLITE_FULL: "disk full",
    sqlite3.SQLITE_BUSY: "database locked",
    sqlite3.SQLITE_LOCKED: "database locked",
}
_SQLSTATE_TROUBLE = {"53100": "disk full", "55P03": "database locked"}


def _engine(url: str, patience: int) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": patience})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself: it would begin reading ones, and a
    # reading one that turns into a writing one fails at once when somebody wrote between.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    how = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {how}")
