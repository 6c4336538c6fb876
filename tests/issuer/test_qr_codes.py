"""The two codes on their own: what they hold, how large, how dense."""

import io
import random
import re

import pytest
from PIL import Image

from issuer.drawing.qr_codes import (
    MOST_KEPT,
    OFFLINE_MM,
    QUIET,
    check_code,
    check_svg,
    offline_code,
)
from verifier.intake import qr

PAGE = "https://badges.example.org/credentials/AbCdEfGhIjKlMnOpQrStUv"
VERIFY = "https://badges.example.org/verify"


def _digits(size: int) -> str:
    """Return the digits of `size` packed bytes, which look like noise."""
    return qr.to_digits(b"\x01" + random.Random(size).randbytes(size - 1))


def test_the_link_code_holds_the_link_alone() -> None:
    assert qr.scan(check_code(PAGE).png()) == [PAGE]


def test_the_link_code_is_printed_at_least_25_mm_wide() -> None:
    assert check_code(PAGE).side_mm >= 25


def test_the_link_code_of_a_page_is_drawn_once_and_few_are_remembered(monkeypatch) -> None:
    check_svg.cache_clear()
    drawn = []
    monkeypatch.setattr(
        "issuer.drawing.qr_codes.check_code", lambda url: drawn.append(url) or check_code(url)
    )
    assert check_svg(PAGE) == check_svg(PAGE) == check_code(PAGE).svg()
    assert drawn == [PAGE]
    for number in range(MOST_KEPT):
        check_svg(f"{PAGE}{number}")
    check_svg(PAGE)
    assert drawn.count(PAGE) == 2


def test_an_address_too_long_for_a_code_is_refused() -> None:
    with pytest.raises(ValueError, match="page address too long"):
        check_code("https://example.org/" + "a" * 3000)


def test_the_offline_code_holds_the_verifiers_address_and_the_digits() -> None:
    digits = _digits(1400)
    code = offline_code(VERIFY, digits)

    assert code is not None
    assert qr.scan(code.png()) == [f"{VERIFY}#{digits}"]


@pytest.mark.parametrize(
    ("size", "level", "modules"),
    [
        pytest.param(900, "Q", 137, id="short"),
        pytest.param(1200, "M", 133, id="where-level-Q-is-too-dense"),
        pytest.param(1550, "L", 133, id="as-a-shipped-one-with-much-evidence"),
        pytest.param(2900, "L", 177, id="as-much-as-a-code-holds"),
    ],
)
def test_the_best_level_is_used_that_leaves_the_modules_large(
    size: int, level: str, modules: int
) -> None:
    """The numbers are those of digits in numeric mode: in byte mode none but the first fits."""
    code = offline_code(VERIFY, _digits(size))

    assert code is not None
    assert (code.level, len(code.rows)) == (level, modules)


@pytest.mark.parametrize("size", [900, 1550, 2000, 2900])
def test_a_module_is_large_enough_for_a_phone(size: int) -> None:
    """0.33 mm is what a 600 dpi printer and an ordinary phone tell apart (design, D7)."""
    code = offline_code(VERIFY, _digits(size))

    assert code is not None
    assert code.module_mm >= 0.33
    assert code.side_mm == OFFLINE_MM


def test_digits_beyond_the_largest_code_have_no_code() -> None:
    assert offline_code(VERIFY, "1" * 7500) is None


def test_the_png_has_a_white_quiet_zone_and_modules_of_whole_pixels() -> None:
    code = check_code(PAGE)
    picture = Image.open(io.BytesIO(code.png()))
    modules = len(code.rows) + 2 * QUIET
    scale = picture.width // modules

    assert picture.width % modules == 0
    assert picture.convert("L").point(lambda value: 255 - value).getbbox() == (
        QUIET * scale,
        QUIET * scale,
        picture.width - QUIET * scale,
        picture.width - QUIET * scale,
    )


def test_the_svg_paints_the_very_same_modules() -> None:
    code = check_code(PAGE)
    path = code.svg().rpartition('d="')[2]
    painted = {
        (int(x) + step - QUIET, int(y) - QUIET)
        for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", path)
        for step in range(int(length))
    }
    dark = {(x, y) for y, row in enumerate(code.rows) for x, module in enumerate(row) if module}

    assert painted == dark
