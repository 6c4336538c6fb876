"""The verifier's page in a real browser: scanned codes, dropped files, hostile credentials."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from browser import HOSTILE, hard_to_use, serving, watch
from flask import Flask, request
from playwright.sync_api import Browser
from world import NOW, World

from verifier import qr
from verifier.web.headers import protect
from verifier.web.page import Site, verifier_blueprint

LOOKS = [
    pytest.param(width, scheme, id=f"{width}-{scheme}")
    for width in (320, 768, 1280)
    for scheme in ("light", "dark")
]
WRITTEN_BY_OTHERS = {
    *("name", "description", "narrative", "tag", "identifier", "genre", "audience", "role"),
    *("term", "licenseNumber", "targetName", "targetCode", "targetFramework", "mediaType"),
}


@pytest.fixture
def app(world: World) -> Flask:
    app = Flask("verifier-in-a-browser")
    blueprint = verifier_blueprint(
        site=Site(HOSTILE), make_fetch=lambda: world.fetch, clock=lambda: NOW
    )
    app.register_blueprint(blueprint, url_prefix="/verify")
    protect(app, https=False)
    return app


@pytest.fixture
def origin(app: Flask) -> Iterator[str]:
    with serving(app) as served:
        yield served


def hostile(value: Any, member: str = "") -> Any:
    """Return a document in which every text that an issuer may choose is hostile."""
    if isinstance(value, dict):
        return {name: hostile(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [hostile(item, member) for item in value]
    return HOSTILE if member in WRITTEN_BY_OTHERS and isinstance(value, str) else value


def hostile_badge(world: World) -> str:
    badge = hostile(deepcopy(world.badge()))
    subject = badge["credentialSubject"]
    subject["identifier"][0]["identityHash"] = HOSTILE
    subject["achievement"]["alignment"] = [
        {"type": ["Alignment"], "targetName": HOSTILE, "targetUrl": "javascript:alert(5)"}
    ]
    subject["achievement"]["criteria"]["id"] = "javascript:alert(6)"
    badge["evidence"].append(
        {"type": ["Evidence"], "id": "javascript:alert(7)", "name": HOSTILE, "narrative": HOSTILE}
    )
    return json.dumps(world.issuer.sign(badge))


def test_a_scanned_code_is_checked_and_its_digits_reach_no_log(
    chromium: Browser, world: World, app: Flask, origin: str
) -> None:
    asked: list[str] = []
    app.before_request(lambda: asked.append(request.full_path))
    digits = qr.to_digits(qr.pack(world.issuer.jwt(world.badge())))
    watched = watch(chromium, origin)
    watched.page.goto(f"{origin}/verify#{digits}")
    watched.page.wait_for_selector(".verdicts")
    assert watched.page.locator(".answer").all_inner_texts()[:2] == ["Yes", "Yes"]
    assert [path for path in asked if digits[:20] in path] == []
    assert digits[:20] not in watched.page.url
    assert watched.alarms == []


def test_a_dropped_file_is_checked(chromium: Browser, world: World, origin: str) -> None:
    watched = watch(chromium, origin)
    watched.page.goto(f"{origin}/verify")
    transfer = watched.page.evaluate_handle(
        """(text) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([text], "credential.json"));
          return transfer;
        }""",
        json.dumps(world.issuer.sign(world.badge())),
    )
    watched.page.dispatch_event("main", "drop", {"dataTransfer": transfer})
    watched.page.wait_for_selector(".verdicts")
    assert watched.page.locator(".answer").all_inner_texts()[:2] == ["Yes", "Yes"]


def test_without_javascript_pasted_text_is_checked(
    chromium: Browser, world: World, origin: str
) -> None:
    watched = watch(chromium, origin, java_script_enabled=False)
    watched.page.goto(f"{origin}/verify")
    watched.page.fill("#text", json.dumps(world.issuer.sign(world.badge())))
    watched.page.click("button[type=submit]")
    assert watched.page.locator(".answer").all_inner_texts()[:2] == ["Yes", "Yes"]


def test_the_page_can_be_used_by_keyboard_alone(
    chromium: Browser, world: World, origin: str
) -> None:
    watched = watch(chromium, origin)
    watched.page.goto(f"{origin}/verify")
    for _ in range(6):  # past the skip link, the name, the navigation, the file and the camera
        watched.page.keyboard.press("Tab")
    watched.page.keyboard.insert_text(json.dumps(world.issuer.sign(world.badge())))
    for _ in range(2):  # past who gave it
        watched.page.keyboard.press("Tab")
    watched.page.keyboard.press("Enter")
    watched.page.wait_for_selector(".verdicts")


def test_a_hostile_credential_does_nothing_but_stand_there(
    chromium: Browser, world: World, origin: str
) -> None:
    watched = watch(chromium, origin)
    watched.page.goto(f"{origin}/verify")
    watched.page.fill("#text", hostile_badge(world))
    watched.page.click("button[type=submit]")
    watched.page.wait_for_selector(".verdicts")
    assert watched.page.locator(".answer").first.inner_text() == "Yes"
    assert "<script>alert(1)</script>" in watched.page.locator(".earner").inner_text()
    links = watched.page.eval_on_selector_all("a", "all => all.map((a) => a.href)")
    assert [link for link in links if not link.startswith(("https://", origin))] == []
    assert watched.alarms == []


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_report_can_be_read_and_used_at_every_width(
    chromium: Browser, world: World, origin: str, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 700}
    watched = watch(chromium, origin, viewport=size, color_scheme=scheme)
    watched.page.goto(f"{origin}/verify")
    assert hard_to_use(watched.page) == []
    watched.page.fill("#text", hostile_badge(world))
    watched.page.click("button[type=submit]")
    watched.page.wait_for_selector(".verdicts")
    assert hard_to_use(watched.page) == []
