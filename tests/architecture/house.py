"""Draws the rooms and the imports between them into `docs/pictures/house.svg`: `make house`.

A room is a folder of `issuer/` or `verifier/`, or a file that stands beside the folders. An arrow
leads to a room that is imported; there is none where another arrow leads the same way round.
"""

import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import mean

import grimp

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "pictures" / "house.svg"
PACKAGES = {
    "issuer": "makes credentials, and is the only one with a database",
    "keys": "holds private keys, and signs bytes without knowing what they say",
    "verifier": "says of any credential whether it is authentic, current and recognized",
    "contexts": "turns JSON into the exact bytes that a signature covers",
}
"""From the top down, with what each is there for: each may import those below it."""
WITH_ROOMS = {"issuer": {"__main__", "entry"}, "verifier": {"__main__"}}
"""Those that are drawn in full, with the files that only start them and import what they like."""
WIDTH, BOX, HEIGHT, ROW, GAP, LANE = 1000, 124, 32, 78, 22, 14
STYLE = """
  svg { font: 14px system-ui, sans-serif; background: #fff; }
  .band { fill: #f3f5f8; } .room { fill: #fff; stroke: #33506b; }
  text { fill: #1b2733; text-anchor: middle; } .name { text-anchor: start; font-weight: 600; }
  .what { font-weight: 400; fill: #4a5a6a; }
  .arrow { fill: none; stroke: #7d93a8; stroke-width: 1.3; marker-end: url(#head); }
  #head path { fill: #7d93a8; }
  @media (prefers-color-scheme: dark) {
    svg { background: #10171e; } .band { fill: #18222c; } .what { fill: #a5b4c3; }
    .room { fill: #10171e; stroke: #8fb0cf; } text { fill: #dfe8f0; }
  }"""

Rooms = dict[str, set[str]]
"""Each room of one package, with the rooms it imports."""
Stop = tuple[str, str] | str
"""A room, or the place of an arrow in a row that it only passes."""


def rooms(package: str) -> Rooms:
    """Return the rooms of a package and what each imports, without the files that start it."""
    graph = grimp.build_graph(*PACKAGES)
    room_of = {name: name.split(".")[1] for name in graph.modules if name.startswith(package + ".")}
    imports: Rooms = {room: set() for room in room_of.values() if room not in WITH_ROOMS[package]}
    for name, room in room_of.items():
        for other in graph.find_modules_directly_imported_by(name):
            if room in imports and room_of.get(other, room) in imports.keys() - {room}:
                imports[room].add(room_of[other])
    return imports


def depths(imports: Rooms) -> dict[str, int]:
    """Return how many rooms stand below each, along its longest way down.

    Raises `ValueError` if rooms import each other, which no order can show.
    """
    depth: dict[str, int] = {}

    def measure(room: str, above: tuple[str, ...] = ()) -> int:
        if room in above:
            raise ValueError(f"rooms import each other: {' → '.join((*above, room))}")
        if room not in depth:
            below = [measure(other, (*above, room)) for other in sorted(imports[room])]
            depth[room] = 1 + max(below, default=-1)
        return depth[room]

    for room in sorted(imports):
        measure(room)
    return depth


def arrows(imports: Rooms) -> Iterator[tuple[str, str]]:
    """Yield the imports that no other way leads to."""

    def reached(room: str) -> set[str]:
        return imports[room].union(*(reached(other) for other in imports[room]))

    for room, others in sorted(imports.items()):
        for other in sorted(others.difference(*(reached(below) for below in others))):
            yield room, other


def ways(imports: Rooms) -> list[list[Stop]]:
    """Return each arrow as its stops: a room, the rows that it passes, a room."""
    depth = depths(imports)
    return [
        [
            start,
            *((f"{start}→{end}", f"{row}") for row in range(depth[start] - 1, depth[end], -1)),
            end,
        ]
        for start, end in arrows(imports)
    ]


