"""The issuer's pages in a real browser: hostile words, every width, both schemes, no script."""

from collections.abc import Callable, Iterator
from datetime import datetime

import axe
import pytest
from browser import HOSTILE, Watched, hard_to_use, serving, watch
from playwright.sync_api import Browser

from issuer import issuance
from issuer.app import create_app
from issuer.approvals.approval import Approval
from issuer.issuance import lists, manage
from issuer.issuer import Issuer

PAGES = ["/credentials/{id}.html", "/manage/{token}", "/achievements/{achievement}/1", "/"]
LOOKS = [
    pytest.param(width, scheme, id=f"{width}-{scheme}")
    for width in (320, 768, 1280)
    for scheme in ("light", "dark")
]


@pytest.fixture
def hostile_id(issuer: Issuer, approval: Callable[..., Approval], now: datetime) -> str:
    """The id of a credential in which every word that a sender may choose is hostile."""
    made = approval(
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
    received = issuance.receive(issuer, made, source="forms", event_id="e-1", now=now)
    lists.revoke(issuer, received.credential_id, reason=HOSTILE, now=now)
    return received.credential_id


@pytest.fixture
def origin(issuer: Issuer) -> Iterator[str]:
    app = create_app(issuer.settings)
    with serving(app) as served:
        yield served
    app.extensions["mintmark"].database.close()


@pytest.fixture
def addresses(issuer: Issuer, hostile_id: str, origin: str) -> dict[str, str]:
    """The address of each page."""
    row = issuance.find(issuer, hostile_id)
    assert row is not None
    token = manage.manage_url(issuer.settings, row).rpartition("/")[2]
    achievement = row.approval.achievement_version.achievement_id
    names = {"id": hostile_id, "token": token, "achievement": achievement}
    return {page: origin + page.format(**names) for page in PAGES}


def opened(watched: Watched, address: str) -> Watched:
    watched.page.goto(address)
    watched.page.wait_for_load_state("networkidle")
    return watched


@pytest.mark.parametrize("page", PAGES)
def test_hostile_words_do_nothing_but_stand_there(
    chromium: Browser, addresses: dict[str, str], origin: str, page: str
) -> None:
    watched = opened(watch(chromium, origin), addresses[page])
    links = watched.page.eval_on_selector_all("a", "all => all.map((a) => a.href)")
    own = (f"{origin}/", "https://case.example/", "http://localhost:8202/")
    assert [link for link in links if not link.startswith(own)] == []
    assert watched.alarms == []


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
    found = {page: hard_to_use(opened(watched, at).page) for page, at in addresses.items()}
    assert {page: hard for page, hard in found.items() if hard} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(
    chromium: Browser, addresses: dict[str, str], origin: str, scheme: str
) -> None:
    watched = watch(chromium, origin, color_scheme=scheme)
    found = {page: axe.violations(opened(watched, at).page) for page, at in addresses.items()}
    assert {page: wrong for page, wrong in found.items() if wrong} == {}


def test_axe_does_find_what_is_wrong(chromium: Browser) -> None:
    watched = watch(chromium, "null")
    watched.page.set_content("<img src=data:,><p style='color:#999;background:#fff'>pale</p>")
    rules = {wrong.partition(":")[0] for wrong in axe.violations(watched.page)}
    assert {"image-alt", "color-contrast", "document-title"} <= rules


def test_check_it_yourself_leads_to_the_report_without_javascript(
    chromium: Browser, addresses: dict[str, str], origin: str
) -> None:
    watched = watch(chromium, origin, java_script_enabled=False)
    watched.page.goto(addresses[PAGES[0]])
    watched.page.click("text=Check this credential")
    assert watched.page.locator(".answer").all_inner_texts()[:2] == ["Yes", "No, it was withdrawn"]
