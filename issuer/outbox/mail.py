"""Hand a letter to the mail server (RFC 5321).

Errors hold the server's codes and never its words, which may quote an address.
"""

import smtplib
import ssl
import stat
from email.message import EmailMessage
from functools import partial
from typing import Final

from issuer.home.mail_settings import Mail
from issuer.home.settings import Settings
from issuer.outbox.kinds import DeliveryError
from issuer.outbox.letter import Letter, compose
from issuer.outbox.tables import OutboxRow

SECONDS: Final = 30
"""For each step; a server that takes longer is asked again later."""


def deliver(letter: Letter, row: OutboxRow, settings: Settings) -> None:
    """Hand a letter to the mail server, for the first of its addresses that it accepts.

    An address that is refused for good is passed over while another is there. Raises
    `DeliveryError` as `send` does, and where the settings name no mail server.
    """
    if settings.mail is None:
        raise DeliveryError("there is no [mail] in the settings")
    *earlier, last = letter.addresses
    for address in earlier:
        try:
            message = compose(letter, address, row, settings)
            send(message, settings.mail, our_name=settings.host)
        except RecipientError as exc:
            if not exc.for_good:
                raise
        else:
            return
    send(compose(letter, last, row, settings), settings.mail, our_name=settings.host)


class RecipientError(DeliveryError):
    """The server does not accept mail for this address; it may for another."""


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
