"""Indexes by which PostgreSQL finds parts of names, addresses and ids among a million.

They need its own extension `pg_trgm`. Without it, or where the account may not add it, the same
searches read every row.
"""

from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from issuer.database.database import Database

INDEXES: Final = {
    "ix_approvals_teacher_parts": "approvals USING gin (teacher gin_trgm_ops)",
    "ix_approvals_approval_id_parts": "approvals USING gin (lower(approval_id) gin_trgm_ops)",
    "ix_approval_addresses_address_parts": "approval_addresses USING gin (address gin_trgm_ops)",
}
_LOCK: Final = 0x6D696E76
"""The advisory lock of who makes them; any number does that nobody else uses."""
_STATES: Final = text(
    "SELECT relname, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
    " WHERE relname = ANY(:names)"
)


def index(database: Database, tell: Callable[[str], None]) -> None:
    """Make the indexes that are missing, while servers go on; leave it to who is just doing so.

    Killed, it leaves one that PostgreSQL does not use, which the next run makes anew.
    """
    if database.engine.dialect.name != "postgresql":
        return
    with database.engine.connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        if alone.scalar(text(f"SELECT pg_try_advisory_lock({_LOCK})")):
            try:
                _make(alone, tell)
            finally:
                alone.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCK})")


def _make(connection: Connection, tell: Callable[[str], None]) -> None:
    rows = connection.execute(_STATES, {"names": list(INDEXES)})
    states = {row.relname: row.indisvalid for row in rows}
    missing = [name for name in INDEXES if not states.get(name)]
    if not missing:
        return
    try:
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DBAPIError as exc:
        tell(f"searches read every row: {exc.orig} (have CREATE EXTENSION pg_trgm run, then again)")
        return
    connection.exec_driver_sql("SET lock_timeout = 0")  # it waits for those who read now
    for name in missing:
        if name in states:
            connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY {name}")
        connection.exec_driver_sql(f"CREATE INDEX CONCURRENTLY {name} ON {INDEXES[name]}")
        tell(f"searches have the index {name}")
    connection.exec_driver_sql("RESET lock_timeout")
