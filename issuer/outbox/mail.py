"""One message as a mail, and handing it to the mail server (RFC 5321, RFC 5322).

What goes wrong is told by codes and never by the server's words, which may quote an address.
"""

import smtplib
import ssl
import stat
from collections.abc import Mapping
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from issuer.outbox.mail_settings import Mail
from issuer.typesetting import TEMPLATES
from verifier.web.language import catalogue

SECONDS: Final = 30
"""For each step; a server that takes longer is asked again later."""


class DeliveryError(Exception):
    """The message was not taken: `for_good` if it never will be, else ask again later."""

    def __init__(self, why: str, *, for_good: bool = False) -> None:
        super().__init__(why)
        self.for_good = for_good


def compose(
    template: str,
    words: Mapping[str, object],
    *,
    mail: Mail,
    to: tuple[str, str],
    message_id: str,
    at: datetime,
) -> EmailMessage:
    """Return the mail that `template` makes of `words`; its first line is the subject.

    `to` is a name and an address. Raises `DeliveryError` for what cannot stand in a mail, such as
    a line break in a name: it would begin a header of its own.
    """
    environment = Environment(  # noqa: S701 (plain text: a mail is no HTML)
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
    )
    environment.install_gettext_translations(  # type: ignore[attr-defined]
        catalogue(mail.language), newstyle=True
    )
    text = environment.get_template(template).render(words)
    subject, _, body = text.partition("\n\n")
    message = EmailMessage(policy=SMTP)
    try:
        message["Subject"] = subject
        message["From"] = mail.sender
        message["To"] = Address(to[0], addr_spec=to[1])
        message["Date"] = format_datetime(at)
        message["Message-ID"] = message_id
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
        with _connection(mail, our_name) as smtp:
            try:
                smtp.send_message(message)
            except smtplib.SMTPRecipientsRefused as exc:
                raise _refused("recipient", *(code for code, _ in exc.recipients.values())) from exc
            except smtplib.SMTPDataError as exc:
                raise _refused("message", exc.smtp_code) from exc
            except smtplib.SMTPNotSupportedError as exc:
                why = "the server takes only addresses in plain letters"
                raise DeliveryError(why, for_good=True) from exc
    except smtplib.SMTPResponseException as exc:
        raise DeliveryError(f"the server answered {exc.smtp_code} ({type(exc).__name__})") from exc
    except (OSError, smtplib.SMTPException) as exc:
        raise DeliveryError(f"the server could not be asked ({type(exc).__name__})") from exc


def _refused(what: str, *codes: int) -> DeliveryError:
    return DeliveryError(f"the {what} was refused ({codes[0]})", for_good=codes[0] >= 500)


def _connection(mail: Mail, our_name: str) -> smtplib.SMTP:
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
