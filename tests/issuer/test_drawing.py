"""Badges: drawn ones, and pictures that a district gives."""

import io
import zlib
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageChops, ImageDraw

from issuer.drawing.badge import draw_badge, kind_words
from issuer.drawing.images import MAX_IMAGE_BYTES, ImageError, as_badge, check_image
from issuer.drawing.typesetting import typeset
from issuer.home import color as colors
from issuer.home.color import COLORS

SVG = "{http://www.w3.org/2000/svg}"
NAME = "Composing with foundational rhythms"
LONG = "Interdependence of multilingual literacy and culturally sustaining pedagogy " * 2


def _picture(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGBA")


def _png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#7a2233").save(out, "PNG")
    return out.getvalue()


def test_a_drawn_badge_is_a_square_png_with_nothing_around_the_coin() -> None:
    picture = _picture(draw_badge(NAME, "Prairie Example District", color=COLORS[0]).png)

    assert picture.size == (720, 720)
    assert [picture.getpixel(corner) for corner in ((0, 0), (719, 0), (719, 719))] == [
        (0, 0, 0, 0)
    ] * 3


def test_a_drawn_svg_says_what_it_shows() -> None:
    root = ElementTree.fromstring(draw_badge("Rhythm & <Blues>", "Ex", color=COLORS[0]).svg)

    assert (root.tag, root.findtext(f"{SVG}title")) == (f"{SVG}svg", "Rhythm & <Blues>, Ex")


def test_the_same_badge_is_drawn_in_the_same_bytes() -> None:
    assert draw_badge(NAME, "Ex", color=COLORS[1]) == draw_badge(NAME, "Ex", color=COLORS[1])


@pytest.mark.parametrize(
    ("name", "issuer"),
    [
        pytest.param(LONG, "Ex", id="long-name"),
        pytest.param("W" * 120, "Ex", id="one-endless-word"),
        pytest.param("Art", LONG, id="long-district"),
        pytest.param(
            "Σύνθεση με θεμελιώδεις ρυθμούς", "Школьный округ Примера", id="other-scripts"
        ),
        pytest.param(" ", " ", id="nothing"),
    ],
)
def test_words_of_any_length_stay_within_the_coin(name: str, issuer: str) -> None:
    look = {"kind": "Micro-credential", "color": COLORS[0], "waves": "12", "strands": "3"}

    def band(words: dict[str, str]) -> Image.Image:
        """Return the coin without what its inner ring holds."""
        picture = _picture(typeset("badge.typ", look | words, "png", 216))
        ImageDraw.Draw(picture).ellipse((128, 128, 592, 592), fill="black")
        return picture

    short, long = band({"name": "A", "issuer": "B"}), band({"name": name, "issuer": issuer})

    assert ImageChops.difference(short, long).getbbox(alpha_only=False) is None


def test_two_names_have_two_bands() -> None:
    badges = [draw_badge(name, "Ex", color=COLORS[0]) for name in ("Listening", "Composing")]
    bands = {_picture(badge.png).crop((0, 300, 90, 420)).tobytes() for badge in badges}

    assert len(bands) == 2


def test_a_district_keeps_its_color() -> None:
    ids = [f"did:web:district-{n}.example" for n in range(200)]

    assert {colors.own(one) for one in ids} == set(COLORS)
    assert [colors.own(one) for one in ids] == [colors.own(one) for one in ids]


@pytest.mark.parametrize("color", COLORS)
def test_small_words_in_a_district_color_can_be_read(color: str) -> None:
    """WCAG 2.2, 1.4.6: seven to one on white."""

    def light(channel: int) -> float:
        part = channel / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (light(int(color[at : at + 2], 16)) for at in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue

    assert 1.05 / (luminance + 0.05) >= 7


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("MicroCredential", "Micro-credential"),
        ("CertificateOfCompletion", "Certificate of completion"),
        ("ext:Residency", "Residency"),
    ],
)
def test_an_achievement_type_is_said_in_words(kind: str, words: str) -> None:
    assert kind_words(kind) == words


def test_a_given_png_is_kept_and_stands_in_an_svg() -> None:
    given = _png(200, 100)
    badge = as_badge(given)
    check_image(badge.svg)

    assert badge.png == given
    assert ElementTree.fromstring(badge.svg).get("viewBox") == "0 0 200 100"


def test_a_given_svg_is_kept_and_has_a_png() -> None:
    given = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
    badge = as_badge(given)
    picture = _picture(badge.png)

    assert badge.svg == given
    assert (picture.size, picture.getpixel((700, 20))) == ((720, 720), (0, 0, 0, 255))


def _svg(inside: str, before: str = "") -> bytes:
    return f'{before}<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'.encode()


@pytest.mark.parametrize(
    ("image", "says"),
    [
        pytest.param(b"\xff\xd8\xff\xe0JFIF", "neither PNG nor plain UTF-8 SVG", id="jpeg"),
        pytest.param(b"<html></html>", "no SVG: its root is html", id="html"),
        pytest.param(_png(200, 200)[:-30], "broken PNG", id="png-cut-short"),
        pytest.param(_png(64, 64), "64 × 64 pixels", id="png-too-small-to-print"),
        pytest.param(bytes(MAX_IMAGE_BYTES + 1), "at most 512", id="too-large"),
        pytest.param(_svg("<script>1</script>"), "script element", id="script"),
        pytest.param(_svg("<foreignObject/>"), "foreignObject element", id="html-inside"),
        pytest.param(_svg('<g onclick="x()"/>'), "onclick", id="event"),
        pytest.param(_svg('<image href="https://a.example/p.png"/>'), "href", id="outside-picture"),
        pytest.param(_svg('<a href=" JavaScript:x()"/>'), "href", id="javascript"),
        pytest.param(
            _svg("", '<!DOCTYPE svg [<!ENTITY a "b">]>'), "neither PNG nor", id="entities"
        ),
    ],
)
def test_a_picture_that_cannot_be_served_is_refused(image: bytes, says: str) -> None:
    with pytest.raises(ImageError, match=says):
        check_image(image)


def test_a_png_that_blows_up_is_refused() -> None:
    """A few kilobytes that would become gigabytes of pixels (T15)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return len(data).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)

    header = (60_000).to_bytes(4) * 2 + bytes([8, 2, 0, 0, 0])
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"0"))

    with pytest.raises(ImageError, match="broken PNG"):
        check_image(bomb)
