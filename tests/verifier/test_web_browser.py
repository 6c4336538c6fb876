"""The verifier's page in a real browser: scanned codes, dropped files, hostile credentials."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import axe
import pytest
from browser import HOSTILE, hard_to_use, serving, watch
from flask import Flask, request
from page_app import page_app
from playwright.sync_api import Browser, Page
from world import Issuer, World

from verifier.intake import qr
from verifier.web.page import Site

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
    return page_app(world, site=Site(HOSTILE))


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


def test_dropped_files_are_checked_each_with_a_report_of_its_own(
    chromium: Browser, world: World, origin: str
) -> None:
    watched = watch(chromium, origin)
    watched.page.goto(f"{origin}/verify")
    transfer = watched.page.evaluate_handle(
        """(text) => {
          const transfer = new DataTransfer();
          for (const name of ["one.json", "two.json"]) transfer.items.add(new File([text], name));
          return transfer;
        }""",
        json.dumps(world.issuer.sign(world.badge())),
    )
    watched.page.dispatch_event("main", "drop", {"dataTransfer": transfer})
    assert not watched.page.locator("#report-2 .verdicts").is_visible()
    watched.page.locator("#report-2 summary").first.press("Enter")
    assert watched.page.locator("#report-2 .verdicts .answer").all_inner_texts()[:2] == [
        "Yes",
        "Yes",
    ]
    assert watched.alarms == []


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


def test_a_phone_is_offered_to_take_a_photo_and_a_desk_is_not(
    chromium: Browser, origin: str
) -> None:
    offered = {}
    for touch in (True, False):
        page = watch(chromium, origin, has_touch=touch, is_mobile=touch).page
        page.goto(f"{origin}/verify")
        offered[touch] = page.locator("[capture=environment]").is_visible()
    assert offered == {True: True, False: False}


def test_several_reports_with_hostile_names_fit_a_narrow_screen(
    chromium: Browser, world: World, origin: str
) -> None:
    watched = watch(chromium, origin, viewport={"width": 320, "height": 700})
    watched.page.goto(f"{origin}/verify")
    bodies = [hostile_badge(world).encode(), b"hello"]
    files = [{"name": HOSTILE, "mimeType": "text/plain", "buffer": body} for body in bodies]
    watched.page.set_input_files("#file", files=files)
    watched.page.click(".check button[type=submit]")
    watched.page.wait_for_selector(".overview")
    watched.page.wait_for_load_state()  # without its style a page is as wide as it likes
    assert hard_to_use(watched.page) == []
    assert watched.alarms == []


def test_a_file_too_large_is_said_so_before_it_is_sent(chromium: Browser, origin: str) -> None:
    page = watch(chromium, origin).page
    page.goto(f"{origin}/verify")
    transfer = page.evaluate_handle(
        """() => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(11 * 1024 * 1024)], "film.mp4"));
          return transfer;
        }"""
    )
    page.dispatch_event("main", "drop", {"dataTransfer": transfer})
    assert "larger than 10 MB" in page.locator(".done [role=status]").inner_text()
    assert page.input_value("#file") == ""


def handed_in(page: Page, origin: str, text: str) -> None:
    page.goto(f"{origin}/verify")
    page.fill("#text", text)
    page.click(".check button[type=submit]")
    page.wait_for_selector(".verdicts")


def test_evidence_is_compared_and_the_language_changed_without_javascript(
    chromium: Browser, world: World, origin: str
) -> None:
    page = watch(chromium, origin, java_script_enabled=False).page
    handed_in(page, origin, json.dumps(world.issuer.sign(world.badge())))
    file = {"name": "drafts.pdf", "mimeType": "application/pdf", "buffer": b"another file"}
    page.set_input_files("[name=evidence]", files=[file])
    page.click("text=Compare the file")
    assert "not part of the signed evidence" in page.locator("article").inner_text()
    page.click("text=Español")
    assert page.get_attribute("html", "lang") == "es"
    assert page.locator(".verdict.yes").count() == 2
    page.click(".foot >> text=English")
    assert page.locator(".answer").all_inner_texts()[:2] == ["Yes", "Yes"]


def test_whose_it_is_can_be_asked_by_keyboard_and_every_stop_is_seen(
    chromium: Browser, world: World, origin: str
) -> None:
    page = watch(chromium, origin).page
    handed_in(page, origin, json.dumps(world.issuer.sign(world.badge())))
    seen = """() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return [document.activeElement.id, outlineStyle !== "none" && parseFloat(outlineWidth) >= 2];
    }"""
    stops = []
    while not stops or stops[-1][0] != "again-by":
        page.keyboard.press("Tab")
        stops.append(page.evaluate(seen))
    assert [stop for stop in stops if not stop[1]] == []
    page.keyboard.insert_text("Jordan Example")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".answer", has_text="The name is the same").wait_for()


def test_nothing_moves_for_those_who_ask_for_less_motion(chromium: Browser, origin: str) -> None:
    page = watch(chromium, origin, reduced_motion="reduce").page
    page.goto(f"{origin}/verify")
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def kinds(world: World) -> dict[str, str | list[str]]:
    """Return what to hand in to see each kind of page once."""
    sign = world.issuer.sign
    stranger, gone = Issuer("did:web:xn--mt-fka.example"), Issuer("did:web:gone.example")
    world.publish_issuer(stranger)
    world.publish_list({7})
    withdrawn = world.badge()["credentialStatus"] | {"statusListIndex": "7"}
    nameless = world.badge(issuer={"id": stranger.did, "type": ["Profile"]})
    del nameless["credentialStatus"], nameless["credentialSubject"]["identifier"]
    good = json.dumps(sign(world.badge()))
    changed = good.replace("Jordan Example", "Somebody Else")
    return {
        "good": good,
        "of a stranger, without a name": json.dumps(stranger.sign(nameless)),
        "withdrawn": json.dumps(sign(world.badge(credentialStatus=withdrawn))),
        "ended": json.dumps(sign(world.badge(validUntil="2026-11-20T00:00:00Z"))),
        "not begun": json.dumps(sign(world.badge(validFrom="2026-12-20T00:00:00Z"))),
        "changed": changed,
        "out of reach": json.dumps(gone.sign(world.badge(issuer=gone.did))),
        "a mistake": "<html>a page</html>",
        "nothing": " ",
        "several": [good, changed, "hello"],
    }


def test_axe_finds_nothing_on_any_kind_of_page_in_either_scheme(
    chromium: Browser, world: World, origin: str
) -> None:
    page = watch(chromium, origin).page
    page.goto(f"{origin}/verify")
    violations = {"the form": axe.in_both_schemes(page)}
    for kind, submission in kinds(world).items():
        page.goto(f"{origin}/verify")
        page.evaluate(
            """(texts) => {
              const form = document.querySelector(".check");
              const field = form.elements.text;
              for (const text of texts) form.insertBefore(
                Object.assign(field.cloneNode(), { value: text, id: "" }), null);
              field.remove();
              form.submit();
            }""",
            [submission] if isinstance(submission, str) else submission,
        )
        page.wait_for_url("**/verify")
        page.locator(".counts, [role=alert]").first.wait_for()
        page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
        violations[kind] = axe.in_both_schemes(page)
    clean = {"light": [], "dark": []}
    assert {kind: wrong for kind, wrong in violations.items() if wrong != clean} == {}


def test_a_file_that_is_pasted_is_checked(chromium: Browser, world: World, origin: str) -> None:
    watched = watch(chromium, origin)
    watched.page.goto(f"{origin}/verify")
    text = json.dumps(world.issuer.sign(world.badge()))
    with watched.page.expect_navigation():
        watched.page.evaluate(
            """(text) => {
              const clipboardData = new DataTransfer();
              clipboardData.items.add(new File([text], "pasted.json"));
              dispatchEvent(new ClipboardEvent("paste", { clipboardData, cancelable: true }));
            }""",
            text,
        )
    assert watched.page.locator(".answer").first.inner_text() == "Yes"
    assert watched.alarms == []
