"""The mails to a teacher about a credential: it is ready, was withdrawn, will end, or has a new
link for its holder.

Each is written when it is sent, and dropped if it is no longer true. It goes to the holder's
present address if `addresses_of` knows one, else to the addresses in the approval.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from issuer import issuance
from issuer.audit import log as audit
from issuer.catalog import versions
from issuer.catalog.picture import badge
from issuer.drawing import images
from issuer.home import addresses
from issuer.home.issuer import Issuer
from issuer.issuance import approval, ending
from issuer.issuance.approval import Approval
from issuer.issuance.manage import manage_url
from issuer.issuance.records.tables import CredentialRow, Revocation
from issuer.outbox import mail, queue
from issuer.outbox.kinds import DeliveryError, MessageKind, OvertakenError
from issuer.outbox.letter import Letter
from issuer.outbox.tables import OutboxRow
from issuer.wording import language
from verifier import clock
from verifier.parsing import strict_json

SENT_AGAIN: Final = "mail.sent_again"
_BADGE: Final = 2 * 144


AddressesOf = Callable[[Session, str], Sequence[str] | None]
"""Returns the present addresses of a credential's holder, none if they are unknown."""


def _send_issued(addresses_of: AddressesOf, issuer: Issuer, row: OutboxRow) -> None:
    """Send the mail that a credential is ready, with the link to its holder's own page."""
    _send(addresses_of, issuer, row, "mail/issued.html", partial(_ready, issuer, row))


def _ready(
    issuer: Issuer, row: OutboxRow, credential: CredentialRow, approved: Approval, now: datetime
) -> Mapping[str, object]:
    if _revocation(issuer, credential):
        raise OvertakenError("it was withdrawn before the mail could be sent")
    ends = approved.valid_until
    if ends and ends <= now:
        raise OvertakenError("it ended before the mail could be sent")
    page = f"{addresses.credential(issuer.settings, row.about)}.html"
    return {"page": page, "ends": ends and issuer.settings.local(ends)}


def _send_corrected(addresses_of: AddressesOf, issuer: Issuer, row: OutboxRow) -> None:
    """Send the mail that a credential took the place of another."""
    _send(addresses_of, issuer, row, "mail/corrected.html", partial(_ready, issuer, row))


def _send_withdrawn(addresses_of: AddressesOf, issuer: Issuer, row: OutboxRow) -> None:
    """Send the mail that a credential was withdrawn, and why, as its page says now."""

    def words(credential: CredentialRow, approved: Approval, now: datetime) -> Mapping[str, object]:
        revocation = _revocation(issuer, credential)
        if revocation is None:
            raise OvertakenError("it is not withdrawn")
        day = issuer.settings.local(revocation.revoked_at)
        return {"day": day, "reason": revocation.reason}

    _send(addresses_of, issuer, row, "mail/withdrawn.html", words)


def _send_ending(addresses_of: AddressesOf, issuer: Issuer, row: OutboxRow) -> None:
    """Send the mail that a credential will end soon."""

    def words(credential: CredentialRow, approved: Approval, now: datetime) -> Mapping[str, object]:
        ends = approved.valid_until
        if ends is None or ends <= now or _revocation(issuer, credential):
            raise OvertakenError("it has ended, or was withdrawn")
        return {"day": issuer.settings.local(ends)}

    _send(addresses_of, issuer, row, "mail/ending.html", words)


def _send_renewed(addresses_of: AddressesOf, issuer: Issuer, row: OutboxRow) -> None:
    """Send the new link of a holder's page, if there is none that is newer still."""

    def words(credential: CredentialRow, approved: Approval, now: datetime) -> Mapping[str, object]:
        if credential.manage_generation != (row.payload or {}).get("generation"):
            raise OvertakenError("there is a newer link")
        return {}

    _send(addresses_of, issuer, row, "mail/renewed.html", words)


def _send_answered(addresses_of: AddressesOf, issuer: Issuer, row: OutboxRow) -> None:
    """Send the mail that what a holder wrote is answered; the answer stands on their own page."""
    _send(addresses_of, issuer, row, "mail/answered.html", lambda *_: {})


Words = Callable[[CredentialRow, Approval, datetime], Mapping[str, object]]


def _send(
    addresses_of: AddressesOf, issuer: Issuer, row: OutboxRow, template: str, words: Words
) -> None:
    """Send a mail about the credential that `row` names to its holder.

    It is in the language of the recipient if the approval states one, else of the achievement, else
    of the district. Raises `DeliveryError` and what `words` raises.
    """
    settings, credential = issuer.settings, issuance.find(issuer, row.about)
    if settings.mail is None:
        raise DeliveryError("there is no [mail] in the settings")
    if credential is None:
        raise DeliveryError("its credential is gone", for_good=True)
    approved = approval.from_data(strict_json.loads_object(credential.approval.content))
    achievement = versions.read(credential.approval.achievement_version)
    recipient = approved.recipient
    with issuer.database.reading() as session:
        owned = addresses_of(session, row.about)
    to = [row.address] if row.address else recipient.emails if owned is None else owned
    if not to:  # what the approval named may be somebody else's mailbox by now
        raise OvertakenError("its owner has no address")
    letter = Letter(
        template=template,
        words={
            "name": recipient.name,
            "achievement": achievement.name,
            "manage_url": manage_url(settings, credential),
            **words(credential, approved, clock.now()),
        },
        name=recipient.name,
        addresses=to,
        language=language.of(
            recipient.language, achievement.in_language, otherwise=settings.mail.language
        ),
        pictures={"badge": images.within(badge(achievement, settings, "png"), _BADGE, _BADGE)},
    )
    mail.deliver(letter, row, settings)


def send_again(
    issuer: Issuer, public_id: str, *, address: str | None = None, by: str, now: datetime
) -> None:
    """Send the mail that a credential is ready again, to another address if one is given.

    `by` is who asked for it, for the audit log. The address is forgotten once the mail has left.
    While one to this address was not tried yet, no other is put.
    """
    with issuer.database.writing() as session:
        if queue.is_fresh(session, "issued", public_id, address=address):
            return
        host = issuer.settings.host
        queue.put(session, "issued", public_id, host=host, now=now, address=address)
        audit.record(session, by=by, action=SENT_AGAIN, about=public_id, now=now)


def _revocation(issuer: Issuer, credential: CredentialRow) -> Revocation | None:
    with issuer.database.reading() as session:
        return session.get(Revocation, (credential.list_number, credential.list_index))


def kinds(addresses_of: AddressesOf) -> tuple[MessageKind, ...]:
    """Return every kind of mail about a credential."""
    return (
        MessageKind("issued", partial(_send_issued, addresses_of)),
        MessageKind("corrected", partial(_send_corrected, addresses_of)),
        MessageKind("withdrawn", partial(_send_withdrawn, addresses_of)),
        MessageKind("ending", partial(_send_ending, addresses_of), look=ending.look),
        MessageKind("renewed", partial(_send_renewed, addresses_of)),
        MessageKind("answered", partial(_send_answered, addresses_of)),
    )
