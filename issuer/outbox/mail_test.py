"""`mintmark mail test ADDRESS`: send one mail by the settings, and print the server's answer."""

import argparse
import smtplib
import sys
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import make_msgid

from contexts.errors import DONE, FAILED
from issuer.home.command_line import Commands, Needs
from issuer.home.issuer import Issuer
from issuer.home.mail_settings import Mail
from issuer.home.settings import FILE, Settings
from issuer.outbox.kinds import DeliveryError
from issuer.outbox.letter import Letter, compose
from issuer.outbox.mail import connection
from issuer.outbox.mail_trouble import explain
from issuer.outbox.tables import OutboxRow
from verifier import clock


def add_commands(commands: Commands) -> None:
    """Add `mail test`."""
    mail = commands.add_parser("mail", help="the mail server of the settings")
    actions = mail.add_subparsers(dest="action", metavar="ACTION", required=True)
    test = actions.add_parser("test", help="send one mail, and say what the server answered")
    test.add_argument("address", metavar="ADDRESS", help="where to; best one of another provider")
    test.set_defaults(run=_test, needs=Needs.HOME)


def _test(args: argparse.Namespace, issuer: Issuer) -> int:
    settings = issuer.settings
    if settings.mail is None:
        return _fail(f"there is no [mail] in {settings.home / FILE}: it shows what may stand there")
    try:
        answer = send(settings, settings.mail, args.address, now=clock.now())
    except ValueError as exc:
        return _fail(f"{args.address!r}: {exc}")
    except (OSError, smtplib.SMTPException, DeliveryError) as exc:
        trouble = explain(exc, settings.mail)
        return _fail(f"{trouble.what}\n  {trouble.remedy}")
    print(f"{settings.mail.host}:{settings.mail.port} took it: {answer}")
    print(f"now look whether it is there, from {settings.mail.sender}, and not among the junk")
    return DONE


def send(settings: Settings, mail: Mail, address: str, *, now: datetime) -> str:
    """Send one mail to `address`; return what the server answered to it.

    Raises `OSError`, `smtplib.SMTPException` or `DeliveryError` if the server did not take it,
    `ValueError` if `address` is none.
    """
    message = _composed(settings, mail, address, now)
    with connection(mail, settings.host) as smtp:
        smtp.ehlo_or_helo_if_needed()
        code, reply = smtp.mail(mail.sender.addr_spec)
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, reply, mail.sender.addr_spec)
        code, reply = smtp.rcpt(address)
        if code not in (250, 251):
            raise smtplib.SMTPRecipientsRefused({address: (code, reply)})
        code, reply = smtp.data(message.as_bytes())
        if code != 250:
            raise smtplib.SMTPDataError(code, reply)
    return f"{code} {reply.decode('utf-8', 'replace')}"


def _composed(settings: Settings, mail: Mail, address: str, now: datetime) -> EmailMessage:
    """Return the mail that is sent, with the look of all; `ValueError` if `address` is none."""
    _check(address)
    letter = Letter(
        template="mail/test.html",
        words={"host": mail.host, "domain": mail.sender.domain},
        name="",
        addresses=[address],
        language=mail.language,
    )
    row = OutboxRow(message_id=make_msgid(domain=settings.host), created_at=now)
    return compose(letter, address, row, settings)


def _check(address: str) -> None:
    try:
        recipient = Address(addr_spec=address)
    except (ValueError, IndexError, MessageError) as exc:
        raise ValueError("this is not an e-mail address") from exc
    if not (recipient.username and recipient.domain):
        raise ValueError("this is not an e-mail address")


def _fail(why: str) -> int:
    print(f"mintmark mail test: {why}", file=sys.stderr)
    return FAILED
