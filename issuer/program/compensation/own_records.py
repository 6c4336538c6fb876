"""What is written down about one person: it is hers in *my data*, and goes when she is erased.

The ledger stays, which names her by number (I8).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from issuer.people.register import RegisterError
from issuer.people.tables import PersonRow
from issuer.program.compensation import ledger, titles
from issuer.program.compensation.ledger import Stage, Why
from issuer.program.compensation.reckoning.cents import plain
from issuer.program.compensation.tables import (
    AskRow,
    LedgerRow,
    OpeningRow,
    PayLineRow,
    PayRecordRow,
    PayRunRow,
    PayTableRow,
)
from issuer.program.projects.tables import ProjectRow
from issuer.program.records import erasing as records
from verifier.wording.words import N_

LABELS: Final = {
    "pay_records": N_("What payroll says of you"),
    "from": N_("From"),
    "salary": N_("Salary"),
    "full_time": N_("Share of full time"),
    "tier": N_("Tier"),
    "cap": N_("Cap"),
    "hired": N_("Hired"),
    "written_down": N_("Written down"),
    "replaced": N_("Replaced"),
    "asked_for": N_("What you asked for"),
    "awards": N_("What each micro-credential comes to"),
    "award": N_("Micro-credential"),
    "amount": N_("Amount in dollars"),
    "ledger": N_("Line by line"),
    "on": N_("Day"),
    "stage": N_("Stage"),
    "why": N_("Why"),
    Stage.APPLIED: N_("Applied for"),
    Stage.APPROVED: N_("Approved"),
    Stage.EARNED: N_("Earned"),
    Stage.PAID: N_("Paid"),
}
"""What the page of *My data* calls each of these."""
STAGES: Final = {stage: LABELS[stage] for stage in Stage}
WHY: Final = {
    Why.STEP: N_("A step of the project"),
    Why.VALUE: N_("What it is worth was set"),
    Why.OPENING: N_("From before this program"),
    Why.RUN: N_("A pay run"),
    Why.TAKEN_BACK: N_("The credential was withdrawn"),
    Why.LEFT: N_("You left the district"),
}
"""What it calls the stages, and the causes of a line of the ledger."""


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


def about(session: Session, person: PersonRow) -> dict[str, Any]:
    """Return what *my data* tells a person of her money; nothing where nothing is written down."""
    records = session.scalars(
        select(PayRecordRow).where(PayRecordRow.person_pk == person.id).order_by(PayRecordRow.id)
    ).all()
    asks = session.scalars(
        select(AskRow).join(ProjectRow).where(ProjectRow.person_pk == person.id)
    ).all()
    entries = ledger.entries(session, person.id)
    called = titles.titles_of(session, {entry.claim for entry in entries})
    parts = {
        "pay_records": [_record(row) for row in records],
        "asked_for": [
            {"award": titles.title_of(row.project), "amount": plain(row.cents)} for row in asks
        ],
        "awards": [
            {"award": called.get(claim, claim)}
            | {stage: plain(cents) for stage, cents in balance.sums.items() if cents}
            for claim, balance in ledger.balances(entries).items()
        ],
        "ledger": [_entry(row, called) for row in entries],
    }
    return {"money": parts} if any(parts.values()) else {}


def _record(row: PayRecordRow) -> dict[str, Any]:
    return {
        "from": row.since,
        "salary": row.salary and plain(row.salary),
        "full_time": row.full_time,
        "tier": row.tier,
        "cap": row.cap and plain(row.cap),
        "hired": row.hired,
        "written_down": row.created_at,
        "replaced": row.replaced_at,
    }


def _entry(row: LedgerRow, called: Mapping[str, str]) -> dict[str, Any]:
    return {
        "on": row.on,
        "award": called.get(row.claim, row.claim),
        "stage": row.stage,
        "amount": plain(row.cents),
        "why": row.why,
        "written_down": row.created_at,
    }


def _is_being_paid(session: Session, person: PersonRow) -> bool:
    rows = select(PayLineRow.id).join(PayRunRow, PayRunRow.id == PayLineRow.run_pk)
    open_lines = rows.where(PayLineRow.person_pk == person.id, PayRunRow.confirmed_at.is_(None))
    return session.scalar(open_lines.limit(1)) is not None
