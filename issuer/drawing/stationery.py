"""What a district prints its certificates on: paper, color, logo, seal, and who signs.

Its pictures are opened once at the start, so that one that cannot be used is named there.

letter = stationery(settings, date(2026, 5, 15))
letter.signatories
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops, ImageOps

from issuer.drawing.images import ImageError, as_badge, check_image
from issuer.home.certificate_settings import Paper
from issuer.home.settings import Settings, SettingsError

MOST_BYTES: Final = 4 * 1024 * 1024
"""A photo of a signature by a phone."""
MOST_PIXELS: Final = 40_000_000
LARGEST: Final = (1200, 600)
"""Pixels that are kept: 300 dpi at four inches."""
_RASTER: Final = ("PNG", "JPEG", "WEBP")


@dataclass(frozen=True, slots=True)
class Signatory:
    """Somebody who signs for the district. `signature` is an SVG; without it there is a line."""

    name: str
    title: str
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Stationery:
    """The look of a district's certificates. `logo` and `seal` are SVGs, or empty."""

    color: str
    paper: Paper = Paper.LETTER
    logo: str = ""
    seal: str = ""
    signatories: tuple[Signatory, ...] = ()
    font_folders: tuple[Path, ...] = ()


def stationery(
    settings: Settings, day: date, *, chosen: Sequence[str] = (), paper: Paper | None = None
) -> Stationery:
    """Return what a certificate of that day is printed on, signed by `chosen` offices if any.

    Raises `SettingsError` for a picture that cannot be used.
    """
    of = settings.certificate
    return Stationery(
        settings.issuer_color,
        paper or of.paper,
        _picture("issuer.logo", settings.issuer_logo),
        _picture("certificate.seal", of.seal),
        tuple(
            Signatory(
                one.name, one.title, _picture("signatories.signature", one.signature, ink=True)
            )
            for one in of.signing(day, chosen)
        ),
        settings.font_folders,
    )


def check(settings: Settings) -> None:
    """Raise `SettingsError` for the first picture of the settings that cannot be used."""
    _picture("certificate.seal", settings.certificate.seal)
    for one in settings.certificate.holders:
        _picture("signatories.signature", one.signature, ink=True)


def _picture(key: str, file: Path | None, *, ink: bool = False) -> str:
    if file is None:
        return ""
    try:
        return _opened(file, file.stat().st_mtime_ns, ink)
    except (ImageError, OSError) as exc:
        raise SettingsError(f"{key}, {file}: {exc}") from exc


@lru_cache(maxsize=16)  # a phone's photo of a signature takes a second to cut out
def _opened(file: Path, _changed: int, ink: bool) -> str:
    return drawable(file.read_bytes(), ink=ink)


def drawable(data: bytes, *, ink: bool = False) -> str:
    """Return a picture as an SVG: of an SVG itself, of a PNG, JPEG or WebP a new PNG within.

    With `ink`, paper becomes see-through and what is empty around the ink is cut off. Raises
    `ImageError`, which says what can be used.
    """
    if data.lstrip()[:1] == b"<":
        check_image(data)
        return data.decode()
    if len(data) > MOST_BYTES:
        raise ImageError(f"image has {len(data) // 1024} KiB (at most {MOST_BYTES // 1024})")
    try:
        with Image.open(io.BytesIO(data), formats=_RASTER) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise ImageError(f"image has more than {MOST_PIXELS // 1_000_000} million pixels")
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as exc:
        raise ImageError(f"image is no PNG, JPEG, WebP or plain SVG: {exc}") from exc
    out = io.BytesIO()
    shown = _ink(picture) if ink else picture
    shown.thumbnail(LARGEST)
    shown.save(out, "PNG", optimize=True)
    return as_badge(out.getvalue()).svg.decode()


def _ink(picture: Image.Image) -> Image.Image:
    """Return what is darker than its paper, on nothing, without the empty margin."""
    dark = ImageOps.invert(ImageOps.autocontrast(_on_white(picture), cutoff=(0, 20)))
    picture.putalpha(
        ImageChops.multiply(dark.point(lambda v: 0 if v < 40 else v), picture.getchannel("A"))
    )
    box = picture.getchannel("A").getbbox()
    if box is None:
        raise ImageError("image is empty: no ink on it")
    return picture.crop(box)


def _on_white(picture: Image.Image) -> Image.Image:
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture)
    return paper.convert("L")
