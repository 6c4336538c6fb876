"""Check badges in the background: when added, and again while a check is unanswered (R22)."""

from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, selectinload

from issuer.home import published
from issuer.home.issuer import Issuer
from issuer.outbox import queue
from issuer.outbox.kinds import MessageKind, OvertakenError
from issuer.outbox.tables import OutboxRow
from issuer.people.tables import PersonRow
from issuer.program.partner_badges import badges
from issuer.program.partner_badges.badges import BadgeStanding
from issuer.program.partner_badges.tables import PartnerBadgeRow
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow
from verifier import clock
from verifier.fetching.fetch import WebFetch

CHECK: Final = "partner-badge"
"""The kind of message that checks a badge."""
EVERY: Final = timedelta(hours=20)
"""What could not be checked is checked again once a night, whatever the hour of the last check."""
_OPEN: Final = (State.DRAFT, State.PROPOSED, State.ACTIVE, State.SUBMITTED)
_AT_ONCE: Final = 100


def ask(session: Session, row: PartnerBadgeRow, *, host: str, now: datetime) -> None:
    """Queue the check of a badge in the outbox."""
    queue.put(session, CHECK, row.public_id, host=host, now=now)


def look(issuer: Issuer, now: datetime) -> None:
    """Queue badges that could not be checked, in undecided projects, the longest waiting first."""
    due = (
        select(PartnerBadgeRow)
        .join(PartnerBadgeRow.project)
        .where(ProjectRow.state.in_(_OPEN), PartnerBadgeRow.removed_at.is_(None))
        .where(PartnerBadgeRow.checked_at < now - EVERY)
        .order_by(PartnerBadgeRow.checked_at, PartnerBadgeRow.id)
        .options(defer(PartnerBadgeRow.submitted))
    )
    with issuer.database.reading() as session:
        unsure = (row.id for row in session.scalars(due) if _is_open(row))
        open_checks = list(islice(unsure, _AT_ONCE))
    if not open_checks:
        return
    with issuer.database.writing() as session:
        rows = select(PartnerBadgeRow).where(PartnerBadgeRow.id.in_(open_checks))
        for row in session.scalars(rows.with_for_update(of=PartnerBadgeRow)):
            row.checked_at = now
            ask(session, row, host=issuer.settings.host, now=now)


def _is_open(row: PartnerBadgeRow) -> bool:
    return badges.standing(row, {}) is BadgeStanding.UNSURE


def _send(issuer: Issuer, message: OutboxRow) -> None:
    """Check a badge, and keep the report with it, whatever it says."""
    its = select(PartnerBadgeRow).where(
        PartnerBadgeRow.public_id == message.about,
        PartnerBadgeRow.submitted.is_not(None),
        PartnerBadgeRow.removed_at.is_(None),
    )
    with issuer.database.reading() as session:
        row = session.scalar(its)
        if row is None or row.submitted is None:
            raise OvertakenError("this badge was taken out")
        addresses = selectinload(PersonRow.addresses)  # they are read once the session is closed
        person = session.get_one(PersonRow, row.project.person_pk, options=[addresses])
        data = row.submitted
    fetch = published.fetch_own(issuer.settings, WebFetch(allow=issuer.settings.allow_hosts))
    report = badges.report_on(data, person, fetch, now=clock.now())
    with issuer.database.writing() as session:  # it may be erased or taken out by now
        if row := session.scalar(its.with_for_update()):
            badges.note(row, report, now=clock.now())


KIND: Final = MessageKind(CHECK, _send, is_mail=False, look=look)
