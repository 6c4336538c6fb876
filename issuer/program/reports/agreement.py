"""How often two evaluators of the same work agreed.

Figures that would describe fewer than five evaluators, or pairs of reviews, are hidden.
"""

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import LargeBinary, Select, func, select, type_coerce
from sqlalchemy.orm import Session, aliased

from issuer.catalog.tables import RubricVersion
from issuer.catalog.versions import rubric_of
from issuer.program.evaluation.judgment import outcome_of
from issuer.program.evaluation.tables import AssignmentRow, ReviewRow
from issuer.program.projects.tables import VersionRow
from issuer.program.reports.figures import HIDDEN, Figure, FigureRow, FigureTable
from issuer.program.reports.judging import PURPOSES, SHARE, YEAR
from issuer.program.reports.suppression import FEWEST
from issuer.program.windows import school_year
from issuer.program.windows.school_year import Local
from issuer.program.windows.window import Purpose
from verifier.wording.words import N_


@dataclass(frozen=True, slots=True)
class _Alike:
    """Whether two reviews lead to the same outcome, and in how many of the criteria they agree."""

    same_outcome: bool
    same_levels: int
    criteria: int


@dataclass(slots=True)
class _Pairs:
    """Pairs of reviews of one year: their number, how many lead to the same outcome, in how many
    criteria they agree and of how many, and who gave them."""

    number: int = 0
    same_outcome: int = 0
    same_levels: int = 0
    criteria: int = 0
    evaluators: set[int] = field(default_factory=set)

    def add(self, number: int, alike: _Alike, evaluators: Collection[int]) -> None:
        """Add so many pairs that agree alike, all of the same two evaluators."""
        self.number += number
        self.same_outcome += number * alike.same_outcome
        self.same_levels += number * alike.same_levels
        self.criteria += number * alike.criteria
        self.evaluators.update(evaluators)


def of_reviews(session: Session, local: Local) -> tuple[FigureTable, ...]:
    """Return how often two evaluators of the same work came to the same levels and outcome."""
    rubrics = {row.id: rubric_of(row) for row in session.scalars(select(RubricVersion))}

    @cache
    def alike(rubric: int, one: bytes, two: bytes) -> _Alike:
        first, second = json.loads(one), json.loads(two)
        outcomes = (outcome_of(rubrics[rubric], levels) for levels in (first, second))
        same = sum(level == second.get(id) for id, level in first.items())
        return _Alike(len(set(outcomes)) == 1, same, len(first))

    pairs: dict[tuple[str, str], _Pairs] = defaultdict(_Pairs)
    for purpose, rubric, one, two, *both, year, number in session.execute(_pairs(session, local)):
        pairs[purpose, year].add(number, alike(rubric, one, two), both)
    return tuple(
        FigureTable(
            PURPOSES[purpose],
            (N_("Year"), N_("Same outcome"), N_("Same level")),
            tuple(
                FigureRow(year, _agreed(pairs[kind, year]))
                for kind, year in sorted(pairs)
                if kind == purpose
            ),
            (SHARE, SHARE),
        )
        for purpose in Purpose
        if any(kind == purpose for kind, _ in pairs)
    )


def _agreed(pairs: _Pairs) -> tuple[Figure, ...]:
    if min(pairs.number, len(pairs.evaluators)) < FEWEST:
        return (HIDDEN,) * 2
    same_levels = 100 * pairs.same_levels / max(1, pairs.criteria)
    return 100 * pairs.same_outcome / pairs.number, same_levels


def _pairs(session: Session, local: Local) -> Select[*tuple[Any, ...]]:
    """Return the levels that two evaluators found of the same version, as JSON, counted where the
    same two found the same of another version in that school year."""
    both = (
        select(
            AssignmentRow.version_pk,
            func.min(ReviewRow.id).label("one"),
            func.max(ReviewRow.id).label("two"),
            func.min(AssignmentRow.evaluator_pk).label("one_by"),
            func.max(AssignmentRow.evaluator_pk).label("two_by"),
        )
        .join(ReviewRow, ReviewRow.assignment_pk == AssignmentRow.id)
        .where(ReviewRow.given_at.is_not(None))
        .group_by(AssignmentRow.version_pk)
        .having(func.count() == 2)
        .subquery()
    )
    one, two = aliased(ReviewRow), aliased(ReviewRow)
    year = school_year.of_column(session, VersionRow.received_at, local)
    levels = (
        type_coerce(one.levels, LargeBinary).label("levels_of_one"),
        type_coerce(two.levels, LargeBinary).label("levels_of_two"),
    )
    by = (VersionRow.purpose, VersionRow.rubric_version_id, *levels, both.c.one_by, both.c.two_by)
    return (
        select(*by, year.label(YEAR), func.count())
        .select_from(both)
        .join(VersionRow, VersionRow.id == both.c.version_pk)
        .join(one, one.id == both.c.one)
        .join(two, two.id == both.c.two)
        .group_by(*by, YEAR)
    )
