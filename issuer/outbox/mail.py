"""Write a message as a mail and hand it to the mail server (RFC 5321, RFC 5322).

Errors hold the server's codes and never its words, which may quote an address.
"""

import smtplib
import ssl
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from issuer.drawing.typesetting import TEMPLATES
from issuer.home.mail_settings import Mail
from issuer.outbox.kinds import DeliveryError
from issuer.outbox.tables import OutboxRow
from issuer.wording.language import catalog
from verifier.parsing.email_address import in_ascii

SECONDS: Final = 30
"""For each step; a server that takes longer is asked again later."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What one mail says and to whom: the addresses of one person, the preferred one first.

    The first line that `template` makes of `words` is the subject.
    """

    template: str
    words: Mapping[str, object]
    name: str
    addresses: Sequence[str]
    language: str


def deliver(letter: Letter, row: OutboxRow, *, mail: Mail, our_name: str) -> None:
    """Hand a letter to the mail server, for the first of its addresses that it accepts.

    An address that is refused for good is passed over while another is there. Raises
    `DeliveryError` as `send` does.
    """
    *earlier, last = letter.addresses
    for address in earlier:
        try:
            send(compose(letter, address, sender=mail.sender, row=row), mail, our_name=our_name)
        except RecipientError as exc:
            if not exc.for_good:
                raise
        else:
            return
    send(compose(letter, last, sender=mail.sender, row=row), mail, our_name=our_name)


class RecipientError(DeliveryError):
    """The server does not accept mail for this address; it may for another."""


def compose(letter: Letter, address: str, *, sender: Address, row: OutboxRow) -> EmailMessage:
    """Return a letter as a mail to one address.

    Raises `DeliveryError` for what cannot stand in a mail, such as a line break in a name: it
    would begin a header of its own.
    """
    environment = Environment(  # noqa: S701 (plain text: a mail is no HTML)
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
    )
    environment.install_gettext_translations(  # type: ignore[attr-defined]
        catalog(letter.language), newstyle=True
    )
    text = environment.get_template(letter.template).render(letter.words)
    subject, _, body = text.partition("\n\n")
    message = EmailMessage(policy=SMTP)
    try:
        message["Subject"] = subject
        message["From"] = sender
        message["To"] = Address(letter.name, addr_spec=in_ascii(address))
        message["Date"] = format_datetime(row.created_at)
        message["Message-ID"] = row.message_id
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answering machine answers
        message.set_content(body)
    except (ValueError, MessageError) as exc:
        raise DeliveryError("it cannot be written as a mail", for_good=True) from exc
    return message


def send(message: EmailMessage, mail: Mail, *, our_name: str) -> None:
    """Hand a mail to the server; `DeliveryError` says whether to try again.

    What the server says of the recipient or of the message is about this mail; everything
    else (a password, a certificate, a server that is away) may be mended.
    """
    try:
        with connection(mail, our_name) as smtp:
            try:
                smtp.send_message(message)
            except smtplib.SMTPRecipientsRefused as exc:
                codes = [code for code, _ in exc.recipients.values()]
                why = f"the recipient was refused ({codes[0]})"
                raise RecipientError(why, for_good=codes[0] >= 500) from exc
            except smtplib.SMTPDataError as exc:
                why = f"the message was refused ({exc.smtp_code})"
                raise DeliveryError(why, for_good=exc.smtp_code >= 500) from exc
            except smtplib.SMTPNotSupportedError as exc:
                why = "the server takes only addresses without accents before the @"
                raise RecipientError(why, for_good=True) from exc
    except smtplib.SMTPResponseException as exc:
        raise DeliveryError(f"the server answered {exc.smtp_code} ({type(exc).__name__})") from exc
    except (OSError, smtplib.SMTPException) as exc:
        raise DeliveryError(f"the server could not be asked ({type(exc).__name__})") from exc


def connection(mail: Mail, our_name: str) -> smtplib.SMTP:
    """Return a connection to the mail server that is secret and logged in, as the settings ask.

    Raises `OSError`, `smtplib.SMTPException`, or `DeliveryError` for a password that all can read.
    """
    secret = ssl.create_default_context()
    make = partial(smtplib.SMTP_SSL, context=secret) if mail.tls == "tls" else smtplib.SMTP
    smtp = make(mail.host, mail.port, local_hostname=our_name, timeout=SECONDS)
    try:
        if mail.tls == "starttls":
            smtp.starttls(context=secret)
        if mail.username and mail.password_file:
            if mail.password_file.stat().st_mode & stat.S_IROTH:
                raise DeliveryError(f"everybody can read {mail.password_file.name}: chmod 600")
            smtp.login(mail.username, mail.password_file.read_text().strip())
    except BaseException:
        smtp.close()
        raise
    return smtp
