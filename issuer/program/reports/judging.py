"""How judging went: time to decision, load, and the funnel of each window.

Figures that would describe fewer than five teachers are hidden, also from subtraction.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median, quantiles
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from issuer.people.tables import PersonRow
from issuer.program.assigning.assignment import Ground
from issuer.program.evaluation.judgment import JudgmentOutcome
from issuer.program.evaluation.tables import AssignmentRow, ProjectDecisionRow, ReviewRow
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.reports import suppression
from issuer.program.reports.figures import HIDDEN, Figure, FigureRow, FigureTable
from issuer.program.reports.suppression import FEWEST, Sum
from issuer.program.windows import school_year
from issuer.program.windows.local_time import last_day_before
from issuer.program.windows.school_year import Local
from issuer.program.windows.tables import WindowRow
from issuer.program.windows.window import Purpose
from verifier.wording.words import N_

SHARE: Final = "%"
DAYS: Final = "days"
YEAR: Final = "school_year"
"""A label to count by: PostgreSQL takes no expression with parameters for the same one again."""
PURPOSES: Final = {
    Purpose.PROPOSAL: N_("Proposals"),
    Purpose.COMPLETION: N_("Completed projects"),
}


@dataclass(slots=True)
class _Waits:
    """Decisions of one window, or year: how long they took, how many were in time, and whose they
    were."""

    days: list[int] = field(default_factory=list)
    in_time: int = 0
    teachers: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Funnel:
    """What came into one window, or year, by what was decided of it (None if nothing yet): how
    much, and whose."""

    counts: Counter[str | None] = field(default_factory=Counter)
    teachers: dict[str | None, set[int]] = field(default_factory=lambda: defaultdict(set))

    def add(self, outcome: str | None, teacher: int, number: int) -> None:
        """Add what one teacher handed in."""
        self.counts[outcome] += number
        self.teachers[outcome].add(teacher)

    def count_of(self, outcomes: Iterable[str | None]) -> int:
        """Return how much had one of these outcomes."""
        return sum(self.counts[outcome] for outcome in outcomes)

    def teachers_of(self, outcomes: Iterable[str | None]) -> set[int]:
        """Return whose had one of these outcomes."""
        return set().union(*(self.teachers[outcome] for outcome in outcomes))


@dataclass(slots=True)
class _Load:
    """What one evaluator was assigned, reviewed, and had outside the field, and whose it was."""

    counts: list[int] = field(default_factory=lambda: [0, 0, 0])
    teachers: set[int] = field(default_factory=set)

    def add(self, teacher: int, counts: Sequence[int]) -> None:
        """Add what there is of one teacher."""
        self.counts = [sum(both) for both in zip(self.counts, counts, strict=True)]
        self.teachers.add(teacher)


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
    for purpose, window_pk, year, teacher in session.execute(_decided_of(session, local)):
        window = windows.get(window_pk)
        waits[purpose][_name(window) if window else year].teachers.add(teacher)
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
    by = (AssignmentRow.evaluator_pk, ProjectRow.person_pk)
    rows = (
        select(*by, func.count(), func.count(ReviewRow.given_at), func.count(outside))
        .select_from(AssignmentRow)
        .join(VersionRow, VersionRow.id == AssignmentRow.version_pk)
        .join(ProjectRow, ProjectRow.id == VersionRow.project_pk)
        .outerjoin(ReviewRow, ReviewRow.assignment_pk == AssignmentRow.id)
        .where(AssignmentRow.ended_at.is_(None))
        .group_by(*by)
    )
    loads: dict[int, _Load] = defaultdict(_Load)
    for evaluator, teacher, *counts in session.execute(rows):
        loads[evaluator].add(teacher, counts)
    judges = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(loads))
    named = sorted((name, key) for key, name in session.execute(judges))
    heads = (N_("Evaluator"), N_("Assigned"), N_("Reviewed"), N_("Outside the field"))
    return (FigureTable(N_("Load"), heads, _loads([(name, loads[key]) for name, key in named])),)


def _loads(named: Sequence[tuple[str, _Load]]) -> tuple[FigureRow, ...]:
    """Return the rows of evaluators and their sum; who judges fewer than five people is hidden."""
    groups = {f"{place}": one.teachers for place, (_, one) in enumerate(named)}
    parts = tuple(groups)
    everybody = set().union(*groups.values())
    away = suppression.hidden({**groups, "all": everybody}, [Sum("all", parts)] if parts else [])
    rows = [
        FigureRow(name, (HIDDEN,) * 3 if str(place) in away else tuple(one.counts))
        for place, (name, one) in enumerate(named)
    ]
    sums = tuple(sum(one.counts[at] for _, one in named) for at in range(3))
    return (*rows, FigureRow(N_("All"), (HIDDEN,) * 3 if "all" in away else sums, is_word=True))


def funnel(session: Session, local: Local) -> tuple[FigureTable, ...]:
    """Return for each window, or year, what was handed in and what was decided of it."""
    windows = _windows(session)
    counts: dict[tuple[str, str], _Funnel] = defaultdict(_Funnel)
    for purpose, window_pk, year, *whose in session.execute(_handed_in(session, local)):
        window = windows.get(window_pk)
        counts[purpose, _name(window) if window else year].add(*whose)
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


def _stages(purpose: Purpose, funnel: _Funnel) -> tuple[Figure, ...]:
    """Return the four counts of a window. What is approved at completion is known as an award, and
    how many still wait is no secret, so neither hides a count of "not yet"."""
    outcomes: dict[str, set[str | None]] = {
        "handed in": set(funnel.counts),
        "decided": set(funnel.counts) - {None},
        "approved": {JudgmentOutcome.APPROVED},
        "not yet": set(funnel.counts) - {None, JudgmentOutcome.APPROVED},
        "waiting": {None},
    }
    known = {"waiting", "approved"} if purpose is Purpose.COMPLETION else {"waiting"}
    sums = [
        Sum("handed in", ("decided", "waiting")),
        Sum("decided", ("approved", "not yet")),
    ]
    groups = {name: funnel.teachers_of(those) for name, those in outcomes.items()}
    away = suppression.hidden(groups, sums, known)
    shown = ("handed in", "decided", "approved", "not yet")
    return tuple(HIDDEN if name in away else funnel.count_of(outcomes[name]) for name in shown)


def _waited(group: _Waits) -> tuple[Figure, ...]:
    days = sorted(group.days)
    if len(group.teachers) < FEWEST:
        return (HIDDEN,) * 3
    tenths = quantiles(days, n=10, method="inclusive")
    return median(days), tenths[8], 100 * group.in_time / len(days)


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


def _decided_of(session: Session, local: Local) -> Select[*tuple[Any, ...]]:
    """Return whose versions were decided, by their window, or their school year."""
    year = school_year.of_column(session, VersionRow.received_at, local)
    alone = case((VersionRow.window_pk.is_(None), year))
    return (
        select(VersionRow.purpose, VersionRow.window_pk, alone, ProjectRow.person_pk)
        .select_from(VersionRow)
        .join(ProjectDecisionRow, ProjectDecisionRow.version_pk == VersionRow.id)
        .join(ProjectRow, ProjectRow.id == VersionRow.project_pk)
        .where(ProjectDecisionRow.released_at.is_not(None), ProjectDecisionRow.corrects.is_(None))
        .distinct()
    )


def _handed_in(session: Session, local: Local) -> Select[*tuple[Any, ...]]:
    """Return what each teacher handed in, counted by its window, or its school year, and by what
    was decided last."""
    decided = select(ProjectDecisionRow.version_pk, func.max(ProjectDecisionRow.id).label("last"))
    decided = decided.where(ProjectDecisionRow.released_at.is_not(None))
    decisions = decided.group_by(ProjectDecisionRow.version_pk).subquery()
    year = school_year.of_column(session, VersionRow.received_at, local)
    alone = case((VersionRow.window_pk.is_(None), year)).label(YEAR)
    of = (VersionRow.purpose, VersionRow.window_pk)
    who = (ProjectDecisionRow.outcome, ProjectRow.person_pk)
    return (
        select(*of, alone, *who, func.count())
        .select_from(VersionRow)
        .join(ProjectRow, ProjectRow.id == VersionRow.project_pk)
        .outerjoin(decisions, decisions.c.version_pk == VersionRow.id)
        .outerjoin(ProjectDecisionRow, ProjectDecisionRow.id == decisions.c.last)
        .group_by(*of, YEAR, *who)
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
