"""Charts and tables of reports: readable without color, by screen readers and by spreadsheets."""

import re
from itertools import count, islice
from xml.etree import ElementTree

import pytest

from issuer.drawing.charts import Bar, bars
from issuer.web.spreadsheet import lines


def widths(svg, look):
    return [float(width) for width in re.findall(rf'class="{look}"[^>]*width="([\d.]+)%"', svg)]


def test_each_bar_is_as_long_as_what_it_stands_for_and_all_is_said_in_words():
    svg = bars("Awards", [Bar("Music", 12, "12"), Bar("Art", 3, "3"), Bar("Drama", 0, "0")])
    assert widths(svg, "bar") == [100, 25]
    root = ElementTree.fromstring(svg)
    assert (root.get("role"), root.get("aria-label")) == (
        "img",
        "Awards. Music: 12; Art: 3; Drama: 0",
    )


def test_a_limit_is_an_outline_that_no_bar_leaves_out_of_sight():
    svg = bars("Caps", [Bar("A", 1700, "1,700", limit=2000), Bar("B", 2500, "2,500", limit=600)])
    assert (widths(svg, "limit"), widths(svg, "bar")) == ([80, 24], [68, 100])


@pytest.mark.parametrize(
    "rows", [[], [Bar("A", None, "fewer than 5")], [Bar("A", 0, "0")], [Bar("A", -2, "-2")]]
)
def test_what_has_no_length_has_no_bar(rows):
    assert widths(bars("x", rows), "bar") == []


def test_a_label_is_text_whatever_stands_in_it():
    svg = bars("<b>", [Bar("<script>", 1, '"&')])
    assert "<script" not in svg
    assert ElementTree.fromstring(svg).get("aria-label") == '<b>. <script>: "&'


def test_a_long_label_leaves_room_for_its_amount():
    svg = bars("x", [Bar("Wind instruments and percussion of the whole district", 1, "1 of 200")])
    assert len(re.search(r'class="label"[^>]*>([^<]*) <', svg)[1]) == 32


def test_a_spreadsheet_is_written_as_it_is_sent_and_no_cell_is_a_formula():
    """(T30, E62)"""
    endless = lines(["name", "n"], (["=1+1", number] for number in count()))
    assert list(islice(endless, 3)) == ["\ufeffname,n\r\n", "'=1+1,0\r\n", "'=1+1,1\r\n"]
    assert list(lines(["a", "b"], [["a,b", None], ["-5", -5]]))[1:] == [
        '"a,b",\r\n',
        "'-5,-5\r\n",
    ]
