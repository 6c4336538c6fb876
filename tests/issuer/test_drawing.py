"""Badges: drawn ones, and pictures that a district gives."""

import io
import re
import zlib
from itertools import groupby
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageChops, ImageDraw

from issuer.drawing.badges import look, side_by_side
from issuer.drawing.badges.badge import draw_badge, kind_words
from issuer.drawing.images import MAX_IMAGE_BYTES, ImageError, as_badge, check_image
from issuer.drawing.typesetting import typeset
from issuer.home import color as colors
from issuer.home.color import COLORS, is_readable

SVG = "{http://www.w3.org/2000/svg}"
NAME = "Composing with foundational rhythms"
LOOK = look.drawn_with("composing", look.Look())
LONG = "Interdependence of multilingual literacy and culturally sustaining pedagogy " * 2


def _picture(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGBA")


def _png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#7a2233").save(out, "PNG")
    return out.getvalue()


def test_a_drawn_badge_is_a_square_png_with_nothing_around_the_coin() -> None:
    picture = _picture(draw_badge(NAME, "Prairie Example District", look=LOOK).png)

    assert picture.size == (720, 720)
    assert [picture.getpixel(corner) for corner in ((0, 0), (719, 0), (719, 719))] == [
        (0, 0, 0, 0)
    ] * 3


def test_a_drawn_svg_says_what_it_shows() -> None:
    root = ElementTree.fromstring(draw_badge("Rhythm & <Blues>", "Ex", look=LOOK).svg)

    assert (root.tag, root.findtext(f"{SVG}title")) == (f"{SVG}svg", "Rhythm & <Blues>, Ex")


def test_the_same_badge_is_drawn_in_the_same_bytes() -> None:
    assert draw_badge(NAME, "Ex", look=LOOK) == draw_badge(NAME, "Ex", look=LOOK)


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
    set_in = {**LOOK, "kind": "Micro-credential"}

    def band(words: dict[str, str]) -> Image.Image:
        """Return the coin without what its inner ring holds."""
        picture = _picture(typeset("badge.typ", set_in | words, "png", 216))
        ImageDraw.Draw(picture).ellipse((81, 81, 639, 639), fill="black")
        return picture

    short, long = band({"name": "A", "issuer": "B"}), band({"name": name, "issuer": issuer})

    assert ImageChops.difference(short, long).getbbox(alpha_only=False) is None


def test_an_achievement_keeps_its_look_and_most_have_one_of_their_own() -> None:
    ids = [f"achievement-{n}" for n in range(40)]
    looks = [look.drawn_with(one, look.Look()) for one in ids]

    assert looks == [look.drawn_with(one, look.Look()) for one in ids]
    assert len({tuple(one.values()) for one in looks}) > 36
    assert {one["color"] for one in looks} == set(look.HUES)


def test_what_the_catalog_chooses_is_drawn_and_the_rest_is_derived() -> None:
    chosen = look.drawn_with("composing", look.Look(color="#123456", icon="note"))

    assert chosen == LOOK | {"color": "#123456", "icon": "note"}


LOOKS = [
    *({**LOOK, "pattern": pattern} for pattern in look.PATTERNS),
    *({**LOOK, "edge": edge} for edge in look.EDGES),
    *({**LOOK, "icon": icon} for icon in look.ICONS),
    {**LOOK, "filled": "yes"},
    {**LOOK, "filled": "no"},
    *({**LOOK, "color": color} for color in look.HUES),
]


def test_each_part_of_a_look_is_drawn_in_its_own_way() -> None:
    drawn = [draw_badge(NAME, "Ex", look=one).svg for one in LOOKS]
    different = {tuple(one.items()) for one in LOOKS}

    assert len(set(drawn)) == len(different)


@pytest.mark.parametrize("hue", look.HUES)
def test_words_can_be_read_in_each_derived_hue_and_on_it(hue: str) -> None:
    """WCAG 2.2, 1.4.6. `is_readable` is itself tested by `COLORS` below."""
    assert is_readable(hue)


def _lines(badge: bytes, side: int) -> list[tuple[int, int]]:
    """Return (top, height) of each line of words, icon apart, in pixels of a badge so large."""
    picture = _picture(badge).convert("L").crop((180, 215, 540, 610))
    rows = (picture.crop((0, y, picture.width, y + 1)) for y in range(picture.height))
    inked = "".join("x" if high - low > 60 else " " for low, high in map(_extremes, rows))
    dotted = re.sub("(?<=x) {1,11}(?=x)", lambda gap: "x" * len(gap[0]), inked)  # an i and its dot
    scale = side / 720
    return [(round(m.start() * scale), round(len(m[0]) * scale)) for m in re.finditer("x+", dotted)]


@pytest.mark.parametrize("filled", ["yes", "no"])
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("Composing with foundational rhythms", 3),
        ("Analyzing primary sources", 3),
        ("Computational thinking", 2),
        ("Restorative practices in music", 3),
        ("Jogging, yoga, gym: physical play", 3),  # all that reaches down
        ("Rhythm", 1),
        ("以基础节奏进行作曲教学与多语言课堂评估", 3),  # without spaces: boxes of a font, but lines
    ],
)
def test_the_title_can_be_read_at_96_pixels_and_touches_nothing(
    name: str, count: int, filled: str
) -> None:
    drawn = draw_badge(name, "Plymouth", look={**LOOK, "icon": "star", "filled": filled})
    *title, issuer = _lines(drawn.png, 96)

    assert [len(title), min(height for _, height in title) >= 5] == [count, True]
    assert issuer[0] - sum(title[-1]) >= 2


def _extremes(row: Image.Image) -> tuple[int, int]:
    low, high = row.getextrema()
    return int(low), int(high)


def test_badges_stand_beside_each_other_in_four_sizes() -> None:
    red, blue = (_solid(color) for color in ("#ff0000", "#0000ff"))
    sheet = _picture(side_by_side.side_by_side([red, blue])).convert("RGB")
    seen = [color for y in (50, 130, 270, 700) for color in _runs(sheet, y)]

    assert seen == [(255, 0, 0), (0, 0, 255)] * 4
    assert _picture(side_by_side.side_by_side([red] * 30)).height > sheet.height


def _solid(color: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (720, 720), color).save(out, "PNG")
    return out.getvalue()


def _runs(sheet: Image.Image, y: int) -> list[tuple[int, ...]]:
    """Return the colors of one row in their order, without white."""
    row = [sheet.getpixel((x, y)) for x in range(sheet.width)]
    return [color for color, _ in groupby(row) if color != (255, 255, 255)]


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
    png = _png(200, 100)
    badge = as_badge(png)
    check_image(badge.svg)

    assert badge.png == png
    assert ElementTree.fromstring(badge.svg).get("viewBox") == "0 0 200 100"


def test_a_given_svg_is_kept_and_has_a_png() -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
    badge = as_badge(svg)
    picture = _picture(badge.png)

    assert badge.svg == svg
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
