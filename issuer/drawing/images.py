"""The picture of an achievement in both forms, SVG and PNG, whichever was given.

check_image(data)  # raises `ImageError`
as_badge(data).png
"""

import base64
import io
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from PIL import Image

from contexts.errors import MintmarkError
from issuer.drawing.typesetting import typeset

MAX_IMAGE_BYTES = 512 * 1024
"""A badge is sent with every credential: mail and wallets want it small."""
PNG_SIDE = 720
PNG_PPI = PNG_SIDE / 240 * 72
"""Our templates draw pictures 240 points wide."""
_PNG = b"\x89PNG\r\n\x1a\n"
_SIDES = range(90, 4097)
_ACTIVE = frozenset({"script", "foreignObject", "iframe", "handler", "listener"})


class ImageError(MintmarkError):
    """The picture cannot be used. The message says which pictures can."""


@dataclass(frozen=True, slots=True)
class BadgeImage:
    """One picture in the two forms that can be baked (OB-52, OB-55)."""

    svg: bytes
    png: bytes


def check_image(data: bytes) -> None:
    """Raise `ImageError` unless `data` is a PNG or an SVG that is safe to serve and to bake."""
    if len(data) > MAX_IMAGE_BYTES:
        size, most = len(data) // 1024, MAX_IMAGE_BYTES // 1024
        raise ImageError(f"image has {size} KiB (at most {most}: make it smaller)")
    if is_png(data):
        _check_png(data)
    else:
        _check_svg(data)


def is_png(data: bytes) -> bool:
    """True if `data` starts with the signature of a PNG."""
    return data.startswith(_PNG)


def as_badge(image: bytes) -> BadgeImage:
    """Return a checked picture in both forms; the given one stays byte for byte."""
    if not is_png(image):
        return BadgeImage(image, typeset("picture.typ", {"svg": image.decode()}, "png", PNG_PPI))
    with Image.open(io.BytesIO(image)) as picture:
        width, height = picture.size
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
        f'<image width="{width}" height="{height}"'
        f' href="data:image/png;base64,{base64.b64encode(image).decode()}"/></svg>'
    )
    return BadgeImage(svg.encode(), image)


def within(png: bytes, width: int, height: int) -> bytes:
    """Return a PNG no larger than that, for a place where the whole would be too heavy."""
    with Image.open(io.BytesIO(png)) as picture:
        small = picture.convert("RGBA")
    small.thumbnail((width, height), Image.Resampling.LANCZOS)
    target = io.BytesIO()
    small.save(target, "PNG", optimize=True)
    return target.getvalue()


def size(png: bytes) -> tuple[int, int]:
    """Return width and height in pixels."""
    with Image.open(io.BytesIO(png)) as picture:
        return picture.size


def _check_png(data: bytes) -> None:
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
            width, height = picture.size
            if width not in _SIDES or height not in _SIDES:
                raise ImageError(f"image is {width} × {height} pixels (each side: 90 to 4096)")
            picture.load()
    except (OSError, SyntaxError, Image.DecompressionBombError) as exc:
        raise ImageError(f"image is a broken PNG: {exc}") from exc


def _check_svg(data: bytes) -> None:
    try:
        data.decode("utf-8")
        root: Element = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as exc:
        raise ImageError(f"image is neither PNG nor plain UTF-8 SVG: {exc}") from exc
    if root.tag != "{http://www.w3.org/2000/svg}svg":
        raise ImageError(f"image is XML and no SVG: its root is {root.tag}")
    for element in root.iter():
        name = str(element.tag).rpartition("}")[2]
        if name in _ACTIVE:
            raise ImageError(f"image has a {name} element (export it as plain SVG)")
        for attribute, value in element.attrib.items():
            _check_attribute(attribute.rpartition("}")[2].lower(), value.strip().lower())


def _check_attribute(name: str, value: str) -> None:
    outside = name == "href" and not value.startswith(("#", "data:image/png", "data:image/jpeg"))
    if outside or name.startswith("on") or "javascript:" in value:
        raise ImageError(
            f"image has {name}={value[:40]!r} (export it as plain SVG, pictures inside)"
        )
