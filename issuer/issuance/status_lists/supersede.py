"""A corrected credential takes the place of the earlier revisions of its approval (D19)."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, aliased

from issuer.audit import log as audit
from issuer.home.issuer import Issuer
from issuer.issuance.approval import from_data
from issuer.issuance.records.approval_tables import ApprovalRow, revises
from issuer.issuance.records.tables import UNFINISHED, CredentialRow, CredentialState, DecisionRow
from issuer.issuance.status_lists import lists, places
from verifier.checks.recipient import folded_address

SUPERSEDED: Final = "credential.superseded"
CORRECTED: Final = "It was corrected, and another credential stands in its place."
"""The public reason for revoking a credential that leads on to its correction. Others get none."""
_NEW, _OLD = aliased(ApprovalRow), aliased(ApprovalRow)


class _Earlier(NamedTuple):
    id: int
    public_id: str
    list_number: int
    list_index: int
    manage_generation: int
    content: bytes
    new_content: bytes


_EARLIER: Final = (
    select(
        CredentialRow.id,
        CredentialRow.public_id,
        CredentialRow.list_number,
        CredentialRow.list_index,
        CredentialRow.manage_generation,
        _OLD.content,
        _NEW.content,
    )
    .join(_OLD, CredentialRow.approval_pk == _OLD.id)
    .join(_NEW, revises(_NEW, _OLD))
    .order_by(_OLD.revision.desc())
    .with_for_update(of=CredentialRow)
)


def take_over(session: Session, key: int, public_id: str, *, by: str, now: datetime) -> int | None:
    """Put the credential that is issued now in the place of every earlier revision.

    These are revoked. Those of the same person, who has an address or a DID in both, lead on, and
    the holder's choices stand on the new one. Return the generation of the link that the newest of
    these has, for the new one to have as well; None if there is none.
    """
    mine = select(CredentialRow.approval_pk).where(CredentialRow.id == key).scalar_subquery()
    earlier = [_Earlier(*row) for row in session.execute(_EARLIER.where(_NEW.id == mine))]
    same = [old for old in earlier if is_one_person(old.content, old.new_content)]
    for old in earlier:
        _withdraw(session, old, by=key, leads_on=old in same, now=now)
        details = {"by": public_id}
        audit.record(
            session, by=by, action=SUPERSEDED, about=old.public_id, details=details, now=now
        )
    if not same:
        return None
    _hand_over_choices(session, same[0], key)
    return same[0].manage_generation


def _withdraw(
    session: Session, earlier: _Earlier, *, by: int, leads_on: bool, now: datetime
) -> None:
    session.execute(
        update(CredentialRow)
        .where(CredentialRow.id == earlier.id)
        .values(superseded_by=by, leads_on=leads_on)
    )
    session.execute(
        update(CredentialRow)
        .where(CredentialRow.id == earlier.id, UNFINISHED)
        .values(state=CredentialState.SUPERSEDED)
    )
    reason = CORRECTED if leads_on else ""
    places.revoke(session, earlier.list_number, earlier.list_index, reason=reason, now=now)


def _hand_over_choices(session: Session, earlier: _Earlier, key: int) -> None:
    chosen = session.get(DecisionRow, earlier.id)
    if chosen is not None:
        columns = {column.key: getattr(chosen, column.key) for column in DecisionRow.__mapper__.c}
        session.execute(insert(DecisionRow).values(columns | {"credential_pk": key}))


def is_one_person(content: bytes, other: bytes) -> bool:
    """Return whether two approvals are of one person: an address or a DID stands in both (D19)."""
    one, two = (from_data(json.loads(text)).recipient for text in (content, other))
    return not {*map(folded_address, one.emails), one.did}.isdisjoint(
        {*map(folded_address, two.emails), two.did or ""}
    )


def publish(issuer: Issuer, keys: Sequence[int], *, now: datetime) -> None:
    """Publish the revocations that came with issuing these credentials, where that is not done.

    Raises `KeysError`, and `OSError` for a disk that cannot be written.
    """
    old = select(CredentialRow.list_number, CredentialRow.list_index)
    with issuer.database.reading() as session:
        withdrawn = session.execute(old.where(CredentialRow.superseded_by.in_(keys))).all()
    for number in {number for number, index in withdrawn}:
        lists.publish_if_missing(issuer, number, {i for n, i in withdrawn if n == number}, now=now)
