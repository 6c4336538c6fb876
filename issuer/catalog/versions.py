"""Versions of achievements and rubrics in the database: a change adds one, nothing changes one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import bindparam, delete, func, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased, joinedload

from issuer.catalog.achievement import (
    Achievement,
    FrameworkItem,
    Rubric,
    achievement_content,
    achievement_from,
    digest,
    rubric_content,
    rubric_from,
)
from issuer.catalog.tables import AchievementVersion, RetiredRow, RubricVersion

OWN_IDEA = "own-"
"""How the id of a teacher's own idea begins; no id in a file may."""
_OWN_DIGITS = 16

_NEWEST = (
    select(AchievementVersion)
    .where(AchievementVersion.achievement_id == bindparam("id"))
    .order_by(AchievementVersion.version.desc())
    .limit(1)
    .options(joinedload(AchievementVersion.rubric_version, innerjoin=True))
)
_BY_DIGEST = (
    select(AchievementVersion)
    .where(AchievementVersion.digest == bindparam("digest"))
    .order_by(AchievementVersion.id)
)
_EXACTLY = _NEWEST.where(AchievementVersion.version == bindparam("number"))
_Listed = aliased(AchievementVersion)
Row = TypeVar("Row", AchievementVersion, RubricVersion)


def find(
    session: Session, achievement_id: str, version: int | None = None
) -> AchievementVersion | None:
    """Return that version of an achievement (without a number, the newest), or None."""
    if version is None:
        return session.scalar(_NEWEST, {"id": achievement_id})
    return session.scalar(_EXACTLY, {"id": achievement_id, "number": version})


def listed(session: Session) -> list[Achievement]:
    """Return the newest version of every achievement that is offered, in the order of names."""
    gone = retired(session)
    return [achievement for achievement in all_listed(session) if achievement.id not in gone]


def all_listed(session: Session) -> list[Achievement]:
    """Return the newest version of every achievement of the catalog, also of retired ones, in the
    order of names."""
    newest = (
        select(func.max(AchievementVersion.version))
        .where(AchievementVersion.achievement_id == _Listed.achievement_id)
        .scalar_subquery()
    )
    rows = select(_Listed).where(_Listed.listed, _Listed.version == newest)
    rows = rows.options(joinedload(_Listed.rubric_version, innerjoin=True))
    return sorted(
        map(read, session.scalars(rows)), key=lambda achievement: achievement.name.casefold()
    )


def rubrics(session: Session) -> list[Rubric]:
    """Return the newest version of every rubric, in the order of names."""
    newest = select(RubricVersion.rubric_id, func.max(RubricVersion.version))
    here = tuple_(RubricVersion.rubric_id, RubricVersion.version)
    rows = select(RubricVersion).where(here.in_(newest.group_by(RubricVersion.rubric_id)))
    return sorted(map(rubric_of, session.scalars(rows)), key=lambda rubric: rubric.name.casefold())


def ids(session: Session) -> Sequence[str]:
    """Return the id of every achievement that there ever was."""
    return session.scalars(select(AchievementVersion.achievement_id).distinct()).all()


def rubric_ids(session: Session) -> Sequence[str]:
    """Return the id of every rubric that there ever was."""
    return session.scalars(select(RubricVersion.rubric_id).distinct()).all()


def retired(session: Session) -> set[str]:
    """Return the ids of achievements that are offered no more."""
    return set(session.scalars(select(RetiredRow.achievement_id)))


def retire(session: Session, achievement_id: str, *, now: datetime) -> None:
    """Offer an achievement no more. Its pages stay, and what was issued stays in force."""
    if session.get(RetiredRow, achievement_id) is None:
        session.add(RetiredRow(achievement_id=achievement_id, retired_at=now))


def offer_again(session: Session, achievement_id: str) -> None:
    """Offer a retired achievement again."""
    session.execute(delete(RetiredRow).where(RetiredRow.achievement_id == achievement_id))


def find_rubric(session: Session, rubric_id: str, version: int | None = None) -> Rubric | None:
    """Return that version of a rubric (without a number, the newest), or None."""
    row = _rubric_row(session, rubric_id, version)
    return None if row is None else rubric_of(row)


