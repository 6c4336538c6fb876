"""What a page shows of where somebody stands: the arithmetic, the sums, or why nobody can tell."""

from datetime import date
from typing import Any, Final

from issuer.program.compensation import ledger, standing
from issuer.program.compensation.agreements import Agreement
from issuer.program.compensation.reckoning.cap import LineKind, NoPayRecord
from issuer.program.compensation.standing import Contradictory
from verifier.wording.words import N_

LINES: Final = {
    LineKind.SALARY: N_("Salary, as payroll has it"),
    LineKind.INCREMENTS: N_("Increments since then"),
    LineKind.FULL_TIME_SALARY: N_("As if it were full-time"),
    LineKind.CAP: N_("The cap"),
    LineKind.HIRED: N_("For the part of the year since you were hired"),
    LineKind.CARRIED: N_("Left over from the year before"),
}
STAGES: Final = {
    ledger.Stage.APPLIED: N_("Applied for"),
    ledger.Stage.APPROVED: N_("Approved"),
    ledger.Stage.EARNED: N_("Earned"),
    ledger.Stage.PAID: N_("Paid"),
}


def account_of(agreement: Agreement, books: standing.Books, today: date) -> dict[str, Any]:
    """Return what a page shows of where somebody stands, or why nobody can tell."""
    account: dict[str, Any] = {
        "balances": ledger.balances(books.entries),
        "lines": LINES,
        "stages": STAGES,
        "standing": None,
        "why": "",
    }
    if agreement.contract is None:
        return account | {"why": N_("Some rules of the contract are still to be set.")}
    try:
        return account | {"standing": standing.standing_of(agreement.contract, books, today)}
    except Contradictory:
        return account | {"why": N_("Two pay records of the same day contradict each other.")}
    except NoPayRecord:
        return account | {"why": N_("Payroll has no record for this year yet.")}
