"""What was claimed against the caps, in sums: by building this year, and by year (4.7).

A sum that tells of fewer than five people is hidden, and so is each one that it follows from (R42).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer.people.tables import BuildingRow, PostRow
from issuer.program.compensation import agreements, ledger, standing
from issuer.program.compensation.reckoning.cap import Claim, counted_in
from issuer.program.compensation.reckoning.contract import CapCounts, Contract
from issuer.program.compensation.tables import PayRecordRow
from issuer.program.reports.figures import HIDDEN, FigureRow, FigureTable
from issuer.program.reports.suppression import Sum, hidden
from verifier.wording.words import N_

DOLLARS: Final = "dollars"
"""The unit of a figure in cents."""
COLUMNS: Final = ("cap", "applied", "approved", "earned", "paid", "left")
HEADS: Final = {
    "cap": N_("Caps"),
    "applied": N_("Applied for"),
    "approved": N_("Approved"),
    "earned": N_("Earned"),
    "paid": N_("Paid"),
    "left": N_("Left"),
}
_CLAIMED: Final = ("applied", "approved", "earned", "paid")
_NO_BUILDING: Final = N_("No building")
_ALL: Final = N_("All together")
Cell = tuple[str, str]


@dataclass
class Sums:
    """Sums of cents by row and column, and the people of whom each one tells, by number."""

    cents: dict[Cell, int] = field(default_factory=lambda: defaultdict(int))
    people: dict[Cell, set[int]] = field(default_factory=lambda: defaultdict(set))

    def add(self, row: str, column: str, cents: int, person_pk: int) -> None:
        """Add what one person has there."""
        self.cents[row, column] += cents
        people = self.people[row, column]
        if cents:
            people.add(person_pk)


def tables(session: Session, contract: Contract, today: date) -> list[FigureTable]:
    """Return both tables. Who has no pay record that holds is in neither cap nor sums of this
    year."""
    claims = ledger.claims_by_person(session)
    by_building = _of_buildings(session, contract, claims, today)
    by_year = _of_years(contract, claims, today)
    this_year = agreements.year_of(contract, today).name
    away = hidden_cells(contract, by_building, by_year, this_year)
    return [_building_table(by_building, away), _year_table(by_year, away)]


def _of_buildings(
    session: Session, contract: Contract, claims: Mapping[int, list[Claim]], today: date
) -> Sums:
    sums, buildings = Sums(), _buildings(session)
    for person_pk, stands in standing.of_all(session, contract, claims, today):
        row = buildings.get(person_pk, "")
        use = stands.use
        figures = (stands.cap.amount, use.applied, use.approved, use.earned, use.paid, stands.left)
        for column, cents in zip(COLUMNS, figures, strict=True):
            sums.add(row, column, cents, person_pk)
            sums.add(_ALL, column, cents, person_pk)
    return sums


def _of_years(contract: Contract, claims: Mapping[int, list[Claim]], today: date) -> Sums:
    sums = Sums()

    @cache
    def cell(claim: Claim) -> Cell | None:
        counted = counted_in(contract, claim, today)
        return None if counted is None else (counted[0].name, counted[1])

    for person_pk, own in claims.items():
        mine: defaultdict[Cell, int] = defaultdict(int)
        for claim in own:
            if (place := cell(claim)) is not None:
                mine[place] += claim.amount
        for (row, column), cents in mine.items():
            sums.add(row, column, cents, person_pk)
    return sums


def hidden_cells(
    contract: Contract, by_building: Sums, by_year: Sums, this_year: str
) -> frozenset[str]:
    """Return the cells of both tables to hide, by their keys.

    Cells add up down each column, and across each row to the cap; the sum of all buildings stands
    in the row of this year once more, or with those beside it who have no pay record that holds.
    """
    people = {_key(*cell): group for cell, group in by_building.people.items()}
    people |= {_year_key(*cell): group for cell, group in by_year.people.items()}
    names = _names(by_building)
    if not names:
        return hidden(people)
    down = [
        Sum(_key(_ALL, column), tuple(_key(name, column) for name in names)) for column in COLUMNS
    ]
    counted = COLUMNS[1:] if contract.cap_counts is CapCounts.APPLICATION else COLUMNS[2:]
    across = [
        Sum(_key(row, "cap"), tuple(_key(row, column) for column in counted))
        for row in (*names, _ALL)
    ]
    again = []
    for column in _CLAIMED:
        in_year, together = _year_key(this_year, column), _key(_ALL, column)
        beside = people.get(in_year, set()) - people[together]
        if beside:
            people[in_year] = beside  # of whom it tells whoever takes the other sum away
        elif in_year in people:
            again.append(Sum(in_year, (together,)))
    return hidden(people, [*down, *across, *again])


def _names(by_building: Sums) -> list[str]:
    """Return the buildings in their order, the people of none last."""
    return sorted({row for row, _ in by_building.cents} - {_ALL}, key=lambda name: (not name, name))


def _building_table(sums: Sums, away: frozenset[str]) -> FigureTable:
    names = _names(sums)
    rows = [_row(name, sums, away) for name in (*names, *([_ALL] if names else []))]
    title = N_("This year, by building")
    heads = (N_("Building"), *(HEADS[column] for column in COLUMNS))
    return FigureTable(title, heads, tuple(rows), (DOLLARS,) * 6, drawn=5, of=0)


def _year_table(sums: Sums, away: frozenset[str]) -> FigureTable:
    rows = [
        FigureRow(
            row,
            tuple(
                HIDDEN if _year_key(row, column) in away else sums.cents[row, column]
                for column in _CLAIMED
            ),
        )
        for row in sorted({row for row, _ in sums.cents})
    ]
    heads = (N_("Year"), *(HEADS[column] for column in _CLAIMED))
    return FigureTable(N_("By fiscal year"), heads, tuple(rows), (DOLLARS,) * 4, drawn=3)


def _row(name: str, sums: Sums, away: frozenset[str]) -> FigureRow:
    figures = tuple(
        HIDDEN if _key(name, column) in away else sums.cents[name, column] for column in COLUMNS
    )
    return FigureRow(name or _NO_BUILDING, figures, is_word=name in ("", _ALL))


def _key(building: str, column: str) -> str:
    return f"{building}/{column}"


def _year_key(year: str, column: str) -> str:
    return f"year {year}/{column}"


def _buildings(session: Session) -> Mapping[int, str]:
    """Return the building of each person with a pay record: of several posts the first."""
    first = select(func.min(PostRow.id)).group_by(PostRow.person_pk)
    rows = select(PostRow.person_pk, BuildingRow.name).join(BuildingRow)
    rows = rows.where(PostRow.id.in_(first), PostRow.person_pk.in_(select(PayRecordRow.person_pk)))
    return {row.person_pk: row.name for row in session.execute(rows)}
