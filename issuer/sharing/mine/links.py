"""*Mail me my links*: the holder's links of all that went to an address, for who lost them.

The answer is the same whether anything went there or not, and so is the time that it takes: it is
looked up when the mail is sent. The links go to that address and to no other.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer.home import addresses
from issuer.home.issuer import Issuer
from issuer.home.settings import Settings
from issuer.outbox import mail, queue
from issuer.outbox.kinds import MessageKind, OvertakenError
from issuer.outbox.letter import Letter
from issuer.outbox.tables import OutboxRow
from issuer.people import register
from issuer.people.tables import LONGEST_ADDRESS, PersonRow
from issuer.sharing.owned import ownership
from issuer.sharing.owned.listing import Held, held
from verifier.checks.recipient import folded_address

KIND: Final = "links"
MOST: Final = 3
"""Mails to one address within the time below; who asks for more is answered alike."""
WITHIN: Final = timedelta(minutes=15)
_PURPOSE: Final = b"mintmark links "


def ask(
    session: Session, settings: Settings, address: str, *, language: str, now: datetime
) -> None:
    """Put out the mail with the links of an address, whether anything went there or not; one,
    until it has left."""
    address = address.strip()[:LONGEST_ADDRESS]
    about = _about(settings, address)
    if queue.is_fresh(session, KIND, about, address=address):
        return
    lately = (OutboxRow.about == about, OutboxRow.created_at > now - WITHIN)
    if (session.scalar(select(func.count()).where(*lately)) or 0) < MOST:
        queue.put(
            session,
            KIND,
            about,
            host=settings.host,
            now=now,
            payload={"language": language},
            address=address,
        )


def _about(settings: Settings, address: str) -> str:
    """Return what requests for an address are counted by: a keyed digest, which tells of nobody."""
    secret = settings.secret_file.read_bytes()
    digest = hmac.digest(secret, _PURPOSE + folded_address(address).encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:16]).decode()[:22]


def _send(issuer: Issuer, row: OutboxRow) -> None:
    """Send the links, unless nothing went to the address. Raises `DeliveryError`."""
    settings = issuer.settings
    with issuer.database.reading() as session:
        known = register.of_address(session, row.address or "")
        person = session.get(PersonRow, known.person_pk) if known and known.verified_at else None
        credentials = _held(session, settings, person, row.address or "")
    if not credentials:
        raise OvertakenError("nothing went to this address")
    letter = Letter(
        template="mail/links.html",
        words={
            "name": person.name if person else "",
            "credentials": [(credential.name, credential.own_page) for credential in credentials],
            "account": addresses.own_credentials(settings) if person else "",
        },
        name=person.name if person else "",
        addresses=[row.address or ""],
        language=(person.language if person else None) or (row.payload or {})["language"],
    )
    mail.deliver(letter, row, settings)


def _held(
    session: Session, settings: Settings, person: PersonRow | None, address: str
) -> list[Held]:
    """Return what is a person's; of an address that nobody in the register has, what went there
    under the name of the newest: whoever had the mailbox before has another."""
    if person is not None:
        return held(session, settings, ownership.of_person(session, person).theirs)
    return held(session, settings, ownership.of_address(session, folded_address(address)))


MESSAGE = MessageKind(KIND, _send)
