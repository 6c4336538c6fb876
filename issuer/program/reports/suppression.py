"""Which figures may not be shown because they would describe fewer than five people (I12, R42).

    ana, others = {1}, {1, 2, 3, 4, 5, 6}
    hidden({"a": ana, "b": others, "all": others}, [Sum("all", ("a", "b"))])    # {"a", "b"}

A group is people, however much there is of each: five decisions about two teachers tell of two.
A figure that subtraction from a sum would reveal is hidden as well. Figures known from elsewhere,
such as counts of awards, do not protect it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, TypeAlias

FEWEST: Final = 5
"""The smallest group of people of whom a figure is shown."""
Groups: TypeAlias = Mapping[str, Set[Any]]
"""The people of whom each figure tells, by whatever tells one from another."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Figures that add up to another one."""

    total: str
    parts: tuple[str, ...]


def hidden(groups: Groups, sums: Iterable[Sum] = (), known: Collection[str] = ()) -> frozenset[str]:
    """Return the figures to hide. `groups` has the people of whom each one tells; `known` are
    those that a reader has anyway."""
    sums = tuple(sums)
    small = {name for name, people in groups.items() if 0 < len(people) < FEWEST} - set(known)
    away = set(small)
    while (cover := _cover(groups, sums, known, small, away)) is not None:
        away.add(cover)
    return frozenset(away)


def _cover(
    groups: Groups,
    sums: Sequence[Sum],
    known: Collection[str],
    small: set[str],
    away: set[str],
) -> str | None:
    """Return the figure to hide next; None once nothing small can be worked out any more."""
    worked_out = small & _determined(sums, away)
    few = small & {name for addition in sums for name in _few(groups, addition, away)}
    betraying = [
        addition for addition in sums if {*addition.parts, addition.total} & (worked_out | few)
    ]
    for choice in (betraying, sums if worked_out else ()):
        names = {name for addition in choice for name in (*addition.parts, addition.total)}
        if shown := names - away - set(known):
            return min(shown, key=lambda name: (not groups[name], len(groups[name]), name))
    return None


def _few(groups: Groups, addition: Sum, away: Collection[str]) -> list[str]:
    """Return the hidden parts of a sum that together are of too few people: the rest of the sum
    tells of them."""
    parts = [name for name in addition.parts if name in away]
    people = {person for name in parts for person in groups[name]}
    return parts if addition.total not in away and len(people) < FEWEST else []


def _determined(sums: Sequence[Sum], away: Collection[str]) -> set[str]:
    """Return which hidden figures follow from all others: what solving the sums leaves unique."""
    unknown = sorted(away)
    rows = [
        [Fraction((name in addition.parts) - (name == addition.total)) for name in unknown]
        for addition in sums
    ]
    solved = _reduced(rows, len(unknown))
    return {
        unknown[row.index(Fraction(1))] for row in solved if sum(bool(value) for value in row) == 1
    }


def _reduced(rows: list[list[Fraction]], width: int) -> list[list[Fraction]]:
    """Return the rows in reduced echelon form (Gauss and Jordan)."""
    done: list[list[Fraction]] = []
    left = rows
    for column in range(width):
        pivot = next((row for row in left if row[column]), None)
        if pivot is None:
            continue
        left = [row for row in left if row is not pivot]
        pivot = [value / pivot[column] for value in pivot]
        done, left = ([_less(row, pivot, column) for row in part] for part in (done, left))
        done.append(pivot)
    return done


def _less(row: list[Fraction], pivot: list[Fraction], column: int) -> list[Fraction]:
    """Return a row less so much of the pivot's that its column is zero; most rows have none of it,
    since a figure is in two sums or three."""
    if not row[column]:
        return row
    return [a - row[column] * b for a, b in zip(row, pivot, strict=True)]
