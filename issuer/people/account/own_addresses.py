"""A person's own addresses and DID: add, prefer, remove.

    own_addresses.ask(session, settings, person, "jordan@home.example", now=now)
    own_addresses.confirm(session, settings, person, token, now=now)

An address is added once the signed-in person follows the link mailed to it. Until then it exists
only in that link, so nobody can claim another person's address by typing it.
"""

import re
from datetime import datetime, timedelta
from typing import Final

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer.home import addresses
from issuer.home.issuer import Issuer
from issuer.home.settings import Settings
from issuer.outbox import mail, queue
from issuer.outbox.kinds import MessageKind, OvertakenError
from issuer.outbox.letter import Letter
from issuer.outbox.tables import OutboxRow
from issuer.people import acts, register
from issuer.people.register import RegisterError
from issuer.people.tables import LONGEST_DID, PersonAddressRow, PersonRow
from verifier.wording.words import N_

KIND: Final = "address"
LASTS: Final = timedelta(days=1)
MOST: Final = 5
"""Mails that one person may have sent within that time."""
_PURPOSE: Final = "mintmark address link"
_DID: Final = re.compile(
    r"did:[a-z0-9]+:(?:[A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})*(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})"
)
"""As an approval may name it: the DID alone, without path or fragment."""


def ask(
    session: Session,
    settings: Settings,
    person: PersonRow,
    address: str,
    *,
    language: str,
    now: datetime,
) -> None:
    """Mail a link to an address, to show that it is the person's; one, until it has left.

    Raises `RegisterError`.
    """
    address = address.strip()
    if not register.is_address(address):
        raise RegisterError(N_("this is not an e-mail address"))
    if queue.is_fresh(session, KIND, person.public_id, address=address):
        return
    lately = (OutboxRow.kind == KIND, OutboxRow.about == person.public_id)
    recent = select(func.count()).where(*lately, OutboxRow.created_at > now - LASTS)
    if (session.scalar(recent) or 0) >= MOST:
        raise RegisterError(N_("these were many addresses for one day: go on tomorrow"))
    queue.put(
        session,
        KIND,
        person.public_id,
        host=settings.host,
        now=now,
        payload={"language": language},
        address=address,
    )


def link_token(settings: Settings, person: PersonRow, address: str) -> str:
    """Return the secret part of the link that adds an address to a person."""
    return str(_links(settings).dumps([person.public_id, address]))


def address_in(settings: Settings, person: PersonRow, token: str) -> str | None:
    """Return the address that a link adds; None if it is not this person's, or too old."""
    try:
        named, address = _links(settings).loads(token, max_age=int(LASTS.total_seconds()))
    except BadSignature:
        return None
    return str(address) if named == person.public_id else None


def confirm(session: Session, person: PersonRow, address: str, *, now: datetime) -> None:
    """Add an address whose mail was answered. Raises `RegisterError` for somebody else's."""
    before = {row.id for row in person.addresses if row.verified_at}
    if register.add_address(session, person, address, verified_at=now).id not in before:
        acts.tell(session, person, "address-added", person, now=now)


def prefer(session: Session, person: PersonRow, number: int) -> None:
    """Make this the address that the person's mail goes to first."""
    row = of(person, number)
    for other in person.addresses:
        other.is_primary = other is row


def give_up(session: Session, person: PersonRow, number: int, *, now: datetime) -> None:
    """Remove an address of the person. Raises `RegisterError` for the last one."""
    row = of(person, number)
    if not [other for other in person.addresses if other is not row and other.verified_at]:
        raise RegisterError(N_("one address has to stay, because you sign in with it"))
    register.end_address(session, person, row, now=now, by=person)


def of(person: PersonRow, number: int) -> PersonAddressRow:
    """Return the address of a person with that number. Raises `RegisterError`."""
    for row in person.addresses:
        if row.id == number:
            return row
    raise RegisterError(N_("this address is not there"))


def name_did(session: Session, person: PersonRow, did: str, *, now: datetime) -> None:
    """Use this DID, proven by the person, as the recipient's in later credentials; '' for none.

    Raises `RegisterError`.
    """
    if did and not (_DID.fullmatch(did) and len(did) <= LONGEST_DID):
        raise RegisterError(N_("an approval cannot name this DID: it is too long, or has a path"))
    person.did = did or None
    acts.tell(session, person, "did-named", person, now=now)


def _send(issuer: Issuer, row: OutboxRow) -> None:
    """Send the link to the address that is to be added. Raises `DeliveryError`."""
    settings = issuer.settings
    with issuer.database.reading() as session:
        person = register.find(session, row.about)
    if person is None or person.erased_at or row.address is None:
        raise OvertakenError("the person is gone")
    token = link_token(settings, person, row.address)
    letter = Letter(
        template="mail/address.html",
        words={"name": person.name, "link": addresses.own_address(settings, token)},
        name=person.name,
        addresses=[row.address],
        language=person.language or (row.payload or {})["language"],
    )
    mail.deliver(letter, row, settings)


def _links(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.secret_file.read_bytes(), salt=_PURPOSE)


MESSAGE = MessageKind(
    KIND, _send, retries=tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30))
)
