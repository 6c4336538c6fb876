"""The mail to a teacher who asked the office whether a credential is theirs."""

from typing import Final

from sqlalchemy.orm import Session

from issuer.catalog import versions
from issuer.home import addresses
from issuer.home.issuer import Issuer
from issuer.issuance.records.tables import CredentialRow
from issuer.outbox import mail
from issuer.outbox.kinds import DeliveryError, MessageKind, OvertakenError
from issuer.outbox.letter import Letter
from issuer.outbox.tables import OutboxRow
from issuer.people import register
from issuer.people.tables import PersonRow
from issuer.sharing.owned import claims
from issuer.sharing.owned.tables import ClaimRow
from issuer.wording import language


def _send(issuer: Issuer, row: OutboxRow) -> None:
    """Send the answer to the request that `row` names. What is somebody else's is not named."""
    settings = issuer.settings
    if settings.mail is None:
        raise DeliveryError("there is no [mail] in the settings")
    with issuer.database.reading() as session:
        claim = claims.known(session, row.about)
        if claim is None or claim.is_theirs is None:
            raise OvertakenError("the request is not answered any more")
        person = session.get_one(PersonRow, claim.person_pk)
        verified = register.verified_addresses(person)
        achievement = _achievement(session, claim) if claim.is_theirs else ""
    if person.erased_at or not verified:
        raise OvertakenError("the person has no address")
    letter = Letter(
        template="mail/claim_answered.html",
        words={
            "name": person.name,
            "achievement": achievement,
            "account": addresses.own_credentials(settings),
        },
        name=person.name,
        addresses=verified,
        language=language.of(person.language, otherwise=settings.mail.language),
    )
    mail.deliver(letter, row, settings)


def _achievement(session: Session, claim: ClaimRow) -> str:
    """Return what the credential that was asked for is about."""
    credential = session.get_one(CredentialRow, claim.credential_pk)
    return versions.read(credential.approval.achievement_version).name


MESSAGE: Final = MessageKind(claims.ANSWERED, _send)
