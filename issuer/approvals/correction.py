"""An approval is opened again, corrected here, and issued as its next revision (D19).

opened = correction.open_again(issuer, public_id)
opened.data["recipient"]["name"] = "Jordán Example"
received = correction.issue(issuer, opened, reason="A wrong name.", by=COMMAND, now=now)
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased, joinedload

from issuer import issuance
from issuer.approvals import event
from issuer.catalog import versions
from issuer.catalog.achievement import Achievement
from issuer.catalog.tables import AchievementVersion
from issuer.home.issuer import Issuer
from issuer.issuance import Received
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow
from issuer.issuance.status_lists.lists import NotIssuedError


@dataclass(frozen=True, slots=True)
class Opened:
    """The newest revision of an approval, open for changes: `data` as a sender would write it.

    `data` names the version of the achievement, so that a correction keeps it although the catalog
    has a newer one. `content` is the stored approval.
    """

    source: str
    data: dict[str, Any]
    achievement: Achievement
    content: bytes


def open_again(issuer: Issuer, public_id: str) -> Opened:
    """Return the newest revision of the approval of a credential, numbered as the next one.

    Raises `NotIssuedError` if there is no such credential.
    """
    newest = aliased(ApprovalRow)
    revisions = (
        select(newest)
        .join(
            ApprovalRow,
            (ApprovalRow.source == newest.source) & (ApprovalRow.approval_id == newest.approval_id),
        )
        .join(CredentialRow, CredentialRow.approval_pk == ApprovalRow.id)
        .where(CredentialRow.public_id == public_id)
        .order_by(newest.revision.desc())
        .limit(1)
        .options(
            joinedload(newest.achievement_version).joinedload(AchievementVersion.rubric_version)
        )
    )
    with issuer.database.reading() as session:
        row = session.scalar(revisions)
    if row is None:
        raise NotIssuedError(f"no credential {public_id!r}")
    data = json.loads(row.content)
    data.pop("reason", None)
    achievement = versions.read(row.achievement_version)
    _pin(data["achievement"], achievement)
    return Opened(row.source, data | {"revision": row.revision + 1}, achievement, row.content)


def _pin(chosen: dict[str, Any], achievement: Achievement) -> None:
    """Name the version that was meant: of the achievement, or of the rubric of an own idea."""
    if "id" in chosen:
        chosen["version"] = achievement.version
    else:
        chosen["rubric"]["version"] = achievement.rubric.version


def issue(issuer: Issuer, opened: Opened, *, reason: str, by: str, now: datetime) -> Received:
    """Issue an opened approval as the next revision, which supersedes the earlier ones.

    It may be unchanged: so a credential that was revoked by mistake is issued again. Raises
    `Refused` if it cannot be issued, and `ConflictError` if somebody else has corrected it since it
    was opened.
    """
    approval = event.approval_of(opened.data | {"reason": reason})
    return issuance.approve_and_issue(issuer, approval, source=opened.source, by=by, now=now)
