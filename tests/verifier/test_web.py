"""The verifier's page: what is handed in, what is answered, and what is never shown or fetched."""

import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from page_app import page_app
from pypdf import PdfWriter
from world import World

from verifier.credential.view import view
from verifier.intake import qr
from verifier.intake.baking import bake_svg
from verifier.intake.submission import MAX_BYTES
from verifier.report import Answer, Verdict
from verifier.web import in_time
from verifier.web.page import MOST_TEXT
from verifier.web.report_page import facts, presentation
from verifier.web.report_page.markdown import prose

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"></svg>'
Post = Callable[..., Any]


@pytest.fixture
def signed(world: World) -> bytes:
    return json.dumps(world.issuer.sign(world.badge())).encode()


def hand_in_file(client: FlaskClient, data: bytes, name: str = "handed") -> str:
    return client.post("/verify", data={"file": (io.BytesIO(data), name)}).text


def hand_in_text(client: FlaskClient, text: str) -> str:
    return client.post("/verify", data={"text": text}).text


def shown(html: str) -> str:
    """Return a report without the hidden form that asks about the credential again."""
    return html.partition('<form id="again"')[0]


def answers(html: str) -> list[tuple[str, str]]:
    """Return (tone, answer) of each of the lines of a report."""
    lines = re.findall(r'<li class="verdict (\w+)">.*?class="answer">([^<]*)<', html, re.DOTALL)
    return [(str(tone), str(answer)) for tone, answer in lines]


GOOD = [("yes", "Yes"), ("yes", "Yes"), ("maybe", "Could not check")]


def carriers(world: World, signed: bytes) -> dict[str, bytes]:
    jwt = world.issuer.jwt(world.badge())
    pdf, out = PdfWriter(), io.BytesIO()
    pdf.add_blank_page(100, 100)
    pdf.add_attachment("credential.json", signed)
    pdf.write(out)
    return {
        "json": signed,
        "jwt": jwt.encode(),
        "svg": bake_svg(SVG, signed.decode()),
        "pdf": out.getvalue(),
        "qr": f"https://elsewhere.example/verify#{qr.to_digits(qr.pack(jwt))}".encode(),
    }


@pytest.mark.parametrize("carrier", ["json", "jwt", "svg", "pdf", "qr"])
def test_a_file_of_each_kind_gets_three_answers(
    world: World, client: FlaskClient, signed: bytes, carrier: str
) -> None:
    assert answers(hand_in_file(client, carriers(world, signed)[carrier])) == GOOD


def test_pasted_text_gets_the_same_answers(client: FlaskClient, signed: bytes) -> None:
    assert answers(hand_in_text(client, signed.decode())) == GOOD


def test_a_serial_number_is_said_to_be_one(client: FlaskClient) -> None:
    text = hand_in_text(client, " 1gx9y-b8j58 ")
    assert "This is a serial number." in text
    assert "1GX9Y-B8J58" in text


def test_a_serial_number_hides_nothing_that_stands_below_it(
    client: FlaskClient, signed: bytes
) -> None:
    text = hand_in_text(client, f"1GX9Y-B8J58{' ' * 20}{signed.decode()}")
    assert "This is a serial number." not in text


def test_a_pasted_link_is_asked_through_the_given_fetch(
    world: World, client: FlaskClient, signed: bytes
) -> None:
    world.publish("https://district.example/credentials/1", json.loads(signed))
    html = hand_in_text(client, " https://district.example/credentials/1\n")
    assert answers(html) == GOOD
    assert "from <bdi>https://district.example/credentials/1</bdi>" in html


def test_the_address_around_a_scanned_credential_is_never_asked(
    world: World, client: FlaskClient, signed: bytes
) -> None:
    hand_in_text(client, carriers(world, signed)["qr"].decode())
    assert [url for url in world.asked if "elsewhere.example" in url] == []


def test_a_link_in_the_address_is_only_written_into_the_form(
    world: World, client: FlaskClient
) -> None:
    html = client.get("/verify?url=https://district.example/x").text
    assert ">https://district.example/x</textarea>" in html
    assert (answers(html), world.asked) == ([], [])


TONES = [
    pytest.param(Answer.YES, "listed", "yes", id="listed"),
    pytest.param(Answer.NO, "not_listed", "maybe", id="on-no-list-is-amber"),
    pytest.param(Answer.NO, "listing_ended", "no", id="listing-ended-is-red"),
    pytest.param(Answer.COULD_NOT_CHECK, "no_trust_list", "maybe", id="no-list-given"),
    pytest.param(Answer.COULD_NOT_CHECK, "not_authentic", "none", id="not-looked-at"),
]


@pytest.mark.parametrize(("answer", "code", "tone"), TONES)
def test_an_issuer_is_green_only_when_listed_and_red_only_when_its_listing_ended(
    answer: Answer, code: str, tone: str
) -> None:
    verdict = Verdict(answer, code, {"list": "L", "name": "N"})
    assert presentation.line("recognized", verdict, in_time.OUT_OF_TIME).tone == tone


