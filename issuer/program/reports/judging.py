"""How judging went: time to decision, load, agreement, and the funnel of each window.

Figures that would describe fewer than five people are hidden, also from subtraction.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median, quantiles
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, aliased

from issuer.catalog.tables import RubricVersion
from issuer.catalog.versions import rubric_of
from issuer.people.tables import PersonRow
from issuer.program.assigning.assignment import Ground
from issuer.program.evaluation.judgment import JudgmentOutcome, outcome_of
from issuer.program.evaluation.tables import AssignmentRow, ProjectDecisionRow, ReviewRow
from issuer.program.projects.tables import VersionRow
from issuer.program.reports import school_year, suppression
from issuer.program.reports.figures import HIDDEN, Figure, FigureRow, FigureTable
from issuer.program.reports.school_year import Local
from issuer.program.reports.suppression import FEWEST, Sum
from issuer.program.windows.local_time import last_day_before
from issuer.program.windows.tables import WindowRow
from issuer.program.windows.window import Purpose
from verifier.wording.words import N_

SHARE: Final = "%"
DAYS: Final = "days"
_YEAR: Final = "school_year"
"""A label to count by: PostgreSQL takes no expression with parameters for the same one again."""
PURPOSES: Final = {
    Purpose.PROPOSAL: N_("Proposals"),
    Purpose.COMPLETION: N_("Completed projects"),
}


@dataclass(slots=True)
class _Waits:
    """How long decisions of one window, or year, took, and how many were in time."""

    days: list[int] = field(default_factory=list)
    in_time: int = 0


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Some pairs of reviews that are alike: how many, whether they lead to the same outcome, and in
    how many of the criteria they agree."""

    number: int
    same_outcome: bool
    same_levels: int
    criteria: int


def times(session: Session, local: Local, days_to_decide: int) -> tuple[FigureTable, ...]:
    """Return how long decisions took from the window's close, or from handing in: median, nine
    tenths, and the share within the clock (R34). The first decision of each version counts."""
    waits: dict[str, dict[str, _Waits]] = {purpose: defaultdict(_Waits) for purpose in Purpose}
    windows = _windows(session)
    for purpose, window_pk, received, released, number in session.execute(_decided()):
        window, day = windows.get(window_pk), local(released).date()
        begun, by = _clock(received, window, local, days_to_decide)
        name = _name(window) if window else school_year.of_day(begun)
        group = waits[purpose][name]
        group.days += [max(0, (day - begun).days)] * number
        group.in_time += number * (day <= by)
    return tuple(
        FigureTable(
            PURPOSES[purpose],
            (N_("Window"), N_("Median"), N_("Nine in ten within"), N_("On time")),
            tuple(FigureRow(name, _waited(group)) for name, group in waits[purpose].items()),
            (DAYS, DAYS, SHARE),
        )
        for purpose in Purpose
        if waits[purpose]
    )


def load(session: Session) -> tuple[FigureTable, ...]:
    """Return what each evaluator has to judge and judged, and how much lay outside her field."""
    outside = case((AssignmentRow.ground == Ground.OUTSIDE_FIELD, 1))
    rows = (
        select(PersonRow.name, func.count(), func.count(ReviewRow.given_at), func.count(outside))
        .select_from(AssignmentRow)
        .join(PersonRow, PersonRow.id == AssignmentRow.evaluator_pk)
        .outerjoin(ReviewRow, ReviewRow.assignment_pk == AssignmentRow.id)
        .where(AssignmentRow.ended_at.is_(None))
        .group_by(PersonRow.id, PersonRow.name)
        .order_by(PersonRow.id)
    )
    counted = sorted(session.execute(rows).all(), key=lambda row: row.name)
    named = [(name, tuple(counts)) for name, *counts in counted]
    heads = (N_("Evaluator"), N_("Assigned"), N_("Reviewed"), N_("Outside the field"))
    return (FigureTable(N_("Load"), heads, _loads(named)),)


