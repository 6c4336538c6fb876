"""Tables of evidence: artifacts, and uploads that are under way."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contexts.json_types import Json
from issuer.database.database import Base
from issuer.program.projects.tables import ProjectRow, VersionRow

_PROJECT = "projects.id"


class ArtifactRow(Base):
    """One piece of evidence: a file of ours by its digest, or a link (R15, R32).

    `students` says what is seen of them, `basis` on what consent that rests, `reference` where the
    consent is filed (R38). `tier` is who may see it once the credential is issued (D9), `criterion`
    which one of the rubric it is for, if the teacher said so. One that was removed, or whose
    consent was withdrawn, is shown to nobody; its row stays.
    """

    __tablename__ = "artifacts"
    __table_args__ = (
        Index("ix_artifacts_project_pk", "project_pk"),
        Index("ix_artifacts_sha256", "sha256"),
        Index("ix_artifacts_reference", "reference"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    project_pk: Mapped[int] = mapped_column(ForeignKey(_PROJECT))
    criterion: Mapped[str | None] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(1000), default="")
    genre: Mapped[str] = mapped_column(String(100), default="")
    file_name: Mapped[str | None] = mapped_column(String(255))
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None]
    media_type: Mapped[str | None] = mapped_column(String(100))
    url: Mapped[str | None] = mapped_column(String(2000))
    url_checked_at: Mapped[datetime | None]
    url_problem: Mapped[str | None] = mapped_column(String(50))
    students: Mapped[str | None] = mapped_column("pupils", String(20))
    basis: Mapped[str | None] = mapped_column(String(20))
    reference: Mapped[str | None] = mapped_column(String(200))
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    confirmed_at: Mapped[datetime | None]
    tier: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    project: Mapped[ProjectRow] = relationship()


class UploadRow(Base):
    """A file that arrives in pieces. `size` is the announced size; `mark` identifies the file in
    its browser, so that an upload resumes only with the same file."""

    __tablename__ = "uploads"
    __table_args__ = (Index("ix_uploads_project_pk", "project_pk"),)

    upload: Mapped[str] = mapped_column(String(22), primary_key=True)
    project_pk: Mapped[int] = mapped_column(ForeignKey(_PROJECT))
    file_name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int]
    mark: Mapped[str] = mapped_column(String(100), default="")
    created_at: Mapped[datetime]


class PieceRow(Base):
    """One missing piece that an evaluator asked for, without a decision (once for each version).

    `files` is what the teacher handed in for it, pinned as in a version.
    """

    __tablename__ = "pieces"

    version_pk: Mapped[int] = mapped_column(ForeignKey("project_versions.id"), primary_key=True)
    text: Mapped[str] = mapped_column(String(1000))
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    files: Mapped[Json | None]
    answered_at: Mapped[datetime | None]

    version: Mapped[VersionRow] = relationship()
