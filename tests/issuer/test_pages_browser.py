"""The issuer's pages in a real browser: hostile words, every width, both schemes, no script."""

from collections.abc import Callable, Iterator
from datetime import datetime

import axe
import pytest
from browser import HOSTILE, Watched, hard_to_use, serving, watch
from flask import Flask
from playwright.sync_api import Browser, expect

from issuer import issuance
from issuer.app import start_app
from issuer.home.issuer import Issuer
from issuer.issuance import manage
from issuer.issuance.approval import Approval
from issuer.issuance.status_lists import lists
from issuer.sharing.collections import collection
from issuer.sharing.collections.collection import Edited
from issuer.sharing.decision import Decision, Visibility
from issuer.sharing.holder import holder

PAGES = [
    "/credentials/{id}.html",
    "/credentials/{id}.html?lang=es",
    "/credentials/{id}/embed",
    "/credentials/{private}.html",
    "/manage/{token}",
    "/manage/{token}/renew",
    "/manage/renewed",
    "/manage/{plain}",
    "/manage/{plain}?lang=es",
    "/collections/{collection}.html",
    "/collections/edit/{edit}",
    "/achievements/{achievement}",
    "/",
]
ELSEWHERE = (
    "https://case.example/",
    "https://www.linkedin.com/profile/add?",
    "https://www.linkedin.com/sharing/share-offsite/?url=http%3A%2F%2Flocalhost",
    "http://localhost:8202/",
)
"""Where links may lead beside this issuer; VerifierPlus is looked at by itself."""
LOOKS = [
    pytest.param(width, scheme, id=f"{width}-{scheme}")
    for width in (320, 768, 1280)
    for scheme in ("light", "dark")
]


@pytest.fixture
def hostile_id(issuer: Issuer, approval: Callable[..., Approval], now: datetime) -> str:
    """The id of a credential in which every word that a sender may choose is hostile, and of which
    its holder shows everything."""
    content = approval(
        achievement={
            "name": HOSTILE,
            "description": HOSTILE,
            "criteria": HOSTILE,
            "rubric": {"id": "completion"},
            "tags": [HOSTILE],
            "alignments": [{"target_name": HOSTILE, "target_url": "https://case.example/1"}],
        },
        recipient={"name": HOSTILE, "emails": ["jordan@school.example"]},
        narrative=dict.fromkeys(("skill", "goal", "measured_outcome"), HOSTILE),
        comments={"learning": HOSTILE, "work": HOSTILE},
        provider_number=HOSTILE,
        approvals=[{"role": HOSTILE, "at": "2026-05-13T16:05:00Z"}],
        evidence=[{"name": HOSTILE, "description": HOSTILE, "genre": HOSTILE, "audience": HOSTILE}],
    )
    received = issuance.receive(issuer, content, source="forms", event_id="e-1", now=now)
    lists.revoke(issuer, received.credential_id, reason=HOSTILE, by="command", now=now)
    all_of_it = Decision(Visibility.PUBLIC, show_levels=True, show_words=True)
    holder.decide(issuer, received.credential_id, all_of_it, now=now)
    return received.credential_id


@pytest.fixture
def plain_id(issuer: Issuer, approval: Callable[..., Approval], now: datetime) -> str:
    """The id of an ordinary credential."""
    content = approval("plain")
    return issuance.receive(issuer, content, source="forms", event_id="e-2", now=now).credential_id


@pytest.fixture
def origin(issuer: Issuer) -> Iterator[str]:
    app = start_app(issuer.settings)
    with serving(app) as served:
        yield served
    app.extensions["mintmark"].database.close()


def token_of(issuer: Issuer, public_id: str) -> str:
    row = issuance.find(issuer, public_id)
    assert row is not None
    return manage.manage_url(issuer.settings, row).rpartition("/")[2]


@pytest.fixture
def addresses(
    issuer: Issuer,
    approval: Callable[..., Approval],
    hostile_id: str,
    plain_id: str,
    origin: str,
    now: datetime,
) -> dict[str, str]:
    """The address of each page."""
    received = issuance.receive(
        issuer, approval("private"), source="forms", event_id="e-3", now=now
    )
    private = received.credential_id
    holder.decide(issuer, private, Decision(Visibility.PRIVATE), now=now)
    token = token_of(issuer, hostile_id)
    edit = collection.create(issuer, Edited(HOSTILE, links=token), person=None, now=now)
    collected = collection.find_edited(issuer, edit)
    row = issuance.find(issuer, hostile_id)
    assert row is not None
    assert collected is not None
    names = {
        "id": hostile_id,
        "private": private,
        "token": token,
        "plain": token_of(issuer, plain_id),
        "edit": edit,
        "collection": collected.public_id,
        "achievement": row.approval.achievement_version.achievement_id,
    }
    return {page: origin + page.format(**names) for page in PAGES}


def opened(watched: Watched, address: str) -> Watched:
    watched.page.goto(address)
    return watched


@pytest.mark.parametrize("page", PAGES)
def test_hostile_words_do_nothing_but_stand_there(
    chromium: Browser, addresses: dict[str, str], origin: str, page: str
) -> None:
    watched = opened(watch(chromium, origin), addresses[page])
    watched.page.wait_for_load_state("networkidle")
    links = watched.page.eval_on_selector_all("a", "all => all.map((a) => a.href)")
    own = (f"{origin}/", *ELSEWHERE, "https://verifierplus.org/#verify?vc=http%3A%2F%2Flocalhost")
    assert [link for link in links if not link.startswith(own)] == []
    gone = "the server responded with a status of 410"
    assert [alarm for alarm in watched.alarms if gone not in alarm] == []


