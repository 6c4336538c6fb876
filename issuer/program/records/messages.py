"""Making a long zip in the background, and the mail that says it is ready."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.home.issuer import Issuer
from issuer.outbox import mail, queue
from issuer.outbox.kinds import DeliveryError, MessageKind, OvertakenError
from issuer.outbox.letter import Letter
from issuer.outbox.tables import MessageState, OutboxRow
from issuer.people.tables import PersonRow
from issuer.program.records import own_data
from issuer.program.records.tables import DataExportRow
from issuer.wording import language
from verifier import clock

MAKE: Final = "data-export"
READY: Final = "data-export-ready"


def put(session: Session, export: DataExportRow, *, host: str, now: datetime) -> None:
    """Have a zip made in the background."""
    queue.put(session, MAKE, export.public_id, host=host, now=now, payload={"export": export.id})


def waits(session: Session, export: DataExportRow) -> bool:
    """True if a zip will be made in the background."""
    rows = select(OutboxRow.id).where(OutboxRow.kind == MAKE, OutboxRow.about == export.public_id)
    return session.scalar(rows.where(OutboxRow.state == MessageState.WAITING)) is not None


def _make(issuer: Issuer, row: OutboxRow) -> None:
    """Make the zip that `row` names, and put the mail that says so."""
    now = clock.now()
    own_data.make(issuer, _export(issuer, row)[0], now=now)
    with issuer.database.writing() as session:
        host = issuer.settings.host
        queue.put(session, READY, row.about, host=host, now=now, payload=row.payload)


def _send_ready(issuer: Issuer, row: OutboxRow) -> None:
    """Send the mail that a zip is ready; it holds a link and none of the data."""
    settings = issuer.settings
    if settings.mail is None:
        raise DeliveryError("there is no [mail] in the settings")
    export, person, addresses = _export(issuer, row)
    if not own_data.path(settings, export).exists():
        raise OvertakenError("its zip was deleted")
    if not addresses:
        raise DeliveryError("the person has no verified address", for_good=True)
    letter = Letter(
        template="mail/export_ready.html",
        words={"name": person.name, "page": f"{settings.public_url}/my-data"},
        name=person.name,
        addresses=addresses,
        language=language.of(person.language, otherwise=settings.mail.language),
    )
    mail.deliver(letter, row, settings)


def _export(issuer: Issuer, row: OutboxRow) -> tuple[DataExportRow, PersonRow, list[str]]:
    with issuer.database.reading() as session:
        export = session.get(DataExportRow, (row.payload or {}).get("export"))
        if export is None:
            raise DeliveryError("its export is gone", for_good=True)
        person = session.get_one(PersonRow, export.person_pk)
        addresses = [address.address for address in person.addresses if address.verified_at]
    if person.erased_at:
        raise OvertakenError("the person was erased")
    return export, person, addresses


KINDS: Final = (MessageKind(MAKE, _make, is_mail=False), MessageKind(READY, _send_ready))
