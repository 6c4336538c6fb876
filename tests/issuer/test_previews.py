"""What other programs show of a credential's page: OpenGraph, oEmbed, a card in a frame."""

import io
import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import micawber
import npm
import pytest
from axe import BROWSER
from browser import HOSTILE, serving
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from issuer import issuance
from issuer.app import start_app
from issuer.drawing import preview
from issuer.drawing.serial import serial
from issuer.home.issuer import Issuer
from issuer.home.settings import Settings
from issuer.issuance.approval import Approval
from issuer.issuance.status_lists import lists
from issuer.sharing import previews, shared, social
from issuer.sharing.decision import Decision, Visibility
from issuer.sharing.holder import holder
from issuer.sharing.shared import Shared, Standing
from verifier.credential.model import Identity

EXAMPLES = Path(__file__).parents[2] / "examples"
Receive = Callable[..., str]


@pytest.fixture
def receive(issuer: Issuer, approval: Callable[..., Approval], now: Any) -> Receive:
    """Issue a credential, and give its id."""

    def receive(**members: Any) -> str:
        content = approval(**members)
        return issuance.receive(
            issuer, content, source="forms", event_id="e", now=now
        ).credential_id

    return receive


@pytest.fixture
def public_id(receive: Receive) -> str:
    return receive()


@pytest.fixture
def app(issuer: Issuer) -> Iterator[Flask]:
    app = start_app(issuer.settings)
    yield app
    app.extensions["mintmark"].database.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def page_of(settings: Settings, public_id: str) -> str:
    return f"{settings.public_url}/credentials/{public_id}.html"


def unfurled(html: str) -> dict[str, Any]:
    """Return what unfurl.js, which chat programs use, reads of a page. It fetches nothing else."""
    modules = npm.installed(BROWSER)
    program = (
        f"const {{ unfurl }} = require({json.dumps(str(modules / 'unfurl.js'))});"
        "const html = require('fs').readFileSync(0, 'utf8');"
        "unfurl('https://page.example/', { oembed: false, fetch: async () => new Response(html,"
        " { headers: { 'content-type': 'text/html; charset=utf-8' } }) })"
        ".then((found) => console.log(JSON.stringify(found)));"
    )
    ended = subprocess.run(
        ["node", "-e", program], input=html, capture_output=True, text=True, check=True
    )
    read: dict[str, Any] = json.loads(ended.stdout)
    return read


def test_a_chat_program_reads_title_picture_and_address_of_the_page(
    client: FlaskClient, settings: Settings, public_id: str
) -> None:
    read = unfurled(client.get(f"/credentials/{public_id}.html").text)
    graph = read["open_graph"]
    address = f"{settings.public_url}/credentials/{public_id}"
    assert graph["title"] == "Composing with foundational rhythms"
    assert graph["url"] == f"{address}.html"
    assert "Jordan Example" in graph["description"]
    assert graph["images"] == [
        {
            "url": f"{address}/preview.png",
            "type": "image/png",
            "width": 1200,
            "height": 630,
            "alt": "Composing with foundational rhythms, earned by Jordan Example",
        }
    ]
    assert read["twitter_card"]["card"] == "summary_large_image"


def test_a_hostile_name_ends_no_attribute_of_the_head(
    client: FlaskClient, receive: Receive
) -> None:
    public_id = receive(recipient={"name": HOSTILE, "emails": ["jordan@school.example"]})
    read = unfurled(client.get(f"/credentials/{public_id}.html").text)
    assert read["open_graph"]["title"] == "Composing with foundational rhythms"
    assert "<script>alert(1)</script>" in read["open_graph"]["description"]


def test_the_preview_is_a_picture_of_the_size_that_is_promised(
    client: FlaskClient, public_id: str
) -> None:
    response = client.get(f"/credentials/{public_id}/preview.png")
    assert response.mimetype == "image/png"
    assert Image.open(io.BytesIO(response.data)).size == preview.SIZE
    assert len(response.data) < 1024 * 1024


WORDS = [
    pytest.param("W" * 300, id="one-endless-word"),
    pytest.param("Acompañamiento pedagógico intercultural " * 6, id="very-long"),
    pytest.param("用基本节奏进行作曲 أساسيات الإيقاع", id="letters-without-a-font"),
    pytest.param('#panic("x") $ \\ ] {', id="markup-of-typst"),
]


@pytest.mark.parametrize("words", WORDS)
def test_every_word_fits_on_the_preview(
    shared_credential: Shared, settings: Settings, words: str
) -> None:
    achievement = shared_credential.shown.achievement
    assert achievement
    shown = replace(
        shared_credential.shown,
        achievement=replace(achievement, name=words),
        issuer=replace(shared_credential.shown.issuer, name=words),
        identities=(Identity("name", words, hashed=False),),
    )
    picture = previews.of_credential(
        replace(shared_credential, shown=shown), Standing.REVOKED, settings
    )
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    assert image.size == preview.SIZE
    paper = image.getpixel((1195, 5))
    edge = image.crop((1170, 0, 1200, 630))
    assert edge.getcolors() == [(30 * 630, paper)]


