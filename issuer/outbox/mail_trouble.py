"""What went wrong with the mail server, in the server's own words, and what to do about it.

For who set it up and sits at the terminal; the outbox and the log keep to codes, since a server's
words may quote an address.
"""

import smtplib
import socket
import ssl
from dataclasses import dataclass
from typing import Final

from issuer.home.mail_settings import Mail
from issuer.outbox.kinds import DeliveryError

Trouble = OSError | smtplib.SMTPException | DeliveryError


@dataclass(frozen=True, slots=True)
class Explained:
    """What happened, and the remedy."""

    what: str
    remedy: str


_REMEDIES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (socket.gaierror, "nobody knows a machine of that name: correct mail.host"),
    (
        ConnectionRefusedError,
        "nothing listens there: correct mail.port, or ask who runs the server",
    ),
    (
        TimeoutError,
        "it does not answer: many providers block port 25 and some block 587 until asked;"
        " look at the firewall on the way out",
    ),
    (
        ssl.SSLCertVerificationError,
        "its certificate is not for that name or not by a known authority: mail.host has to be"
        " the name that stands in the certificate",
    ),
    (
        ssl.SSLError,
        'it does not speak TLS there: port 465 goes with mail.tls = "tls", 587 with "starttls"',
    ),
    (
        smtplib.SMTPNotSupportedError,
        'it does not offer what the settings ask for: try mail.tls = "tls" with port 465',
    ),
    (
        smtplib.SMTPAuthenticationError,
        "it does not take this login: correct mail.username and the password file; some services"
        " want a password made for programs",
    ),
    (
        smtplib.SMTPSenderRefused,
        "it does not let this login send as the address in mail.from: ask for that, or change it",
    ),
    (
        smtplib.SMTPRecipientsRefused,
        "it does not take mail for this address: try another one; a server that takes only its"
        " own people's mail wants mail.username and mail.password_file",
    ),
    (smtplib.SMTPDataError, "it does not take this mail: show its answer to who runs the server"),
    (
        smtplib.SMTPServerDisconnected,
        'it hung up: port 465 goes with mail.tls = "tls", 587 with "starttls"',
    ),
    (PermissionError, "this user cannot read the file: give it to the user of the issuer"),
    (FileNotFoundError, "there is no such file: correct mail.password_file"),
    (DeliveryError, "do that, then try again"),
)


def explain(trouble: Trouble, mail: Mail) -> Explained:
    """Return what happened at the server of `mail`, and what to do about it."""
    remedies = (text for kind, text in _REMEDIES if isinstance(trouble, kind))
    return Explained(_what(trouble, mail), next(remedies, "ask who runs the mail server"))


def _what(trouble: Trouble, mail: Mail) -> str:
    place = f"{mail.host}:{mail.port}"
    if isinstance(trouble, smtplib.SMTPRecipientsRefused):
        (code, answer), *_ = trouble.recipients.values()
        return f"{place} answered {code} {_text(answer)}"
    if isinstance(trouble, smtplib.SMTPResponseException):
        return f"{place} answered {trouble.smtp_code} {_text(trouble.smtp_error)}"
    return f"{place}: {trouble or type(trouble).__name__}"


def _text(answer: bytes | str) -> str:
    """Return a server's answer on one line, without what could steer a terminal."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return "".join(c if c.isprintable() else " " for c in text)[:300]
