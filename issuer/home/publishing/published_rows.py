"""Published files as rows: hosts that share a database take turns and copy from one another.

    with rows.turn(database) as session:
        rows.put(session, path, content)
    rows.copy(settings, database, path)

A row is committed before its file is written, so a host that dies in between has published nothing
that the others cannot see. A host serves the files in its own `public/` whether the database
answers or not (D12, P6).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from sqlalchemy import String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from issuer.database.compressed import CompressedBytes
from issuer.database.database import Base, Database
from issuer.home import published
from issuer.home.settings import Settings

_TURN: Final = 0x6D696E74
"""The advisory lock of whoever publishes; any number does that nobody else uses."""


class PublishedRow(Base):
    """One file as it was published last. `version` counts everything ever published, so that
    a host that knows the newest can ask for what came since."""

    __tablename__ = "published"

    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    version: Mapped[int] = mapped_column(unique=True)
    content: Mapped[bytes] = mapped_column(CompressedBytes)
    in_bucket: Mapped[int | None]
    """The version that is in the bucket; None for none."""


NOT_IN_BUCKET: Final = PublishedRow.in_bucket.is_distinct_from(PublishedRow.version)


Guard: TypeAlias = Callable[[Session, Path, bytes], None]
"""Raises if the new content of a file would take back something that is published."""


@contextmanager
def turn(database: Database) -> Iterator[Session]:
    """Give a session for writing in which nobody else publishes, on this host or another.

    Raises `UnavailableError`.
    """
    with database.writing() as session:  # which on SQLite is a turn already
        if session.get_bind().dialect.name == "postgresql":
            session.execute(select(func.pg_advisory_xact_lock(_TURN)))
        yield session


def put(session: Session, path: str, content: bytes) -> None:
    """Publish `content` at `path`, below `public/`. `session` is that of a turn."""
    row = session.get(PublishedRow, path)
    if row is not None and row.content == content:
        return
    version = (session.scalar(select(func.max(PublishedRow.version))) or 0) + 1
    session.merge(PublishedRow(path=path, version=version, content=content))


def not_in_bucket(session: Session) -> int:
    """Return how many files wait to be put into the bucket."""
    return session.scalar(select(func.count()).where(NOT_IN_BUCKET)) or 0


def send_again(session: Session) -> None:
    """Queue every file for the bucket, whatever is in it."""
    session.execute(update(PublishedRow).values(in_bucket=None))


def copy(settings: Settings, database: Database, path: str, *, guard: Guard | None = None) -> None:
    """Make this host's file at `path` what its row is now.

    Raises `UnavailableError`, and what `guard` raises, with the file as it was.
    """
    with published.locked(settings), database.reading() as session:
        row = session.get(PublishedRow, path)
        if row is None:
            return
        file = settings.public / path
        if guard is not None and file.exists():
            guard(session, file, row.content)
        published.replace(file, row.content)
