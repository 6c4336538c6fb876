"""The audit log: acts are recorded in the transaction that does them, and chained by hashes.

record(session, by=COMMAND, action="credential.revoked", about=public_id, now=now)

An entry is `{number, at, actor, action, about, details, previous}`; its hash is the SHA-256 of that
as JSON with sorted names and no spaces, and stands in the next entry as `previous`.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import event, insert, select
from sqlalchemy.orm import Session

from contexts.json_types import Json
from issuer.audit.tables import AuditHeadRow, AuditRow

COMMAND: Final = "command"
"""Whoever sat at the terminal of this server."""
HOLDER: Final = "holder"
"""Whoever had the link of the credential that the entry is about."""
ISSUER: Final = "issuer"
"""This program, by itself."""
RESTORED: Final = "database.restored"
"""Entries were lost with a restored database: up to the one whose hash this is about."""
BATCH: Final = 1000
_WAITING: Final = "audit entries"


def source(name: str) -> str:
    """Return the actor for a source of approvals."""
    return f"source:{name}"


def person(key: int) -> str:
    """Return the actor for a person."""
    return f"person:{key}"


class Head(NamedTuple):
    """Number and hash of the newest entry."""

    number: int
    hash: str


START: Final = Head(0, hashlib.sha256(b"").hexdigest())
"""What the first entry names as the one before it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act, with its place in the chain."""

    number: int
    at: str
    actor: str
    action: str
    about: str
    details: Json | None
    previous: str

    @property
    def hash(self) -> str:
        """The SHA-256 of all members."""
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def record(
    session: Session,
    *,
    by: str,
    action: str,
    about: str,
    now: datetime,
    details: Json | None = None,
) -> None:
    """Add an entry to what `session` commits: the act and its entry are both there, or neither.

    `about` and `details` hold ids alone. The entry gets its number when all else is done, just
    before the commit: writers wait for each other as briefly as can be, and none for ever.
    """
    act = {"at": now.astimezone(UTC).replace(microsecond=0), "actor": by, "action": action}
    act |= {"about": about, "details": details}
    if session.in_nested_transaction():  # which may be undone alone
        _append(session, [act])
    else:
        session.info.setdefault(_WAITING, []).append(act)


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    if not session.in_nested_transaction() and (acts := session.info.pop(_WAITING, None)):
        session.flush()
        _append(session, acts)


def _append(session: Session, acts: Iterable[Mapping[str, Any]]) -> None:
    """Write entries behind the newest one, whose row is locked until the commit."""
    row = session.get_one(AuditHeadRow, 1, with_for_update=True, populate_existing=True)
    rows: list[dict[str, Any]] = []
    for act in acts:
        entry = entry_of({**act, "number": row.number + 1, "previous": row.hash})
        row.number, row.hash = entry.number, entry.hash
        rows.append({**act, "number": row.number, "previous": entry.previous, "hash": row.hash})
    session.connection().execute(insert(AuditRow), rows)
    session.flush()


def entry_of(values: Mapping[str, Any]) -> Entry:
    """Return the entry of a row's columns, without its hash."""
    at = f"{values['at'].astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return Entry(**{name: values[name] for name in Entry.__slots__} | {"at": at})


def head(session: Session) -> Head:
    """Return the newest entry as the head row names it."""
    row = session.get_one(AuditHeadRow, 1)
    return Head(row.number, row.hash)


def hash_of(session: Session, number: int) -> str | None:
    """Return the hash of an entry; None if there is none with that number."""
    known = select(AuditRow.hash).where(AuditRow.number == number)
    return START.hash if number == 0 else session.scalar(known)


def about(session: Session, id: str) -> list[Entry]:
    """Return every entry about one thing, oldest first."""
    rows = session.scalars(select(AuditRow).where(AuditRow.about == id).order_by(AuditRow.number))
    return [entry_of(vars(row)) for row in rows]


def entries(session: Session) -> Iterator[tuple[Entry, str]]:
    """Yield every entry by its number, each with the hash that is stored for it."""
    rows, after = select(AuditRow).order_by(AuditRow.number).limit(BATCH), -(2**31)
    while batch := session.scalars(rows.where(AuditRow.number > after)).all():
        yield from ((entry_of(vars(row)), row.hash) for row in batch)
        after = batch[-1].number
