"""Tables of the jobs that issue what stands in a table."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contexts.json_types import Json
from issuer.database.database import Base


class Fate(StrEnum):
    """What became of a row."""

    WAITING = "waiting"
    ISSUED = "issued"
    STORED = "stored"
    """Approved, and signed as soon as the keys can be used."""
    TO_MEND = "to_mend"


class TableJobRow(Base):
    """One table that was handed in. The same file from the same source is the same job.

    `begun_at` is when somebody let it be issued on a page; `actor` is who did, or who handed it in.
    """

    __tablename__ = "table_jobs"
    __table_args__ = (UniqueConstraint("source", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    source: Mapped[str] = mapped_column(String(50))
    digest: Mapped[str] = mapped_column(String(64))
    actor: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]


class TableRow(Base):
    """One row of such a table, by its number there.

    `cells` is what it says, by head; None once it is issued, since the approval has it then.
    `problem` says what to mend; `credential` is the id of what was issued.
    """

    __tablename__ = "table_job_rows"
    __table_args__ = (Index("ix_table_job_rows_job_pk_fate", "job_pk", "fate"),)

    job_pk: Mapped[int] = mapped_column(ForeignKey(TableJobRow.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cells: Mapped[Json | None]
    fate: Mapped[str] = mapped_column(String(20), default=Fate.WAITING)
    problem: Mapped[str | None]
    credential: Mapped[str | None] = mapped_column(String(22))
