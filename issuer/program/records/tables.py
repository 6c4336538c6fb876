"""Tables of records: how long each class is kept, what is held, what was disposed of, and requests
of parents and teachers to see what is there."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from issuer.database.database import Base
from issuer.people.register import new_id
from issuer.people.tables import PersonRow
from issuer.program.evidence.tables import ArtifactRow
from issuer.program.projects.tables import ProjectRow

_PERSON = "people.id"
_PROJECT = "projects.id"


class RetentionRow(Base):
    """One choice of how many years a class of record is kept; of each class the newest counts.
    Without `years` it is kept for ever. A class that nobody chose for is never disposed of."""

    __tablename__ = "retention"

    id: Mapped[int] = mapped_column(primary_key=True)
    record: Mapped[str] = mapped_column(String(20))
    years: Mapped[int | None]
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(ForeignKey(_PERSON))


class HoldRow(Base):
    """Nothing of one person is disposed of until this ends; without a person, nothing at all."""

    __tablename__ = "holds"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_pk: Mapped[int | None] = mapped_column(ForeignKey(_PERSON))
    reason: Mapped[str] = mapped_column(String(500))
    began_at: Mapped[datetime]
    began_by: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    ended_at: Mapped[datetime | None]

    person: Mapped[PersonRow | None] = relationship(foreign_keys=person_pk)


class DisposalRow(Base):
    """One class of record of one project is gone; who confirmed it, and when."""

    __tablename__ = "disposals"
    __table_args__ = (UniqueConstraint("project_pk", "record"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_pk: Mapped[int] = mapped_column(ForeignKey(_PROJECT))
    record: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    by_pk: Mapped[int | None] = mapped_column(ForeignKey(_PERSON))

    project: Mapped[ProjectRow] = relationship()


class InspectionRow(Base):
    """A parent's request to see records: open until it is answered. `about` says in the office's
    words what was asked, without a student's name."""

    __tablename__ = "inspections"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_id)
    about: Mapped[str] = mapped_column(String(500))
    opened_at: Mapped[datetime]
    opened_by: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    closed_at: Mapped[datetime | None]

    items: Mapped[list["InspectedRow"]] = relationship(order_by="InspectedRow.artifact_pk")


class InspectedRow(Base):
    """One piece of evidence that a request is about."""

    __tablename__ = "inspected"
    __table_args__ = (Index("ix_inspected_artifact_pk", "artifact_pk"),)

    inspection_pk: Mapped[int] = mapped_column(ForeignKey("inspections.id"), primary_key=True)
    artifact_pk: Mapped[int] = mapped_column(ForeignKey("artifacts.id"), primary_key=True)

    artifact: Mapped[ArtifactRow] = relationship()


class DataExportRow(Base):
    """A zip of all that is here about one person, for her; it is deleted after some days."""

    __tablename__ = "data_exports"
    __table_args__ = (Index("ix_data_exports_person_pk", "person_pk"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_id)
    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    asked_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    size: Mapped[int | None]
