"""Counts of progress: started, complete, still working, certificates (R9).

A project counts as started once it was handed in; drafts (E14), withdrawn and closed projects are
not counted. So no count reveals that something came back (I12).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, true
from sqlalchemy.orm import Session

from issuer.people.tables import BuildingRow, PostRow
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.reports.awards import NO_BUILDING, in_force, its_project
from issuer.program.reports.figures import FigureRow, FigureTable
from verifier.wording.words import N_

HEADS: Final = (N_("Started"), N_("Complete"), N_("Still working"), N_("Certificates"))
_COMPLETE: Final = (State.APPROVED, State.ISSUED)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many projects are how far."""

    started: int = 0
    complete: int = 0
    certificates: int = 0

    @property
    def working(self) -> int:
        """How many are still being worked on."""
        return self.started - self.complete

    @property
    def figures(self) -> tuple[int, int, int, int]:
        """The four counts, as `HEADS` names them."""
        return self.started, self.complete, self.working, self.certificates

    def __add__(self, other: "Progress") -> "Progress":
        return Progress(
            self.started + other.started,
            self.complete + other.complete,
            self.certificates + other.certificates,
        )


def by_building(session: Session, where: ColumnElement[bool] | None = None) -> FigureTable:
    """Return the progress of each building; with `where`, of those that it allows alone."""
    rows: dict[str, Progress] = defaultdict(Progress)
    for name, progress in _counted(session, true() if where is None else where):
        if name is not None or where is None:
            rows[name or ""] += progress
    return FigureTable(
        N_("Progress"),
        (N_("Building"), *HEADS),
        tuple(
            FigureRow(name or NO_BUILDING, rows[name].figures, is_word=not name)
            for name in sorted(rows)
        ),
        drawn=1,
        of=0,
    )


def sums(table: FigureTable) -> tuple[int, ...]:
    """Return the four counts of all buildings of a table, as `HEADS` names them."""
    counts = [0] * len(HEADS)
    for row in table.rows:
        for place, figure in enumerate(row.figures):
            counts[place] += figure if isinstance(figure, int) else 0
    return tuple(counts)


def of_district(session: Session) -> Progress:
    """Return the progress of all."""
    return sum((progress for _, progress in _counted(session, true())), Progress())


def _counted(session: Session, where: ColumnElement[bool]) -> Iterable[tuple[str | None, Progress]]:
    handed_in = exists().where(VersionRow.project_pk == ProjectRow.id)
    counted = ProjectRow.state.not_in((State.WITHDRAWN, State.CLOSED)) & or_(
        ProjectRow.state != State.DRAFT, handed_in
    )
    states = select(ProjectRow.state).select_from(ProjectRow).where(counted)
    for name, state, number in session.execute(_grouped(states, where)):
        yield name, Progress(number, number if state in _COMPLETE else 0)
    issued = in_force().join(ProjectRow, its_project()).add_columns(ProjectRow.state)
    for name, _, number in session.execute(_grouped(issued, where)):
        yield name, Progress(certificates=number)


def _grouped(
    rows: Select[*tuple[Any, ...]], where: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
    """Return rows counted by state and by the building in which their teacher has a first post."""
    first = (
        select(PostRow.person_pk, func.min(PostRow.id).label("post")).group_by(PostRow.person_pk)
    ).subquery()
    grouped: Select[*tuple[Any, ...]] = (
        rows.outerjoin(first, first.c.person_pk == ProjectRow.person_pk)
        .outerjoin(PostRow, PostRow.id == first.c.post)
        .outerjoin(BuildingRow, BuildingRow.id == PostRow.building_pk)
        .where(where)
        .with_only_columns(BuildingRow.name, ProjectRow.state, func.count())
        .group_by(BuildingRow.name, ProjectRow.state)
    )
    return grouped
