"""Status lists: indexes that are handed out once, and bits that are rows (P2, T36, T37)."""

import hmac
import secrets
from datetime import datetime
from functools import lru_cache

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer.issuance.records.tables import Revocation, StatusList
from verifier.checks import status_list

_ROUNDS = 8
_KEY_BYTES = 32
_TURN = 0x6D696E77
"""The advisory lock of who opens a list; any number does that nobody else uses."""
_OPEN = (
    select(StatusList)
    .where(~StatusList.closed)
    .order_by(StatusList.number)
    .limit(1)
    .with_for_update()
)


def reserve(session: Session, count: int, *, size: int, now: datetime) -> list[tuple[int, int]]:
    """Return `count` times the number of the open list and an index of it that nobody had before.

    The counter moves in the caller's transaction: what is rolled back was never seen. A list
    that is now full is closed; where none is open a new one of `size` entries is opened.
    """
    places: list[tuple[int, int]] = []
    while len(places) < count:
        row = open_list(session, size=size, now=now)
        end = min(row.next_place + count - len(places), row.size)
        for place in range(row.next_place, end):
            places.append((row.number, place_to_index(place, key=row.key, size=row.size)))
        row.next_place, row.closed = end, end == row.size
        session.flush()
    return places


def open_list(session: Session, *, size: int, now: datetime) -> StatusList:
    """Return the open list, which is a new one where there was none."""
    row = session.scalars(_OPEN).first()
    if row is None and session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_TURN)))
        row = session.scalars(_OPEN).first()  # another host may have opened one meanwhile
    if row is None:
        newest = session.scalar(select(func.max(StatusList.number))) or 0
        row = _new_list(session, newest + 1, size=size, now=now)
    return row


def close_all(session: Session, *, size: int, now: datetime) -> int:
    """Close every open list and open one that no copy of this database ever knew.

    For a database restored from a backup: the counter went back, but the indexes given out
    since are out in the world, and so may be lists that the backup does not know. The new
    number is the time in seconds, so it is above every number that was counted up to.
    """
    for row in session.scalars(select(StatusList).where(~StatusList.closed).with_for_update()):
        row.closed = True
    newest = session.scalar(select(func.max(StatusList.number))) or 0
    return _new_list(session, max(newest + 1, int(now.timestamp())), size=size, now=now).number


def _new_list(session: Session, number: int, *, size: int, now: datetime) -> StatusList:
    row = StatusList(
        number=number,
        size=size,
        key=secrets.token_bytes(_KEY_BYTES),
        next_place=0,
        closed=False,
        opened_at=now,
    )
    session.add(row)
    session.flush()
    return row


def revoke(session: Session, number: int, index: int, *, reason: str, now: datetime) -> bool:
    """Set one bit. Returns False if it was set already; its first reason stays."""
    if session.get(Revocation, (number, index)) is not None:
        return False
    session.add(Revocation(list_number=number, list_index=index, reason=reason, revoked_at=now))
    session.flush()
    return True


def bits(session: Session, row: StatusList) -> bytes:
    """Return the bits of a list, made anew from its rows."""
    rows = select(Revocation.list_index).where(Revocation.list_number == row.number)
    return status_list.with_bits(row.size, set(session.scalars(rows)))


def adopt(session: Session, number: int, published: bytes, *, now: datetime) -> int:
    """Set every bit of a published list that has no row, and return how many there were.

    After a restore the published file knows revocations that the backup does not; a list the
    backup has never seen is adopted as a closed one, so that it is still signed.
    """
    row = session.get(StatusList, number)
    if row is None:
        row = _new_list(session, number, size=len(published) * 8, now=now)
        row.closed = True
    known = bits(session, row)
    lost = [
        index
        for index in range(row.size)
        if status_list.bit(published, index) and not status_list.bit(known, index)
    ]
    reason = "revoked after the backup was made; taken from the published list"
    return sum(revoke(session, number, index, reason=reason, now=now) for index in lost)


def place_to_index(place: int, *, key: bytes, size: int) -> int:
    """Return where the `place`-th credential of a list stands: a permutation that `key` fixes.

    A Feistel network over the next power of four, walked until it lands inside the list
    (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", section 4). Neighbors in
    time are strangers in the list, and nothing has to be stored but the key.
    """
    half = ((size - 1).bit_length() + 1) // 2
    while True:
        place = _feistel(place, key, half)
        if place < size:
            return place


def _feistel(value: int, key: bytes, half: int) -> int:
    mask = (1 << half) - 1
    left, right = value >> half, value & mask
    for turn in range(_ROUNDS):
        left, right = right, left ^ (_mixed(key, turn, right) & mask)
    return left << half | right


@lru_cache(maxsize=8192)  # two lists of the usual size need 4096 each
def _mixed(key: bytes, turn: int, right: int) -> int:
    return int.from_bytes(hmac.digest(key, bytes([turn]) + right.to_bytes(8), "sha256")[:8])
