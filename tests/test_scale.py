"""The table of docs/scale.md says what an item costs beyond the starts of commands."""

import pytest

from bench.state import table
from bench.state.table import ALONE, APPROVALS, CALM, ONE_ITEM, TOGETHER, WEBHOOKS, WHOLE, Measured


def took(size, items, seconds, *, work=APPROVALS, by=TOGETHER, how=WHOLE):
    return Measured(size, work, by, items, 10.0, seconds, 100.0, how)


MEASURED = [
    took(1000, 901, 25.0),  # 2 s to start, 3 s for what replaces a killed worker, 20 s for items
    took(1000, 901, 22.0, how=CALM),
    took(1000, 1, 2.0 + 20 / 900, how=ONE_ITEM),
    took(10000, 9001, 205.0),
    took(1000, 901, 20.0, by=ALONE),
    took(1000, 1, 1.0 + 19 / 900, by=ALONE, how=ONE_ITEM),
    took(1000, 100, 4.0, work=WEBHOOKS),
]


@pytest.mark.parametrize(
    ("place", "beyond"), [(0, "22.2 ms"), (3, "22.2 ms"), (4, "21.1 ms"), (6, "")]
)
def test_an_item_costs_the_same_at_each_size_beyond_starts(place, beyond):
    assert table.Starts(MEASURED).beyond(MEASURED[place]) == beyond


def test_the_table_has_a_row_for_each_whole_work_alone():
    lines = table.table(MEASURED, {1000: 26.0}).splitlines()
    assert len([line for line in lines if line.startswith("| 1")]) == 4
    assert "2.0 s (approvals in a file, together), 1.0 s (approvals in a file, one" in lines[7]


def test_of_several_runs_the_least_counts():
    busy = [took(1000, 901, 31.0), took(1000, 1, 1.5, how=ONE_ITEM)]
    best = table.least([*busy, *MEASURED])
    assert [one.processor_seconds for one in best[:2]] == [25.0, 1.5]
    assert len(best) == len(MEASURED)


def test_the_page_has_a_place_for_the_table():
    page = table.PAGE.read_text(encoding="utf-8")
    assert page.count(table.BEGIN) == page.count(table.END) == 1
