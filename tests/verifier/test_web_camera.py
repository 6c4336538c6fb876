"""A code held before the camera: Chromium's fake one shows pictures that were made here."""

import io
import json

import pytest
import qrcode
from browser import beside, serving, watch
from flask import Flask
from page_app import page_app
from PIL import Image
from playwright.sync_api import Browser
from world import World

from verifier.intake import qr
from verifier.web import scan

SEEN = (1280, 960)


def picture(text: str | None, kind: str = "JPEG") -> bytes:
    """Return what a camera sees that a code is held before, or nothing."""
    seen = Image.new("RGB", SEEN, "#777")
    if text is not None:
        code = qrcode.QRCode(box_size=4, error_correction=qrcode.constants.ERROR_CORRECT_L)
        code.add_data(text)
        drawn = code.make_image().get_image().convert("RGB")
        seen.paste(drawn, ((SEEN[0] - drawn.width) // 2, (SEEN[1] - drawn.height) // 2))
    out = io.BytesIO()
    seen.save(out, kind)
    return out.getvalue()


@pytest.fixture(scope="module")
def signed() -> tuple[World, str]:
    world = World()
    return world, world.issuer.jwt(world.badge())


@pytest.fixture(scope="module")
def codes(signed: tuple[World, str]) -> dict[str, str]:
    digits = qr.to_digits(qr.pack(signed[1]))
    return {
        "the whole credential": f"https://else.example/verify#{digits}",
        "a link": "https://district.example/credentials/1",
    }


@pytest.fixture
def app(signed: tuple[World, str]) -> Flask:
    world, _ = signed
    world.publish("https://district.example/credentials/1", world.issuer.sign(world.badge()))
    return page_app(world)


def camera(chromium: Browser, film: bytes, tmp_path, *, allowed: bool = True):
    """Give a browser whose camera shows `film`, again and again."""
    file = tmp_path / "film.mjpeg"
    file.write_bytes(film)
    flags = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={file}"]
    return beside(chromium, *flags, *["--use-fake-ui-for-media-stream"] * allowed)


def test_a_code_held_before_the_camera_is_found_after_a_while_and_checked(
    chromium, app, codes, tmp_path
):
    film = picture(None) * 20 + picture(codes["the whole credential"]) * 40
    with camera(chromium, film, tmp_path) as browser, serving(app) as origin:
        watched = watch(browser, origin)
        watched.page.goto(f"{origin}/verify")
        watched.page.click("text=Scan its QR code with the camera")
        status = watched.page.locator(".scan [role=status]")
        status.filter(has_text="Looking for a QR code").wait_for()
        watched.page.wait_for_selector(".verdicts")
        assert watched.page.locator(".answer").all_inner_texts()[:2] == ["Yes", "Yes"]
        assert watched.alarms == []


def test_the_camera_stops_when_told_and_after_a_minute_without_a_code(chromium, app, tmp_path):
    with camera(chromium, picture(None) * 5, tmp_path) as browser, serving(app) as origin:
        page = watch(browser, origin).page
        page.clock.install()
        page.goto(f"{origin}/verify")
        button, status = page.locator(".scan button"), page.locator(".scan [role=status]")
        off = "!document.querySelector('video').srcObject"
        button.click()
        status.filter(has_text="Looking").wait_for()
        button.click()
        assert (status.inner_text(), page.evaluate(off)) == ("The camera is off.", True)
        button.click()
        status.filter(has_text="Looking").wait_for()
        page.clock.fast_forward(61_000)
        status.filter(has_text="No code was found, and the camera is off.").wait_for()
        assert page.evaluate(off)


def test_a_camera_that_is_refused_is_said_with_what_else_can_be_done(chromium, app, tmp_path):
    with (
        camera(chromium, picture(None), tmp_path, allowed=False) as browser,
        serving(app) as origin,
    ):
        page = watch(browser, origin).page
        page.goto(f"{origin}/verify")
        page.click("text=Scan its QR code with the camera")
        page.locator(".scan [role=status]").filter(has_text="Hand in a photo").wait_for()


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("code", ["the whole credential", "a link"])
def test_what_a_picture_holds_is_answered_and_nothing_is_asked(app, signed, codes, code, kind):
    world, _ = signed
    world.asked.clear()
    answer = app.test_client().post("/verify/scan", data=picture(codes[code], kind))
    assert (answer.json, world.asked) == ({"found": True, "text": codes[code]}, [])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param(None, "", id="no-code"),
        pytest.param(
            "BEGIN:VCARD", "The code in the picture does not hold a credential.", id="a-card"
        ),
    ],
)
def test_a_picture_without_a_credential_says_why(app, text, why):
    answer = app.test_client().post("/verify/scan", data=picture(text))
    assert answer.json == {"found": False, "why": why}


@pytest.mark.parametrize(
    ("data", "status"),
    [
        pytest.param(b"%PDF-1.7", 415, id="no-picture"),
        pytest.param(b"", 415, id="nothing"),
        pytest.param(b"\xff\xd8\xff" + bytes(scan.MOST_FRAME), 413, id="too-large"),
    ],
)
def test_only_pictures_of_a_camera_are_looked_at(app, data, status):
    assert app.test_client().post("/verify/scan", data=data).status_code == status


def test_only_the_form_may_ask_for_the_camera(app, signed):
    client = app.test_client()
    form = client.get("/verify").headers
    report = client.post("/verify", data={"text": json.dumps(signed[1]).strip('"')}).headers
    assert form["Permissions-Policy"].startswith("camera=(self), microphone=()")
    assert report["Permissions-Policy"].startswith("camera=(), microphone=()")
    assert "connect-src 'self'" in form["Content-Security-Policy"]
    assert "connect-src" not in report["Content-Security-Policy"]
