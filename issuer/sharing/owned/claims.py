"""Requests to the office: is this mine, though another name stands on it?

claims.ask(session, person, now=now)
claims.answer(session, claim, is_theirs=True, by=secretary, host=host, now=now)
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from contexts.errors import MintmarkError
from issuer.audit import log as audit
from issuer.catalog.tables import AchievementVersion
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow
from issuer.outbox import queue
from issuer.people.access.guarded import Guarded
from issuer.people.register import new_id
from issuer.people.tables import PersonRow
from issuer.sharing.owned import ownership
from issuer.sharing.owned.tables import ClaimRow
from verifier.wording.words import N_

CLAIM: Final = Guarded("claim", ClaimRow.public_id)
OBJECTS: Final = (CLAIM,)
ASKED: Final = "credential.asked_for"
CONFIRMED: Final = "credential.confirmed"
DECLINED: Final = "credential.declined"
ANSWERED: Final = "claim-answered"
"""The kind of the mail that tells the answer."""


@dataclass(frozen=True, slots=True)
class OpenClaim:
    """A request that waits: who asks, and what stands on the credential."""

    public_id: str
    person_pk: int
    person: str
    name: str
    content: bytes
    achievement: Mapping[str, Any]
    awarded_on: date | None

    @property
    def recipient(self) -> Mapping[str, Any]:
        """Name and addresses as they were approved."""
        known: Mapping[str, Any] = json.loads(self.content)["recipient"]
        return known


class ClaimError(MintmarkError):
    """The request is not answered; the message says why."""


def ask(session: Session, person: PersonRow, *, now: datetime) -> int:
    """Ask the office about all that is unsure; return how many credentials that is."""
    session.execute(select(PersonRow.id).where(PersonRow.id == person.id).with_for_update())
    unsure = ownership.of_person(session, person).unsure  # after who asks at the same time
    for key in sorted(unsure):
        row = ClaimRow(public_id=new_id(), person_pk=person.id, credential_pk=key, asked_at=now)
        session.add(row)
        _tell(session, person.id, ASKED, _public_id(session, key), person.id, now)
    return len(unsure)


def answer(
    session: Session,
    claim: ClaimRow,
    *,
    is_theirs: bool,
    by: PersonRow,
    host: str | None,
    now: datetime,
) -> None:
    """Answer a request; with a `host` to send from, the person who asked gets a mail.

    Raises `ClaimError` for one's own request, and for one that was answered otherwise or by
    somebody else.
    """
    if by.id == claim.person_pk:
        raise ClaimError(N_("somebody else in the office has to answer your own request"))
    if (claim.is_theirs, claim.answered_by) == (is_theirs, by.id):
        return
    if claim.is_theirs is not None:
        raise ClaimError(N_("this request is answered already"))
    claim.is_theirs, claim.answered_at, claim.answered_by = is_theirs, now, by.id
    action = CONFIRMED if is_theirs else DECLINED
    public_id = _public_id(session, claim.credential_pk)
    _tell(session, by.id, action, public_id, claim.person_pk, now)
    if host is not None:
        queue.put(session, ANSWERED, claim.public_id, host=host, now=now)


def known(session: Session, public_id: str) -> ClaimRow | None:
    """Return the request with that id, or None."""
    return session.scalar(select(ClaimRow).where(ClaimRow.public_id == public_id))


def find(session: Session, public_id: str) -> ClaimRow:
    """Return the request with that id, locked until the commit."""
    which = select(ClaimRow).where(ClaimRow.public_id == public_id)
    return session.scalars(which.with_for_update()).one()


def open_ones(session: Session) -> Sequence[OpenClaim]:
    """Return the requests that wait for an answer, the oldest first."""
    return [OpenClaim(*row) for row in session.execute(_OPEN)]


_OPEN: Final = (
    select(
        ClaimRow.public_id,
        PersonRow.id,
        PersonRow.public_id,
        PersonRow.name,
        ApprovalRow.content,
        AchievementVersion.content,
        ApprovalRow.awarded_on,
    )
    .join(PersonRow, PersonRow.id == ClaimRow.person_pk)
    .join(CredentialRow, CredentialRow.id == ClaimRow.credential_pk)
    .join(ApprovalRow, ApprovalRow.id == CredentialRow.approval_pk)
    .join(AchievementVersion, AchievementVersion.id == ApprovalRow.achievement_version_id)
    .where(ClaimRow.is_theirs.is_(None))
    .order_by(ClaimRow.id)
)


def _public_id(session: Session, key: int) -> str:
    return session.scalars(select(CredentialRow.public_id).where(CredentialRow.id == key)).one()


def _tell(
    session: Session, by: int, action: str, public_id: str, person_pk: int, now: datetime
) -> None:
    details = {"person": audit.person(person_pk)}
    audit.record(
        session, by=audit.person(by), action=action, about=public_id, details=details, now=now
    )
