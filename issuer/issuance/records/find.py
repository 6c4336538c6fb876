"""Search credentials by what people know about them, a page at a time or all at once.

    listed = find.page(session, settings, Query(teacher="maria"), now=now)
    listed.entries, listed.total
    find.page(session, settings, Query(teacher="maria"), now=now, after=listed.after)

What the visitor may see is a condition of the caller: `Query(where=…)`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    tuple_,
    union,
)
from sqlalchemy.orm import Session

from issuer.catalog.tables import AchievementVersion
from issuer.drawing.serial import serial
from issuer.home import addresses
from issuer.home.settings import Settings
from issuer.issuance.records.approval_tables import AddressRow, ApprovalRow
from issuer.issuance.records.search import has_name
from issuer.issuance.records.tables import CredentialRow, CredentialState, Revocation
from verifier.checks.recipient import ascii_lower

SIZE: Final = 50
BATCH: Final = 2000
COUNTED: Final = 10_000
"""The count stops here: to count a million takes a database longer than to find a page of them."""


class ListedState(StrEnum):
    """What a credential is now, beside the states of one that is not issued yet."""

    ISSUED = "issued"
    ENDED = "ended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


class Sort(StrEnum):
    """In which order credentials are listed."""

    STORED = "stored"
    """As they came, the oldest first. Also those that `mintmark migrate` has not come to."""
    NEWEST = "newest"
    TEACHER = "teacher"


@dataclass(frozen=True, slots=True)
class Query:
    """What to search for: a credential must fit everything that is set. An empty query finds all.

    `teacher`, `address` and `approval_id` are parts of what is stored, without regard to case and
    accents. `text` is a part of any of these, or a whole serial number or id. `achievement` is an
    id, whatever the version. The days are those of the award, both included. `where` is a further
    condition on `ApprovalRow` and `CredentialRow`.
    """

    text: str = ""
    teacher: str = ""
    address: str = ""
    achievement: str = ""
    awarded_from: date | None = None
    awarded_until: date | None = None
    state: str = ""
    serial: str = ""
    approval_id: str = ""
    public_id: str = ""
    where: ColumnElement[bool] | None = None
    sort: Sort = Sort.NEWEST


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One credential as an administrator looks for it."""

    public_id: str
    state: str
    name: str
    emails: str
    achievement: str
    approved_at: str
    approval_id: str
    source: str
    serial: str
    page: str
    revision: int

    @property
    def approved(self) -> datetime:
        """When it was approved, at the offset that the approval names."""
        return datetime.fromisoformat(self.approved_at)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of results, how many there are in all, and the id that the next page comes after.

    `total` is counted up to `COUNTED`; if there are more, it is one more than that.
    """

    entries: tuple[RegisterEntry, ...]
    total: int
    after: str | None


def page(
    session: Session,
    settings: Settings,
    query: Query,
    *,
    now: datetime,
    after: str = "",
    size: int = SIZE,
) -> Page:
    """Return the credentials that fit, at most `size`, behind the one whose id is `after`."""
    fits = _fits(query, now)
    some = select(literal(1)).select_from(_JOINED).where(*fits).limit(COUNTED + 1)
    total = session.scalar(select(func.count()).select_from(some.subquery())) or 0
    rows = _rows(session, query, fits, now, after, size + 1)
    entries = tuple(_entry(settings, row) for row in rows[:size])
    return Page(entries, total, entries[-1].public_id if len(rows) > size else None)


def every(
    session: Session, settings: Settings, query: Query, *, now: datetime
) -> Iterator[RegisterEntry]:
    """Yield all credentials that fit, however many: a batch at a time is in memory."""
    fits, after = _fits(query, now), ""
    while rows := _rows(session, query, fits, now, after, BATCH):
        for row in rows:
            yield _entry(settings, row)
        if len(rows) < BATCH:
            return
        after = rows[-1].public_id


_REVOKED: Final = (Revocation.list_number == CredentialRow.list_number) & (
    Revocation.list_index == CredentialRow.list_index
)
_JOINED: Final = (
    CredentialRow.__table__.join(ApprovalRow.__table__, CredentialRow.approval_pk == ApprovalRow.id)
    .join(
        AchievementVersion.__table__,
        ApprovalRow.achievement_version_id == AchievementVersion.id,
    )
    .outerjoin(Revocation.__table__, _REVOKED)
)
_SORTS: Final[dict[Sort, tuple[Any, bool]]] = {
    Sort.STORED: (CredentialRow.id, False),
    Sort.NEWEST: (ApprovalRow.awarded_on, True),
    Sort.TEACHER: (ApprovalRow.teacher, False),
}
"""The column of each order, and whether the largest comes first."""


def _state(now: datetime) -> ColumnElement[str]:
    issued = CredentialRow.state == CredentialState.ISSUED
    return case(
        (CredentialRow.superseded_by.is_not(None), ListedState.SUPERSEDED),
        (and_(issued, Revocation.list_index.is_not(None)), ListedState.REVOKED),
        (and_(issued, ApprovalRow.valid_until <= now), ListedState.ENDED),
        else_=CredentialRow.state,
    )


def _is(state: str, now: datetime) -> ColumnElement[bool]:
    """Return what `_state` says, as a condition that databases can estimate."""
    superseded, revoked = (
        CredentialRow.superseded_by.is_not(None),
        Revocation.list_index.is_not(None),
    )
    ended = and_(ApprovalRow.valid_until.is_not(None), ApprovalRow.valid_until <= now)
    issued = and_(CredentialRow.state == CredentialState.ISSUED, ~superseded)
    known: dict[str, ColumnElement[bool]] = {
        ListedState.SUPERSEDED: superseded,
        ListedState.REVOKED: and_(issued, revoked),
        ListedState.ENDED: and_(issued, ~revoked, ended),
        ListedState.ISSUED: and_(issued, ~revoked, or_(ApprovalRow.valid_until.is_(None), ~ended)),
    }
    return known.get(state, and_(CredentialRow.state == state, ~superseded))


def _rows(
    session: Session,
    query: Query,
    fits: list[ColumnElement[bool]],
    now: datetime,
    after: str,
    size: int,
) -> list[Row[*tuple[Any, ...]]]:
    column, falling = _SORTS[query.sort]
    rows: Select[*tuple[Any, ...]] = select(
        CredentialRow.public_id,
        CredentialRow.serial,
        _state(now).label("standing"),
        ApprovalRow.approval_id,
        ApprovalRow.revision,
        ApprovalRow.source,
        ApprovalRow.content,
        column.label("place"),
    )
    rows = rows.select_from(_JOINED).where(*fits, column.is_not(None))
    if after:
        place = select(column, CredentialRow.id).select_from(_JOINED)
        position = session.execute(place.where(CredentialRow.public_id == after)).first()
        if position is None:
            return []
        here, there = tuple_(column, CredentialRow.id), tuple_(*map(literal, position))
        rows = rows.where(here < there if falling else here > there)
    order = [key.desc() if falling else key.asc() for key in (column, CredentialRow.id)]
    return list(session.execute(rows.order_by(*order).limit(size)))


def _fits(query: Query, now: datetime) -> list[ColumnElement[bool]]:
    """Return what a row has to fulfill."""
    conditions: list[tuple[object, ColumnElement[bool] | None]] = [
        (query.text.strip(), _anywhere(query.text.strip())),
        (query.teacher, has_name(ApprovalRow.teacher, query.teacher)),
        (query.address, _has_address(query.address)),
        (query.achievement, AchievementVersion.achievement_id == query.achievement),
        (query.awarded_from, ApprovalRow.awarded_on >= (query.awarded_from or date.min)),
        (query.awarded_until, ApprovalRow.awarded_on <= (query.awarded_until or date.max)),
        (query.state, _is(query.state, now)),
        (query.serial, CredentialRow.serial == query.serial.strip().upper()),
        (query.approval_id, _part(func.lower(ApprovalRow.approval_id), query.approval_id.lower())),
        (query.public_id, CredentialRow.public_id == query.public_id),
        (query.where is not None, query.where),
    ]
    return [condition for wanted, condition in conditions if wanted and condition is not None]


def _anywhere(text: str) -> ColumnElement[bool]:
    """Return the condition as a set of approvals: each part is read from an index of its own."""
    approvals = select(ApprovalRow.id)
    credentials = select(CredentialRow.approval_pk)
    return ApprovalRow.id.in_(
        union(
            approvals.where(has_name(ApprovalRow.teacher, text)),
            approvals.where(_part(func.lower(ApprovalRow.approval_id), text.lower())),
            _with_address(text),
            credentials.where(CredentialRow.serial == text.upper()),
            credentials.where(CredentialRow.public_id == text),
        )
    )


def _has_address(text: str) -> ColumnElement[bool]:
    return ApprovalRow.id.in_(_with_address(text))


def _with_address(text: str) -> Select[int]:
    known = _part(AddressRow.address, ascii_lower(text.strip()))
    return select(AddressRow.approval_pk).where(known)


def _part(column: Any, text: str) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = column.contains(text, autoescape=True)
    return condition


def _entry(settings: Settings, row: Row[*tuple[Any, ...]]) -> RegisterEntry:
    content = json.loads(row.content)
    address = addresses.credential(settings, row.public_id)
    return RegisterEntry(
        public_id=row.public_id,
        state=row.standing,
        name=content["recipient"]["name"],
        emails=" ".join(content["recipient"]["emails"]),
        achievement=content["achievement"].get("id") or content["achievement"].get("name", ""),
        approved_at=content["approved_at"],
        approval_id=row.approval_id,
        source=row.source,
        serial=row.serial or serial(address),
        page=f"{address}.html",
        revision=row.revision,
    )
