"""What certificates are printed on: paper, a seal, who signs, and pictures of all sorts."""

import base64
import io
import tomllib
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image, ImageDraw

from issuer.app import create_app
from issuer.drawing.images import ImageError
from issuer.drawing.stationery import LARGEST, drawable, stationery
from issuer.home.certificate_settings import Paper, read_certificate
from issuer.home.settings import FILE, Settings, SettingsError, load
from verifier.parsing.strict_toml import Table, TomlError

SUPERINTENDENT = """
[[signatories]]
office = "superintendent"
name = "Pat Example"
title = "Superintendent"
"""
BOARD = SUPERINTENDENT.replace("superintendent", "board").replace("Pat", "Robin")


def read(text: str, home: Path = Path("/nowhere")):
    top = Table(tomllib.loads(text))
    return read_certificate(top.table("certificate"), top.tables("signatories"), home=home)


def _scan(kind: str, *, mode: str = "RGB", size: tuple[int, int] = (900, 600)) -> bytes:
    """Return a scan of a signature: a dark line on gray paper."""
    picture = Image.new(mode, size, "#d8d4cc")
    ImageDraw.Draw(picture).line((200, 300, 400, 350, 600, 280), fill="#1b2a55", width=9)
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def test_without_either_table_nobody_signs_and_the_paper_is_us_letter() -> None:
    nothing = read("")

    assert (nothing.paper, nothing.seal, nothing.signing(date(2026, 5, 15))) == ("letter", None, [])


def test_offices_sign_in_their_order_and_the_catalog_chooses_others() -> None:
    certificate = read(SUPERINTENDENT + BOARD + '[certificate]\nsignatories = ["board"]')
    day = date(2026, 5, 15)

    assert [one.office for one in certificate.signing(day)] == ["board"]
    chosen = ("superintendent", "board", "gone")
    assert [one.office for one in certificate.signing(day, chosen)] == ["superintendent", "board"]


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ((2024, 6, 30), []),
        ((2024, 7, 1), ["Pat Example"]),
        ((2026, 6, 30), ["Pat Example"]),
        ((2026, 7, 1), ["Robin Example"]),
    ],
)
def test_an_office_passes_from_one_to_another(day: tuple[int, int, int], name: list[str]) -> None:
    first = SUPERINTENDENT + 'since = "2024-07-01"\nuntil = "2026-06-30"'
    second = SUPERINTENDENT.replace("Pat", "Robin") + 'since = "2026-07-01"'

    assert [one.name for one in read(first + second).signing(date(*day))] == name


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("[certificate]\npaper = 'a5'", "certificate.paper must be one of letter, a4"),
        pytest.param(
            "[certificate]\nseal = 'no.png'",
            r"certificate.seal: there is no file /nowhere/no.png \(put it there, or take out",
        ),
        pytest.param(
            SUPERINTENDENT + "signature = 'no.png'",
            r"signatories\[0\].signature: there is no file /nowhere/no.png",
        ),
        pytest.param(
            SUPERINTENDENT + "since = 'July'", r"signatories\[0\].since must be a day such"
        ),
        pytest.param(
            SUPERINTENDENT + "since = '2026-07-01'\nuntil = '2025-01-01'", "until is before since"
        ),
        pytest.param(SUPERINTENDENT * 2, "two hold the office 'superintendent' at once"),
        pytest.param(SUPERINTENDENT + "[certificate]\nsignatories = ['x']", "has the office 'x'"),
        pytest.param(
            "".join(SUPERINTENDENT.replace("superintendent", f"office{n}") for n in range(4)),
            "4 offices sign and 3 fit: choose in certificate.signatories",
        ),
        pytest.param(SUPERINTENDENT + "phone = '1'", "phone is no known key"),
        pytest.param("[certificate]\nsize = 'a4'", "size is no known key"),
    ],
)
def test_what_cannot_work_is_named_with_what_to_do(text: str, says: str) -> None:
    with pytest.raises(TomlError, match=says):
        read(text)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_scanned_signature_is_cut_out_and_its_paper_is_see_through(kind: str) -> None:
    svg = drawable(_scan(kind), ink=True)
    picture = _inside(svg)

    assert picture.width < 460
    assert picture.height < 120
    assert picture.getpixel((picture.width // 2, 3))[3] == 0
    assert picture.getchannel("A").getextrema() == (0, 255)


def test_what_is_in_a_picture_beside_its_pixels_is_left_out() -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    Image.new("RGB", (3000, 900), "#123456").save(out, "JPEG", exif=exif)
    picture = _inside(drawable(out.getvalue()))

    assert b"taken at home" in out.getvalue()
    assert not picture.getexif()
    assert picture.width <= LARGEST[0]


def test_a_seal_that_is_an_svg_stays_sharp() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'

    assert drawable(svg.encode()) == svg


def _inside(svg: str) -> Image.Image:
    data = svg.partition("base64,")[2].partition('"')[0]
    return Image.open(io.BytesIO(base64.b64decode(data)))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"%PDF-1.7", "no PNG, JPEG, WebP or plain SVG", id="pdf"),
        pytest.param(b"GIF89a", "no PNG, JPEG, WebP or plain SVG", id="gif"),
        pytest.param(b"", "no PNG, JPEG, WebP or plain SVG", id="nothing"),
        pytest.param(_scan("PNG")[:-40], "no PNG, JPEG, WebP or plain SVG", id="cut-short"),
        pytest.param(b"<html/>", "no SVG", id="html"),
        pytest.param(b"\xff" * (4 * 1024 * 1024 + 1), "at most 4096", id="too-large"),
        pytest.param(_scan("PNG", mode="L", size=(9000, 5000)), "40 million", id="too-many-pixels"),
    ],
)
def test_what_is_no_picture_is_refused_with_what_would_be(data: bytes, says: str) -> None:
    with pytest.raises(ImageError, match=says):
        drawable(data, ink=True)


def test_an_empty_sheet_is_no_signature() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (200, 100)).save(out, "PNG")
    with pytest.raises(ImageError, match="no ink"):
        drawable(out.getvalue(), ink=True)


def _with(home: Path, text: str) -> Settings:
    file = home / FILE
    file.write_text(file.read_text() + text)
    return load(home)


def test_a_picture_that_cannot_be_used_is_named_at_the_start(home: Path) -> None:
    (home / "pat.png").write_bytes(b"%PDF-1.7")
    settings = _with(home, SUPERINTENDENT + 'signature = "pat.png"\n')
    with pytest.raises(SettingsError, match=r"signatories.signature, .*pat.png: image is no PNG"):
        create_app(settings)


def test_what_the_settings_name_is_printed_on(home: Path) -> None:
    (home / "pat.jpg").write_bytes(_scan("JPEG"))
    (home / "seal.png").write_bytes(_scan("PNG"))
    text = (
        SUPERINTENDENT + 'signature = "pat.jpg"\n[certificate]\nseal = "seal.png"\npaper = "a4"\n'
    )
    settings = _with(home, text)
    certificate = stationery(settings, date(2026, 5, 15))

    assert isinstance(create_app(settings), Flask)
    assert (certificate.paper, certificate.seal[:4], certificate.logo) == (Paper.A4, "<svg", "")
    assert [(one.name, one.signature[:4]) for one in certificate.signatories] == [
        ("Pat Example", "<svg")
    ]
    assert stationery(settings, date(2026, 5, 15), paper=Paper.LETTER).paper is Paper.LETTER
