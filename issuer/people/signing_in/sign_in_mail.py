"""The mail with the sign-in link. Nothing is sent to an address that nobody has."""

from datetime import timedelta

from sqlalchemy import select

from issuer.home import addresses
from issuer.home.issuer import Issuer
from issuer.outbox import mail
from issuer.outbox.kinds import MessageKind
from issuer.outbox.letter import Letter
from issuer.outbox.tables import OutboxRow
from issuer.people.signing_in import sign_in
from issuer.people.tables import PersonAddressRow, PersonRow, SignInRow
from verifier import clock


def send(issuer: Issuer, row: OutboxRow) -> None:
    """Send the link of the request that `row` names, unless it would open nothing any more.

    Raises `DeliveryError`.
    """
    settings = issuer.settings
    with issuer.database.reading() as session:
        asked = session.scalar(select(SignInRow).where(SignInRow.public_id == row.about))
        if asked is None or asked.address_pk is None or not sign_in.is_open(asked, clock.now()):
            return
        address = session.get_one(PersonAddressRow, asked.address_pk)
        person = session.get_one(PersonRow, address.person_pk)
    letter = Letter(
        template="mail/sign_in.html",
        words={
            "name": person.name,
            "device": asked.device,
            "link": addresses.sign_in(settings, sign_in.link_token(settings, asked)),
            "minutes": sign_in.LASTS // timedelta(minutes=1),
        },
        name=person.name,
        addresses=[address.address],
        language=person.language or asked.language,
    )
    mail.deliver(letter, row, settings)


MESSAGE = MessageKind(
    sign_in.KIND, send, retries=tuple(timedelta(minutes=minutes) for minutes in (1, 3, 5))
)
