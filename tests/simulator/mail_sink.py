"""A mail server on this machine that keeps what it takes, and answers as it is told to."""

import email
import email.policy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from ports import free_port

TAKEN = "250 taken"


class Sink:
    """`rcpt` and `data` are the answers that come next, then `TAKEN`; `before_answer` is called
    when a mail is in and its sender does not know it yet."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[list[str]] = []
        self.rcpt: list[str] = []
        self.data: list[str] = []
        self.logins: list[tuple[bytes, bytes]] = []
        self.before_answer: Callable[[], None] = lambda: None
        self.port = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.rcpt:
            return self.rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return TAKEN

    async def handle_DATA(self, server, session, envelope):
        if self.data:
            return self.data.pop(0)
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        self.envelopes.append(envelope.rcpt_tos)
        self.before_answer()
        return TAKEN

    def authenticate(self, server, session, envelope, mechanism, data):
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)


@contextmanager
def running(**options) -> Iterator[Sink]:
    """Give a sink that listens on a free port while the block runs."""
    sink = Sink()
    sink.port = free_port()
    controller = Controller(
        sink,
        hostname="127.0.0.1",
        port=sink.port,
        authenticator=sink.authenticate,
        auth_require_tls=False,
        **options,
    )
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