def places(imports: Rooms) -> dict[Stop, tuple[float, int]]:
    """Return where everything stands: the middle of each stop, and its row from the top.

    Rows are sorted by the middle of what each stop leads to, up and down in turns, and then
    pulled there as far as the neighbors let it.
    """
    depth = depths(imports)
    top = max(depth.values(), default=0)
    rows: list[list[Stop]] = [[] for _ in range(top + 1)]
    for room in sorted(imports):
        rows[top - depth[room]].append(room)
    near: dict[Stop, set[Stop]] = {room: set() for room in imports}
    for way in ways(imports):
        for stop in way[1:-1]:
            rows[top - int(stop[1])].append(stop)
        for one, other in pairwise(way):
            near.setdefault(one, set()).add(other)
            near.setdefault(other, set()).add(one)
    middle = {stop: x for row in rows for stop, x in _spread(row, {})}
    row_of = {stop: number for number, row in enumerate(rows) for stop in row}
    for turn in range(40):
        for number, row in list(enumerate(rows))[:: -1 if turn % 2 else 1]:
            wanted = {
                stop: mean(middle[other] for other in chosen)
                for stop in row
                if (
                    chosen := [
                        other
                        for other in near[stop]
                        if turn > 20 or (row_of[other] - number) * (-1) ** turn < 0
                    ]
                )
            }
            if turn <= 20:
                row.sort(key=lambda stop: wanted.get(stop, middle[stop]))
            middle.update(_spread(row, wanted))
    edges = [middle[room] for room in imports] or [0]
    aside = WIDTH / 2 - mean((min(edges), max(edges)))
    return {stop: (middle[stop] + aside, row_of[stop]) for stop in row_of}


def _width(stop: Stop) -> int:
    return BOX + GAP if isinstance(stop, str) else LANE


def _spread(row: list[Stop], wanted: dict[Stop, float]) -> list[tuple[Stop, float]]:
    """Return the middles of a row, in its order, near where they are wanted and without overlap.

    Pushed aside once to the right and once to the left, and put halfway between the two.
    """
    right: list[float] = []
    for stop in row:
        ahead = right[-1] + _width(row[len(right) - 1]) / 2 if right else -WIDTH
        right.append(max(ahead + _width(stop) / 2, wanted.get(stop, ahead)))
    left: list[float] = []
    for stop in reversed(row):
        behind = left[-1] - _width(row[-len(left)]) / 2 if left else 2 * WIDTH
        left.append(min(behind - _width(stop) / 2, wanted.get(stop, behind)))
    middles = (mean(pair) for pair in zip(right, reversed(left), strict=True))
    return list(zip(row, middles, strict=True))


def draw() -> str:
    """Return the picture as SVG."""
    parts: list[str] = []
    top = 0
    for package, what in PACKAGES.items():
        imports = rooms(package) if package in WITH_ROOMS else {}
        where = places(imports)
        tall = 34 + ROW * (1 + max((row for _, row in where.values()), default=-1))
        parts.append(f'<rect class="band" y="{top}" width="{WIDTH}" height="{tall}" rx="8"/>')
        parts.append(
            f'<text class="name" x="14" y="{top + 22}">{package}/'
            f'<tspan class="what" dx="10">{what}</tspan></text>'
        )
        at = {stop: (x, top + 40 + row * ROW) for stop, (x, row) in where.items()}
        parts += [_arrow([at[stop] for stop in way]) for way in ways(imports)]
        parts += [_box(stop, *at[stop]) for stop in at if isinstance(stop, str)]
        top += tall + 10
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top - 10}" role="img">',
            "<title>The rooms of Mintmark. An arrow leads to a room that is imported.</title>",
            f"<style>{STYLE}\n</style>",
            '<defs><marker id="head" markerWidth="8" markerHeight="8" refX="7" refY="4" '
            'orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>',
            *parts,
            "</svg>\n",
        ]
    )


def _box(room: str, x: float, y: float) -> str:
    return (
        f'<rect class="room" x="{x - BOX / 2:.0f}" y="{y:.0f}" width="{BOX}" height="{HEIGHT}" '
        f'rx="6"/><text x="{x:.0f}" y="{y + 21:.0f}">{room}</text>'
    )


def _arrow(stops: list[tuple[float, float]]) -> str:
    """Return a line from under the first stop to the top of the last, straight through the rows."""
    (x, y), *others = stops
    path = f"M{x:.0f} {y + HEIGHT:.0f}"
    bottom = y + HEIGHT
    for number, (next_x, next_y) in enumerate(others, 1):
        bend = (bottom + next_y) / 2
        path += f"C{x:.0f} {bend:.0f} {next_x:.0f} {bend:.0f} {next_x:.0f} {next_y:.0f}"
        x, bottom = next_x, next_y + HEIGHT
        if number < len(others):
            path += f"V{bottom:.0f}"
    return f'<path class="arrow" d="{path}"/>'


def main() -> None:
    """Draw the picture anew."""
    PICTURE.write_text(draw(), encoding="utf-8")
    print(PICTURE.relative_to(ROOT), file=sys.stderr)


if __name__ == "__main__":
    main()
