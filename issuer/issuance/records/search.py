"""What approvals and credentials are searched by, as columns of their tables.

select(ApprovalRow).where(ApprovalRow.teacher == fold("María Example"))
select(AddressRow.approval_pk).where(AddressRow.address == ascii_lower("Maria@school.example"))
"""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, insert, update
from sqlalchemy.orm import Session

from issuer.database.database import to_json
from issuer.drawing.serial import serial
from issuer.issuance.approval import Approval
from issuer.issuance.records.approval_tables import AddressRow, ApprovalRow

LONGEST: Final = 200
"""Characters of a name that are searched by: an index takes no longer ones on PostgreSQL."""


def fold(name: str) -> str:
    """Return `name` in the form that is searched: without accents, capitals and extra spaces."""
    letters = (c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join("".join(letters).casefold().split())[:LONGEST]


def has_name(column: Any, text: str) -> ColumnElement[bool]:
    """Return the condition that a folded name has a text in it, or each part of one that is written
    as “Example, Jordan”."""
    whole: ColumnElement[bool] = column.contains(fold(text), autoescape=True)
    parts = [fold(part) for part in text.split(",") if part.strip()]
    if len(parts) < 2:
        return whole
    return whole | and_(*(column.contains(part, autoescape=True) for part in parts))


def of_approval(approval: Approval, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of `ApprovalRow` by which an approval is found.

    `document` is its credential: the day of the award is the one that the credential shows.
    """
    return {
        "teacher": fold(approval.recipient.name),
        "awarded_on": date.fromisoformat(document["awardedDate"][:10]),
        "valid_until": approval.valid_until,
    }


def of_credential(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of `CredentialRow` by which a credential is found."""
    return {"serial": serial(document["id"])}


def store_addresses(session: Session, approvals: Iterable[tuple[int, Approval]]) -> None:
    """Store the addresses by which approvals are searched; each approval comes with its key."""
    rows = [
        {"approval_pk": key, "address": address}
        for key, approval in approvals
        for address in approval.recipient.emails
    ]
    if rows:
        session.connection().execute(_INSERT, rows)


def forget_addresses(session: Session, approval_pk: int) -> None:
    """Erase the addresses of one approval: the ones to search by, and those in its content.

    Its credential stays as it was signed, with salted hashes of them. The approval delivered
    again is still known by its digest.
    """
    session.execute(delete(AddressRow).where(AddressRow.approval_pk == approval_pk))
    row = session.get_one(ApprovalRow, approval_pk, with_for_update=True)
    data = json.loads(row.content)
    data["recipient"]["emails"] = []
    session.execute(
        update(ApprovalRow).where(ApprovalRow.id == approval_pk).values(content=to_json(data))
    )


_INSERT: Final = insert(AddressRow)
