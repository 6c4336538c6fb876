"""Every kind of mail, written with words that stand for what its kind would say."""

import base64
import email
import email.policy
import io
from dataclasses import replace
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path

from jinja2 import Environment, nodes
from PIL import Image

from issuer.home.mail_settings import Mail
from issuer.home.settings import Settings
from issuer.outbox.letter import Letter, compose
from issuer.outbox.tables import OutboxRow

LOGO = Path(__file__).parents[2] / "examples" / "logo.svg"
TEMPLATES = Path(__file__).parents[2] / "templates"
KINDS = sorted(
    file.relative_to(TEMPLATES).as_posix()
    for file in (TEMPLATES / "mail").glob("*.html")
    if file.stem not in ("base", "parts")
)
ROW = OutboxRow(message_id="<0123@badges.example>", created_at=datetime(2026, 11, 22, tzinfo=UTC))
DAY = datetime(2027, 6, 30, tzinfo=UTC)
WORDS = {
    "name": "Jordan Example",
    "achievement": "Rhythms & <rests>",
    "manage_url": "https://badges.example/manage/abc",
    "page": "https://badges.example/credentials/xyz.html",
    "link": "https://badges.example/sign-in/abc",
    "ends": DAY,
    "day": DAY,
    "due_on": DAY,
    "credentials": (("Rhythms & <rests>", "https://badges.example/manage/abc"),),
    "account": "https://badges.example/my-credentials",
    "sentences": ("what is said",),
    "texts": (("what was written", "the words of it"),),
    "comments": (("what a criterion is called", "what is said of it"),),
}
"""What a word of a template stands for; any other is a few words in English."""
_GIVEN = {"_", "base", "parts", "pictures", "language", "settings", "colors"}


def sending(settings: Settings) -> Settings:
    """Return settings with everything that a mail shows."""
    sender = Address("Prairie Example District", addr_spec="badges@prairie.example")
    return replace(
        settings,
        mail=Mail("127.0.0.1", 25, sender, "none", "en"),
        issuer_contact=Address("Pat Example", addr_spec="pat@prairie.example"),
        issuer_logo=LOGO,
    )


def letter(template: str, language: str = "en") -> Letter:
    """Return a letter of a kind."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    parsed = environment.parse((TEMPLATES / template).read_text())
    asked = {variable.name for variable in parsed.find_all(nodes.Name)} - _GIVEN
    return Letter(
        template=template,
        words={word: WORDS.get(word, f"what {word} says") for word in asked},
        name="Jordan Example",
        addresses=["jordan@school.example"],
        language=language,
        pictures={"badge": badge()},
    )


def badge() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (288, 288), "#1f3a5f").save(file, "PNG")
    return file.getvalue()


def written(
    one: Letter, settings: Settings, address: str = "jordan@school.example"
) -> EmailMessage:
    """Return a letter as a program for mail reads it, from its bytes."""
    data = compose(one, address, ROW, settings).as_bytes()
    return email.message_from_bytes(data, policy=email.policy.default)  # type: ignore[arg-type]


def html_of(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def shown(message: EmailMessage) -> str:
    """Return the HTML as a program for mail shows it: with its pictures in their places."""
    html = html_of(message)
    for part in message.walk():
        if content_id := part["Content-ID"]:
            data = base64.b64encode(part.get_content()).decode()
            html = html.replace(f"cid:{content_id.strip('<>')}", f"data:image/png;base64,{data}")
    return html
