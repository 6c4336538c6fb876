"""Photos of a page as phones take them: five kinds of trouble, each of any strength.

jpeg = photograph(page, "held at an angle", dpi=200)  # `page` is a gray picture of the paper

Every photo is also a little soft and grainy, and saved as JPEG.
"""

import io
import math
import random
from collections.abc import Callable
from typing import Final

from PIL import Image, ImageChops, ImageFilter

TABLE: Final = 190
"""What lies under the paper."""
MM_PER_INCH: Final = 25.4
FOCUS_MM: Final = 0.05
QUALITY: Final = 70


def photograph(page: Image.Image, kind: str, *, dpi: int, strength: float = 1) -> bytes:
    """Return a JPEG of `page`, which was drawn with `dpi` pixels an inch.

    With the usual strength two of five defeat a code of 50 mm at level M (docs/qr-format.md).
    """
    dots = dpi / MM_PER_INCH
    lens = ImageFilter.GaussianBlur(FOCUS_MM * dots)
    out = io.BytesIO()
    _grainy(KINDS[kind](page, strength, dots).filter(lens)).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _at_an_angle(page: Image.Image, strength: float, _dots: float) -> Image.Image:
    """The far edge of the page is 40 % farther away than the near one."""
    (width, height), tilt = page.size, 0.4 * strength
    x, y, g, h = width / 2, height / 2, tilt / width / 2, -tilt / height
    scale = 1 + tilt / 3
    bent = (scale + x * g, x * h, x * (1 - scale), y * g, scale + y * h, y * (1 - scale), g, h)
    return _moved(page, Image.Transform.PERSPECTIVE, bent)


def _curled(page: Image.Image, strength: float, dots: float) -> Image.Image:
    """The page bows by 16 mm in its middle."""
    strips, bow = 48, 16 * strength * dots
    edges = [page.width * n // strips for n in range(strips + 1)]
    rise = [bow * math.sin(math.pi * x / page.width) for x in edges]
    mesh = [
        (
            (edges[n], 0, edges[n + 1], page.height),
            (
                *(edges[n], -rise[n], edges[n], page.height - rise[n]),
                *(edges[n + 1], page.height - rise[n + 1], edges[n + 1], -rise[n + 1]),
            ),
        )
        for n in range(strips)
    ]
    return _moved(page, Image.Transform.MESH, mesh)


def _moved(page: Image.Image, how: Image.Transform, data: object) -> Image.Image:
    return page.transform(page.size, how, data, Image.Resampling.BICUBIC, fillcolor=TABLE)


def _in_shadow(page: Image.Image, strength: float, _dots: float) -> Image.Image:
    """A shadow falls over a corner; the darkest part of it has a seventh of the light."""
    least = max(0.02, 0.15 / strength)
    light = Image.new("L", (64, 64))
    for place in range(64 * 64):
        far = math.dist((place % 64, place // 64), (64, 64)) / 90
        light.putpixel((place % 64, place // 64), round(255 * (least + (1 - least) * min(far, 1))))
    return ImageChops.multiply(page, light.resize(page.size, Image.Resampling.BICUBIC))


def _shaken(page: Image.Image, strength: float, dots: float) -> Image.Image:
    """The hand moves by 0.6 mm while the shutter is open."""
    way = 0.6 * strength * dots
    seen = page
    for step in range(1, 8):
        moved = (1, 0, way * step / 7, 0, 1, way * step / 14)
        seen = Image.blend(seen, _moved(page, Image.Transform.AFFINE, moved), 1 / (step + 1))
    return seen


def _out_of_focus(page: Image.Image, strength: float, dots: float) -> Image.Image:
    """The phone is too near: edges spread over half a millimeter."""
    return page.filter(ImageFilter.GaussianBlur(0.2 * strength * dots))


def _grainy(page: Image.Image) -> Image.Image:
    """What a sensor adds indoors, the same in each run."""
    noise = random.Random(1).randbytes(page.width * page.height)
    grain = Image.frombytes("L", page.size, noise).point([128 + (n - 128) // 5 for n in range(256)])
    return ImageChops.add(page, grain, offset=-128)


KINDS: Final[dict[str, Callable[[Image.Image, float, float], Image.Image]]] = {
    "held at an angle": _at_an_angle,
    "curled paper": _curled,
    "in shadow": _in_shadow,
    "shaken": _shaken,
    "out of focus": _out_of_focus,
}
