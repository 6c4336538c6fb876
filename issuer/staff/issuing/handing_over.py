"""The teachers' links of credentials just issued, for an office that hands them over itself.

for one in show_links(session, settings, public_ids, by=actor, now=now):
    one.name, one.link
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.audit import log
from issuer.home.settings import Settings
from issuer.issuance.manage import manage_links
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow, CredentialState

LINK_SHOWN: Final = "credential.link-shown"


class TeacherLink(NamedTuple):
    """Whose credential it is, and the address where she decides about it."""

    public_id: str
    name: str
    address: str
    link: str


def show_links(
    session: Session, settings: Settings, public_ids: Sequence[str], *, by: str, now: datetime
) -> Sequence[TeacherLink]:
    """Return the teacher's link of each credential that is issued, in the order of `public_ids`,
    and write down that `by` was shown it."""
    rows = (
        select(CredentialRow, ApprovalRow.content)
        .join(CredentialRow.approval)
        .where(CredentialRow.public_id.in_(public_ids))
        .where(CredentialRow.state == CredentialState.ISSUED)
    )
    link_of = manage_links(settings)
    links = {}
    for row, content in session.execute(rows):
        recipient = json.loads(content)["recipient"]
        address = next(iter(recipient["emails"]), "")
        links[row.public_id] = TeacherLink(row.public_id, recipient["name"], address, link_of(row))
    shown = [links[public_id] for public_id in public_ids if public_id in links]
    for one in shown:
        log.record(session, by=by, action=LINK_SHOWN, about=one.public_id, now=now)
    return shown
