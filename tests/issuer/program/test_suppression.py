"""No figure of fewer than five people is shown, nor found by subtraction (I12, R42)."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from issuer.program.reports.suppression import FEWEST, Sum, hidden


@pytest.mark.parametrize(
    ("groups", "sums", "expected"),
    [
        ({"a": 4, "b": 5, "c": 0}, [], {"a"}),
        ({"a": 3, "b": 9, "c": 20, "all": 32}, [Sum("all", ("a", "b", "c"))], {"a", "b"}),
        ({"a": 1, "b": 2, "c": 9, "all": 12}, [Sum("all", ("a", "b", "c"))], {"a", "b", "c"}),
        ({"a": 3, "all": 3}, [Sum("all", ("a",))], {"a", "all"}),
        ({"a": 3, "b": 0, "all": 3}, [Sum("all", ("a", "b"))], {"a", "all"}),
        ({"a": 7, "b": 9, "all": 16}, [Sum("all", ("a", "b"))], set()),
    ],
)
def test_what_is_hidden(groups, sums, expected):
    away = hidden(groups, sums)
    assert {name for name in away if groups[name] or name in expected} >= expected
    assert {name for name, people in groups.items() if 0 < people < FEWEST} <= away


def test_what_is_known_from_elsewhere_is_no_cover():
    """Awards are shown: with them, what was decided would tell how often it was "not yet"."""
    groups = {"decided": 12, "approved": 10, "not yet": 2}
    sums = [Sum("decided", ("approved", "not yet"))]
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
    groups = dict(cells)
    for each in SUMS:
        groups[each.total] = sum(groups[part] for part in each.parts)
    away = hidden(groups, SUMS)
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
        for each in SUMS:
            got = sum(totals.get(part, tried[part]) for part in each.parts)
            if each.total not in away and got != groups[each.total]:
                break
            if totals.setdefault(each.total, got) != got:
                break
        else:
            values.add(tried[name])
    return values
