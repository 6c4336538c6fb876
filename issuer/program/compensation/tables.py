"""Tables of compensation. Sums of money are whole cents; no other room has one.

The ledger only grows: the database itself refuses to change or to delete an entry of it (I8).
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contexts.json_types import Json
from issuer.database.database import Base
from issuer.people.register import new_id
from issuer.people.tables import PersonRow
from issuer.program.projects.tables import OfferingRow, ProjectRow

_PERSON = "people.id"


class AgreementRow(Base):
    """One change of what the district's contract says; the newest row is in force.

    `content` has the choice by rule, where the contract says so by rule (`clauses`), and the
    columns of the file for payroll (`columns`). `pays` is False again for a district that began
    by mistake.
    """

    __tablename__ = "pay_agreements"

    id: Mapped[int] = mapped_column(primary_key=True)
    pays: Mapped[bool]
    content: Mapped[Json]
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(ForeignKey(_PERSON))


class ValueRow(Base):
    """What an offering, or one teacher's own idea, is worth from now on; the newest row counts."""

    __tablename__ = "pay_values"
    __table_args__ = (
        Index("ix_pay_values_offering_pk", "offering_pk"),
        Index("ix_pay_values_project_pk", "project_pk"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    offering_pk: Mapped[int | None] = mapped_column(ForeignKey("offerings.id"))
    project_pk: Mapped[int | None] = mapped_column(ForeignKey("projects.id"))
    cents: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(ForeignKey(_PERSON))

    offering: Mapped[OfferingRow | None] = relationship()


class AskRow(Base):
    """What a teacher asks for with a project, where it is less than its value."""

    __tablename__ = "pay_asks"

    project_pk: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    cents: Mapped[int]
    changed_at: Mapped[datetime]

    project: Mapped[ProjectRow] = relationship()


class PayRecordRow(Base):
    """What payroll says of one person from a day on: a salary, a tier or a cap.

    Two rows of one day in force contradict each other until somebody says which one holds; the
    other is replaced. `full_time` is the share as payroll wrote it, such as `0.5`.
    """

    __tablename__ = "pay_records"
    __table_args__ = (Index("ix_pay_records_person_pk", "person_pk"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    since: Mapped[date]
    salary: Mapped[int | None]
    full_time: Mapped[str] = mapped_column(String(10), default="1")
    tier: Mapped[str | None] = mapped_column(String(1))
    cap: Mapped[int | None]
    hired: Mapped[date | None]
    created_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class LedgerRow(Base):
    """One entry: a claim's sum at a stage grows or shrinks by `cents`. Never changed, never gone.

    `claim` is the id of a project, or of an opening balance: no words stand here, since words of a
    person who is erased go. `on` is the local day that counts; `why` is a `Why`.
    """

    __tablename__ = "pay_ledger"
    __table_args__ = (Index("ix_pay_ledger_person_pk", "person_pk"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    claim: Mapped[str] = mapped_column(String(22), index=True)
    stage: Mapped[str] = mapped_column(String(10))
    cents: Mapped[int]
    on: Mapped[date]
    why: Mapped[str] = mapped_column(String(20))
    run_pk: Mapped[int | None] = mapped_column(ForeignKey("pay_runs.id"))
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey(_PERSON))


class OpeningRow(Base):
    """What an opening balance is called: an award from before this program, or a year's sum."""

    __tablename__ = "pay_openings"
    __table_args__ = (Index("ix_pay_openings_person_pk", "person_pk"),)

    claim: Mapped[str] = mapped_column(String(22), primary_key=True)
    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    title: Mapped[str] = mapped_column(String(200))


class PayRunRow(Base):
    """What is paid at once: locked, handed out as one file, and confirmed.

    `file` is the file while it can be fetched: from the lock until the run is confirmed.
    """

    __tablename__ = "pay_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_id)
    locked_at: Mapped[datetime]
    locked_by: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey(_PERSON))
    file: Mapped[bytes | None]
    sha256: Mapped[str] = mapped_column(String(64))

    lines: Mapped[list["PayLineRow"]] = relationship(order_by="PayLineRow.id")


class PayLineRow(Base):
    """What one person gets in a run. `awards` lists claim and cents of each award."""

    __tablename__ = "pay_lines"
    __table_args__ = (Index("ix_pay_lines_run_pk", "run_pk"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_pk: Mapped[int] = mapped_column(ForeignKey("pay_runs.id"))
    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    cents: Mapped[int]
    awards: Mapped[Json]

    person: Mapped[PersonRow] = relationship()


class TakeBackRow(Base):
    """What was decided about a claim because of one credential: `cents` (below zero) are taken from
    it, 0 where nothing is: what was earned stands, or was given again, or stays taken back by the
    row of an earlier credential."""

    __tablename__ = "pay_take_backs"

    claim: Mapped[str] = mapped_column(String(22), primary_key=True)
    credential: Mapped[str] = mapped_column(String(22), primary_key=True)
    cents: Mapped[int]
    decided_at: Mapped[datetime]
    decided_by: Mapped[int] = mapped_column(ForeignKey(_PERSON))


class PayTableRow(Base):
    """A table that somebody looks at before it comes in, as cells; then `done` says how many rows
    came in."""

    __tablename__ = "pay_tables"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_id)
    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    kind: Mapped[str] = mapped_column(String(10))
    cells: Mapped[Json]
    created_at: Mapped[datetime]


class ClosedYearRow(Base):
    """A fiscal year of which nothing is open any more, by its first day."""

    __tablename__ = "pay_closed_years"

    first_day: Mapped[date] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime]
    closed_by: Mapped[int] = mapped_column(ForeignKey(_PERSON))
