"""Receive approvals from outside, and look up what became of them."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Row, Select, bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased, joinedload

from contexts import CanonicalizationError
from issuer.catalog.tables import AchievementVersion
from issuer.home.issuer import Issuer
from issuer.issuance.approval import Approval
from issuer.issuance.door import approve, in_transaction, store
from issuer.issuance.finish import issue
from issuer.issuance.manage import Linked, manage_links, manage_tokens
from issuer.issuance.prepare import Arrived, Prepared
from issuer.issuance.problems import ConflictError, QuarantinedError, Refused
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow, CredentialState
from keys.signer import KeysError
from verifier import clock

log = logging.getLogger(__name__)


class ApprovalOutcome(StrEnum):
    """What became of an approval that was accepted."""

    ISSUED = "issued"
    ALREADY = "already"
    STORED = "stored"


@dataclass(frozen=True, slots=True)
class Received:
    """An accepted approval. There is a `manage_url` as soon as the credential is issued;
    `quarantined` says why it was held back, where it was. `superseded_by` is the credential of a
    later revision, which was issued; the holder's link leads there if it is the same person's."""

    outcome: ApprovalOutcome
    credential_id: str
    token: str
    manage_url: str | None = None
    quarantined: str | None = None
    superseded_by: str | None = None


def receive(
    issuer: Issuer, approval: Approval, *, source: str, event_id: str, now: datetime
) -> Received:
    """Store an approval and issue its credential.

    `STORED` says that the keys cannot be used now: the credential is prepared and will be
    signed later. Raises `Refused`, `ConflictError` and `UnavailableError` with nothing
    stored, or `QuarantinedError` and `UnavailableError` with the approval stored.
    """
    prepared = store(issuer, [Arrived(approval, event_id)], source=source, now=now)
    for held_back in _finish(issuer, prepared):
        raise held_back
    return _received(issuer, prepared)[0]


def approve_and_issue(
    issuer: Issuer, approval: Approval, *, source: str, by: str, now: datetime
) -> Received:
    """Issue what a person (`by`) approves here, as `receive` does for a message."""
    prepared = in_transaction(
        issuer,
        lambda session: approve(session, issuer, approval, source=source, by=by, now=now),
        now=now,
    )
    for held_back in _finish(issuer, [prepared]):
        raise held_back
    return _received(issuer, [prepared])[0]


def receive_all(
    issuer: Issuer, arrived: Sequence[Arrived], *, source: str, now: datetime
) -> list[Received | Exception]:
    """Store some approvals and issue their credentials, with two commits in all.

    An error that `receive` would raise for one of them stands in its place; the others are issued.
    Raises `UnavailableError`.
    """
    if len(arrived) > 1 and _repeats(arrived):
        return _receive_singly(issuer, arrived, source, now)
    try:
        prepared = store(issuer, arrived, source=source, now=now)
    except (Refused, ConflictError, CanonicalizationError, IntegrityError) as exc:
        if len(arrived) == 1:
            return [exc]
        return _receive_singly(issuer, arrived, source, now)
    _finish(issuer, prepared)
    return [*_received(issuer, prepared)]


def _repeats(arrived: Sequence[Arrived]) -> bool:
    approval_ids = {one.approval.approval_id for one in arrived}
    return min(len(approval_ids), len({one.event_id for one in arrived})) < len(arrived)


def _receive_singly(
    issuer: Issuer, arrived: Sequence[Arrived], source: str, now: datetime
) -> list[Received | Exception]:
    return [receive_all(issuer, [one], source=source, now=now)[0] for one in arrived]


def _finish(issuer: Issuer, prepared: Sequence[Prepared]) -> list[QuarantinedError]:
    try:
        # Not as of when it arrived: status lists may have been published since.
        return issue(issuer, [one.key for one in prepared], now=clock.now())
    except KeysError as exc:
        log.warning("stored and not signed: %s", exc)
        return []


def progress(issuer: Issuer, token: str) -> Received | None:
    """Return the state of the approval with that status token, or None."""
    for row in _brief(issuer, _BY_TOKEN, token=token):
        return _outcome(row, ApprovalOutcome.ALREADY, manage_links(issuer.settings))
    return None


def find(issuer: Issuer, public_id: str) -> CredentialRow | None:
    """Return an issued credential with its approval and achievement version, or None."""
    row = _one(issuer, CredentialRow.public_id == public_id)
    return row if row is not None and row.state == CredentialState.ISSUED else None


def newest(issuer: Issuer, public_id: str) -> CredentialRow | None:
    """Return an issued credential, or the one that took its place, if it is the same person's."""
    row = find(issuer, public_id)
    if row is not None and row.leads_on:
        row = _one(issuer, CredentialRow.id == row.superseded_by)
    return row


