"""Badges beside each other in the sizes in which people meet them, on one picture.

png = side_by_side([first.png, second.png])
"""

import io
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from PIL import Image

SIZES: Final = (64, 96, 180, 600)
"""Pixels: a list, an e-mail signature, a page, a screen."""
MOST_AT_600: Final = 4
WIDTH: Final = 1260
_GAP: Final = 20


def side_by_side(badges: Sequence[bytes]) -> bytes:
    """Return a PNG on which all `badges`, PNGs as well, stand in each of the `SIZES`."""
    places = list(_places(len(badges)))
    height = max((y + size for _, size, _, y in places), default=0) + _GAP
    sheet = Image.new("RGB", (WIDTH, height), "white")
    for number, size, x, y in places:
        with Image.open(io.BytesIO(badges[number])) as badge:
            small = badge.convert("RGBA").resize((size, size), Image.Resampling.LANCZOS)
        sheet.paste(small, (x, y), small)
    out = io.BytesIO()
    sheet.quantize(256, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _places(count: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield (which badge, its size, x, y), row by row; a new size begins a new row."""
    y = _GAP
    for size in SIZES:
        numbers = iter(range(min(count, MOST_AT_600) if size == SIZES[-1] else count))
        while row := list(islice(numbers, (WIDTH - _GAP) // (size + _GAP))):
            yield from ((n, size, _GAP + at * (size + _GAP), y) for at, n in enumerate(row))
            y += size + _GAP
