"""The table of docs/scale.md: what items cost, with the starts of commands and beyond them.

    python -m bench.state.table FIRST.json SECOND.json    # of several runs, into the page

A command has to start, and a cluster starts another worker where one was killed: beside a thousand
items that weighs much, beside a hundred thousand nothing. Both are measured at the first size: a
command with one item, and the same work without a kill.
"""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"
BEGIN, END = "<!-- table: made by `python -m bench.state` -->", "<!-- /table -->"
WEBHOOKS, APPROVALS, FILES = "approvals by webhook", "approvals in a file", "files checked"
TOGETHER, ALONE = "together", "one process"
WHOLE, CALM, ONE_ITEM = "whole", "without a kill", "one item"


@dataclass(frozen=True, slots=True)
class Measured:
    """Some work at one size, and what it took."""

    size: int
    work: str
    by: str
    items: int
    seconds: float
    processor_seconds: float
    most_mb: float
    how: str = WHOLE

    def row(self, beyond: str = "") -> str:
        """Return a line of the table; `beyond` is what an item costs beyond starts."""
        milliseconds = self.processor_seconds / self.items * 1000
        return (
            f"| {self.size:,} | {self.work} | {self.by} | {self.items / self.seconds:,.1f} "
            f"| {milliseconds:.1f} ms | {beyond} | {self.most_mb:,.0f} MB |"
        )


class Starts:
    """Seconds of processor that work at the first size took beside its items."""

    def __init__(self, measured: Iterable[Measured]) -> None:
        self._used: dict[tuple[str, str, str], float] = {}
        for one in measured:
            self._used.setdefault((one.work, one.by, one.how), one.processor_seconds)

    def start(self, work: str, by: str) -> float | None:
        """Return what a command with one item takes; None if that was not measured."""
        return self._used.get((work, by, ONE_ITEM))

    def replacing(self, work: str, by: str) -> float:
        """Return what a kill costs: another worker, its first items, and those that were lost."""
        whole, calm = (self._used.get((work, by, how)) for how in (WHOLE, CALM))
        return whole - calm if whole is not None and calm is not None else 0.0

    def beyond(self, one: Measured) -> str:
        """Return what each item but the first takes beyond the start, and beyond a replacement."""
        start = self.start(one.work, one.by)
        if start is None or one.items < 2:
            return ""
        items_alone = one.processor_seconds - start - self.replacing(one.work, one.by)
        return f"{items_alone / (one.items - 1) * 1000:.1f} ms"

    def words(self) -> str:
        """Return what a start takes, and what a kill."""
        pairs = [(work, by) for work in (APPROVALS, FILES) for by in (TOGETHER, ALONE)]
        starts = [
            f"{start:.1f} s ({work}, {by})"
            for work, by in pairs
            if (start := self.start(work, by)) is not None
        ]
        kills = [f"{self.replacing(work, TOGETHER):.1f} s ({work})" for work in (APPROVALS, FILES)]
        return (
            f"A command with one item takes {', '.join(starts)} of processor time; "
            f"a killed worker {', '.join(kills)}."
        )


def least(measured: Iterable[Measured]) -> list[Measured]:
    """Return, of each work that several runs measured, the one that took the least processor time:
    other work on the machine only adds to it."""
    best: dict[tuple[int, str, str, str], Measured] = {}
    for one in measured:
        key = (one.size, one.work, one.by, one.how)
        best[key] = min(one, best.get(key, one), key=lambda row: row.processor_seconds / row.items)
    return sorted(best.values(), key=lambda row: row.size)


def table(measured: Iterable[Measured], kilobytes: Mapping[int, float]) -> str:
    """Return the table as Markdown."""
    measured = list(measured)
    starts = Starts(measured)
    lines = [
        "| credentials | work | by | a second | processor time each | each, beyond starts "
        "| memory at most |",
        "|--:|---|---|--:|--:|--:|--:|",
        *(one.row(starts.beyond(one)) for one in measured if one.how == WHOLE),
        "",
        starts.words(),
        "Database for a credential: "
        + ", ".join(f"{used:.1f} KB at {size:,}" for size, used in kilobytes.items())
        + f". Measured on {datetime.now(UTC):%Y-%m-%d}, load {os.getloadavg()[2]:.1f} on "
        f"{os.cpu_count()} cores.",
    ]
    return "\n".join(lines)


def write(lines: str) -> None:
    """Put the table in its place on the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{lines}\n{END}{after}", "utf-8")


def main() -> None:
    """Write the table of several runs, whose figures the files named by `--out` have."""
    runs = [json.loads(Path(name).read_text()) for name in sys.argv[1:]]
    kilobytes = {int(size): used for _, sizes in runs for size, used in sizes.items()}
    write(table(least(Measured(**row) for rows, _ in runs for row in rows), kilobytes))


if __name__ == "__main__":
    main()
