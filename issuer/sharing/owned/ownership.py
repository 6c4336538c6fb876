"""Whose credentials are whose.

    owned = ownership.of_person(session, person)
    owned.theirs    # went to an address of theirs, under a name of theirs, or the office said so
    owned.unsure    # went to an address of theirs, under another name

A mailbox is given to others, so an address alone shows nothing: the name on the credential has to
be one of the person's, and what went to an address while it was somebody else's stays with them.
The office decides what is unsure (`owned.claims`). Credentials are the numbers of their rows; for
one that was corrected, it is the row of the one that took its place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from issuer.issuance.records.approval_tables import AddressRow, ApprovalRow
from issuer.issuance.records.search import fold
from issuer.issuance.records.tables import CredentialRow, CredentialState
from issuer.people import register
from issuer.people.tables import FormerAddressRow, OtherNameRow, PersonAddressRow, PersonRow
from issuer.sharing.owned.tables import ClaimRow
from verifier.checks.recipient import folded_address


@dataclass(frozen=True, slots=True)
class Owned:
    """The credentials that went to a person's addresses; those that the office decided on, too."""

    theirs: frozenset[int]
    unsure: frozenset[int]
    asked: frozenset[int]
    declined: frozenset[int]


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """Names and addresses of a person, as they are compared.

    `former` says until when an address was theirs, `others` until when it was somebody else's.
    """

    names: frozenset[str]
    addresses: frozenset[str]
    former: Mapping[str, datetime]
    others: Mapping[str, datetime]

    def had(self, address: str, at: datetime) -> bool:
        """Return whether a mail to this address reached them, then or later."""
        return address in self.addresses or (address in self.former and at <= self.former[address])

    def owns(self, address: str, name: str, at: datetime) -> bool:
        """Return whether what went to an address under this name is theirs."""
        before = address not in self.former and address in self.others
        return name in self.names and not (before and at <= self.others[address])


def of_person(session: Session, person: PersonRow) -> Owned:
    """Return the credentials of a person, and those that may be theirs."""
    known = _known(session, person)
    sent, theirs = set(), set()
    for row in session.execute(_sent_to(known)) if known.addresses or known.former else ():
        address = folded_address(row.address)
        if known.had(address, row.received_at):
            sent.add(row.newest)
            if known.owns(address, row.name, row.received_at):
                theirs.add(row.newest)
    rows = session.execute(_ANSWERS.where(ClaimRow.person_pk == person.id))
    answers = {row.key: row.is_theirs for row in rows}
    confirmed, declined, asked = (
        frozenset(key for key, answer in answers.items() if answer is kind)
        for kind in (True, False, None)
    )
    own = confirmed | theirs - declined
    unsure = frozenset(sent) - own - asked - declined
    return Owned(own, unsure, asked - own, declined)


def of_address(session: Session, folded: str) -> frozenset[int]:
    """Return what went to an address that nobody in the register has: under the name of the newest
    credential, because whoever had the mailbox before has another. What went there while it was
    known to be somebody's stays with them."""
    rows = session.execute(_SENT.where(_is(folded)).order_by(_LastApproval.id.desc())).all()
    last = select(func.max(FormerAddressRow.until)).where(FormerAddressRow.folded == folded)
    until = session.scalar(last)
    sent = [
        row
        for row in rows
        if folded_address(row.address) == folded and (until is None or row.received_at > until)
    ]
    return frozenset(row.newest for row in sent if row.name == sent[0].name)


def person_of(session: Session, key: int) -> PersonRow | None:
    """Return whose a credential is; None if it is nobody's in the register."""
    people = select(PersonRow).where(
        or_(PersonRow.id.in_(_claimants(key)), PersonRow.id.in_(_reached(session, key))),
        PersonRow.erased_at.is_(None),
        PersonRow.merged_into.is_(None),
    )
    for person in session.scalars(people.order_by(PersonRow.id)):
        if key in of_person(session, person).theirs:
            return person
    return None


