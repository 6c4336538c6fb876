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
    """What was approved last, to be changed: `data` as a sender would write it.

    It names the version of its `achievement`, so that a correction means the same one although the
    catalog went on. `content` is what is stored.
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
    """Issue what was opened, which may have been changed; it supersedes what came before.

    Nothing has to be changed: what was revoked by mistake is issued again. Raises `Refused` for
    what cannot be issued, and `ConflictError` if somebody else corrected it meanwhile.
    """
    approval = event.approval_of(opened.data | {"reason": reason})
    return issuance.approve_and_issue(issuer, approval, source=opened.source, by=by, now=now)