def managed(issuer: Issuer, token: str) -> CredentialRow | None:
    """Return the credential that a manage token opens; None if it is false or replaced.

    The token of one that leads on opens the one that took its place, until that has another link.
    """
    tokens = manage_tokens(issuer.settings)
    if named := tokens.read_signed(token):
        row = find(issuer, named[0])
        if row is None or named[1] != row.manage_generation:
            return None
    else:
        row = _one(issuer, CredentialRow.manage_hash == tokens.hashed(token))
        if row is None or row.state != CredentialState.ISSUED:
            return None
        if token != tokens.make(row.public_id, row.manage_generation):
            return None
    newer = newest(issuer, row.public_id)
    return newer if newer and newer.manage_generation == row.manage_generation else None


def _one(issuer: Issuer, which: ColumnElement[bool]) -> CredentialRow | None:
    credential = (
        select(CredentialRow)
        .join(CredentialRow.approval)
        .where(which)
        .options(
            joinedload(CredentialRow.approval)
            .joinedload(ApprovalRow.achievement_version)
            .joinedload(AchievementVersion.rubric_version)
        )
    )
    with issuer.database.reading() as session:
        return session.scalar(credential)


def _received(issuer: Issuer, prepared: Sequence[Prepared]) -> list[Received]:
    rows = _brief(issuer, _BY_KEY, keys=[one.key for one in prepared])
    by_key, link = {row.id: row for row in rows}, manage_links(issuer.settings)
    return [
        _outcome(by_key[key], ApprovalOutcome.ISSUED if new else ApprovalOutcome.ALREADY, link)
        for key, new in prepared
    ]


Brief: TypeAlias = Row[*tuple[Any, ...]]
BriefSelect: TypeAlias = Select[*tuple[Any, ...]]
_NEWER = aliased(CredentialRow)
_BRIEF = select(
    CredentialRow.id,
    CredentialRow.public_id,
    CredentialRow.state,
    CredentialRow.problem,
    CredentialRow.manage_generation,
    CredentialRow.manage_hash,
    ApprovalRow.token,
    CredentialRow.leads_on,
    _NEWER.public_id.label("newer"),
    _NEWER.manage_generation.label("newer_generation"),
    _NEWER.manage_hash.label("newer_hash"),
)
_BRIEF = _BRIEF.join(CredentialRow.approval).outerjoin(
    _NEWER, CredentialRow.superseded_by == _NEWER.id
)
_BY_KEY = _BRIEF.where(CredentialRow.id.in_(bindparam("keys", expanding=True)))
_BY_TOKEN = _BRIEF.where(ApprovalRow.token == bindparam("token"))


class _Newer(NamedTuple):
    """The columns of a credential's link: see `manage.Linked`."""

    public_id: str
    manage_generation: int
    manage_hash: bytes | None


def _brief(issuer: Issuer, which: BriefSelect, **values: object) -> Sequence[Brief]:
    """Return credentials without their bytes."""
    with issuer.database.reading() as session:
        return session.connection().execute(which, values).all()


def _outcome(row: Brief, issued: ApprovalOutcome, link: Callable[[Linked], str]) -> Received:
    done = row.state == CredentialState.ISSUED
    if row.newer is None:
        opens = link(row) if done else None
    else:
        newer = _Newer(row.newer, row.newer_generation, row.newer_hash)
        opens = link(newer) if row.leads_on else None
    return Received(
        outcome=issued if done or row.newer else ApprovalOutcome.STORED,
        credential_id=row.public_id,
        token=row.token,
        manage_url=opens,
        quarantined=row.problem,
        superseded_by=row.newer,
    )
