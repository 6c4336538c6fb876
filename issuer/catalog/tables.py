"""Tables of the catalog: versions that never change, because signed credentials name them."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contexts.json_types import Json
from issuer.database.database import Base


class RubricVersion(Base):
    """One version of a rubric. `content` is the whole rubric, `digest` the SHA-256 of it."""

    __tablename__ = "rubric_versions"
    __table_args__ = (UniqueConstraint("rubric_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rubric_id: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[Json]
    created_at: Mapped[datetime]


class AchievementVersion(Base):
    """One version of an achievement; an unlisted one was defined inside an approval."""

    __tablename__ = "achievement_versions"
    __table_args__ = (UniqueConstraint("achievement_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    achievement_id: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]
    listed: Mapped[bool]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[Json]
    image: Mapped[bytes | None]
    rubric_version_id: Mapped[int] = mapped_column(ForeignKey("rubric_versions.id"))
    created_at: Mapped[datetime]

    rubric_version: Mapped[RubricVersion] = relationship()


class RetiredRow(Base):
    """An achievement that is offered no more. Its versions and what was issued of them stay."""

    __tablename__ = "retired_achievements"

    achievement_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    retired_at: Mapped[datetime]
