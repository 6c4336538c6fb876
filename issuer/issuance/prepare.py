"""Receive an approval: event, approval and prepared credential are committed together, once.

One transaction holds all of it, so an approval that was acknowledged has its id, its status
index and the exact document that will be signed; and one that failed has left nothing. The
unique constraints do the rest: a second request finds what the first one committed.
"""

import base64
import json
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import BindParameter, bindparam, insert, select
from sqlalchemy.orm import Session

from issuer.audit import log as audit
from issuer.catalog import versions
from issuer.catalog.achievement import Achievement, FrameworkItem, Rubric
from issuer.catalog.tables import AchievementVersion
from issuer.database.database import to_json
from issuer.home.issuer import Issuer
from issuer.home.link_tokens import LinkTokens
from issuer.home.settings import PROGRAM
from issuer.issuance import rules
from issuer.issuance.approval import Approval, Chosen, Proposed, from_data
from issuer.issuance.build import Reservation, build
from issuer.issuance.manage import manage_tokens
from issuer.issuance.problems import ConflictError, Refused
from issuer.issuance.records import search
from issuer.issuance.records.approval_tables import ApprovalRow, EventRow
from issuer.issuance.records.tables import CredentialRow, CredentialState
from issuer.issuance.status_lists import places

APPROVED: Final = "credential.approved"
_RANDOM_BYTES = 16
"""128 bits: an address nobody guesses, a salt nobody has a table for (D14)."""


Row = dict[str, Any]

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_APPROVALS = (
    select(
        ApprovalRow.approval_id,
        ApprovalRow.revision,
        ApprovalRow.id,
        CredentialRow.id,
        ApprovalRow.digest,
        ApprovalRow.content,
    )
    .join(CredentialRow, CredentialRow.approval_pk == ApprovalRow.id)
    .where(ApprovalRow.source == bindparam("source"), ApprovalRow.approval_id.in_(_IDS))
)
_EVENTS = (
    select(EventRow.event_id, ApprovalRow.digest, ApprovalRow.content)
    .join(EventRow.approval)
    .where(EventRow.source == bindparam("source"), EventRow.event_id.in_(_IDS))
)
_Table = type[ApprovalRow | EventRow | CredentialRow]
_TABLES: tuple[_Table, ...] = (ApprovalRow, EventRow, CredentialRow)
_INSERTS = {
    table: insert(table).returning(table.id, sort_by_parameter_order=True) for table in _TABLES
}


class Arrived(NamedTuple):
    """An approval and the id of the event that brought it; None for one that comes from inside.

    `by` is who acts, for the audit log, where it is not the source itself.
    """

    approval: Approval
    event_id: str | None = None
    by: str | None = None


class Prepared(NamedTuple):
    """The key of the credential of an approval, and whether it is a new one."""

    key: int
    new: bool


def prepare(
    session: Session, issuer: Issuer, arrived: Sequence[Arrived], *, source: str, now: datetime
) -> list[Prepared]:
    """Store some approvals with their events and prepared credentials; return a `Prepared` for
    each.

    The same approval again, under whichever event id, is the credential it was. Raises
    `Refused` and `ConflictError`.
    """
    known = _known(session, arrived, source, now)
    new = [one for one, key in zip(arrived, known, strict=True) if key is None]
    keys = iter(_new(session, issuer, new, source, now))
    return [Prepared(next(keys) if key is None else key, key is None) for key in known]


def _known(
    session: Session, arrived: Sequence[Arrived], source: str, now: datetime
) -> list[int | None]:
    """Return the credential of each approval that is there already, noting the new event ids."""
    ids = [one.approval.approval_id for one in arrived]
    event_ids = [one.event_id for one in arrived if one.event_id]
    execute = session.connection().execute
    there = execute(_APPROVALS, {"source": source, "ids": ids})
    approvals: dict[str, dict[int, _Stored]] = {}
    for name, revision, row, key, digest, text in there:
        approvals.setdefault(name, {})[revision] = _Stored(row, key, digest, text)
    seen = execute(_EVENTS, {"source": source, "ids": event_ids})
    events = {name: (digest, text) for name, digest, text in seen}
    keys: list[int | None] = []
    for approval, event_id, _ in arrived:
        # Named first where both differ: who corrects an approval needs to hear of this one.
        stored = _same(approval, approvals.get(approval.approval_id, {}))
        if event_id in events and not _is_same(approval, *events[event_id]):
            raise ConflictError("event_id")
        if stored is not None and event_id and event_id not in events:
            _insert(session, EventRow, [_event(source, event_id, stored.approval, now)])
        keys.append(stored and stored.credential)
    return keys


class _Stored(NamedTuple):
    """One revision that is there: keys of its approval and credential, digest and content."""

    approval: int
    credential: int
    digest: str
    content: bytes


def _same(approval: Approval, revisions: Mapping[int, _Stored]) -> _Stored | None:
    """Return the stored revision that `approval` repeats; None if it is the next one (D19).

    Raises `ConflictError` if it is neither, and `Refused` for a correction without a reason.
    """
    newest = max(revisions, default=0)
    stored = revisions.get(approval.revision)
    if stored is None and approval.revision == newest + 1:
        if newest and not approval.reason:
            raise Refused([rules.no_reason(approval.revision)])
        return None
    if stored is None or not _is_same(approval, stored.digest, stored.content):
        raise ConflictError("approval_id", newest=newest)
    return stored


