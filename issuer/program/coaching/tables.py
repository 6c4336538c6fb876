"""Tables of coaching: who coaches, what was noted, who signed, and cohorts with their meetings."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contexts.json_types import Json
from issuer.database.database import Base
from issuer.people.tables import PersonRow
from issuer.program.projects.tables import OfferingRow, ProjectRow

_PERSON = "people.id"
_PROJECT = "projects.id"


class CoachingRow(Base):
    """One coach of one project, from a moment on; one who was replaced has an end (R4)."""

    __tablename__ = "coachings"
    __table_args__ = (
        Index("ix_coachings_project_pk", "project_pk"),
        Index("ix_coachings_coach_pk_ended_at", "coach_pk", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_pk: Mapped[int] = mapped_column(ForeignKey(_PROJECT))
    coach_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    coach: Mapped[PersonRow] = relationship()
    project: Mapped[ProjectRow] = relationship()


class CoachEntryRow(Base):
    """A dated entry of a coach (R5): between coach and teacher, unless the teacher shares it."""

    __tablename__ = "coach_entries"
    __table_args__ = (Index("ix_coach_entries_project_pk", "project_pk"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_pk: Mapped[int] = mapped_column(ForeignKey(_PROJECT))
    coach_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    day: Mapped[date]
    text: Mapped[str] = mapped_column(String(4000))
    shared_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    coach: Mapped[PersonRow] = relationship()


class StudyEntryRow(Base):
    """A dated entry of the teacher's own study record (R2).

    With a `provider` it is learning outside (R22), such as a course of so many minutes in all.
    """

    __tablename__ = "study_entries"
    __table_args__ = (Index("ix_study_entries_project_pk", "project_pk"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_pk: Mapped[int] = mapped_column(ForeignKey(_PROJECT))
    day: Mapped[date]
    text: Mapped[str] = mapped_column(String(4000))
    minutes: Mapped[int | None]
    provider: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]


class SignOffRow(Base):
    """One of the three who answer for a project (R6). It stands for a resubmission, too (I12)."""

    __tablename__ = "sign_offs"
    __table_args__ = (UniqueConstraint("project_pk", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_pk: Mapped[int] = mapped_column(ForeignKey(_PROJECT))
    role: Mapped[str] = mapped_column(String(20))
    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    signed_at: Mapped[datetime]
    fidelity: Mapped[Json]

    person: Mapped[PersonRow] = relationship()


class CohortRow(Base):
    """A group that works on one offering, led by a coach or a teacher (R21)."""

    __tablename__ = "cohorts"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    offering_pk: Mapped[int | None] = mapped_column(ForeignKey("offerings.id"))
    leader_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    leader: Mapped[PersonRow] = relationship()
    offering: Mapped[OfferingRow | None] = relationship()
    members: Mapped[list["CohortMemberRow"]] = relationship()
    meetings: Mapped[list["MeetingRow"]] = relationship(order_by="MeetingRow.begins")


class CohortMemberRow(Base):
    """One teacher in a cohort."""

    __tablename__ = "cohort_members"
    __table_args__ = (Index("ix_cohort_members_person_pk", "person_pk"),)

    cohort_pk: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), primary_key=True)
    person_pk: Mapped[int] = mapped_column(ForeignKey(_PERSON), primary_key=True)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]

    person: Mapped[PersonRow] = relationship()


class MeetingRow(Base):
    """A meeting of a cohort. `present` lists the people who came, by number: it counts hours."""

    __tablename__ = "meetings"
    __table_args__ = (Index("ix_meetings_cohort_pk", "cohort_pk"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_pk: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    title: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(200), default="")
    begins: Mapped[datetime]
    minutes: Mapped[int]
    present: Mapped[Json]


class CoachGroundRow(Base):
    """By which credential somebody was made a coach, and when our verifier found it in force."""

    __tablename__ = "coach_grounds"

    grant_pk: Mapped[int] = mapped_column(
        ForeignKey("role_grants.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    credential_pk: Mapped[int] = mapped_column(ForeignKey("credentials.id"))
    verified_at: Mapped[datetime]
