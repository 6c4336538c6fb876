"""A pay run: locked, handed out as one file, confirmed. What is locked is never amended; what is
approved meanwhile is in the next (E61).

    run = lock(session, agreement, digest, by=payroll, now=now)
    hand_out(session, run, by=payroll, now=now)      # the same bytes, until it is confirmed
    confirm(session, agreement, run, by=payroll, now=now)
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from contexts.errors import MintmarkError
from issuer.audit.log import person as actor
from issuer.audit.log import record
from issuer.people.register import new_id
from issuer.people.tables import PersonRow
from issuer.program.compensation import ledger
from issuer.program.compensation.agreements import Agreement
from issuer.program.compensation.ledger import Stage, Why
from issuer.program.compensation.runs import payroll_file
from issuer.program.compensation.runs.due import digest, due, lock_people
from issuer.program.compensation.tables import PayLineRow, PayRunRow
from verifier.wording.words import N_


class PayRunRefused(MintmarkError):
    """This cannot be done with a run now; the message says why."""


def lock(
    session: Session, agreement: Agreement, looked_at: str, *, by: PersonRow, now: datetime
) -> PayRunRow:
    """Put all that is due and not blocked into a run. Raises `PayRunRefused` where there is
    nothing, or where what is due is not what was looked at."""
    lock_people(session)
    lines = due(session)
    if digest(lines) != looked_at:
        raise PayRunRefused(N_("The list has changed since. Look at it again."))
    paid = [line for line in lines if not line.blocked]
    if not paid:
        raise PayRunRefused(N_("There is nothing to pay now."))
    run = PayRunRow(public_id=new_id(), locked_at=now, locked_by=by.id, sha256="")
    run.lines = [
        PayLineRow(
            person_pk=line.person.id, cents=line.cents, awards={"awards": [*map(list, line.awards)]}
        )
        for line in paid
    ]
    run.file = payroll_file.written(session, agreement.columns, run.public_id, paid)
    run.sha256 = hashlib.sha256(run.file).hexdigest()
    session.add(run)
    session.flush()
    _note(session, run, "locked", by, now)
    return run


def hand_out(session: Session, run: PayRunRow, *, by: PersonRow, now: datetime) -> bytes:
    """Return the file of a run, and note who fetched it. Raises `PayRunRefused` once confirmed."""
    if run.file is None:
        raise PayRunRefused(N_("This run is confirmed, and its file is not kept."))
    _note(session, run, "fetched", by, now)
    return run.file


def confirm(
    session: Session, agreement: Agreement, run: PayRunRow, *, by: PersonRow, now: datetime
) -> None:
    """Say that a run was paid: its sums are paid from now on, and its file is gone.

    Once is enough, as where a button is pressed twice; raises `PayRunRefused` if another did.
    """
    lock_people(session)
    if run.confirmed_by == by.id:
        return
    if run.confirmed_at is not None:
        raise PayRunRefused(N_("This run is confirmed, and its file is not kept."))
    run.confirmed_at, run.confirmed_by, run.file = now, by.id, None
    for line in run.lines:
        for claim, cents in line.awards["awards"]:
            for stage, moved in ((Stage.EARNED, -cents), (Stage.PAID, cents)):
                ledger.post(
                    session,
                    person_pk=line.person_pk,
                    claim=claim,
                    stage=stage,
                    cents=moved,
                    on=agreement.day(now),
                    why=Why.RUN,
                    now=now,
                    by=by.id,
                    run_pk=run.id,
                )
    _note(session, run, "confirmed", by, now)


def find(session: Session, public_id: str, *, locked: bool = False) -> PayRunRow | None:
    """Return a run with its lines; `locked` for who changes it."""
    rows = select(PayRunRow).where(PayRunRow.public_id == public_id)
    rows = rows.options(selectinload(PayRunRow.lines).joinedload(PayLineRow.person))
    return session.scalar(rows.with_for_update() if locked else rows)


def newest(session: Session, most: int = 50) -> Sequence[PayRunRow]:
    """Return the runs there were, the newest first."""
    rows = select(PayRunRow).order_by(PayRunRow.id.desc()).limit(most)
    return session.scalars(rows.options(selectinload(PayRunRow.lines))).all()


def _note(session: Session, run: PayRunRow, act: str, by: PersonRow, now: datetime) -> None:
    about = f"pay-run:{run.public_id}"
    record(session, by=actor(by.id), action=f"pay.run-{act}", about=about, now=now)
