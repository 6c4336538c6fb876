"""How judging went: time to decision, load, agreement, and the funnel of each window.

Figures that would describe fewer than five people are hidden, also from subtraction.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from statistics import median, quantiles
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, defer, joinedload

from contexts.json_types import Json
from issuer.catalog.achievement import Rubric
from issuer.catalog.versions import rubric_of
from issuer.people.tables import PersonRow
from issuer.program.assigning.assignment import Ground
from issuer.program.evaluation.judgment import JudgmentOutcome, outcome_of
from issuer.program.evaluation.tables import AssignmentRow, ProjectDecisionRow, ReviewRow
from issuer.program.projects.tables import VersionRow
from issuer.program.reports import school_year, suppression
from issuer.program.reports.figures import HIDDEN, Figure, FigureRow, FigureTable
from issuer.program.reports.suppression import FEWEST, Sum
from issuer.program.windows.local_time import last_day_before
from issuer.program.windows.tables import WindowRow
from issuer.program.windows.window import Purpose
from verifier.wording.words import N_

Local = Callable[[datetime], datetime]
SHARE: Final = "%"
DAYS: Final = "days"
PURPOSES: Final = {
    Purpose.PROPOSAL: N_("Proposals"),
    Purpose.COMPLETION: N_("Completed projects"),
}


@dataclass(slots=True)
class _Waits:
    """How long decisions of one window, or year, took, and how many were in time."""

    days: list[int] = field(default_factory=list)
    in_time: int = 0


def times(session: Session, local: Local, days_to_decide: int) -> tuple[FigureTable, ...]:
    """Return how long decisions took from the window's close, or from handing in: median, nine
    tenths, and the share within the clock (R34). The first decision of each version counts."""
    waits: dict[str, dict[str, _Waits]] = {purpose: defaultdict(_Waits) for purpose in Purpose}
    for purpose, received, released, window in session.execute(_decided()):
        begun, by = _clock(received, window, local, days_to_decide)
        group = waits[purpose][_name(received, window, local)]
        group.days.append(max(0, (local(released).date() - begun).days))
        group.in_time += local(released).date() <= by
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
    rows = (
        select(PersonRow.name, PersonRow.id, AssignmentRow.ground, ReviewRow.given_at)
        .select_from(AssignmentRow)
        .join(PersonRow, PersonRow.id == AssignmentRow.evaluator_pk)
        .outerjoin(ReviewRow, ReviewRow.assignment_pk == AssignmentRow.id)
        .where(AssignmentRow.ended_at.is_(None))
    )
    counts: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    for name, id, ground, given_at in session.execute(rows):
        count = counts[name, id]
        count[0] += 1
        count[1] += given_at is not None
        count[2] += ground == Ground.OUTSIDE_FIELD
    named = [(name, tuple(counts[name, id])) for name, id in sorted(counts)]
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
    pairs: dict[tuple[str, str], list[tuple[bool, int, int]]] = defaultdict(list)
    for purpose, received, one, two, outcome in _pairs(session):
        same = sum(one[id] == two.get(id) for id in one)
        pairs[purpose, school_year.of_day(local(received).date())].append((outcome, same, len(one)))
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
    decided = select(ProjectDecisionRow.version_pk, ProjectDecisionRow.outcome).where(
        ProjectDecisionRow.released_at.is_not(None)
    )
    outcomes = dict(session.execute(decided.order_by(ProjectDecisionRow.id)).all())
    rows = select(VersionRow.id, VersionRow.purpose, VersionRow.received_at, WindowRow)
    rows = rows.outerjoin(WindowRow, WindowRow.id == VersionRow.window_pk)
    counts: dict[tuple[str, str], list[str | None]] = defaultdict(list)
    for id, purpose, received, window in session.execute(rows.order_by(VersionRow.id)):
        counts[purpose, _name(received, window, local)].append(outcomes.get(id))
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


def _stages(purpose: Purpose, outcomes: Sequence[str | None]) -> tuple[Figure, ...]:
    """Return the four counts of a window. What is approved at completion is known as an award, and
    how many still wait is no secret, so neither hides a count of "not yet"."""
    approved = sum(outcome == JudgmentOutcome.APPROVED for outcome in outcomes)
    decided = sum(outcome is not None for outcome in outcomes)
    groups = {
        "handed in": len(outcomes),
        "decided": decided,
        "approved": approved,
        "not yet": decided - approved,
        "waiting": len(outcomes) - decided,
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


def _agreed(pairs: Sequence[tuple[bool, int, int]]) -> tuple[Figure, ...]:
    if len(pairs) < FEWEST:
        return (HIDDEN,) * 2
    outcomes = sum(same for same, _, _ in pairs)
    levels, criteria = (sum(pair[at] for pair in pairs) for at in (1, 2))
    return 100 * outcomes / len(pairs), 100 * levels / max(1, criteria)


def _decided() -> Select[*tuple[Any, ...]]:
    """Return what was decided first about each version, with when it came in."""
    return (
        select(
            VersionRow.purpose, VersionRow.received_at, ProjectDecisionRow.released_at, WindowRow
        )
        .join(VersionRow, VersionRow.id == ProjectDecisionRow.version_pk)
        .outerjoin(WindowRow, WindowRow.id == VersionRow.window_pk)
        .where(ProjectDecisionRow.released_at.is_not(None), ProjectDecisionRow.corrects.is_(None))
        .order_by(VersionRow.received_at)
    )


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


def _name(received: datetime, window: WindowRow | None, local: Local) -> str:
    """Return what a row is called: by its window, with the year, or by the year alone."""
    if window is None:
        return school_year.of_day(local(received).date())
    return f"{window.name} · {window.opens.astimezone(ZoneInfo(window.zone)):%Y-%m}"


def _pairs(session: Session) -> Iterator[tuple[str, datetime, Json, Json, bool]]:
    """Yield what two evaluators found of the same version, and whether it leads to the same."""
    rows = (
        select(VersionRow, ReviewRow.levels)
        .select_from(ReviewRow)
        .join(AssignmentRow, AssignmentRow.id == ReviewRow.assignment_pk)
        .join(VersionRow, VersionRow.id == AssignmentRow.version_pk)
        .options(joinedload(VersionRow.rubric_version), defer(VersionRow.answers))
        .where(ReviewRow.given_at.is_not(None))
        .order_by(VersionRow.id, ReviewRow.id)
    )
    rubrics: dict[int, Rubric] = {}
    for _, group in groupby(session.execute(rows), key=lambda row: row[0].id):
        reviewed = list(group)
        version = reviewed[0][0]
        if len(reviewed) == 2:
            key = version.rubric_version_id
            rubric = rubrics.setdefault(key, rubric_of(version.rubric_version))
            one, two = reviewed[0][1], reviewed[1][1]
            same = outcome_of(rubric, one) == outcome_of(rubric, two)
            yield version.purpose, version.received_at, one, two, same
