"""*Something is wrong here*: a holder says what, and it waits until the office has answered.

with issuer.database.writing() as session:
    reports.tell(session, public_id, name="Jordán Example", words="", now=now)
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased, joinedload

from issuer.audit import log as audit
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow
from issuer.outbox import queue
from issuer.sharing.holder.tables import ReportRow

TOLD: Final = "report.told"
SETTLED: Final = {True: "report.done", False: "report.declined"}
ANSWERED: Final = "answered"
PAGE: Final = 50
_WHOLE = select(ReportRow).options(
    joinedload(ReportRow.credential).joinedload(CredentialRow.approval)
)


def tell(
    session: Session, public_id: str, *, name: str | None, words: str, now: datetime
) -> ReportRow:
    """Store what the holder of a credential says, once; while one waits, it is that one that
    changes."""
    its = select(CredentialRow.id).where(CredentialRow.public_id == public_id)
    key = session.scalar(its.with_for_update())  # who tells twice at once makes one report
    row = session.scalar(_newest(public_id).with_for_update(of=ReportRow))
    if row is not None and (row.settled_at, row.name, row.words) == (None, name, words):
        return row
    if row is None or row.settled_at is not None:
        row = ReportRow(public_id=secrets.token_urlsafe(16), credential_pk=key)
        session.add(row)
    row.name, row.words, row.created_at = name, words, now
    audit.record(session, by=audit.HOLDER, action=TOLD, about=public_id, now=now)
    return row


def newest(session: Session, public_id: str) -> ReportRow | None:
    """Return what was said last of a credential, or of another revision of its approval."""
    return session.scalar(_newest(public_id))


def _newest(public_id: str) -> Select[ReportRow]:
    mine, same = aliased(ApprovalRow), aliased(ApprovalRow)
    asked = select(mine.id).join(CredentialRow, CredentialRow.approval_pk == mine.id)
    approval = asked.where(CredentialRow.public_id == public_id).scalar_subquery()
    rows = (
        select(ReportRow)
        .join(CredentialRow, ReportRow.credential_pk == CredentialRow.id)
        .join(same, CredentialRow.approval_pk == same.id)
        .join(mine, (mine.source == same.source) & (mine.approval_id == same.approval_id))
        .where(mine.id == approval)
    )
    return rows.order_by(ReportRow.id.desc()).limit(1)


def find(session: Session, report: str) -> ReportRow | None:
    """Return one report with its credential and approval."""
    return session.scalar(_WHOLE.where(ReportRow.public_id == report))


def locked(session: Session, report: str) -> ReportRow | None:
    """Return what `find` does; nobody else answers or changes it until the commit."""
    one = _WHOLE.where(ReportRow.public_id == report)
    return session.scalar(one.with_for_update(of=ReportRow))


def waiting(session: Session, visible: ColumnElement[bool]) -> Sequence[ReportRow]:
    """Return what waits for an answer, the oldest first, a page of it."""
    rows = _WHOLE.where(visible, ReportRow.settled_at.is_(None)).order_by(ReportRow.id)
    return session.scalars(rows.limit(PAGE)).all()


def settled(session: Session, visible: ColumnElement[bool]) -> Sequence[ReportRow]:
    """Return what was answered last, the newest first, a page of it."""
    rows = _WHOLE.where(visible, ReportRow.settled_at.is_not(None))
    return session.scalars(rows.order_by(ReportRow.settled_at.desc()).limit(PAGE)).all()


def settle(
    session: Session,
    row: ReportRow,
    *,
    is_done: bool,
    answer: str,
    led_to: str,
    host: str | None,
    by: str,
    now: datetime,
) -> None:
    """Answer what a holder said; a mail leads to the answer if there is a `host` to send from.

    `led_to` is the credential that the holder has now.
    """
    row.settled_at, row.is_done, row.answer = now, is_done, answer
    about = row.credential.public_id
    audit.record(session, by=by, action=SETTLED[is_done], about=about, now=now)
    if host is not None:
        queue.put(session, ANSWERED, led_to, host=host, now=now)
