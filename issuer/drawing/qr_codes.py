"""The two codes of a certificate: a link for every phone, and the whole credential (D7)."""

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PIL import Image
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode
from qrcode.util import QRData

CHECK_MM = 28.0
"""The link's code without its quiet zone; 25 mm is the least that every phone reads."""
OFFLINE_MM = 70.0
"""What a certificate spares. A code is always drawn this large: larger reads better."""
GOOD_MODULE_MM = 0.5
"""From here on more correction helps; below it, larger modules do (docs/qr-format.md)."""
QUIET = 4
"""The quiet zone in modules that ISO/IEC 18004 asks for."""
_LONGEST_SIDE_PIXELS = 1200
MOST_KEPT: Final = 256
"""Drawn codes that a process remembers: about 2 MB."""


@dataclass(frozen=True, slots=True)
class Code:
    """A drawn QR code: its rows of modules, and the side that it is printed with."""

    rows: tuple[tuple[bool, ...], ...]
    level: str
    side_mm: float

    @property
    def module_mm(self) -> float:
        """The printed side of one module."""
        return self.side_mm / len(self.rows)

    @property
    def printed_mm(self) -> float:
        """The printed side with the quiet zone."""
        return self.module_mm * (len(self.rows) + 2 * QUIET)

    def svg(self) -> str:
        """Return the code with its quiet zone: one path, so that no seams show between modules."""
        side = len(self.rows) + 2 * QUIET
        path = "".join(
            f"M{start + QUIET} {y + QUIET}h{length}v1h-{length}z"
            for y, row in enumerate(self.rows)
            for start, length in _dark_runs(row)
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"'
            f' shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
            f'<path d="{path}"/></svg>'
        )

    def png(self) -> bytes:
        """Return the code with its quiet zone, each module a square of whole pixels."""
        side = len(self.rows) + 2 * QUIET
        picture = Image.new("1", (side, side), 1)
        for y, row in enumerate(self.rows):
            for x, dark in enumerate(row):
                if dark:
                    picture.putpixel((x + QUIET, y + QUIET), 0)
        scale = max(1, _LONGEST_SIDE_PIXELS // side)
        out = io.BytesIO()
        picture.resize((side * scale, side * scale)).save(out, "PNG", optimize=True)
        return out.getvalue()


def check_code(page_url: str) -> Code:
    """Return the code *Check*: the link alone, level Q, at least 25 mm."""
    rows = _rows([QRData(page_url)], ERROR_CORRECT_Q)
    if rows is None:
        raise ValueError(f"page address too long for a code: {len(page_url)} characters")
    return Code(rows, "Q", CHECK_MM)


@lru_cache(maxsize=MOST_KEPT)
def check_svg(page_url: str) -> str:
    """Return the code *Check* as an SVG, drawn once for many visits of a page."""
    return check_code(page_url).svg()


def offline_code(verify_url: str, digits: str) -> Code | None:
    """Return the code *Check without internet*, or None if the credential is too long for it.

    Its level is the best that leaves the modules large enough for a photo, else L. It holds
    `verify_url#digits`, the digits in numeric mode: three and a third bits each.
    """
    parts = [QRData(f"{verify_url}#"), QRData(digits)]
    for name, level in (("Q", ERROR_CORRECT_Q), ("M", ERROR_CORRECT_M), ("L", ERROR_CORRECT_L)):
        rows = _rows(parts, level)
        if rows is not None and (name == "L" or OFFLINE_MM / len(rows) >= GOOD_MODULE_MM):
            return Code(rows, name, OFFLINE_MM)
    return None


def _rows(parts: list[QRData], level: int) -> tuple[tuple[bool, ...], ...] | None:
    code = QRCode(error_correction=level, border=0)
    for part in parts:
        code.add_data(part)  # each part in the mode that its characters allow
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError):
        return None
    return tuple(tuple(bool(module) for module in row) for row in code.modules)


def _dark_runs(row: tuple[bool, ...]) -> list[tuple[int, int]]:
    """Return (start, length) of each run of dark modules in `row`."""
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if not dark:
            continue
        if runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((x, 1))
    return runs