def owner(session: Session, public_id: str) -> PersonRow | None:
    """Return whose the credential with this id is; None if it is nobody's in the register."""
    key = session.scalar(select(_newest).where(CredentialRow.public_id == public_id, _LEADS_HERE))
    return person_of(session, key) if key else None


def mail_addresses(session: Session, public_id: str) -> list[str] | None:
    """Return where mail about a credential goes now: to the addresses that its owner has, the
    preferred one first, or to none. None if nobody in the register owns it."""
    person = owner(session, public_id)
    if person is None:
        return None
    return register.verified_addresses(person)


_Last = aliased(CredentialRow)
_LastApproval = aliased(ApprovalRow)
_newest = func.coalesce(CredentialRow.superseded_by, CredentialRow.id)
_LEADS_HERE: Final = or_(CredentialRow.superseded_by.is_(None), CredentialRow.leads_on)
_SENT: Final = (
    select(
        AddressRow.address,
        ApprovalRow.received_at,
        _Last.id.label("newest"),
        _LastApproval.teacher.label("name"),
    )
    .join(ApprovalRow, ApprovalRow.id == AddressRow.approval_pk)
    .join(CredentialRow, CredentialRow.approval_pk == ApprovalRow.id)
    .join(_Last, _Last.id == _newest)
    .join(_LastApproval, _LastApproval.id == _Last.approval_pk)
    .where(_LEADS_HERE, _Last.state == CredentialState.ISSUED)
)
_ANSWERS: Final = (
    select(_newest.label("key"), ClaimRow.is_theirs)
    .join(CredentialRow, CredentialRow.id == ClaimRow.credential_pk)
    .where(_LEADS_HERE)
    .order_by(ClaimRow.id)
)


def _known(session: Session, person: PersonRow) -> Mailboxes:
    others = session.scalars(select(OtherNameRow.name).where(OtherNameRow.person_pk == person.id))
    addresses = frozenset(
        session.scalars(
            select(PersonAddressRow.folded).where(
                PersonAddressRow.person_pk == person.id, PersonAddressRow.verified_at.is_not(None)
            )
        )
    )
    former = session.scalars(
        select(FormerAddressRow)
        .where(or_(FormerAddressRow.person_pk == person.id, FormerAddressRow.folded.in_(addresses)))
        .order_by(FormerAddressRow.until)
    ).all()
    return Mailboxes(
        frozenset(map(fold, (person.name, *others))),
        addresses,
        {row.folded: row.until for row in former if row.person_pk == person.id},
        {row.folded: row.until for row in former if row.person_pk != person.id},
    )


def _sent_to(known: Mailboxes) -> Select[*tuple[Any, ...]]:
    return _SENT.where(or_(*map(_is, (*known.addresses, *known.former))))


def _is(folded: str) -> ColumnElement[bool]:
    """Return the condition for an address to be this one; of a domain in IDNA, which is stored as
    it was sent, for it to begin alike."""
    local, _, domain = folded.rpartition("@")
    if "xn--" in domain:
        return AddressRow.address.startswith(f"{local}@", autoescape=True)
    return AddressRow.address == folded


def _claimants(key: int) -> Select[int]:
    return (
        select(ClaimRow.person_pk)
        .join(CredentialRow, CredentialRow.id == ClaimRow.credential_pk)
        .where(_newest == key)
    )


def _reached(session: Session, key: int) -> Iterable[int]:
    """Return who has, or had, one of the addresses to which a credential went."""
    sent = (
        select(AddressRow.address)
        .join(CredentialRow, CredentialRow.approval_pk == AddressRow.approval_pk)
        .where(_newest == key, _LEADS_HERE)
    )
    folded = {folded_address(address) for address in session.scalars(sent)}
    return {
        number
        for table in (PersonAddressRow, FormerAddressRow)
        for number in session.scalars(select(table.person_pk).where(table.folded.in_(folded)))
    }
