"""The kinds of message that can leave, each written by the subject that sends it.

A subject makes a `MessageKind`, `issuer.messages` lists it, and the outbox knows none of them:

    KIND = MessageKind("issued", send)
    queue.put(session, "issued", public_id, host=settings.host, now=now)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from contexts.errors import MintmarkError
from issuer.home.issuer import Issuer
from issuer.outbox.tables import OutboxRow

RETRIES: Final = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 300, 600, 840, 1200, 1440)
)
"""The wait after each failed attempt; a message that fails once more is dead."""


class DeliveryError(MintmarkError):
    """The message was not delivered. It is tried again later, unless this is `for_good`."""

    def __init__(self, why: str, *, for_good: bool = False) -> None:
        super().__init__(why)
        self.for_good = for_good


class OvertakenError(MintmarkError):
    """A message is no longer true. It is not sent, and nothing needs to be done about it."""


def _never(issuer: Issuer, now: datetime) -> None:
    """Queue nothing: the `look` of a kind that is never due by the clock."""


@dataclass(frozen=True, slots=True)
class MessageKind:
    """One kind of message: its name in the table, and how to send a row of that name.

    `send` looks up what the row refers to when it is called, so that a message says what is true
    then. It raises `DeliveryError` if the message was not delivered, `OvertakenError` if it is no
    longer true. A kind that is a mail waits while the settings name no mail server.
    `look` puts what the clock makes due, such as a reminder, once for each; it is called every
    hour, by more than one process.
    """

    name: str
    send: Callable[[Issuer, OutboxRow], None]
    is_mail: bool = True
    retries: tuple[timedelta, ...] = RETRIES
    look: Callable[[Issuer, datetime], None] = _never


Kinds: TypeAlias = Mapping[str, MessageKind]


def by_name(*kinds: MessageKind) -> Kinds:
    """Return the kinds by their names. Raises `ValueError` if two share one."""
    names = {kind.name: kind for kind in kinds}
    if len(names) != len(kinds):
        raise ValueError("two kinds of message have the same name")
    return names