def _loads(named: Sequence[tuple[str, tuple[int, ...]]]) -> tuple[FigureRow, ...]:
    """Return the rows of evaluators and their sum; who judges fewer than five people is hidden."""
    groups = {f"{place}": counts[0] for place, (_, counts) in enumerate(named)}
    parts = tuple(groups)
    away = suppression.hidden(
        {**groups, "all": sum(groups.values())}, [Sum("all", parts)] if parts else []
    )
    rows = [
        FigureRow(name, (HIDDEN,) * 3 if str(place) in away else counts)
        for place, (name, counts) in enumerate(named)
    ]
    sums = tuple(sum(counts[at] for _, counts in named) for at in range(3))
    return (*rows, FigureRow(N_("All"), (HIDDEN,) * 3 if "all" in away else sums, is_word=True))


def agreement(session: Session, local: Local) -> tuple[FigureTable, ...]:
    """Return how often two evaluators of the same work came to the same levels and outcome."""
    rubrics = {row.id: rubric_of(row) for row in session.scalars(select(RubricVersion))}
    pairs: dict[tuple[str, str], list[_Pairs]] = defaultdict(list)
    for purpose, rubric, one, two, year, number in session.execute(_pairs(session, local)):
        same = sum(one[id] == two.get(id) for id in one)
        outcome = outcome_of(rubrics[rubric], one) == outcome_of(rubrics[rubric], two)
        pairs[purpose, year].append(_Pairs(number, outcome, same, len(one)))
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


def funnel(session: Session, local: Local) -> tuple[FigureTable, ...]:
    """Return for each window, or year, what was handed in and what was decided of it."""
    windows = _windows(session)
    counts: dict[tuple[str, str], Counter[str | None]] = defaultdict(Counter)
    for purpose, window_pk, year, outcome, number in session.execute(_handed_in(session, local)):
        window = windows.get(window_pk)
        counts[purpose, _name(window) if window else year][outcome] += number
    return tuple(
        FigureTable(
            PURPOSES[purpose],
            (N_("Window"), N_("Handed in"), N_("Decided"), N_("Approved"), N_("Not yet")),
            tuple(
                FigureRow(name, _stages(purpose, counts[kind, name]))
                for kind, name in counts
                if kind == purpose
            ),
            drawn=2,
            of=0,
        )
        for purpose in Purpose
        if any(kind == purpose for kind, _ in counts)
    )


def _stages(purpose: Purpose, outcomes: Counter[str | None]) -> tuple[Figure, ...]:
    """Return the four counts of a window. What is approved at completion is known as an award, and
    how many still wait is no secret, so neither hides a count of "not yet"."""
    approved, waiting = outcomes[JudgmentOutcome.APPROVED], outcomes[None]
    decided = outcomes.total() - waiting
    groups = {
        "handed in": outcomes.total(),
        "decided": decided,
        "approved": approved,
        "not yet": decided - approved,
        "waiting": waiting,
    }
    known = {"waiting", "approved"} if purpose is Purpose.COMPLETION else {"waiting"}
    sums = [
        Sum("handed in", ("decided", "waiting")),
        Sum("decided", ("approved", "not yet")),
    ]
    away = suppression.hidden(groups, sums, known)
    shown = ("handed in", "decided", "approved", "not yet")
    return tuple(HIDDEN if name in away else groups[name] for name in shown)


def _waited(group: _Waits) -> tuple[Figure, ...]:
    days = sorted(group.days)
    if len(days) < FEWEST:
        return (HIDDEN,) * 3
    tenths = quantiles(days, n=10, method="inclusive")
    return median(days), tenths[8], 100 * group.in_time / len(days)


def _agreed(pairs: Sequence[_Pairs]) -> tuple[Figure, ...]:
    number = sum(alike.number for alike in pairs)
    if number < FEWEST:
        return (HIDDEN,) * 2
    outcomes = sum(alike.number for alike in pairs if alike.same_outcome)
    levels = sum(alike.number * alike.same_levels for alike in pairs)
    criteria = sum(alike.number * alike.criteria for alike in pairs)
    return 100 * outcomes / number, 100 * levels / max(1, criteria)


