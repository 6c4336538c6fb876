"""A district's own look: its color and its logo, refused where they cannot work."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image

from issuer.app import start_app
from issuer.drawing import logo
from issuer.home import settings
from issuer.home.settings import Settings, SettingsError
from issuer.issuance.build import profile

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 100">'
    '<rect width="300" height="100" fill="#7a2233"/></svg>'
)


@contextmanager
def opened(district: Settings) -> Iterator[FlaskClient]:
    app = start_app(district)
    yield app.test_client()
    app.extensions["mintmark"].database.close()


def with_file(district: Settings, content: bytes) -> Settings:
    file = district.home / "logo"
    file.write_bytes(content)
    return replace(district, issuer_logo=file)


def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 100), "#7a2233").save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("content", [SVG.encode(), _png()], ids=["svg", "png"])
def test_a_logo_stands_on_every_page_as_a_png_of_its_own_shape(
    settings: Settings, content: bytes
) -> None:
    with opened(with_file(settings, content)) as client:
        assert '<img class="logo" src="/logo.png" alt="">' in client.get("/verify").text
        response = client.get("/logo.png")
    picture = Image.open(io.BytesIO(response.data))
    assert response.mimetype == "image/png"
    assert picture.width / picture.height == pytest.approx(3, abs=0.02)
    assert picture.convert("RGB").getpixel((5, 5)) == (0x7A, 0x22, 0x33)


def test_without_a_logo_there_is_none(settings: Settings) -> None:
    with opened(settings) as client:
        assert client.get("/logo.png").status_code == 404
        assert 'class="logo"' not in client.get("/").text
    assert "image" not in profile(settings)


def test_a_credential_names_the_logo_of_its_issuer(settings: Settings) -> None:
    named = profile(with_file(settings, _png()))["image"]
    assert named == {"id": "http://localhost:8202/logo.png", "type": "Image"}


@pytest.mark.parametrize(
    "content",
    [
        b"no picture",
        SVG.replace("<rect", "<script>alert(1)</script><rect").encode(),
        SVG.replace("<rect", '<image href="https://tracker.example/x.png"/><rect').encode(),
        _png()[:60],
    ],
    ids=["text", "script", "from-elsewhere", "broken"],
)
def test_a_logo_that_is_not_safe_to_show_stops_the_start(
    settings: Settings, content: bytes
) -> None:
    with pytest.raises(SettingsError, match=r"issuer\.logo"):
        logo.address(with_file(settings, content))


@pytest.fixture
def load(home: Path) -> Callable[[str], Settings]:
    """Read the settings with one more line about the issuer."""
    file = home / settings.FILE
    text = file.read_text()

    def load(line: str) -> Settings:
        file.write_text(text.replace("[issuer]\n", f"[issuer]\n{line}\n"))
        return settings.load(home)

    return load


@pytest.mark.parametrize("color", ["#fff000", "red", "#1f3a5", "#1F3A5F", "url(x)", "#767676"])
def test_a_color_on_which_white_cannot_be_read_is_refused(
    load: Callable[[str], Settings], color: str
) -> None:
    with pytest.raises(SettingsError, match=r"issuer\.color"):
        load(f'color = "{color}"')


def test_a_color_of_ones_own_colors_the_pages(load: Callable[[str], Settings]) -> None:
    with opened(load('color = "#0b5394"')) as client:
        assert "--district: #0b5394" in client.get("/verify/color.css").text


def test_a_logo_that_is_not_there_is_named(load: Callable[[str], Settings]) -> None:
    with pytest.raises(SettingsError, match=r"there is no file .*none\.png"):
        load('logo = "none.png"')
