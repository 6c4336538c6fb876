"""Tables of judging: who judges what, what they found, what was decided and released."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contexts.json_types import Json
from issuer.database.database import Base
from issuer.people.register import new_id
from issuer.people.tables import PersonRow
from issuer.program.projects.tables import VersionRow

_PERSON = "people.id"


class AssignmentRow(Base):
    """One evaluator for one version. `ground` says why, `by_hand` that somebody chose it.

    An assignment that ended was reassigned or recused, which `ending` says; `reason` is seen by
    the superintendent alone.
    """

    __tablename__ = "assignments"
    __table_args__ = (
        UniqueConstraint("version_pk", "evaluator_pk"),
        Index("ix_assignments_evaluator_pk_ended_at", "evaluator_pk", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_id)
    version_pk: Mapped[int] = mapped_column(ForeignKey("project_versions.id"))
    evaluator_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    ground: Mapped[str] = mapped_column(String(20))
    by_hand: Mapped[bool] = mapped_column(default=False)
    due_on: Mapped[date]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ending: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(500))

    version: Mapped[VersionRow] = relationship()
    evaluator: Mapped[PersonRow] = relationship()
    review: Mapped["ReviewRow | None"] = relationship(back_populates="assignment")


class ReviewRow(Base):
    """One evaluator's judgment: a draft until it is given, and then unchanged.

    `levels` and `comments` are keyed by criterion. `revision` counts changes, so that an older
    page does not overwrite a newer one.
    """

    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_pk: Mapped[int] = mapped_column(ForeignKey("assignments.id"), unique=True)
    levels: Mapped[Json]
    comments: Mapped[Json]
    revision: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
    given_at: Mapped[datetime | None]

    assignment: Mapped[AssignmentRow] = relationship(back_populates="review")


class ProjectDecisionRow(Base):
    """What was decided about a version: drafted, then released; only release shows it.

    A released decision never changes (I6); one that `corrects` another is a further release.
    """

    __tablename__ = "project_decisions"
    __table_args__ = (
        Index("ix_project_decisions_version_pk", "version_pk"),
        Index("ix_project_decisions_released_at", "released_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_pk: Mapped[int] = mapped_column(ForeignKey("project_versions.id"))
    outcome: Mapped[str] = mapped_column(String(20))
    levels: Mapped[Json]
    comments: Mapped[Json]
    drafted_by: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    drafted_at: Mapped[datetime]
    released_by: Mapped[int | None] = mapped_column(ForeignKey(_PERSON))
    released_at: Mapped[datetime | None]
    corrects: Mapped[int | None] = mapped_column(ForeignKey("project_decisions.id"))

    version: Mapped[VersionRow] = relationship()


class LookRow(Base):
    """Another look that a teacher asked for: once for each version, by somebody not involved.

    `decision_pk` is the decision she asked about, which stays; what is decided then is a decision
    that corrects it, or none.
    """

    __tablename__ = "looks"

    version_pk: Mapped[int] = mapped_column(ForeignKey("project_versions.id"), primary_key=True)
    decision_pk: Mapped[int] = mapped_column(ForeignKey("project_decisions.id"))
    reason: Mapped[str] = mapped_column(String(1000))
    asked_at: Mapped[datetime]
    assignment_pk: Mapped[int | None] = mapped_column(ForeignKey("assignments.id"))
    settled_at: Mapped[datetime | None]

    assignment: Mapped[AssignmentRow | None] = relationship()


class RedactionRow(Base):
    """Words that are covered in a version wherever names are hidden, and who said so."""

    __tablename__ = "redactions"
    __table_args__ = (Index("ix_redactions_version_pk", "version_pk"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_pk: Mapped[int] = mapped_column(ForeignKey("project_versions.id"))
    words: Mapped[str] = mapped_column(String(200))
    by_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    created_at: Mapped[datetime]
