"""A mail as one template words it, written twice: as plain text and as HTML with its pictures.

    letter = Letter("mail/issued.html", words, name="Jo", addresses=["jo@x.example"], language="en")
    message = compose(letter, "jo@x.example", row, settings)

`templates/mail/base.html` says what a template may use.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from typing import Any, Final

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from issuer.drawing import images, logo
from issuer.drawing.typesetting import TEMPLATES
from issuer.home import color
from issuer.home.settings import Settings
from issuer.outbox.kinds import DeliveryError
from issuer.outbox.tables import OutboxRow
from issuer.wording.language import catalog
from verifier.parsing.email_address import in_ascii

LOGO: Final = (200, 44)
"""The most room that a logo takes, in pixels of a mail; pictures have twice as many dots."""
_LOGO_NAME: Final = "logo"


@dataclass(frozen=True, slots=True)
class Letter:
    """What one mail says and to whom: the addresses of one person, the preferred one first.

    A template finds the members of `words` by their names, and each of `pictures` (PNG files, at
    twice the size at which they are shown) as `pictures.<name>`.
    """

    template: str
    words: Mapping[str, object]
    name: str
    addresses: Sequence[str]
    language: str
    pictures: Mapping[str, bytes] = field(default_factory=dict, repr=False)


def compose(letter: Letter, address: str, row: OutboxRow, settings: Settings) -> EmailMessage:
    """Return a letter as a mail to one address: the same however often it is composed, but for
    what has changed in the letter itself.

    It names no list to leave (RFC 2369): it is written to one person about one thing. Raises
    `DeliveryError` for what cannot stand in a mail, such as a line break in a name: it would
    begin a header of its own.
    """
    message = EmailMessage(policy=SMTP)
    try:
        _head(message, letter, address, row, settings)
        _body(message, letter, settings)
    except (ValueError, MessageError) as exc:
        raise DeliveryError("it cannot be written as a mail", for_good=True) from exc
    return message


def _head(
    message: EmailMessage, letter: Letter, address: str, row: OutboxRow, settings: Settings
) -> None:
    if settings.mail is None:
        raise DeliveryError("there is no [mail] in the settings")
    message["Subject"] = subject(letter, settings)
    message["From"] = settings.mail.sender
    message["To"] = Address(letter.name, addr_spec=in_ascii(address))
    if settings.issuer_contact:
        message["Reply-To"] = settings.issuer_contact
    message["Date"] = format_datetime(row.created_at)
    message["Message-ID"] = row.message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answering machine answers
    message["X-Auto-Response-Suppress"] = "All"  # the same, as Exchange reads it


def _body(message: EmailMessage, letter: Letter, settings: Settings) -> None:
    """Fill in plain text, HTML, and the pictures that the HTML names by their ids (RFC 2392)."""
    token, _, host = message["Message-ID"].strip("<>").partition("@")
    pictures = dict(letter.pictures)
    if drawn := logo.png(settings):
        pictures[_LOGO_NAME] = images.within(drawn, *(2 * side for side in LOGO))
    ids = {name: f"{name}.{token}@{host}" for name in pictures}
    shown = {name: _shown(ids[name], png) for name, png in pictures.items()}
    message.set_content(_written(letter, settings, "txt", shown))
    text = _written(letter, settings, "html", shown)
    message.add_alternative(text, subtype="html")
    message["Content-Language"] = letter.language
    html = message.get_payload(1)
    for name in (name for name in pictures if ids[name] in text):
        png = pictures[name]
        file = {"filename": f"{name}.png", "disposition": "inline"}
        html.add_related(png, "image", "png", cid=f"<{ids[name]}>", **file)  # type: ignore[union-attr]


def _shown(content_id: str, png: bytes) -> dict[str, object]:
    width, height = images.size(png)
    return {"src": f"cid:{content_id}", "width": width // 2, "height": height // 2}


def subject(letter: Letter, settings: Settings) -> str:
    """Return the line that a mail program lists a letter by."""
    template = _template(letter.template, letter.language, "txt")
    words = {**letter.words, "language": letter.language, "settings": settings}
    return "".join(template.blocks["subject"](template.new_context(words)))


def _written(letter: Letter, settings: Settings, form: str, pictures: Mapping[str, Any]) -> str:
    template, parts = (
        _template(name, letter.language, form) for name in (letter.template, f"mail/parts.{form}")
    )
    colors = _colors(settings.issuer_color)
    text = template.render(
        letter.words,
        base=f"mail/base.{form}",
        parts=parts.make_module({"colors": colors}),
        colors=colors,
        pictures=pictures,
        language=letter.language,
        settings=settings,
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _colors(district: str) -> dict[str, str]:
    """Return the shades of the district's color: as the pages have them, light and dark."""
    return {
        "brand": district,
        "wash": color.mixed(district, "#fffefb", 0.11),
        "dark_brand": color.mixed(district, "#ffffff", 0.42),
        "dark_wash": color.mixed(color.mixed(district, "#ffffff", 0.42), "#1c2027", 0.34),
    }


def _template(name: str, language: str, form: str) -> Template:
    return _environment(language, html=form == "html").get_template(name)


@cache
def _environment(language: str, *, html: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=html,  # noqa: S701 (nothing is escaped in plain text)
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(  # type: ignore[attr-defined]
        catalog(language), newstyle=True
    )

    def day(moment: datetime) -> str:
        return format_date(moment, "long", locale=language)

    environment.filters["day"] = day
    return environment