def test_a_listed_issuer_is_called_what_the_list_calls_it(world: World, signed: bytes) -> None:
    client = page_app(
        world, trust=[world.trust_list(world.issuer, name="The listed name")]
    ).test_client()
    html = hand_in_file(client, signed)
    assert answers(html)[2] == ("yes", "Yes")
    assert "<strong><bdi>The listed name</bdi></strong>" in html


def test_a_revoked_credential_is_shown_as_real_and_withdrawn(
    world: World, client: FlaskClient, signed: bytes
) -> None:
    world.publish_list({94567})
    html = hand_in_file(client, signed)
    assert [tone for tone, _ in answers(html)] == ["yes", "no", "maybe"]
    assert "Jordan Example" in html


def test_nothing_is_shown_of_a_credential_that_was_changed(
    client: FlaskClient, signed: bytes
) -> None:
    html = hand_in_file(client, signed.replace(b"Jordan Example", b"Somebody Else"))
    assert [tone for tone, _ in answers(html)] == ["no", "none", "none"]
    claims = ("Somebody Else", "Feedback", "Example District")
    assert [claim for claim in claims if claim in shown(html)] == []


def test_nothing_is_shown_of_a_credential_whose_issuer_is_out_of_reach(
    world: World, client: FlaskClient, signed: bytes
) -> None:
    world.documents.clear()
    html = hand_in_file(client, signed)
    assert answers(html)[0] == ("maybe", "Could not check")
    assert "Jordan Example" not in shown(html)


def test_the_proved_address_stands_larger_than_the_name_it_gives_itself(
    client: FlaskClient, signed: bytes
) -> None:
    html = hand_in_file(client, signed)
    assert '<p class="proved"><bdi>district<wbr>.example</bdi></p>' in html
    assert "It calls itself <bdi>Example District</bdi>." in html


def test_the_report_of_a_pdf_says_that_its_printed_face_is_not_signed(
    world: World, client: FlaskClient, signed: bytes
) -> None:
    files = carriers(world, signed)
    assert "The printed face of a PDF is not signed" in hand_in_file(client, files["pdf"])


def test_a_badge_handed_in_is_shown_as_a_picture_and_never_as_markup(
    world: World, client: FlaskClient, signed: bytes
) -> None:
    html = hand_in_file(client, carriers(world, signed)["svg"])
    assert '<img class="badge" src="data:image/svg+xml;base64,' in html
    assert "<openbadges" not in html


def test_a_picture_inside_the_credential_is_shown(world: World, client: FlaskClient) -> None:
    badge, inside = world.badge(), "data:image/png;base64,iVBORw0KGgo="
    badge["credentialSubject"]["achievement"]["image"] = {"id": inside, "type": "Image"}
    html = hand_in_file(client, json.dumps(world.issuer.sign(badge)).encode())
    assert f'<img class="badge" src="{inside}"' in html


def test_a_picture_elsewhere_is_named_and_not_loaded(world: World, client: FlaskClient) -> None:
    badge = world.badge()
    badge["credentialSubject"]["achievement"]["image"] = {
        "id": "https://tracker.example/pixel.png",
        "type": "Image",
    }
    html = hand_in_file(client, json.dumps(world.issuer.sign(badge)).encode())
    assert "tracker.example" in html
    assert re.findall(r"<(?:img|source|iframe)[^>]*tracker", html) == []


NOT_CREDENTIALS = [
    pytest.param({}, 400, "Nothing was handed in", id="nothing"),
    pytest.param({"text": "  "}, 400, "Nothing was handed in", id="blanks"),
    pytest.param({"text": "hello"}, 422, "no credential in it", id="words"),
    pytest.param({"text": "<html></html>"}, 422, "web page", id="a-web-page"),
    pytest.param({"text": "https://gone.example/1"}, 422, "There is nothing at", id="a-dead-link"),
]


@pytest.mark.parametrize(("form", "status", "words"), NOT_CREDENTIALS)
def test_what_is_no_credential_is_told_apart(
    client: FlaskClient, form: dict[str, str], status: int, words: str
) -> None:
    response = client.post("/verify", data=form)
    assert response.status_code == status
    assert words in re.findall(r'role="alert">(.*?)</div>', response.text, re.DOTALL)[0]


def part(name: str, data: bytes) -> bytes:
    return b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), data)


TOO_LARGE = [
    pytest.param(part("file", bytes(MAX_BYTES + MOST_TEXT)), id="file"),
    pytest.param(part("text", b"x" * (MOST_TEXT + 1)), id="text"),
    pytest.param(b"".join(part(f"field{n}", b"x") for n in range(2000)), id="many-fields"),
]