def _is_same(approval: Approval, digest: str, content: bytes) -> bool:
    """Whether an approval is the one stored with this digest and content.

    The digest of an older row was made of its times as they were written, not of their instants.
    """
    return digest == approval.digest or from_data(json.loads(content)).digest == approval.digest


def _new(
    session: Session, issuer: Issuer, arrived: Sequence[Arrived], source: str, now: datetime
) -> list[int]:
    """Store events, approvals and the prepared credentials; return the keys of the last."""
    now = now.replace(microsecond=0)
    size = issuer.settings.status_list_size
    chosen = {one.approval.achievement for one in arrived}
    rows = {choice: _catalog_version(session, choice, now) for choice in chosen}
    # A project of the program goes on to its end; so does a correction.
    gone = versions.retired(session) if source != PROGRAM else set()
    for approval, *_ in arrived:
        choice = approval.achievement
        if isinstance(choice, Chosen) and choice.id in gone and approval.revision == 1:
            raise Refused([rules.retired(choice)])
        if flaws := rules.flaws(approval, rows[choice][1].rubric, now=now):
            raise Refused(flaws)
    reservations = places.reserve(session, len(arrived), size=size, now=now)
    tokens = manage_tokens(issuer.settings)
    approvals: list[Row] = []
    credentials: list[Row] = []
    for (approval, _, by), place in zip(arrived, reservations, strict=True):
        version, achievement = rows[approval.achievement]
        reserved = _reservation(*place, now)
        document = build(approval, achievement, settings=issuer.settings, reserved=reserved)
        found_by = search.of_approval(approval, document)
        approvals.append(_approval(approval, source, version, now) | found_by)
        credentials.append(_credential(document, reserved, tokens))
        actor, about = by or audit.source(source), reserved.public_id
        audit.record(session, by=actor, action=APPROVED, about=about, now=now)
    keys = _insert(session, ApprovalRow, approvals)
    events = [
        _event(source, one.event_id, key, now)
        for one, key in zip(arrived, keys, strict=True)
        if one.event_id
    ]
    _insert(session, EventRow, events)
    search.store_addresses(
        session, [(key, one.approval) for one, key in zip(arrived, keys, strict=True)]
    )
    for row, key in zip(credentials, keys, strict=True):
        row["approval_pk"] = key
    return _insert(session, CredentialRow, credentials)


def _approval(approval: Approval, source: str, version: int, now: datetime) -> Row:
    return {
        "source": source,
        "approval_id": approval.approval_id,
        "revision": approval.revision,
        "token": _address(),
        "digest": approval.digest,
        "content": approval.content,
        "achievement_version_id": version,
        "received_at": now,
    }


def _event(source: str, event_id: str, approval: int, now: datetime) -> Row:
    return {
        "source": source,
        "event_id": event_id,
        "approval_pk": approval,
        "received_at": now,
    }


def _credential(document: Mapping[str, Any], reserved: Reservation, tokens: LinkTokens) -> Row:
    return {
        "public_id": reserved.public_id,
        "list_number": reserved.list_number,
        "list_index": reserved.list_index,
        "state": CredentialState.PREPARED,
        "document": to_json(document),
        "prepared_at": reserved.at,
        "manage_hash": tokens.hashed(tokens.make(reserved.public_id, 0)),
    } | search.of_credential(document)


def _insert(session: Session, table: _Table, rows: list[Row]) -> list[int]:
    """Insert rows in one statement and return their keys, in the same order."""
    if not rows:
        return []
    return list(session.connection().execute(_INSERTS[table], rows).scalars())


def _reservation(number: int, index: int, now: datetime) -> Reservation:
    return Reservation(
        public_id=_address(),
        list_number=number,
        list_index=index,
        anonymous_id=f"urn:uuid:{uuid.uuid4()}",
        salt=_random(),
        at=now,
    )


def _catalog_version(
    session: Session, choice: Chosen | Proposed, now: datetime
) -> tuple[int, Achievement]:
    """Return the primary key and the content of the catalog version an approval refers to."""
    row = _achievement_version(session, choice, now)
    return row.id, versions.read(row)


def _achievement_version(
    session: Session, choice: Chosen | Proposed, now: datetime
) -> AchievementVersion:
    """Return the version that was chosen; a teacher's own idea becomes a new one (R20)."""
    if isinstance(choice, Chosen):
        row = versions.find(session, choice.id, choice.version)
        if row is None:
            known = versions.find(session, choice.id) is not None
            raise Refused([rules.unknown(choice, field="data.achievement", id_known=known)])
        return row
    return versions.propose(
        session,
        name=choice.name,
        description=choice.description,
        criteria=choice.criteria,
        rubric=_rubric(session, choice.rubric),
        in_language=choice.in_language,
        tags=choice.tags,
        alignments=[FrameworkItem(**asdict(alignment)) for alignment in choice.alignments],
        now=now,
    )


def _rubric(session: Session, choice: Chosen) -> Rubric:
    rubric = versions.find_rubric(session, choice.id, choice.version)
    if rubric is None:
        known = versions.find_rubric(session, choice.id) is not None
        raise Refused([rules.unknown(choice, field="data.achievement.rubric", id_known=known)])
    return rubric


def _address() -> str:
    """Return 128 random bits that do not begin like an option of a command line (`-x…`)."""
    while (text := _random()).startswith("-"):
        pass
    return text


def _random() -> str:
    """Return 128 random bits as 22 characters."""
    return base64.urlsafe_b64encode(secrets.token_bytes(_RANDOM_BYTES)).rstrip(b"=").decode()
