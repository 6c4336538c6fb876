"""`mintmark mail test ADDRESS`: one mail by the settings, and what the server said to it."""

import argparse
import smtplib
import sys
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from contexts.errors import DONE, FAILED
from issuer.home.command_line import Commands, Needs
from issuer.home.issuer import Issuer
from issuer.home.mail_settings import Mail
from issuer.home.settings import FILE, Settings
from issuer.outbox.kinds import DeliveryError
from issuer.outbox.mail import connection
from issuer.outbox.mail_trouble import explain
from verifier import clock

_TEXT = """\
This mail says that {name} can send mail through {host}.

Nobody has to answer it. If it lay in the folder for junk, ask who runs your mail to set
up SPF and DKIM for {domain}.
"""


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
    message = compose(settings, mail, address, now=now)
    with connection(mail, settings.host) as smtp:
        smtp.ehlo_or_helo_if_needed()
        code, said = smtp.mail(mail.sender.addr_spec)
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, said, mail.sender.addr_spec)
        code, said = smtp.rcpt(address)
        if code not in (250, 251):
            raise smtplib.SMTPRecipientsRefused({address: (code, said)})
        code, said = smtp.data(message.as_bytes())
        if code != 250:
            raise smtplib.SMTPDataError(code, said)
    return f"{code} {said.decode('utf-8', 'replace')}"


def compose(settings: Settings, mail: Mail, address: str, *, now: datetime) -> EmailMessage:
    """Return the mail that is sent; `ValueError` if `address` is none."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = f"A test of the mail of {settings.issuer_name}"
    message["From"] = mail.sender
    message["To"] = _recipient(address)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=settings.host)
    message["Auto-Submitted"] = "auto-generated"
    domain = mail.sender.domain
    text = _TEXT.format(name=settings.issuer_name, host=mail.host, domain=domain)
    message.set_content(text)
    return message


def _recipient(address: str) -> Address:
    try:
        recipient = Address(addr_spec=address)
    except (ValueError, IndexError, MessageError) as exc:
        raise ValueError("this is no e-mail address") from exc
    if not (recipient.username and recipient.domain):
        raise ValueError("this is no e-mail address")
    return recipient


def _fail(why: str) -> int:
    print(f"mintmark mail test: {why}", file=sys.stderr)
    return FAILED
