"""Tables of projects: what is offered, what a teacher writes, what was handed in, what happened."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contexts.json_types import Json
from issuer.catalog.tables import RubricVersion
from issuer.database.database import Base
from issuer.people.tables import PersonRow
from issuer.program.windows.tables import WindowRow

_PERSON = "people.id"


class TopicRow(Base):
    """A field that projects belong to and evaluators know, such as *design thinking*."""

    __tablename__ = "topics"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    retired_at: Mapped[datetime | None]


class OfferingRow(Base):
    """What a teacher can choose instead of an idea of her own (R20).

    `achievement_id` names it in the catalog, `partner` whose it is if not the district's own.
    `prefill` holds answers that a proposal begins with.
    `led_by` is the coach or the teacher who leads its cohort (R21).
    """

    __tablename__ = "offerings"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    source: Mapped[str] = mapped_column(String(20))
    partner: Mapped[str | None] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200))
    about: Mapped[str] = mapped_column(String(2000))
    topic_pk: Mapped[int] = mapped_column(ForeignKey("topics.id"))
    achievement_id: Mapped[str] = mapped_column(String(200))
    prefill: Mapped[Json]
    led_by: Mapped[int | None] = mapped_column(ForeignKey(_PERSON))
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    topic: Mapped[TopicRow] = relationship()
    leader: Mapped[PersonRow | None] = relationship()


class ProjectRow(Base):
    """One project of one teacher, and the drafts that she is writing.

    `proposal` and `completion` hold the answers as they stand; `revision` counts their changes,
    so that a page that was loaded before another saved does not overwrite it (E9).
    """

    __tablename__ = "projects"
    __table_args__ = (
        Index("ix_projects_person_pk", "person_pk"),
        Index("ix_projects_state_changed_at", "state", "changed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    offering_pk: Mapped[int | None] = mapped_column(ForeignKey("offerings.id"))
    topic_pk: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    state: Mapped[str] = mapped_column(String(20))
    proposal: Mapped[Json]
    completion: Mapped[Json]
    revision: Mapped[int] = mapped_column(default=0)
    due_on: Mapped[date | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    person: Mapped[PersonRow] = relationship()
    offering: Mapped[OfferingRow | None] = relationship()
    topic: Mapped[TopicRow | None] = relationship()
    versions: Mapped[list["VersionRow"]] = relationship(
        order_by="VersionRow.id", back_populates="project"
    )


class VersionRow(Base):
    """What was handed in, once: it never changes (I3).

    `answers` are the teacher's, `artifacts` the evidence with its digests; the rubric is the
    version that judges it. `number` counts from 1 for each purpose.
    """

    __tablename__ = "project_versions"
    __table_args__ = (UniqueConstraint("project_pk", "purpose", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_pk: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    purpose: Mapped[str] = mapped_column(String(20))
    number: Mapped[int]
    answers: Mapped[Json]
    artifacts: Mapped[Json]
    rubric_version_id: Mapped[int] = mapped_column(ForeignKey("rubric_versions.id"))
    window_pk: Mapped[int | None] = mapped_column(ForeignKey("windows.id"))
    received_at: Mapped[datetime]

    project: Mapped[ProjectRow] = relationship(back_populates="versions")
    rubric_version: Mapped[RubricVersion] = relationship()
    window: Mapped[WindowRow | None] = relationship()


class ProjectEventRow(Base):
    """One step of a project: who took it, when, from where to where (I4). Never changed."""

    __tablename__ = "project_events"
    __table_args__ = (Index("ix_project_events_project_pk", "project_pk"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_pk: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    at: Mapped[datetime]
    actor_pk: Mapped[int | None] = mapped_column(ForeignKey(_PERSON))
    act: Mapped[str] = mapped_column(String(20))
    origin: Mapped[str] = mapped_column(String(20))
    target: Mapped[str] = mapped_column(String(20))
    version_pk: Mapped[int | None] = mapped_column(ForeignKey("project_versions.id"))