def find_rubric_version(
    session: Session, rubric_id: str, version: int | None = None
) -> RubricVersion | None:
    """Return the row of that version of a rubric (without a number, the newest), or None."""
    return _rubric_row(session, rubric_id, version)


def read(row: AchievementVersion) -> Achievement:
    """Return the achievement that `row` keeps."""
    return achievement_from(
        row.content,
        rubric_of(row.rubric_version),
        row.image,
        id=row.achievement_id,
        version=row.version,
        listed=row.listed,
    )


def record(session: Session, achievement: Achievement, *, now: datetime) -> AchievementVersion:
    """Return the row of `achievement`; if its rubric is new, that is recorded first.

    What is equal to the newest version is that version; what differs becomes the next one.
    """
    rubric_row = record_rubric(session, achievement.rubric, now=now)
    content = achievement_content(replace(achievement, rubric=rubric_of(rubric_row)))
    newest = find(session, achievement.id)
    if newest is not None and newest.digest == digest(content):
        return newest
    row = AchievementVersion(
        achievement_id=achievement.id,
        version=newest.version + 1 if newest else 1,
        listed=achievement.listed,
        digest=digest(content),
        content=content,
        image=achievement.image,
        rubric_version=rubric_row,
        created_at=now,
    )
    if _added(session, row):
        return row
    return record(session, achievement, now=now)


def equal_to(session: Session, achievement: Achievement) -> str | None:
    """Return the id of the achievement of the catalog that says the same, word for word."""
    wanted = digest(achievement_content(achievement))
    for row in session.scalars(_BY_DIGEST, {"digest": wanted}):
        newest = find(session, row.achievement_id)
        if row.listed and newest is row:
            return row.achievement_id
    return None


def rubric_equal_to(session: Session, rubric: Rubric) -> str | None:
    """Return the id of the rubric that says the same, word for word."""
    same = select(RubricVersion).where(RubricVersion.digest == digest(rubric_content(rubric)))
    for row in session.scalars(same.order_by(RubricVersion.id)):
        if _rubric_row(session, row.rubric_id, None) is row:
            return row.rubric_id
    return None


def propose(
    session: Session,
    *,
    name: str,
    description: str,
    criteria: str,
    rubric: Rubric,
    in_language: str | None = None,
    tags: Sequence[str] = (),
    alignments: Sequence[FrameworkItem] = (),
    now: datetime,
) -> AchievementVersion:
    """Return the unlisted version of a teacher's own idea (R1, R20): the same for the same content.

    `rubric` is a recorded one, as `find_rubric` returns it.
    """
    idea = Achievement(
        id=OWN_IDEA,
        name=name,
        description=description,
        criteria=criteria,
        rubric=rubric,
        in_language=in_language,
        tags=tuple(tags),
        alignments=tuple(alignments),
        listed=False,
    )
    own_id = OWN_IDEA + digest(achievement_content(idea))[:_OWN_DIGITS]
    return record(session, replace(idea, id=own_id), now=now)


def record_rubric(session: Session, rubric: Rubric, *, now: datetime) -> RubricVersion:
    """Return the row of `rubric`: what differs from the version that it names becomes the next."""
    content = rubric_content(rubric)
    newest = _rubric_row(session, rubric.id, rubric.version or None)
    if newest is not None and newest.digest == digest(content):
        return newest
    row = RubricVersion(
        rubric_id=rubric.id,
        version=newest.version + 1 if newest else 1,
        digest=digest(content),
        content=content,
        created_at=now,
    )
    if _added(session, row):
        return row
    return record_rubric(session, rubric, now=now)


def _added(session: Session, row: Row) -> bool:
    """Add `row`; False if somebody else has just taken its version number."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


def _rubric_row(session: Session, rubric_id: str, version: int | None) -> RubricVersion | None:
    rows = select(RubricVersion).where(RubricVersion.rubric_id == rubric_id)
    if version is not None:
        rows = rows.where(RubricVersion.version == version)
    return session.scalar(rows.order_by(RubricVersion.version.desc()).limit(1))


def rubric_of(row: RubricVersion) -> Rubric:
    """Return the rubric that `row` keeps."""
    return rubric_from(row.content, id=row.rubric_id, version=row.version)
