"""Which credentials will end soon, so that their holders can be told: each once, and in time."""

from datetime import datetime, timedelta
from typing import Final, TypeAlias

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from issuer.home.issuer import Issuer
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow, CredentialState
from issuer.outbox import queue

_AT_ONCE: Final = 500
_Ending: TypeAlias = Select[int, str, datetime | None, datetime | None]


def look(issuer: Issuer, now: datetime) -> None:
    """Put a message into the outbox for each credential that ends within `mail.ending_days`.

    A credential that was issued within those days gets none: the mail that it is ready names the
    day.
    """
    mail = issuer.settings.mail
    if mail is None or not mail.ending_days:
        return
    before = timedelta(days=mail.ending_days)
    while _some_are_left(issuer, _ending(now, before)):
        with issuer.database.writing() as session:
            _put(session, issuer, now, before)


def _ending(now: datetime, before: timedelta) -> _Ending:
    return (
        select(
            CredentialRow.id,
            CredentialRow.public_id,
            CredentialRow.issued_at,
            ApprovalRow.valid_until,
        )
        .join(CredentialRow.approval)
        .where(
            ApprovalRow.valid_until > now,
            ApprovalRow.valid_until <= now + before,
            CredentialRow.state == CredentialState.ISSUED,
            CredentialRow.ending_told_at.is_(None),
        )
        .limit(_AT_ONCE)
    )


def _some_are_left(issuer: Issuer, ending: _Ending) -> bool:
    """Look before locking: most looks find nothing, and on SQLite a lock keeps others waiting."""
    with issuer.database.reading() as session:
        return session.execute(ending.limit(1)).first() is not None


def _put(session: Session, issuer: Issuer, now: datetime, before: timedelta) -> None:
    rows = session.execute(_ending(now, before).with_for_update(of=CredentialRow)).all()
    for row in rows:
        if row.issued_at <= row.valid_until - before:
            queue.put(session, "ending", row.public_id, host=issuer.settings.host, now=now)
    these = CredentialRow.id.in_([row.id for row in rows])
    session.execute(update(CredentialRow).where(these).values(ending_told_at=now))
