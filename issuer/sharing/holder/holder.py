"""What a holder can do: decide who sees a credential, and replace the holder's link."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from issuer.audit import log as audit
from issuer.catalog.tables import AchievementVersion
from issuer.home.issuer import Issuer
from issuer.issuance import manage
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.search import fold
from issuer.issuance.records.tables import CredentialRow, CredentialState
from issuer.outbox import queue
from issuer.sharing import decision
from issuer.sharing.decision import Decision
from issuer.sharing.owned import ownership
from issuer.sharing.shared import Shared

LINK_RENEWED: Final = "link.renewed"


def decide(issuer: Issuer, public_id: str, decided: Decision, *, now: datetime) -> None:
    """Store the holder's decision, which holds from now on."""
    with issuer.database.writing() as session:
        row = session.scalars(_one(public_id)).one()
        decision.write(session, row.id, decided, now=now)


def renew_link(issuer: Issuer, public_id: str, *, by: str, now: datetime) -> str:
    """Return a new address of the holder's page, and mail it; every earlier one stops working.

    `by` is who asked for it, for the audit log.
    """
    settings = issuer.settings
    with issuer.database.writing() as session:
        row = session.scalars(_one(public_id).with_for_update()).one()
        manage.renew(settings, row)
        audit.record(session, by=by, action=LINK_RENEWED, about=public_id, now=now)
        if settings.mail is not None:
            which = {"generation": row.manage_generation}
            queue.put(session, "renewed", public_id, host=settings.host, now=now, payload=which)
        return manage.manage_url(settings, row)


def mail_addresses(issuer: Issuer, shared: Shared) -> Sequence[str]:
    """Return where mail about a credential goes."""
    with issuer.database.reading() as session:
        now = ownership.mail_addresses(session, shared.public_id)
    return shared.approval.recipient.emails if now is None else now


def has_another_name(session: Session, shared: Shared) -> bool:
    """True if the register calls its owner by another name than the credential, as after a
    marriage; case and accents make no other name."""
    person = ownership.owner(session, shared.public_id)
    return person is not None and person.folded != fold(shared.approval.recipient.name)


def is_first(issuer: Issuer, shared: Shared) -> bool:
    """True if this is the first credential issued for the achievement, in any version (R10), and
    it is not revoked."""
    first = (
        select(func.min(CredentialRow.id))
        .join(CredentialRow.approval)
        .join(ApprovalRow.achievement_version)
        .where(AchievementVersion.achievement_id == shared.achievement.id)
        .where(CredentialRow.state == CredentialState.ISSUED)
    )
    with issuer.database.reading() as session:
        row = session.get(CredentialRow, session.scalar(first) or 0)
        if row is not None and row.leads_on:
            row = session.get(CredentialRow, row.superseded_by)
    return row is not None and row.public_id == shared.public_id and shared.revoked_at is None


def _one(public_id: str) -> Select[CredentialRow]:
    return select(CredentialRow).where(CredentialRow.public_id == public_id)