def test_a_preview_says_when_a_credential_is_not_in_force(
    shared_credential: Shared, settings: Settings
) -> None:
    sound = previews.of_credential(shared_credential, Standing.IN_FORCE, settings)
    revoked = previews.of_credential(shared_credential, Standing.REVOKED, settings)
    red = (163, 35, 31)

    def reds(picture: bytes) -> int:
        colors = Image.open(io.BytesIO(picture)).convert("RGB").getcolors(2**24) or []
        return sum(count for count, color in colors if color == red)

    assert (reds(sound), reds(revoked) > 1000) == (0, True)


def test_an_oembed_client_gets_a_card_for_a_frame(
    app: Flask, settings: Settings, public_id: str
) -> None:
    with serving(app) as origin:
        answer = micawber.Provider(f"{origin}/oembed").request(page_of(settings, public_id))
    address = f"{settings.public_url}/credentials/{public_id}"
    assert (answer["type"], answer["version"]) == ("rich", "1.0")
    assert answer["title"] == "Composing with foundational rhythms"
    assert f'<iframe src="{address}/embed"' in answer["html"]
    assert f'<a href="{address}.html">Composing with foundational rhythms</a>' in answer["html"]
    assert answer["thumbnail_url"] == f"{address}/preview.png"


def test_the_page_leads_to_its_oembed(
    client: FlaskClient, settings: Settings, public_id: str
) -> None:
    html = client.get(f"/credentials/{public_id}.html").text
    address = html.partition('type="application/json+oembed" href="')[2].partition('"')[0]
    answer = client.get(address.replace("&amp;", "&").removeprefix(settings.public_url))
    assert answer.get_json()["provider_name"] == settings.issuer_name


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ({}, (640, 260)),
        ({"maxwidth": 500}, (500, 260)),
        ({"maxwidth": 300}, (300, 460)),
        ({"maxwidth": 300, "maxheight": 200}, (300, 200)),
        ({"maxwidth": 5000, "maxheight": 5000}, (640, 260)),
        ({"maxwidth": "wide", "maxheight": -1}, (640, 260)),
    ],
)
def test_a_card_is_no_larger_than_the_consumer_takes(
    client: FlaskClient, settings: Settings, public_id: str, asked: Any, size: tuple[int, int]
) -> None:
    query = {"url": page_of(settings, public_id), **asked}
    answer = client.get("/oembed", query_string=query).get_json()
    assert (answer["width"], answer["height"]) == size
    assert f'width="{size[0]}" height="{size[1]}"' in answer["html"]
    small = any(int(asked.get(name, 9999)) < 1200 for name in asked if str(asked[name]).isdigit())
    assert ("thumbnail_url" not in answer) == small


@pytest.mark.parametrize(
    ("url", "more", "status"),
    [
        ("{public}/credentials/AAAAAAAAAAAAAAAAAAAAAA.html", {}, 404),
        ("https://elsewhere.example/credentials/{id}", {}, 404),
        ("{public}/verify", {}, 404),
        ("", {}, 404),
        ("{public}/credentials/{id}.html", {"format": "xml"}, 501),
    ],
)
def test_oembed_refuses_as_its_specification_says(
    client: FlaskClient, settings: Settings, public_id: str, url: str, more: Any, status: int
) -> None:
    url = url.format(public=settings.public_url, id=public_id)
    assert client.get("/oembed", query_string={"url": url, **more}).status_code == status


def test_only_the_card_may_be_framed(client: FlaskClient, public_id: str) -> None:
    paths = ["/", "/verify", "/achievements/rhythms"]
    paths += [
        f"/credentials/{public_id}{end}" for end in (".html", ".json", ".png", "/preview.png")
    ]
    framed = {
        path: "frame-ancestors 'none'" in client.get(path).headers["Content-Security-Policy"]
        for path in paths
    }
    assert framed == dict.fromkeys(paths, True)
    card = client.get(f"/credentials/{public_id}/embed")
    assert "frame-ancestors *" in card.headers["Content-Security-Policy"]
    assert "<form" not in card.text


def test_nothing_of_a_private_credential_is_shown_elsewhere(
    client: FlaskClient, issuer: Issuer, public_id: str, now: Any
) -> None:
    holder.decide(issuer, public_id, Decision(Visibility.PRIVATE), now=now)
    address = f"/credentials/{public_id}"
    query = {"url": page_of(issuer.settings, public_id)}
    statuses = [
        client.get(f"{address}/preview.png").status_code,
        client.get(f"{address}/embed").status_code,
        client.post(f"{address}/confirm", data={"email": "jordan@school.example"}).status_code,
        client.get("/oembed", query_string=query).status_code,
    ]
    assert statuses == [410, 410, 410, 401]


