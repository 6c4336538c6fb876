"""Sessions: who is signed in, in which browser, until when (T29; E46).

The cookie holds a random token and the table its digest, so that a copy of the database signs
nobody in. A session ends after two weeks without use, and four weeks after the sign-in.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from issuer.home.settings import Settings
from issuer.people import acts
from issuer.people.register import new_id
from issuer.people.tables import ImportRow, KeptFormRow, PersonRow, SessionRow, SignInRow

IDLE: Final = timedelta(days=14)
"""An evaluator who comes back within two weeks goes on where she was."""
LONGEST: Final = timedelta(days=28)
FRESH: Final = timedelta(minutes=15)
"""How long after a sign-in what matters most may be done without another."""
KEPT: Final = timedelta(days=30)
"""How long an ended session is remembered, and a form that was sent too late."""
_SEEN: Final = timedelta(minutes=10)
_TOKEN_BYTES: Final = 32
_CSRF: Final = b"mintmark form "


def digest(token: str) -> bytes:
    """Return what the table holds of a token of 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


def begin(
    session: Session,
    person: PersonRow,
    *,
    device: str,
    way: str,
    replacing: str | None,
    now: datetime,
    since: datetime | None = None,
) -> str:
    """Sign a person in and return the token for the cookie; the session of `replacing` ends.

    `since` is when they proved who they are, where that was earlier.
    """
    if replacing:
        end(session, SessionRow.token == digest(replacing), now=now)
    forget(session, now=now)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    row = SessionRow(public_id=new_id(), token=digest(token), person_pk=person.id)
    row.device, row.way = device, way
    row.signed_in_at, row.seen_at = since or now, now
    row.ends_at = now + LONGEST
    session.add(row)
    session.flush()
    acts.tell(session, person, "signed-in", person, now=now, way=way)
    return token


def find(session: Session, token: str) -> SessionRow | None:
    """Return the session of a token, also one that ended; None if there is none."""
    whose = select(SessionRow).where(SessionRow.token == digest(token))
    return session.scalar(whose.options(joinedload(SessionRow.person)))


def is_open(row: SessionRow, *, now: datetime) -> bool:
    """Return whether a session has not ended, by itself or by somebody."""
    return row.ended_at is None and now < min(row.ends_at, row.seen_at + IDLE)


def is_fresh(row: SessionRow, *, now: datetime) -> bool:
    """Return whether its person signed in just now."""
    return now - row.signed_in_at < FRESH


def is_to_be_seen(row: SessionRow, *, now: datetime) -> bool:
    """Return whether its last use is to be written down: not at every page."""
    return now - row.seen_at >= _SEEN


def seen(session: Session, row: SessionRow, *, now: datetime) -> None:
    """Write down that a session is used now."""
    session.execute(update(SessionRow).where(SessionRow.id == row.id).values(seen_at=now))


def open_ones(session: Session, person_pk: int, *, now: datetime) -> Sequence[SessionRow]:
    """Return the open sessions of a person, the one used last first."""
    rows = select(SessionRow).where(
        SessionRow.person_pk == person_pk,
        SessionRow.ended_at.is_(None),
        SessionRow.ends_at > now,
        SessionRow.seen_at > now - IDLE,
    )
    return session.scalars(rows.order_by(SessionRow.seen_at.desc())).all()


def end(session: Session, *which: object, now: datetime) -> int:
    """End the open sessions of these conditions; return how many."""
    rows = session.scalars(select(SessionRow).where(SessionRow.ended_at.is_(None), *which)).all()  # type: ignore[arg-type]
    for row in rows:
        row.ended_at = now
    return len(rows)


def forget(session: Session, *, now: datetime) -> None:
    """Delete what ended long ago: sessions, requests to sign in, forms that nobody sent again."""
    for ends, table in (
        (SessionRow.ends_at, SessionRow),
        (SignInRow.created_at, SignInRow),
        (KeptFormRow.created_at, KeptFormRow),
        (ImportRow.created_at, ImportRow),
    ):
        session.execute(delete(table).where(ends < now - KEPT))


def form_token(settings: Settings, token: str) -> str:
    """Return what each form of a session carries; it holds as long as the session does."""
    secret = settings.secret_file.read_bytes()
    return hmac.new(secret, _CSRF + token.encode(), hashlib.sha256).hexdigest()


def is_form_token(settings: Settings, token: str, typed: str) -> bool:
    """Return whether a form was made in the session of `token`."""
    return hmac.compare_digest(form_token(settings, token).encode(), typed.encode())
