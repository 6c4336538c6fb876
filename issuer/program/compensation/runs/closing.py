"""Closing a fiscal year of the ledger, once nothing of it is open (4.7): then no entry falls in it.

for year in years(session, contract, today):
    year.name, year.is_closed, year.open     # people, and cents that are not paid yet
close(session, contract, first_day, by=superintendent, now=now)
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer.audit.log import person as actor
from issuer.audit.log import record
from issuer.people.tables import PersonRow
from issuer.program.compensation import agreements, ledger
from issuer.program.compensation.agreements import Agreement
from issuer.program.compensation.reckoning.cap import counted_in
from issuer.program.compensation.reckoning.contract import Contract
from issuer.program.compensation.reckoning.fiscal_year import FiscalYear, next_year
from issuer.program.compensation.runs.pay_runs import PayRunRefused
from issuer.program.compensation.tables import ClosedYearRow, LedgerRow
from verifier.wording.words import N_


@dataclass(frozen=True, slots=True)
class LedgerYear:
    """A fiscal year: whether it is closed, is over, and what of it is not paid, in cents."""

    year: FiscalYear
    is_closed: bool
    is_over: bool
    open_cents: int
    open_claims: int

    @property
    def may_close(self) -> bool:
        """True once nothing of it is open."""
        return self.is_over and not self.is_closed and not self.open_claims


def years(session: Session, contract: Contract, today: date) -> list[LedgerYear]:
    """Return every year of the ledger, the oldest first."""
    first = session.scalar(select(func.min(LedgerRow.on)))
    if first is None:
        return []
    sums: defaultdict[FiscalYear, list[int]] = defaultdict(list)
    for claims in ledger.claims_by_person(session, unpaid=True).values():
        for claim in claims:
            counted = counted_in(contract, claim, today)
            if counted is not None and counted[1] != "paid":
                sums[counted[0]].append(claim.amount)
    open_from, year = ledger.open_from(session), agreements.year_of(contract, first)
    listed = []
    while year.first <= today:
        is_closed, amounts = year.last < open_from, sums[year]
        listed.append(LedgerYear(year, is_closed, year.last < today, sum(amounts), len(amounts)))
        year = next_year(year)
    return listed


def close(
    session: Session, agreement: Agreement, first_day: str, *, by: PersonRow, now: datetime
) -> None:
    """Close a year, unless it is closed. Raises `PayRunRefused` while something of it, or of one
    before, is open."""
    today = agreement.day(now)
    known = years(session, agreement.contract, today) if agreement.contract else []
    if first_day in {one.year.first.isoformat() for one in known if one.is_closed}:
        return
    due = next((year for year in known if not year.is_closed), None)
    if due is None or due.year.first.isoformat() != first_day or not due.may_close:
        raise PayRunRefused(N_("Something of this year, or of one before it, is still open."))
    session.add(ClosedYearRow(first_day=due.year.first, closed_at=now, closed_by=by.id))
    session.flush()
    record(session, by=actor(by.id), action="pay.year-closed", about=first_day, now=now)
