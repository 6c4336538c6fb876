"""What people do to the catalog on pages, each with its entry in the log."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from issuer.audit import log
from issuer.catalog import versions
from issuer.catalog.achievement import Achievement, Rubric
from issuer.catalog.tables import AchievementVersion, RubricVersion

ACHIEVEMENT_CHANGED: Final = "catalog.achievement-changed"
RUBRIC_CHANGED: Final = "catalog.rubric-changed"
RETIRED: Final = "catalog.achievement-retired"
OFFERED: Final = "catalog.achievement-offered"


def save(session: Session, achievement: Achievement, *, by: str, now: datetime) -> bool:
    """Record an achievement; return whether that made a new version."""
    row = versions.record(session, achievement, now=now)
    if row.created_at == now:
        _tell(session, ACHIEVEMENT_CHANGED, f"achievement:{achievement.id}", row, by, now)
    return row.created_at == now


def save_rubric(session: Session, rubric: Rubric, *, by: str, now: datetime) -> bool:
    """Record a rubric, and by it every achievement of the catalog that is judged by it; return
    whether that made a new version."""
    row = versions.record_rubric(session, rubric, now=now)
    if row.created_at != now:
        return False
    _tell(session, RUBRIC_CHANGED, f"rubric:{rubric.id}", row, by, now)
    for achievement in versions.all_listed(session):
        if achievement.rubric.id == rubric.id:
            save(session, replace(achievement, rubric=versions.rubric_of(row)), by=by, now=now)
    return True


def retire(session: Session, achievement_id: str, *, by: str, now: datetime) -> None:
    """Offer an achievement no more, unless it is so."""
    if achievement_id in versions.retired(session):
        return
    versions.retire(session, achievement_id, now=now)
    log.record(session, by=by, action=RETIRED, about=f"achievement:{achievement_id}", now=now)


def offer_again(session: Session, achievement_id: str, *, by: str, now: datetime) -> None:
    """Offer a retired achievement again, unless it is offered."""
    if achievement_id not in versions.retired(session):
        return
    versions.offer_again(session, achievement_id)
    log.record(session, by=by, action=OFFERED, about=f"achievement:{achievement_id}", now=now)


def _tell(
    session: Session,
    action: str,
    about: str,
    row: AchievementVersion | RubricVersion,
    by: str,
    now: datetime,
) -> None:
    details = {"version": row.version}
    log.record(session, by=by, action=action, about=about, details=details, now=now)