def _decided() -> Select[*tuple[Any, ...]]:
    """Return what was decided first about each version, counted by its window, or by the moment at
    which it came in, and by its release."""
    alone = case((VersionRow.window_pk.is_(None), VersionRow.received_at))
    by = (VersionRow.purpose, VersionRow.window_pk, alone, ProjectDecisionRow.released_at)
    return (
        select(*by, func.count())
        .join(VersionRow, VersionRow.id == ProjectDecisionRow.version_pk)
        .where(ProjectDecisionRow.released_at.is_not(None), ProjectDecisionRow.corrects.is_(None))
        .group_by(*by)
        .order_by(func.min(VersionRow.received_at))
    )


def _handed_in(session: Session, local: Local) -> Select[*tuple[Any, ...]]:
    """Return what was handed in, counted by its window, or its school year, and by what was
    decided last."""
    decided = select(ProjectDecisionRow.version_pk, func.max(ProjectDecisionRow.id).label("last"))
    decided = decided.where(ProjectDecisionRow.released_at.is_not(None))
    decisions = decided.group_by(ProjectDecisionRow.version_pk).subquery()
    year = school_year.of_column(session, VersionRow.received_at, local)
    alone = case((VersionRow.window_pk.is_(None), year)).label(_YEAR)
    return (
        select(
            VersionRow.purpose,
            VersionRow.window_pk,
            alone,
            ProjectDecisionRow.outcome,
            func.count(),
        )
        .select_from(VersionRow)
        .outerjoin(decisions, decisions.c.version_pk == VersionRow.id)
        .outerjoin(ProjectDecisionRow, ProjectDecisionRow.id == decisions.c.last)
        .group_by(VersionRow.purpose, VersionRow.window_pk, _YEAR, ProjectDecisionRow.outcome)
        .order_by(func.min(VersionRow.id))
    )


def _windows(session: Session) -> dict[int | None, WindowRow]:
    return {row.id: row for row in session.scalars(select(WindowRow))}


def _clock(
    received: datetime, window: WindowRow | None, local: Local, days_to_decide: int
) -> tuple[date, date]:
    """Return the local day from which a decision is waited for, and the last one that is in time:
    a window is judged once it has closed."""
    if window is None:
        begun = local(received).date()
        return begun, begun + timedelta(days=days_to_decide)
    closed = last_day_before(window.closes, ZoneInfo(window.zone))
    return closed, closed + timedelta(days=window.days_to_decide)


def _name(window: WindowRow) -> str:
    return f"{window.name} · {window.opens.astimezone(ZoneInfo(window.zone)):%Y-%m}"


def _pairs(session: Session, local: Local) -> Select[*tuple[Any, ...]]:
    """Return the levels that two evaluators found of the same version, counted where others found
    the same of another version in that school year."""
    both = (
        select(
            AssignmentRow.version_pk,
            func.min(ReviewRow.id).label("one"),
            func.max(ReviewRow.id).label("two"),
        )
        .join(ReviewRow, ReviewRow.assignment_pk == AssignmentRow.id)
        .where(ReviewRow.given_at.is_not(None))
        .group_by(AssignmentRow.version_pk)
        .having(func.count() == 2)
        .subquery()
    )
    one, two = aliased(ReviewRow), aliased(ReviewRow)
    year = school_year.of_column(session, VersionRow.received_at, local)
    kind = (VersionRow.purpose, VersionRow.rubric_version_id, one.levels, two.levels)
    return (
        select(*kind, year.label(_YEAR), func.count())
        .select_from(both)
        .join(VersionRow, VersionRow.id == both.c.version_pk)
        .join(one, one.id == both.c.one)
        .join(two, two.id == both.c.two)
        .group_by(*kind, _YEAR)
    )
