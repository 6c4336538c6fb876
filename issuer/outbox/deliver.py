"""Delivering what is due: behind `mintmark serve` all the time, or by `mintmark outbox deliver`."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import select

from issuer import addresses, issuance
from issuer.approvals import approval
from issuer.catalogue import versions
from issuer.issuance.manage import manage_url
from issuer.issuance.prepare import available
from issuer.issuer import Issuer
from issuer.outbox import mail, queue
from issuer.outbox.mail import DeliveryError
from issuer.outbox.tables import OutboxRow, State
from verifier import strict_json

POLL_SECONDS: Final = 5
log = logging.getLogger(__name__)

Send = Callable[[Issuer, OutboxRow], None]


def deliver_due(
    issuer: Issuer, *, now: Callable[[], datetime], send: Send | None = None
) -> tuple[int, int]:
    """Send every message that is due; return how many were taken, and how many were not."""
    taken = refused = 0
    while row := _lease(issuer, now()):
        try:
            (send or send_mail)(issuer, row)
        except DeliveryError as exc:
            refused += 1
            log.warning("outbox %d, attempt %d: %s", row.id, row.attempts, exc)
            with available(), issuer.database.writing() as session:
                queue.failed(session, row, str(exc), for_good=exc.for_good, now=now())
        else:
            taken += 1
            with available(), issuer.database.writing() as session:
                queue.delivered(session, row, now=now())
    return taken, refused


def send_mail(issuer: Issuer, row: OutboxRow) -> None:
    """Tell a teacher that a credential is ready: one mail to the first address of the approval."""
    settings, found = issuer.settings, issuance.find(issuer, row.about)
    if settings.mail is None:
        raise DeliveryError("there is no [mail] in the settings")
    if found is None:
        raise DeliveryError("its credential is gone", for_good=True)
    recipient = approval.from_data(strict_json.loads_object(found.approval.content)).recipient
    words = {
        "name": recipient.name,
        "achievement": versions.read(found.approval.achievement_version).name,
        "issuer": settings.issuer_name,
        "contact": settings.issuer_email,
        "manage_url": manage_url(settings, found),
        "page": f"{addresses.credential(settings, row.about)}.html",
    }
    message = mail.compose(
        "mail-issued.txt",
        words,
        mail=settings.mail,
        to=(recipient.name, recipient.emails[0]),
        message_id=row.message_id,
        at=row.created_at,
    )
    mail.send(message, settings.mail, our_name=settings.host)


def start(issuer: Issuer) -> threading.Event:
    """Deliver in the background until the returned event is set or this process ends."""
    stop = threading.Event()
    worker = threading.Thread(
        target=_keep_delivering, args=(issuer, stop), daemon=True, name="outbox"
    )
    worker.start()
    return stop


def _keep_delivering(issuer: Issuer, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            deliver_due(issuer, now=lambda: datetime.now(UTC))
        except Exception as exc:  # a database that is away comes back; the thread must be there
            log.error("outbox: %s", type(exc).__name__)
        stop.wait(POLL_SECONDS)


def _lease(issuer: Issuer, now: datetime) -> OutboxRow | None:
    """Look before locking: most looks find nothing, and on SQLite a lock keeps others waiting."""
    due = select(OutboxRow.id).where(OutboxRow.state == State.WAITING, OutboxRow.due_at <= now)
    with available():
        with issuer.database.reading() as session:
            if session.scalar(due.limit(1)) is None:
                return None
        with issuer.database.writing() as session:
            return queue.lease(session, now=now)
