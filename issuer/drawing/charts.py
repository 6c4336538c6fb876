"""Charts as SVG, drawn here for a page: they need no script, and scale with a phone.

    bars("Awards", [Bar("Music", 12, "12"), Bar("Art", None, "fewer than 5")])
    bars("Caps", [Bar("Tier A", 1700, "1,700.00 of 2,000.00", limit=2000)])

Color says nothing that is not written beside it. The look is `.chart` of the stylesheet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

_ROW: Final = 48
_BAR: Final = 14
_FULL: Final = 100.0
_LETTERS: Final = 40
"""How many fit a phone; the table beside the chart has a long label in full."""
_FEWEST: Final = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is about, how long it is, and what is written behind it.

    `value` is None where nothing may be shown. `limit` is what it is a part of: an outline.
    """

    label: str
    value: float | None
    text: str
    limit: float | None = None


def bars(title: str, rows: Sequence[Bar]) -> Markup:
    """Return an SVG with a bar for each row; what screen readers say of it is `title` and rows."""
    longest = max((max(row.value or 0.0, row.limit or 0.0) for row in rows), default=0.0)
    drawn = Markup("").join(_bar(row, number * _ROW, longest) for number, row in enumerate(rows))
    spoken = "; ".join(f"{row.label}: {row.text}" for row in rows)
    return Markup(
        '<svg class="chart" role="img" width="100%" height="{}" aria-label="{}. {}">{}</svg>'
    ).format(max(1, len(rows)) * _ROW, title, spoken, drawn)


def _bar(row: Bar, top: int, longest: float) -> Markup:
    room = max(_FEWEST, _LETTERS - len(row.text))
    label = row.label if len(row.label) <= room else row.label[: room - 1] + "…"
    head = Markup('<text class="label" y="{}">{} <tspan class="amount">{}</tspan></text>').format(
        top + 16, label, row.text
    )
    return head + _rect("limit", row.limit, top, longest) + _rect("bar", row.value, top, longest)


def _rect(look: str, value: float | None, top: int, longest: float) -> Markup:
    if not value or longest <= 0:
        return Markup("")
    return Markup('<rect class="{}" y="{}" width="{:.2f}%" height="{}" rx="3"/>').format(
        look, top + 24, _FULL * max(0.0, value) / longest, _BAR
    )
