"""Look up the names behind the numbers and ids of the log.

known = names.of(session, {"person:12", "x7…"})
known["person:12"].name
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.audit import log
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow
from issuer.people.tables import PersonRow


@dataclass(frozen=True, slots=True)
class NamedReference:
    """A person or a credential: its id in addresses, and its name; an erased person has none."""

    kind: str
    public_id: str
    name: str


def of(session: Session, references: Iterable[str]) -> dict[str, NamedReference]:
    """Return the name behind each reference; unknown references are left out."""
    asked = set(references)
    return {**dict(_people(session, asked)), **dict(_credentials(session, asked))}


def _people(session: Session, asked: set[str]) -> Iterator[tuple[str, NamedReference]]:
    keys = [int(text[7:]) for text in asked if text.startswith("person:") and text[7:].isdecimal()]
    people = select(PersonRow.id, PersonRow.public_id, PersonRow.name)
    for key, public_id, name in session.execute(people.where(PersonRow.id.in_(keys))):
        yield log.person(key), NamedReference("person", public_id, name)


def _credentials(session: Session, asked: set[str]) -> Iterator[tuple[str, NamedReference]]:
    rows = select(CredentialRow.public_id, ApprovalRow.content).join(CredentialRow.approval)
    for public_id, content in session.execute(rows.where(CredentialRow.public_id.in_(asked))):
        yield (
            public_id,
            NamedReference("credential", public_id, json.loads(content)["recipient"]["name"]),
        )