@pytest.mark.parametrize("body", TOO_LARGE)
def test_what_is_too_large_is_not_read(client: FlaskClient, body: bytes) -> None:
    response = client.post(
        "/verify", data=body + b"--x--\r\n", content_type="multipart/form-data; boundary=x"
    )
    assert response.status_code == 413
    assert "larger than 10 MB" in response.text


def test_the_page_sets_no_cookie_and_allows_nothing_inline(client: FlaskClient) -> None:
    headers = client.get("/verify").headers
    assert "Set-Cookie" not in headers
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("https", [True, False])
def test_browsers_are_held_to_https_only_where_the_site_has_it(world: World, https: bool) -> None:
    headers = page_app(world, https=https).test_client().get("/verify").headers
    assert ("Strict-Transport-Security" in headers) is https


def test_the_color_of_the_site_is_a_stylesheet(client: FlaskClient) -> None:
    response = client.get("/verify/color.css")
    assert (response.mimetype, response.text) == ("text/css", ":root { --district: #1f3a5f; }\n")


def test_nothing_in_the_pages_is_inline(client: FlaskClient, signed: bytes) -> None:
    html = client.get("/verify").text + hand_in_file(client, signed)
    assert re.findall(r'<script(?! src)|<style|\sstyle="|\son\w+="', html) == []


HOSTILE_MARKDOWN = [
    pytest.param("<script>alert(1)</script>", "<script", id="html"),
    pytest.param("[x](javascript:alert(1))", "<a", id="javascript-link"),
    pytest.param("[x](/manage/1)", "href", id="link-to-this-very-site"),
    pytest.param("[x](http://plain.example)", "href", id="plain-http"),
    pytest.param("![x](https://tracker.example/p.png)", "tracker", id="picture"),
    pytest.param("# Title", "<h1", id="heading-of-the-page"),
    pytest.param('<https://x.example/"onclick=alert(1)>', 'onclick="', id="attribute"),
]


@pytest.mark.parametrize(("text", "never"), HOSTILE_MARKDOWN)
def test_markdown_brings_nothing_that_acts(text: str, never: str) -> None:
    assert never not in prose(text)


def test_links_in_markdown_tell_their_target_nothing() -> None:
    html = prose("[x](https://case.example/1)")
    assert '<a href="https://case.example/1" rel="noopener noreferrer nofollow ugc">' in html


def results(*levels: tuple[str, str | None], required: str = "b", got: str = "b") -> Any:
    """Return the view of a credential with one criterion, whose levels are (id, rank)."""
    names = [{"id": f"#{i}", "name": i, **({"level": r} if r else {})} for i, r in levels]
    description = {"id": "#c", "name": "C", "rubricCriterionLevel": names}
    return view(
        {
            "credentialSubject": {
                "achievement": {
                    "id": "#",
                    "name": "A",
                    "resultDescription": [{**description, "requiredLevel": f"#{required}"}],
                },
                "result": [{"resultDescription": "#c", "achievedLevel": f"#{got}"}],
            }
        }
    )


def test_levels_are_put_in_order_by_what_is_signed_and_not_by_their_place() -> None:
    shuffled = results(("c", "3"), ("a", "1"), ("b", "2"), got="c").results[0]
    steps = facts.ladder(shuffled)
    assert steps is not None
    assert [level.name for level in steps.levels] == ["a", "b", "c"]
    assert (steps.achieved, steps.required) == (2, 1)


UNORDERED = [
    pytest.param((("a", None), ("b", None)), id="no-ranks"),
    pytest.param((("a", "1"), ("b", "1")), id="equal-ranks"),
    pytest.param((("a", "1"), ("b", "nan")), id="no-number"),
    pytest.param((("b", "1"), ("b", "2")), id="same-id-twice"),
]


@pytest.mark.parametrize("levels", UNORDERED)
def test_levels_without_an_order_are_drawn_in_none(levels: tuple[tuple[str, str], ...]) -> None:
    assert facts.ladder(results(*levels).results[0]) is None


LEVELS = (("a", "1"), ("b", "2"), ("c", "3"))


@pytest.mark.parametrize(
    ("got", "met"),
    [
        pytest.param("a", False, id="below"),
        pytest.param("b", True, id="asked-for"),
        pytest.param("c", True, id="above"),
        pytest.param("z", False, id="unknown-level"),
    ],
)
def test_a_criterion_is_met_by_the_level_asked_for_or_one_above(got: str, met: bool) -> None:
    assert facts.all_met(results(*LEVELS, got=got)) is met


def test_no_rubric_is_not_all_met() -> None:
    assert facts.all_met(view({})) is False


@pytest.mark.parametrize(
    ("identifier", "host"),
    [
        ("did:web:district.example", "district.example"),
        ("did:web:localhost%3A8202", "localhost:8202"),
        ("did:web:district.example:badges", "district.example"),
        ("https://district.example/issuer", "district.example"),
        ("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", None),
    ],
)
def test_the_domain_of_an_issuer_is_read_from_its_identifier(
    identifier: str, host: str | None
) -> None:
    assert facts.domain(identifier) == host
