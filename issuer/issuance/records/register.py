"""What was issued, to be found by name, address or serial number, and as a table.

for entry in entries(issuer, "Jordan"):
    print(entry.public_id, entry.name)
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final, TextIO

from sqlalchemy import select
from sqlalchemy.orm import load_only

from contexts.errors import MintmarkError
from issuer.drawing.serial import serial
from issuer.home import addresses
from issuer.home.issuer import Issuer
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow, CredentialState, Revocation

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_SHOWN: Final = 10
"""Of several that fit, so many are named."""
_WITHOUT_BYTES: Final = load_only(
    CredentialRow.public_id,
    CredentialRow.state,
    CredentialRow.serial,
    CredentialRow.list_number,
    CredentialRow.list_index,
)
"""The signed forms make up nearly all of a row, and nothing of them is listed."""


class NotOneError(MintmarkError):
    """No credential fits, or several do."""


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


def entries(issuer: Issuer, text: str = "") -> Iterator[RegisterEntry]:
    """Yield every credential, oldest first; with `text`, those whose name, e-mail address, page,
    id, serial number or approval id has it, without regard to case."""
    revoked = select(Revocation.list_number, Revocation.list_index)
    rows = select(CredentialRow, ApprovalRow).join(CredentialRow.approval).options(_WITHOUT_BYTES)
    with issuer.database.reading() as session:
        withdrawn = {tuple(place) for place in session.execute(revoked)}
        for row, approval in session.execute(rows.order_by(CredentialRow.id)):
            is_revoked = (row.list_number, row.list_index) in withdrawn
            entry = _entry(issuer, row, approval, is_revoked=is_revoked)
            if _fits(entry, text):
                yield entry


def _entry(
    issuer: Issuer, row: CredentialRow, approval: ApprovalRow, *, is_revoked: bool
) -> RegisterEntry:
    content = json.loads(approval.content)
    page = addresses.credential(issuer.settings, row.public_id)
    issued = row.state == CredentialState.ISSUED
    return RegisterEntry(
        public_id=row.public_id,
        state="revoked" if is_revoked and issued else row.state,
        name=content["recipient"]["name"],
        emails=" ".join(content["recipient"]["emails"]),
        achievement=content["achievement"].get("id") or content["achievement"].get("name", ""),
        approved_at=content["approved_at"],
        approval_id=approval.approval_id,
        source=approval.source,
        serial=row.serial or serial(page),
        page=f"{page}.html",
    )


def _fits(entry: RegisterEntry, text: str) -> bool:
    wanted = text.strip().casefold()
    sought = (entry.name, *entry.emails.split(), entry.page, entry.serial, entry.approval_id)
    return any(wanted in each.casefold() for each in sought)


def the_one(issuer: Issuer, text: str) -> str:
    """Return the id of the one credential that `text` names: by its address or the end of it, else
    by what `entries` looks for. Raises `NotOneError` for none or several, and names these."""
    public_id = text.rstrip("/").rpartition("/")[2].partition(".")[0]
    with issuer.database.reading() as session:
        exact = select(CredentialRow.public_id).where(CredentialRow.public_id == public_id)
        if known := session.scalar(exact):
            return known
    found = list(entries(issuer, text)) if text.strip() else []
    if len(found) == 1:
        return found[0].public_id
    if not found:
        raise NotOneError(f"no credential {text!r}", remedy="mintmark list")
    named = [f"{each.public_id}  {each.name}  {each.achievement}" for each in found[:_SHOWN]]
    message = "\n  ".join([f"{len(found)} credentials fit {text!r}; name one by its id:", *named])
    raise NotOneError(message)


def write_csv(found: Iterator[RegisterEntry], file: TextIO) -> None:
    """Write a table that a spreadsheet can open: a cell that would begin a formula there, such as
    a name that somebody else chose, begins with an apostrophe."""
    table = csv.writer(file)
    names = [field.name for field in fields(RegisterEntry)]
    table.writerow(names)
    table.writerows([_plain(getattr(entry, name)) for name in names] for entry in found)


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
