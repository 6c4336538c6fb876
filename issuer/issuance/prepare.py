"""An approval comes in: event, approval and prepared credential are committed together, once.

One transaction holds all of it, so an approval that was acknowledged has its id, its status
index and the exact document that will be signed; and one that failed has left nothing. The
unique constraints do the rest: whoever comes second finds what the first one committed.
"""

import base64
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from issuer.approvals import rules
from issuer.approvals.approval import Approval, Chosen, Proposed
from issuer.approvals.flaws import Refused
from issuer.approvals.tables import ApprovalRow, EventRow
from issuer.catalogue import versions
from issuer.catalogue.achievement import Alignment, Rubric
from issuer.catalogue.tables import AchievementVersion
from issuer.database import is_unavailable, to_json
from issuer.issuance import status
from issuer.issuance.build import Reservation, build
from issuer.issuance.tables import CredentialRow, State
from issuer.issuer import Issuer

ATTEMPTS = 20
"""Each lost race leaves one fewer to lose, and no approval is delivered by twenty at once."""
RETRY_AFTER_SECONDS = 30
_RANDOM_BYTES = 16
"""128 bits: an address nobody guesses, a salt nobody has a table for (D14)."""


class ConflictError(Exception):
    """The id (`approval_id` or `event_id`, in `which`) stands for another approval already."""

    def __init__(self, which: str) -> None:
        super().__init__(f"this {which} was received with other content")
        self.which = which


class UnavailableError(Exception):
    """The database or the disk cannot be used now. Nothing was written; ask again later."""

    retry_after = RETRY_AFTER_SECONDS


def prepare(
    issuer: Issuer, approval: Approval, *, source: str, event_id: str, now: datetime
) -> tuple[int, bool]:
    """Commit an approval; return the key of its credential, and whether it is a new one.

    The same approval again, under whichever event id, is the credential it was. Raises
    `Refused`, `ConflictError` and `UnavailableError`, each with nothing written.
    """
    for attempt in range(ATTEMPTS):
        try:
            with available(), issuer.database.writing() as session:
                known = _known(session, approval, source, event_id, now)
                return known or (_new(session, issuer, approval, source, event_id, now), True)
        except IntegrityError:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def rehearse(issuer: Issuer, approval: Approval, *, source: str, now: datetime) -> None:
    """Do all of `prepare` and undo it: raises what it would raise, and leaves nothing."""
    with available(), issuer.database.writing() as session:
        event_id = "a rehearsal"  # with a space, which no real one has
        if _known(session, approval, source, event_id, now) is None:
            _new(session, issuer, approval, source, event_id, now)
        session.rollback()


@contextmanager
def available() -> Iterator[None]:
    """Turn what a full, locked or missing disk or database raises into `UnavailableError`."""
    try:
        yield
    except DBAPIError as exc:
        if not is_unavailable(exc):
            raise
        raise UnavailableError(str(exc.orig)) from exc
    except OSError as exc:
        raise UnavailableError(str(exc)) from exc


def _known(
    session: Session, approval: Approval, source: str, event_id: str, now: datetime
) -> tuple[int, bool] | None:
    """Return the credential of an approval that is there already, noting the new event id."""
    approvals = select(ApprovalRow).where(
        ApprovalRow.source == source, ApprovalRow.approval_id == approval.approval_id
    )
    row = session.scalar(approvals)
    # Named first where both differ: who corrects an approval needs to hear of this one.
    if row is not None and row.digest != approval.digest:
        raise ConflictError("approval_id")
    events = select(EventRow).where(EventRow.source == source, EventRow.event_id == event_id)
    event = session.scalar(events)
    if event is not None and event.approval.digest != approval.digest:
        raise ConflictError("event_id")
    if row is None:
        return None
    if event is None:
        event_row = EventRow(source=source, event_id=event_id, approval_pk=row.id, received_at=now)
        session.add(event_row)
    credentials = select(CredentialRow.id).where(CredentialRow.approval_pk == row.id)
    return session.scalars(credentials).one(), False


def _new(
    session: Session,
    issuer: Issuer,
    approval: Approval,
    source: str,
    event_id: str,
    now: datetime,
) -> int:
    """Store event, approval and the prepared credential; return the key of the last."""
    now = now.replace(microsecond=0)
    version = _achievement_version(session, approval, now)
    achievement = versions.read(version)
    if flaws := rules.flaws(approval, achievement.rubric, now=now):
        raise Refused(flaws)
    approval_row = ApprovalRow(
        source=source,
        approval_id=approval.approval_id,
        token=_address(),
        digest=approval.digest,
        content=approval.content,
        achievement_version=version,
        received_at=now,
    )
    session.add(approval_row)
    session.flush()
    reserved = _reserve(session, issuer, now)
    document = build(approval, achievement, settings=issuer.settings, reserved=reserved)
    credential = CredentialRow(
        public_id=reserved.public_id,
        approval=approval_row,
        list_number=reserved.list_number,
        list_index=reserved.list_index,
        state=State.PREPARED,
        unsigned=to_json(document),
        prepared_at=now,
    )
    event = EventRow(source=source, event_id=event_id, approval=approval_row, received_at=now)
    session.add_all([credential, event])
    session.flush()
    return credential.id


def _reserve(session: Session, issuer: Issuer, now: datetime) -> Reservation:
    number, index = status.reserve(session, size=issuer.settings.status_list_size, now=now)
    return Reservation(
        public_id=_address(),
        list_number=number,
        list_index=index,
        anonymous_id=f"urn:uuid:{uuid.uuid4()}",
        salt=_random(),
        at=now,
    )


def _achievement_version(session: Session, approval: Approval, now: datetime) -> AchievementVersion:
    """Return the catalogue version that the approval means; an own idea becomes one (R20)."""
    meant = approval.achievement
    if isinstance(meant, Chosen):
        row = versions.find(session, meant.id, meant.version)
        if row is None:
            known = versions.find(session, meant.id) is not None
            raise Refused([rules.unknown(meant, field="data.achievement", id_known=known)])
        return row
    return versions.propose(
        session,
        name=meant.name,
        description=meant.description,
        criteria=meant.criteria,
        rubric=_rubric(session, meant),
        tags=meant.tags,
        alignments=[Alignment(**asdict(alignment)) for alignment in meant.alignments],
        now=now,
    )


def _rubric(session: Session, proposed: Proposed) -> Rubric:
    meant = proposed.rubric
    rubric = versions.find_rubric(session, meant.id, meant.version)
    if rubric is None:
        known = versions.find_rubric(session, meant.id) is not None
        raise Refused([rules.unknown(meant, field="data.achievement.rubric", id_known=known)])
    return rubric


def _address() -> str:
    """Return 128 random bits that do not begin like an option of a command line (`-x…`)."""
    while (text := _random()).startswith("-"):
        pass
    return text


def _random() -> str:
    """Return 128 random bits as 22 characters."""
    return base64.urlsafe_b64encode(secrets.token_bytes(_RANDOM_BYTES)).rstrip(b"=").decode()
