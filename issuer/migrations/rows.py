"""The row-by-row part of an upgrade, in batches: each is one commit, and the next run resumes."""

import json
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, select, text, update
from sqlalchemy.orm import Session

from issuer.database.database import Database
from issuer.issuance.approval import Approval, from_data
from issuer.issuance.records import forms, search
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow

BATCH: Final = 200
_LEFT: Final = ApprovalRow.teacher.is_(None)
_ROWS: Final = (
    select(
        ApprovalRow.id,
        ApprovalRow.content,
        CredentialRow.id.label("credential"),
        CredentialRow.document,
        CredentialRow.json_end,
        CredentialRow.jwt_end,
        CredentialRow.to_share_end,
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
    total, done, last = left(database), 0, 0
    if total:
        _count_anew(database)
    while ids := _rearrange_batch(database, after=last):
        before, done, last = done, done + len(ids), ids[-1]
        if done * 100 // total > before * 100 // total or done == total:
            tell(f"{done:,} of {total:,} approvals are rearranged")


def _count_anew(database: Database) -> None:
    """Let PostgreSQL know how many rows are left: of a column that was just added it supposes few,
    and would sort all of them for each batch."""
    if database.engine.dialect.name == "postgresql":
        with database.writing() as session:
            session.execute(text(f"ANALYZE {ApprovalRow.__tablename__}"))


def _rearrange_batch(database: Database, *, after: int) -> list[int]:
    """Rearrange the next rows and return their ids; none before `after` is looked at again."""
    with database.writing() as session:
        rows = session.connection().execute(_next_rows(after)).all()
        if rows:
            _store(session, rows)
    return [row.id for row in rows]


def _next_rows(after: int) -> Select[*tuple[Any, ...]]:
    """Return the statement for the next batch. Each table is told where to begin: PostgreSQL may
    read both from there in their order."""
    begin = (ApprovalRow.id > after, CredentialRow.approval_pk > after)
    return _ROWS.where(*begin).limit(BATCH)


def _store(session: Session, rows: Any) -> None:
    approvals: list[dict[str, Any]] = []
    credentials: list[dict[str, Any]] = []
    stored: list[tuple[int, Approval]] = []
    for row in rows:
        approval = from_data(json.loads(row.content))
        document = json.loads(row.document or row.json)
        stored.append((row.id, approval))
        approvals.append({"key": row.id} | search.of_approval(approval, document))
        ends = forms.columns(row.document, row.json, row.jwt, row.to_share)
        columns = {"document": row.document} | ends | search.of_credential(document)
        credentials.append({"key": row.credential} | columns)
    search.store_addresses(session, stored)
    session.connection().execute(_APPROVAL, approvals)
    session.connection().execute(_CREDENTIAL, credentials)
