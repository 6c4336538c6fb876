"""Erasing a person: words, pay records and tables go, and the ledger stays (I8)."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from issuer.people.register import RegisterError
from issuer.people.tables import PersonRow
from issuer.program.compensation import ledger
from issuer.program.compensation.ledger import Stage
from issuer.program.compensation.tables import (
    AskRow,
    OpeningRow,
    PayLineRow,
    PayRecordRow,
    PayRunRow,
    PayTableRow,
)
from issuer.program.projects.tables import ProjectRow
from issuer.program.records import routes as records
from verifier.wording.words import N_


def erasing(
    session: Session, person: PersonRow, *, by: PersonRow | None, now: datetime
) -> Callable[[], None]:
    """Dispose of what was written down about a person who is erased; return what to do once that
    is committed.

    Raises `RegisterError`, also while something earned is not paid, which needs the name.
    """
    finish = records.erasing(session, person, by=by, now=now)
    ledger.lock(session, person.id)
    if _is_being_paid(session, person):
        raise RegisterError(N_("a pay run with this person is not confirmed yet: wait until it is"))
    balances = ledger.balances(ledger.entries(session, person.id)).values()
    if any(balance.sums[Stage.EARNED] for balance in balances):
        raise RegisterError(N_("something this person earned is not paid yet: settle that first"))
    own = select(ProjectRow.id).where(ProjectRow.person_pk == person.id)
    session.execute(delete(AskRow).where(AskRow.project_pk.in_(own)))
    session.execute(delete(PayRecordRow).where(PayRecordRow.person_pk == person.id))
    session.execute(delete(OpeningRow).where(OpeningRow.person_pk == person.id))
    session.execute(delete(PayTableRow))  # each has many people, and can be uploaded again
    return finish


def _is_being_paid(session: Session, person: PersonRow) -> bool:
    rows = select(PayLineRow.id).join(PayRunRow, PayRunRow.id == PayLineRow.run_pk)
    open_lines = rows.where(PayLineRow.person_pk == person.id, PayRunRow.confirmed_at.is_(None))
    return session.scalar(open_lines.limit(1)) is not None