def test_a_name_with_markup_and_a_reversing_letter_is_shown_as_it_is(
    chromium: Browser, addresses: dict[str, str], origin: str
) -> None:
    watched = opened(watch(chromium, origin), addresses[PAGES[0]])
    assert "<script>alert(1)</script>" in watched.page.locator(".earner").inner_text()
    assert watched.page.locator(".earner bdi").count() == 1


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_every_page_can_be_read_and_used(
    chromium: Browser, addresses: dict[str, str], origin: str, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 700}
    watched = watch(chromium, origin, viewport=size, color_scheme=scheme)
    problems = {page: hard_to_use(opened(watched, at).page) for page, at in addresses.items()}
    assert {page: hard for page, hard in problems.items() if hard} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(
    chromium: Browser, addresses: dict[str, str], origin: str, scheme: str
) -> None:
    watched = watch(chromium, origin, color_scheme=scheme)
    violations = {page: axe.violations(opened(watched, at).page) for page, at in addresses.items()}
    assert {page: wrong for page, wrong in violations.items() if wrong} == {}


def test_axe_does_find_what_is_wrong(chromium: Browser) -> None:
    watched = watch(chromium, "null")
    watched.page.set_content("<img src=data:,><p style='color:#999;background:#fff'>pale</p>")
    rules = {wrong.partition(":")[0] for wrong in axe.violations(watched.page)}
    assert {"image-alt", "color-contrast", "document-title"} <= rules


def test_without_javascript_the_page_checks_confirms_and_shows_what_to_copy(
    chromium: Browser, plain_id: str, origin: str
) -> None:
    watched = watch(chromium, origin, java_script_enabled=False)
    page = watched.page
    page.goto(f"{origin}/credentials/{plain_id}.html")
    assert page.input_value("#link") == f"http://localhost:8202/credentials/{plain_id}.html"
    assert not page.locator("[data-copy]").first.is_visible()
    page.fill("#email", "jordan@school.example")
    page.click(".confirm button")
    page.wait_for_selector("#confirm .notice.yes")
    page.click("button:text('Check this credential')")
    page.wait_for_selector(".verdicts")
    assert page.locator(".verdict.yes").count() == 2


def test_a_button_copies_the_link(chromium: Browser, plain_id: str, origin: str) -> None:
    watched = watch(chromium, origin, permissions=["clipboard-read", "clipboard-write"])
    page = opened(watched, f"{origin}/credentials/{plain_id}.html").page
    button = page.locator("[data-copy=link]")
    button.click()
    for says_so in (button, page.locator(".copied")):
        expect(says_so).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.input_value("#link")


def test_a_signature_is_copied_as_it_looks(
    chromium: Browser, issuer: Issuer, plain_id: str, origin: str
) -> None:
    """With its picture, its link and no style of its own; who has no script selects it."""
    watched = watch(chromium, origin, permissions=["clipboard-read", "clipboard-write"])
    page = opened(watched, f"{origin}/manage/{token_of(issuer, plain_id)}").page
    page.click("summary:text('e-mail signature')")
    width = "async (image) => { await image.decode(); return image.naturalWidth; }"
    assert page.locator(".signature img").evaluate(width) == 192
    page.click("[data-rich]")
    expect(page.locator(".copied")).to_have_text("Copied")
    read = """async (type) => {
      const [item] = await navigator.clipboard.read();
      return (await item.getType(type)).text();
    }"""
    html = page.evaluate(read, "text/html")
    assert f'href="http://localhost:8202/credentials/{plain_id}.html"' in html
    assert ".small.png" in html
    assert "style=" not in page.input_value("#signature")
    text = page.evaluate(read, "text/plain").strip().splitlines()
    assert text[0] == "Jordan Example"
    assert text[-1] == f"http://localhost:8202/credentials/{plain_id}.html"


def test_a_phone_offers_its_own_way_to_share(chromium: Browser, plain_id: str, origin: str) -> None:
    """Script only adds it: where the browser has none, there is no button (T29)."""
    watched = watch(chromium, origin)
    watched.page.add_init_script("navigator.share = async (what) => { window.shared = what; }")
    page = opened(watched, f"{origin}/credentials/{plain_id}.html").page
    page.click("[data-share]")
    assert page.evaluate("window.shared.url") == page.input_value("#link")


def test_by_keyboard_alone_one_gets_from_the_top_to_an_answer(
    chromium: Browser, plain_id: str, origin: str
) -> None:
    page = opened(watch(chromium, origin), f"{origin}/credentials/{plain_id}.html").page
    seen: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.id || document.activeElement.innerText"))
        ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert ring != "none", seen[-1]
        if seen[-1] == "email":
            break
    assert seen[0] == "Skip to the content"
    page.keyboard.type("jordan@school.example")
    page.keyboard.press("Enter")
    page.wait_for_selector("#confirm .notice.yes")


def test_another_site_can_frame_the_card_and_nothing_else(
    chromium: Browser, plain_id: str, origin: str
) -> None:
    other = Flask("other-site")
    other.add_url_rule("/<path:path>", view_func=lambda path: f"<iframe src='{origin}/{path}'>")
    paths = [f"/credentials/{plain_id}{end}" for end in ("/embed", ".html", ".json")]
    with serving(other) as elsewhere:
        page = watch(chromium, elsewhere).page
        shown = {}
        for path in paths:
            page.goto(elsewhere + path, wait_until="networkidle")
            shown[path] = page.frames[1].url == origin + path
    assert shown == dict(zip(paths, (True, False, False), strict=True))
