"""What a judgment says by a rubric, and whether it is complete (R35, I5). Pure rules.

outcome_of(rubric, {"learning": "met", "work": "not-yet"})   # JudgmentOutcome.NOT_YET
"""

from collections.abc import Mapping
from enum import StrEnum

from issuer.catalog.achievement import Criterion, Rubric


class JudgmentOutcome(StrEnum):
    """Approved, or not yet."""

    APPROVED = "approved"
    NOT_YET = "not_yet"


def is_met(criterion: Criterion, level_id: str) -> bool:
    """True if a level is the one that a criterion asks for, or above it."""
    points = {level.id: level.points for level in criterion.levels}
    return points[level_id] >= points[criterion.required]


def outcome_of(rubric: Rubric, levels: Mapping[str, str]) -> JudgmentOutcome:
    """Return the outcome of levels for every criterion: approved if all are met."""
    met = all(is_met(criterion, levels[criterion.id]) for criterion in rubric.criteria)
    return JudgmentOutcome.APPROVED if met else JudgmentOutcome.NOT_YET


def gaps(rubric: Rubric, levels: Mapping[str, str], comments: Mapping[str, str]) -> dict[str, str]:
    """Return, by criterion, what a judgment still needs: a level, or a comment below the line."""
    needed = {}
    for criterion in rubric.criteria:
        level = levels.get(criterion.id)
        if level not in {known.id for known in criterion.levels}:
            needed[criterion.id] = "level"
        elif not is_met(criterion, level) and not comments.get(criterion.id, "").strip():
            needed[criterion.id] = "comment"
    return needed
