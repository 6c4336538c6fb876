"""`python -m bench.program`: what pages and great days take in a district ten times a large one.

A section each; a line for each thing that is measured says what it took and what it may take. With
`--postgresql` a server of Debian's is started for it. With `--write` the table goes into
docs/performance.md; do that on a quiet machine alone.
"""

import argparse
import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench.program import pages, window
from bench.program.district import District
from bench.program.measured import Measured, Taken
from bench.program.rows import Size
from bench.service import free_port
from bench.state.engines import PostgreSQL, room

PAGE: Final = Path(__file__).parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- table: made by `python -m bench.program --write` -->", "<!-- /program -->"
SECTIONS: Final[tuple[Callable[[District], Iterator[Measured]], ...]] = (
    window.assignment,
    pages.lists,
    pages.reports,
    window.writing,
    window.decisions,
)
"""In the order in which a window goes. Add one for whatever else a district must not wait for."""


def main() -> int:
    """Print what each section measures; 1 if something is above its limit."""
    parser = argparse.ArgumentParser(prog="python -m bench.program", description=__doc__)
    parser.add_argument("teachers", nargs="?", type=int, default=2_000)
    parser.add_argument("--postgresql", action="store_true", help="not on SQLite")
    parser.add_argument("--write", action="store_true", help=f"put the table in {PAGE.name}")
    args = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(room())
        database = None
        if args.postgresql:
            server = PostgreSQL(folder / "postgresql")
            stack.callback(server.stop)
            database = server.database()
        measured = _measure(folder, Size(args.teachers), database)
    if args.write:
        _write(measured, "PostgreSQL" if database else "SQLite")
    return int(not all(one.is_within for one in measured))


def _measure(folder: Path, size: Size, database: str | None) -> list[Measured]:
    began, used = time.perf_counter(), time.process_time()
    district = District(folder, size, port=free_port(), database=database)
    filling = Taken(time.perf_counter() - began, time.process_time() - used)
    print(f"filled in {filling.seconds:.0f} s ({filling.processor:.0f} s of work)", flush=True)
    measured = []
    for section in SECTIONS:
        for one in section(district):
            print(one.line(), flush=True)
            measured.append(one)
    district.issuer.database.close()
    return measured


def _write(measured: list[Measured], database: str) -> None:
    """Put the table of this run in the page."""
    lines = [
        f"{database}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}, load "
        f"{os.getloadavg()[2]:.1f} on {os.cpu_count()} cores.",
        "",
        "| what | took | may take |",
        "|---|---|---|",
        *(one.row() for one in measured),
    ]
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
