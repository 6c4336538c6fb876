"""A report as page, chart and spreadsheet show it: rows of figures, some of them hidden.

FigureTable("Funnel", ("Window", "Decided", "Not yet"), (FigureRow("P1", (142, HIDDEN)),))
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from issuer.drawing.charts import Bar
from issuer.wording.language import gettext


class Hidden:
    """A figure that would describe fewer than five people."""


HIDDEN: Final = Hidden()
Figure: TypeAlias = float | Hidden | None
"""None is for what there is nothing of, such as the median of no decisions."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """What a row is about, and its figures. `is_word` says that its label is a sentence of ours,
    and no name that somebody chose."""

    label: str
    figures: tuple[Figure, ...]
    is_word: bool = False


@dataclass(frozen=True, slots=True)
class FigureTable:
    """Rows below their heads, of which the first is that of the labels.

    `units` has the unit of each figure, "" for a count. `drawn` is the column that the chart shows,
    `of` the column that it is a share of.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[FigureRow, ...]
    units: tuple[str, ...] = ()
    drawn: int = 0
    of: int | None = None

    def lines(
        self, label: Callable[[FigureRow], str], written: Callable[[Figure, str], str]
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield each row as text."""
        units = self.units or ("",) * (len(self.heads) - 1)
        for row in self.rows:
            yield label(row), tuple(map(written, row.figures, units))

    def bars(
        self, label: Callable[[FigureRow], str], written: Callable[[Figure, str], str]
    ) -> Iterator[Bar]:
        """Yield the bars of the chart, each with what it is a share of, unless that is hidden."""
        for row, (name, texts) in zip(self.rows, self.lines(label, written), strict=True):
            limit = None if self.of is None else _length(row.figures[self.of])
            text, part = texts[self.drawn], _length(row.figures[self.drawn])
            if self.of is not None and part is not None and limit is not None:
                text = gettext("%(part)s of %(whole)s") % {"part": text, "whole": texts[self.of]}
            yield Bar(name, part, text, limit)


def _length(figure: Figure) -> float | None:
    return None if isinstance(figure, Hidden) else figure