def test_the_whole_page_is_small_even_with_everything_shown(
    client: FlaskClient, issuer: Issuer, receive: Receive, now: Any
) -> None:
    body = json.loads((EXAMPLES / "approval.json").read_bytes())["data"]
    members = {name: body[name] for name in ("evidence", "activity", "credits", "approvals")}
    public_id = receive(**members, valid_until="2031-03-01T00:00:00Z")
    holder.decide(issuer, public_id, Decision(show_levels=True, show_words=True), now=now)
    html = client.get(f"/credentials/{public_id}.html", headers={"Accept": "*/*"})
    assert html.mimetype == "text/html"
    assert "Level 2 of 2" in html.text
    assert len(html.data) < 30_000


def test_the_preview_of_an_issuer_without_a_domain_claims_none(
    shared_credential: Shared, settings: Settings
) -> None:
    key = "did:key:z6MkmnhCK9PYRe9mXVHsuAbfJXW9qEPvC4Z9g5TpJQjP2r8P"
    drawn: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preview, "typeset", lambda _template, data, *_, **__: _noted(drawn, data))
        previews.of_credential(
            shared_credential, Standing.IN_FORCE, replace(settings, issuer_id=key)
        )
    assert json.loads(drawn[0])["host"] == key


def _noted(drawn: list[str], data: dict[str, str]) -> bytes:
    drawn.append(data["data"])
    return b"a picture"


def test_a_revoked_credential_says_so_on_its_card(
    client: FlaskClient, issuer: Issuer, public_id: str, now: Any
) -> None:
    lists.revoke(issuer, public_id, reason="Issued to the wrong person.", by="command", now=now)
    assert "Withdrawn" in client.get(f"/credentials/{public_id}/embed").text


def test_linkedin_gets_every_value_encoded_and_a_page_for_people(
    issuer: Issuer, receive: Receive
) -> None:
    public_id = receive(
        achievement={
            "name": "R&D + “50%” #1",
            "description": "d",
            "criteria": "c",
            "rubric": {"id": "completion"},
        },
        valid_until="2031-03-01T00:00:00Z",
    )
    credential = shared.find_shared(issuer, public_id)
    assert credential
    link = urlsplit(social.linkedin(credential, issuer.settings))
    page = f"{issuer.settings.public_url}/credentials/{public_id}"
    assert link._replace(query="").geturl() == "https://www.linkedin.com/profile/add"
    assert parse_qs(link.query, strict_parsing=True) == {
        "startTask": ["CERTIFICATION_NAME"],
        "name": ["R&D + “50%” #1"],
        "organizationName": ["Prairie Example District"],
        "issueYear": ["2026"],
        "issueMonth": ["5"],
        "expirationYear": ["2031"],
        "expirationMonth": ["3"],
        "certUrl": [f"{page}.html"],
        "certId": [serial(page)],
    }
    assert "+" not in link.query


def test_verifierplus_gets_the_address_of_the_json(
    client: FlaskClient, settings: Settings, public_id: str
) -> None:
    address = quote(f"{settings.public_url}/credentials/{public_id}.json", safe="")
    html = client.get(f"/credentials/{public_id}.html").text
    assert f'href="https://verifierplus.org/#verify?vc={address}"' in html


def test_the_snippet_for_a_website_is_a_picture_in_a_link(
    client: FlaskClient, settings: Settings, public_id: str
) -> None:
    html = client.get(f"/credentials/{public_id}.html").text
    field = (
        html.partition('<textarea id="picture"')[2].partition("\n")[2].partition("</textarea>")[0]
    )
    snippet = unescape(field)
    address = f"{settings.public_url}/credentials/{public_id}"
    assert snippet.startswith(f'<a href="{address}.html"><img src="{address}/preview.png"')
    assert 'alt="Composing with foundational rhythms, earned by Jordan Example"' in snippet


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("jordan@school.example", "was issued to that address"),
        (" JORDAN@School.Example ", "was issued to that address"),
        ("somebody@school.example", "not issued to that address"),
        ("Jordan", "Type a whole e-mail address"),
        ("", "Type a whole e-mail address"),
        ("x" * 10_000 + "@school.example", ""),
    ],
)
def test_whoever_looks_can_ask_whose_it_is(
    client: FlaskClient, public_id: str, email: str, sentence: str
) -> None:
    response = client.post(f"/credentials/{public_id}/confirm", data={"email": email})
    answer = response.text.partition('id="confirm"')[2].partition("</p>")[0]
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert sentence in answer
    assert "@" not in email or email.strip() not in response.text


def test_who_asks_too_often_waits(client: FlaskClient, public_id: str) -> None:
    statuses = [
        client.post(f"/credentials/{public_id}/confirm", data={"email": "a@b.example"}).status_code
        for _ in range(11)
    ]
    assert statuses == [200] * 10 + [429]


def test_an_address_that_was_typed_reaches_no_log(
    client: FlaskClient, public_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    client.post(f"/credentials/{public_id}/confirm", data={"email": "secret.person@b.example"})
    assert "secret.person" not in caplog.text
