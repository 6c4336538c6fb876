"""Issue a table in the background, so that nobody has to wait at its page.

begin(issuer, job, by=person(7), now=now)

Each message of the outbox issues one group of rows and puts the next message there, so that mails
leave in between. If the server is killed, the message is due again once its lease is over, and
`hasten` makes it due at once: what was issued by then is issued (P1), and nothing twice.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from issuer.approvals.table import job
from issuer.approvals.table.job import TableError
from issuer.approvals.table.tables import Fate, TableRow
from issuer.database.database import UnavailableError
from issuer.home.issuer import Issuer
from issuer.outbox import queue
from issuer.outbox.kinds import DeliveryError, MessageKind, OvertakenError
from issuer.outbox.tables import MessageState, OutboxRow
from verifier import clock

NAME: Final = "table"
RETRIES: Final = (
    *(timedelta(seconds=5) for _ in range(20)),
    *(timedelta(minutes=1) for _ in range(1_000)),
)
"""A database is busy for seconds, or away for longer, and comes back."""


def begin(issuer: Issuer, public_id: str, *, by: str, now: datetime) -> None:
    """Queue a job: its waiting rows, and rows to mend that may be valid by now.

    Raises `TableError` for an unknown job.
    """
    with issuer.database.writing() as session:
        row = job.find(session, public_id, lock=True)
        row.actor, row.begun_at = by, now
        again = update(TableRow).where(TableRow.job_pk == row.id, TableRow.fate == Fate.TO_MEND)
        session.execute(again.values(fate=Fate.WAITING, problem=None))
        _go_on(session, issuer, public_id, now)


def hasten(issuer: Issuer, public_id: str, *, now: datetime) -> None:
    """Go on with a job at once, such as after the server was killed."""
    with issuer.database.writing() as session:
        _go_on(session, issuer, public_id, now)


def _go_on(session: Session, issuer: Issuer, public_id: str, now: datetime) -> None:
    waiting = _messages(session, public_id)
    for message in waiting:
        message.due_at = now
    if not waiting:
        queue.put(session, NAME, public_id, host=issuer.settings.host, now=now)


def _messages(session: Session, public_id: str) -> Sequence[OutboxRow]:
    return [
        message
        for message in queue.about(session, public_id)
        if message.kind == NAME and message.state == MessageState.WAITING
    ]


def _send(issuer: Issuer, row: OutboxRow) -> None:
    """Issue one group of rows. Raises `DeliveryError` if the database cannot be used."""
    try:
        if not job.step(issuer, row.about, now=clock.now()):
            return
    except TableError as exc:
        raise OvertakenError("the table was discarded") from exc
    except UnavailableError as exc:
        raise DeliveryError(str(exc)) from exc
    with issuer.database.writing() as session:
        if all(message.id <= row.id for message in _messages(session, row.about)):
            queue.put(session, NAME, row.about, host=issuer.settings.host, now=clock.now())


MESSAGE: Final = MessageKind(NAME, _send, is_mail=False, retries=RETRIES)
