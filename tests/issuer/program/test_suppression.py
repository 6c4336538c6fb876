"""No figure of fewer than five people is shown, nor found by subtraction (I12, R42)."""

from itertools import count, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from issuer.program.reports.suppression import FEWEST, Sum, hidden


def apart(sizes, sums=()):
    """Groups of so many people, nobody in two of them; a sum has the people of its parts."""
    numbers = count()
    groups = {name: {next(numbers) for _ in range(size)} for name, size in sizes.items()}
    for addition in sums:
        groups[addition.total] = set().union(*(groups[part] for part in addition.parts))
    return groups


@pytest.mark.parametrize(
    ("sizes", "sums", "expected"),
    [
        ({"a": 4, "b": 5, "c": 0}, [], {"a"}),
        ({"a": 3, "b": 9, "c": 20, "all": 32}, [Sum("all", ("a", "b", "c"))], {"a", "b"}),
        ({"a": 1, "b": 2, "c": 9, "all": 12}, [Sum("all", ("a", "b", "c"))], {"a", "b", "c"}),
        ({"a": 3, "all": 3}, [Sum("all", ("a",))], {"a", "all"}),
        ({"a": 3, "b": 0, "all": 3}, [Sum("all", ("a", "b"))], {"a", "all"}),
        ({"a": 7, "b": 9, "all": 16}, [Sum("all", ("a", "b"))], set()),
    ],
)
def test_what_is_hidden(sizes, sums, expected):
    away = hidden(apart(sizes, sums), sums)
    assert {name for name in away if sizes[name] or name in expected} >= expected
    assert {name for name, people in sizes.items() if 0 < people < FEWEST} <= away


def test_people_are_counted_and_those_in_two_figures_once():
    """What is left of the sum tells of three teachers, though each has something in both parts."""
    few, others = {1, 2, 3}, {4, 5, 6, 7, 8}
    groups = {"approved": few, "not yet": few, "waiting": others, "all": few | others}
    sums = [Sum("all", ("approved", "not yet", "waiting"))]
    assert hidden(groups, sums) == {"approved", "not yet", "waiting"}
    assert hidden({**groups, "not yet": {9, 10, 11}}, sums) == {"approved", "not yet"}


def test_what_is_known_from_elsewhere_is_no_cover():
    """Awards are shown: with them, what was decided would tell how often it was "not yet"."""
    sums = [Sum("decided", ("approved", "not yet"))]
    groups = apart({"approved": 10, "not yet": 2}, sums)
    assert hidden(groups, sums) == {"not yet", "approved"}
    assert hidden(groups, sums, known={"approved"}) == {"not yet", "decided"}


ROWS, COLUMNS = ("p", "q", "r"), ("x", "y")
CELLS = [row + column for row in ROWS for column in COLUMNS]
SUMS = [Sum(row, tuple(row + column for column in COLUMNS)) for row in ROWS]
SUMS += [Sum(column, tuple(row + column for row in ROWS)) for column in COLUMNS]
SUMS += [Sum("all", ROWS), Sum("all", COLUMNS)]


@settings(max_examples=25, deadline=None)
@given(some.lists(some.integers(0, 9), min_size=6, max_size=6))
def test_nobody_works_a_small_figure_out_of_a_table_with_sums(numbers):
    """Whoever knows every sum finds at least two values for each small figure."""
    cells = dict(zip(CELLS, numbers, strict=True))
    people = apart(cells, SUMS)
    groups = {name: len(group) for name, group in people.items()}
    away = hidden(people, SUMS)
    small = {name for name in CELLS if 0 < cells[name] < FEWEST}
    assert small <= away
    for name in small:
        assert len(_possible(groups, away, name)) > 1, (cells, away, name)


def _possible(groups, away, name):
    """The values that a hidden cell can have, over the integers around the true ones."""
    unknown = [cell for cell in CELLS if cell in away]
    values = set()
    for shift in product((-1, 0, 1), repeat=len(unknown)):
        tried = {**groups, **{c: groups[c] + s for c, s in zip(unknown, shift, strict=True)}}
        totals = {}
        for cell in SUMS:
            got = sum(totals.get(part, tried[part]) for part in cell.parts)
            if cell.total not in away and got != groups[cell.total]:
                break
            if totals.setdefault(cell.total, got) != got:
                break
        else:
            values.add(tried[name])
    return values
