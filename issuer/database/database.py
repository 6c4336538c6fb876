"""The database: typed tables on SQLite or PostgreSQL, and sessions for one purpose each (D10).

Tables stand with their subject (`issuer/<subject>/tables.py`) and share `Base` from here.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, create_engine, event, text
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import LargeBinary, TypeDecorator

from contexts.errors import MintmarkError
from contexts.json_types import Json

BUSY_SECONDS: Final = 5
"""How long a writer waits for the others: whoever sent the work can send it again."""
RETRY_AFTER_SECONDS: Final = 30
MORE_CONNECTIONS: Final = 15
"""Beside the five that a process keeps open: enough for each thread that serves."""


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


class UnavailableError(MintmarkError):
    """The database or the disk cannot be used now. Nothing was committed; ask again later.

    `trouble` says in two words what is in the way.
    """

    retry_after = RETRY_AFTER_SECONDS

    def __init__(
        self, message: str, *, trouble: str = "database unavailable", remedy: str = ""
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.trouble = trouble


class Unstorable(StrEnum):
    """Why a value fits no column."""

    NUL = "a text holds the character U+0000"
    LONG = "a text is longer than there is room for"
    LARGE = "a number is larger than there is room for"
    DAY = "a day is in a year that does not exist"
    OTHER = "a value is not of the kind that is asked for"


class UnstorableError(MintmarkError):
    """What was sent to the database fits no column, and would not fit the next time. Nothing was
    committed; `reason` says what is wrong with it."""

    def __init__(self, reason: Unstorable) -> None:
        super().__init__(f"this cannot be stored or looked for: {reason}")
        self.reason = reason


class Database:
    """One database. Make it after a fork, never before: connections do not survive one."""

    def __init__(self, url: str, *, patience: int = BUSY_SECONDS) -> None:
        self.engine = _engine(url, patience)
        self._writer = self.engine.execution_options(sqlite_begin="IMMEDIATE")
        self.schema: str | None = None
        """The schema this process began with, as `migrations.check` found it."""

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session whose work is committed when the block ends, and undone if it raises.

        Raises `UnavailableError`, with nothing committed, if the database cannot be used now.
        On SQLite it takes the write lock at its start, so that what it reads cannot be
        overtaken before it writes. On PostgreSQL take row locks (`with_for_update`).
        """
        with (
            self._telling_unavailable(),
            Session(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            session.connection()  # begins, and so locks, now and not at the first statement
            yield session

    @contextmanager
    def altering(self) -> Iterator[Connection]:
        """Give a connection to alter tables with, all in one transaction, alone.

        On SQLite a table that others refer to can be written anew meanwhile: what refers where is
        looked at when all is done. Raises `UnavailableError`, with nothing committed.
        """
        with self._telling_unavailable(), self._writer.connect() as connection:
            if connection.dialect.name != "sqlite":
                with connection.begin():
                    yield connection
                return
            _obey(connection, "PRAGMA foreign_keys=OFF")  # which it ignores once it has begun
            try:
                with connection.begin():
                    yield connection
                    if lost := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                        raise UnavailableError(f"a row would refer to nothing: {tuple(lost)}")
            finally:
                _obey(connection, "PRAGMA foreign_keys=ON")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that only reads, and so waits for no writer.

        Raises `UnavailableError` if the database cannot be used now.
        """
        with (
            self._telling_unavailable(),
            Session(self.engine, autoflush=False, expire_on_commit=False) as session,
        ):
            yield session
            session.expunge_all()  # nothing is written
            # After a rollback PostgreSQL would have to plan all of it again: psycopg forgets then
            # which statements are prepared there.
            session.commit()

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()

    @contextmanager
    def _telling_unavailable(self) -> Iterator[None]:
        """Turn what a database raises that cannot be used now into `UnavailableError`, and what it
        raises over a value that fits no column into `UnstorableError`.

        Every other error, such as a broken constraint or a column that is not there, comes out as
        it is: the same work would fail the same way each time.
        """
        try:
            yield
        except DBAPIError as exc:
            trouble = _trouble(exc)
            if trouble is not None:
                message = f"the database cannot be used: {exc.orig}"
                raise UnavailableError(message, trouble=trouble) from exc
            if self._is_upgraded():
                raise UnavailableError(
                    "the database was upgraded while this process was running",
                    trouble="database upgraded",
                    remedy="stop it and start the version that upgraded",
                ) from exc
            if isinstance(exc, DataError):
                raise UnstorableError(_unstorable(exc)) from exc
            raise
        except OverflowError as exc:
            if "SQLite" not in str(exc):
                raise
            raise UnstorableError(Unstorable.LARGE) from exc
        except PoolTimeoutError as exc:
            raise UnavailableError("every connection to the database is in use") from exc

    def _is_upgraded(self) -> bool:
        """True if `mintmark migrate` of a newer version ran since this process began."""
        if self.schema is None:
            return False
        with self.engine.connect() as connection:
            return bool(connection.scalar(_SCHEMA) != self.schema)


def _trouble(error: DBAPIError) -> str | None:
    """Return what keeps the database from being used now; None if it is the statement's fault."""
    sqlite = getattr(error.orig, "sqlite_errorcode", None)
    if sqlite is not None:
        return _SQLITE_TROUBLE.get(sqlite & 0xFF)  # the rest says where it happened
    sqlstate = getattr(error.orig, "sqlstate", None)
    if sqlstate is not None:
        trouble = _SQLSTATE_TROUBLE.get(sqlstate) or _SQLSTATE_TROUBLE.get(sqlstate[:2])
        return trouble or (_GONE if error.connection_invalidated else None)
    lost = error.connection_invalidated or (
        isinstance(error, OperationalError) and not isinstance(error.orig, sqlite3.Error)
    )
    return _GONE if lost else None


def _unstorable(error: DataError) -> Unstorable:
    if "NUL" in str(error.orig):  # psycopg refuses it before PostgreSQL has a code for it
        return Unstorable.NUL
    return _SQLSTATE_UNSTORABLE.get(getattr(error.orig, "sqlstate", None) or "", Unstorable.OTHER)


_SQLSTATE_UNSTORABLE: Final = {
    "22021": Unstorable.NUL,  # character_not_in_repertoire
    "22001": Unstorable.LONG,  # string_data_right_truncation
    "22003": Unstorable.LARGE,  # numeric_value_out_of_range
    "22007": Unstorable.DAY,  # invalid_datetime_format
    "22008": Unstorable.DAY,  # datetime_field_overflow
}
_SCHEMA: Final = text("SELECT version_num FROM alembic_version")
_GONE: Final = "database unavailable"
_FULL: Final = "disk full"
_LOCKED: Final = "database locked"
_SQLITE_TROUBLE: Final = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_PERM: _GONE,
    sqlite3.SQLITE_NOMEM: _GONE,
    sqlite3.SQLITE_READONLY: _GONE,
    sqlite3.SQLITE_INTERRUPT: _GONE,
    sqlite3.SQLITE_IOERR: _GONE,
    sqlite3.SQLITE_CANTOPEN: _GONE,
    sqlite3.SQLITE_PROTOCOL: _GONE,
}
_SQLSTATE_TROUBLE: Final = {
    "53100": _FULL,
    "55P03": _LOCKED,  # lock_not_available: the wait for another writer ended
    "40001": _LOCKED,  # serialization_failure
    "40P01": _LOCKED,  # deadlock_detected
    "25006": _GONE,  # read_only_sql_transaction: a standby, or one that was told so
    "08": _GONE,  # connection exceptions
    "53": _GONE,  # out of memory, of disk space, of connections
    "57": _GONE,  # an operator stops it, or it starts
    "58": _GONE,  # errors of the system it runs on
}
"""By SQLSTATE, then by its class. https://www.postgresql.org/docs/current/errcodes-appendix.html"""


def _engine(url: str, patience: int) -> Engine:
    if not url.startswith("sqlite"):
        engine = create_engine(url, pool_pre_ping=True, max_overflow=MORE_CONNECTIONS)
        event.listen(engine, "connect", partial(_prepare_postgresql, patience))
        return engine
    engine = create_engine(url, connect_args={"timeout": patience}, max_overflow=MORE_CONNECTIONS)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_postgresql(patience: int, connection: Any, _record: object) -> None:
    connection.execute(f"SET lock_timeout = '{patience}s'")
    connection.commit()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself: it would begin reading ones, and a
    # reading one that turns into a writing one fails at once when somebody wrote between.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _obey(connection: Connection, pragma: str) -> None:
    cursor = connection.connection.cursor()
    cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    how = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {how}")
