"""What is true of money at every moment, proved on any district's database (I8, I9)."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from issuer.program.compensation import agreements, ledger
from issuer.program.compensation.ledger import Stage, Why
from issuer.program.compensation.tables import LedgerRow, PayRunRow
from issuer.program.invariants import Breach, Invariant


def unset_rules(session: Session) -> list[str]:
    """Return the rules of the contract that are not set, with what may be written for each."""
    agreement = agreements.current(session)
    return (
        [] if agreement is None else [f"{rule}: {why}" for rule, why in agreement.missing.items()]
    )


def _runs_add_up(session: Session) -> Iterator[Breach]:
    """I8: what a confirmed run paid is in the ledger, to the cent; each line is its awards."""
    paid: defaultdict[int, int] = defaultdict(int)
    rows = select(LedgerRow).where(LedgerRow.run_pk.is_not(None), LedgerRow.stage == Stage.PAID)
    for row in session.scalars(rows):
        paid[row.run_pk or 0] += row.cents
    for run in session.scalars(select(PayRunRow).options(selectinload(PayRunRow.lines))):
        if any(line.cents != sum(dict(line.awards["awards"]).values()) for line in run.lines):
            yield Breach("I8", run.public_id, "has a line that is not the sum of its awards")
        if paid[run.id] != (sum(line.cents for line in run.lines) if run.confirmed_at else 0):
            yield Breach("I8", run.public_id, "is not what the ledger says was paid")


def _nothing_is_asked_below_zero(session: Session) -> Iterator[Breach]:
    """I8: no claim is below zero before it is paid, unless a person took something back."""
    for rows in ledger.by_person(session).values():
        for claim, balance in ledger.balances(rows).items():
            owed = balance.sums[Stage.EARNED] < 0 and Why.TAKEN_BACK not in balance.reasons
            if owed or balance.sums[Stage.APPLIED] < 0 or balance.sums[Stage.APPROVED] < 0:
                yield Breach("I8", claim, "came to less than nothing")


INVARIANTS: Final[tuple[Invariant, ...]] = (_runs_add_up, _nothing_is_asked_below_zero)
