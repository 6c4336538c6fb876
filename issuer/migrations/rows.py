"""What an upgrade does row by row, in batches: each is one commit, and the next run goes on."""

import json
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from issuer.database.database import Database
from issuer.issuance.approval import Approval, from_data
from issuer.issuance.records import search
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow, CredentialState

BATCH: Final = 200
_LEFT: Final = ApprovalRow.teacher.is_(None)
_ROWS: Final = (
    select(
        ApprovalRow.id,
        ApprovalRow.content,
        CredentialRow.id.label("credential"),
        CredentialRow.state,
        CredentialRow.to_sign,
        CredentialRow.json,
        CredentialRow.jwt,
        CredentialRow.to_share,
    )
    .join(CredentialRow, CredentialRow.approval_pk == ApprovalRow.id)
    .where(_LEFT)
    .order_by(ApprovalRow.id)
    .with_for_update()
)
_APPROVAL: Final = update(ApprovalRow).where(ApprovalRow.id == bindparam("key"))
_CREDENTIAL: Final = update(CredentialRow).where(CredentialRow.id == bindparam("key"))


def left(database: Database) -> int:
    """Return how many approvals cannot be found yet by what they are searched by."""
    with database.reading() as session:
        return session.scalar(select(func.count()).where(_LEFT)) or 0


def rearrange(database: Database, tell: Callable[[str], None]) -> None:
    """Fill the columns that older rows leave empty, and compress what older rows store.

    It may be stopped at any point and run again, also while a server of this version runs.
    `tell` gets a line for each hundredth part.
    """
    total, done = left(database), 0
    while count := _rearrange_batch(database):
        before, done = done, done + count
        if done * 100 // total > before * 100 // total or done == total:
            tell(f"{done:,} of {total:,} approvals are rearranged")


def _rearrange_batch(database: Database) -> int:
    with database.writing() as session:
        rows = session.connection().execute(_ROWS.limit(BATCH)).all()
        if rows:
            _store(session, rows)
    return len(rows)


def _store(session: Session, rows: Any) -> None:
    approvals: list[dict[str, Any]] = []
    credentials: list[dict[str, Any]] = []
    stored: list[tuple[int, Approval]] = []
    for row in rows:
        approval, document = from_data(json.loads(row.content)), json.loads(row.json or row.to_sign)
        stored.append((row.id, approval))
        approvals.append({"key": row.id} | search.of_approval(approval, document))
        to_sign = b"" if row.state == CredentialState.ISSUED else row.to_sign
        forms = {"to_sign": to_sign, "json": row.json, "jwt": row.jwt, "to_share": row.to_share}
        credentials.append({"key": row.credential} | forms | search.of_credential(document))
    search.store_addresses(session, stored)
    session.connection().execute(_APPROVAL, approvals)
    session.connection().execute(_CREDENTIAL, credentials)
