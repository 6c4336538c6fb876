"""Deliver what is due: in the background of `mintmark serve`, or by `mintmark outbox deliver`.

delivered, refused = deliver_due(issuer, KINDS, now=lambda: datetime.now(UTC))
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import select

from issuer.home.issuer import Issuer
from issuer.outbox import queue
from issuer.outbox.kinds import RETRIES, DeliveryError, Kinds, OvertakenError
from issuer.outbox.tables import MessageState, OutboxRow
from verifier import clock

POLL_SECONDS: Final = 5
LOOK_SECONDS: Final = 3600
log = logging.getLogger(__name__)


def deliver_due(issuer: Issuer, kinds: Kinds, *, now: Callable[[], datetime]) -> tuple[int, int]:
    """Send every message that is due; return how many were taken, and how many were not.

    Mail waits while the settings name no mail server.
    """
    states = Counter(_deliver(issuer, kinds, row, now) for row in _due(issuer, kinds, now))
    taken = states.pop(MessageState.DELIVERED, 0)
    states.pop(MessageState.OVERTAKEN, 0)
    return taken, states.total()


def look(issuer: Issuer, kinds: Kinds, *, now: datetime) -> None:
    """Call `look` of each kind, which queues messages that have fallen due."""
    for kind in kinds.values():
        kind.look(issuer, now)


def _due(issuer: Issuer, kinds: Kinds, now: Callable[[], datetime]) -> Iterator[OutboxRow]:
    without_mail = issuer.settings.mail is None
    leaving_out = [kind.name for kind in kinds.values() if kind.is_mail and without_mail]
    while row := _lease(issuer, now(), leaving_out):
        yield row


def _deliver(
    issuer: Issuer, kinds: Kinds, row: OutboxRow, now: Callable[[], datetime]
) -> MessageState:
    """Send one leased message and settle it; return what it is now."""
    kind = kinds.get(row.kind)
    try:
        if kind is None:  # a newer version of Mintmark wrote it: sending a guess would be worse
            raise DeliveryError("nothing in this version sends this kind", for_good=True)
        kind.send(issuer, row)
    except OvertakenError:
        with issuer.database.writing() as session:
            queue.overtaken(session, row, now=now())
        return MessageState.OVERTAKEN
    except DeliveryError as exc:
        log.warning("outbox %d (%s), attempt %d: %s", row.id, row.kind, row.attempts, exc)
        retries = RETRIES if kind is None else kind.retries
        with issuer.database.writing() as session:
            queue.failed(session, row, str(exc), now=now(), for_good=exc.for_good, retries=retries)
        return MessageState.WAITING
    with issuer.database.writing() as session:
        queue.delivered(session, row, now=now())
    return MessageState.DELIVERED


def start(issuer: Issuer, kinds: Kinds) -> threading.Event:
    """Deliver in the background until the returned event is set or this process ends."""
    stop = threading.Event()
    worker = threading.Thread(
        target=_keep_delivering, args=(issuer, kinds, stop), daemon=True, name="outbox"
    )
    worker.start()
    return stop


def _keep_delivering(issuer: Issuer, kinds: Kinds, stop: threading.Event) -> None:
    looked = 0.0
    while not stop.is_set():
        try:
            deliver_due(issuer, kinds, now=clock.now)
            if not looked or time.monotonic() - looked > LOOK_SECONDS:
                look(issuer, kinds, now=clock.now())
                looked = time.monotonic()
        except Exception as exc:  # a database that is away comes back; the thread must be there
            log.error("outbox: %s", type(exc).__name__)
        stop.wait(POLL_SECONDS)


def _lease(issuer: Issuer, now: datetime, leaving_out: list[str]) -> OutboxRow | None:
    """Look before locking: most looks find nothing, and on SQLite a lock keeps others waiting."""
    with issuer.database.reading() as session:
        first = select(OutboxRow.id).where(*queue.due(now, leaving_out=leaving_out)).limit(1)
        if session.scalar(first) is None:
            return None
    with issuer.database.writing() as session:
        return queue.lease(session, now=now, leaving_out=leaving_out)
