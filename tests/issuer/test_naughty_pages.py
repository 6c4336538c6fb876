"""Naughty texts wherever a sender or a holder may write: pages show them as they are."""

import re
from itertools import cycle

import pytest
from browser import serving, watch
from naughty import NAUGHTY
from page_shape import FLOOD, PROSE, TURNED, Shape

from issuer import issuance
from issuer.app import start_app
from issuer.issuance import manage
from issuer.issuance.status_lists import lists
from issuer.sharing.collections import collection
from issuer.sharing.collections.collection import Edited
from issuer.sharing.decision import Decision, Visibility
from issuer.sharing.holder import holder

ALONE = ("control", "emoji", "letters")
"""These are not signed beside each other: what comes first depends on who counts letters how."""
HTML = {"Accept": "text/html"}
REFUSED = re.compile("[\0-\x1f\x7f-\x9f\ufffe\uffff]")
"""What is never signed: control characters, which others canonicalize in other ways."""
PAGES = [
    "/credentials/{id}.html",
    "/credentials/{id}/embed",
    "/manage/{token}",
    "/collections/{collection}.html",
    "/collections/edit/{edit}",
    "/achievements/{achievement}/1",
]


@pytest.fixture
def app(issuer):
    app = start_app(issuer.settings)
    yield app
    app.extensions["mintmark"].database.close()


@pytest.fixture
def addresses(issuer, approval, now):
    """Issue a credential whose words are `texts`, one after another; return its pages."""

    def addresses(name, texts):
        words = cycle(text[:200] for text in texts if not REFUSED.search(text))
        content = approval(
            name,
            achievement={
                "name": next(words),
                "description": next(words),
                "criteria": next(words),
                "rubric": {"id": "completion"},
                "tags": [next(words) for _ in range(20)],
                "alignments": [
                    {"target_name": next(words), "target_url": "https://case.example/1"}
                ],
            },
            recipient={"name": next(words), "emails": ["jordan@school.example"]},
            narrative={field: next(words) for field in ("skill", "goal", "measured_outcome")},
            comments={"learning": next(words), "work": next(words)},
            provider_number=next(words),
            approvals=[{"role": next(words), "at": "2026-05-13T16:05:00Z"}],
            evidence=[
                {field: next(words) for field in ("name", "description", "genre", "audience")}
                for _ in range(3)
            ],
        )
        received = issuance.receive(issuer, content, source="forms", event_id=name, now=now)
        lists.revoke(issuer, received.credential_id, reason=next(words), by="command", now=now)
        everything = Decision(Visibility.PUBLIC, show_levels=True, show_words=True)
        holder.decide(issuer, received.credential_id, everything, now=now)
        row = issuance.find(issuer, received.credential_id)
        token = manage.manage_url(issuer.settings, row).rpartition("/")[2]
        edit = collection.create(issuer, Edited(next(words), links=token), person=None, now=now)
        named = {
            "id": received.credential_id,
            "token": token,
            "edit": edit,
            "collection": collection.find_edited(issuer, edit).public_id,
            "achievement": row.approval.achievement_version.achievement_id,
        }
        return [page.format(**named) for page in PAGES]

    return addresses


def test_pages_have_the_tags_that_they_have_for_plain_words(app, addresses):
    client = app.test_client()

    def shapes(name, texts):
        answers = [
            client.get(address, headers=HTML, follow_redirects=True)
            for address in addresses(name, texts)
        ]
        assert {answer.status_code for answer in answers} <= {200, 410}
        assert not any(FLOOD.search(answer.text) for answer in answers)
        return [Shape(answer.text) for answer in answers]

    plain = shapes("plain", ["Plain words"])
    assert [sum(shape.tags.values()) > 3 for shape in plain] == [True] * len(PAGES)
    apart = [
        (f"{kind}-{number}", [text])
        for kind in ALONE
        for number, text in enumerate(NAUGHTY[kind])
        if not REFUSED.search(text)
    ]
    together = [(kind, texts) for kind, texts in NAUGHTY.items() if kind not in ALONE]
    for kind, texts in together + apart:
        for page, shape, usual in zip(PAGES, shapes(kind, texts), plain, strict=True):
            assert shape.tags == usual.tags, (kind, page)
            assert set(shape.prose) <= PROSE
            strange = [to for to in shape.leads if not to.startswith(("https://", "http://l", "/"))]
            assert [to for to in strange if to not in usual.leads] == [], (kind, page)
            assert not [to for to in shape.leads if to.startswith("//")]


def test_in_a_browser_no_page_does_anything_with_naughty_texts(chromium, app, addresses):
    kinds = ("script", "attribute", "address", "direction", "invisible", "marks")
    pages = addresses("all", [text for kind in kinds for text in NAUGHTY[kind]])
    with serving(app) as origin:
        for address in pages:
            watched = watch(chromium, origin)
            watched.page.goto(origin + address)
            watched.page.wait_for_load_state("networkidle")
            assert watched.page.evaluate(TURNED) == [], address
            gone = "the server responded with a status of 410"
            assert [alarm for alarm in watched.alarms if gone not in alarm] == [], address
