"""Versions of the database schema: bring one up to date, or say that it is not."""

from collections.abc import Callable
from functools import cache

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from contexts.errors import MintmarkError
from issuer.database.database import Database
from issuer.migrations import parts
from issuer.migrations.rows import left, rearrange

__all__ = ["SchemaError", "check", "left", "upgrade"]

_LOCK = 0x6D696E74
"""The PostgreSQL advisory lock that lets one upgrade run at a time (P12)."""


class SchemaError(MintmarkError):
    """The schema of the database is not the one this version of Mintmark works with."""


def upgrade(database: Database, *, tell: Callable[[str], None] = lambda line: None) -> None:
    """Bring the schema to the newest version, then the rows to the newest form, then searches to
    their indexes.

    The schema is one transaction, one upgrade at a time. The rows go in batches, which may be
    stopped and run again, as may the indexes; `tell` gets a line of progress now and then.
    """
    with database.altering() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")  # it may take its time
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        command.upgrade(_config(connection), "head")
    rearrange(database, tell)
    parts.index(database, tell)


def check(database: Database) -> None:
    """Do nothing if the schema is the newest; else raise `SchemaError`, which says the remedy."""
    head, older = _revisions()
    with database.reading() as session:
        current = MigrationContext.configure(session.connection()).get_current_revision()
    database.schema = current
    if current == head:
        return
    if current and current not in older:
        raise SchemaError(f"the database is newer than this version of Mintmark: {current}")
    raise SchemaError(
        f"the database has schema {current}, not {head}", remedy="run: mintmark migrate"
    )


@cache
def _revisions() -> tuple[str | None, frozenset[str]]:
    """Return the newest revision, and all that came before it; each is a file that is run."""
    scripts = ScriptDirectory.from_config(_config())
    head = scripts.get_current_head()
    return head, frozenset(script.revision for script in scripts.walk_revisions()) - {head}


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "issuer:migrations")
    config.attributes["connection"] = connection
    return config
