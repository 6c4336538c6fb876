"""What a step of a project means for money: its claim moves on with it, in the same transaction.

    history.OBSERVERS.append(follow)        # as this room does when it is imported

A project may ask for nothing: the cap limits the amount, never the project (I9).
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from issuer.program.compensation import ledger, standing, values
from issuer.program.compensation.agreements import Agreement, current
from issuer.program.compensation.ledger import Balance, Stage, Why
from issuer.program.compensation.reckoning.cap import NoPayRecord
from issuer.program.compensation.reckoning.contract import CapCounts
from issuer.program.compensation.standing import Contradictory
from issuer.program.projects import history, words
from issuer.program.projects.states import State
from issuer.program.projects.submission import Findings, Incomplete, Missing
from issuer.program.projects.tables import ProjectEventRow, ProjectRow
from issuer.program.windows.window import Purpose
from verifier.wording.words import N_

STAGES: Final[Mapping[State, Stage | None]] = {
    State.DRAFT: None,
    State.PROPOSED: Stage.APPLIED,
    State.ACTIVE: Stage.APPROVED,
    State.SUBMITTED: Stage.APPROVED,
    State.APPROVED: Stage.EARNED,
    State.ISSUED: Stage.EARNED,
    State.WITHDRAWN: None,
    State.CLOSED: None,
}
"""Where the sum of a project stands that is not paid yet; nowhere where nothing is asked for."""
_UNPAID: Final = (Stage.APPLIED, Stage.APPROVED, Stage.EARNED)
words.ELSEWHERE["money"] = ("my_money.show", N_("My money"))
words.MISSING.update(
    too_much=N_("asks for more than is left"),
    no_pay_record=N_("payroll has no record of you yet: tell them, or ask for nothing"),
    two_pay_records=N_(
        "payroll has two records of you that contradict each other: tell them, or ask for nothing"
    ),
)


def check(session: Session, project: ProjectRow, purpose: Purpose, today: date) -> Findings:
    """Return what keeps a proposal from being handed in: a contract that is not whole keeps the
    window shut, and a project asks for no more than is left."""
    agreement = current(session)
    if agreement is None or purpose is not Purpose.PROPOSAL:
        return Findings()
    if agreement.contract is None:
        return Findings(opens=False)
    return Findings(missing=_problems(session, agreement, project, today))


def follow(session: Session, project: ProjectRow, event: ProjectEventRow) -> None:
    """Let the claim of a project follow its step. Raises `Incomplete` for one that is too much."""
    agreement = current(session)
    if agreement is None or agreement.contract is None:
        return
    ledger.lock(session, project.person_pk)
    stage, today = STAGES[State(event.target)], agreement.day(event.at)
    balance = balance_of(session, project)
    if stage is Stage.APPLIED:
        if missing := _problems(session, agreement, project, today):
            raise Incomplete(missing)
        moved = values.asked(session, project)
    else:
        moved = sum(balance.sums[unpaid] for unpaid in _UNPAID)
    if stage is Stage.APPROVED and balance.sums[Stage.APPLIED]:
        moved = _within_cap(session, agreement, project, moved, today)
    amounts = {unpaid: -balance.sums[unpaid] for unpaid in _UNPAID}
    if stage is not None:
        amounts[stage] += moved
    for unpaid, cents in amounts.items():
        if cents:
            _post(session, project, event, unpaid, cents, today)


def balance_of(session: Session, project: ProjectRow) -> Balance:
    """Return what the claim of a project comes to."""
    rows = [
        row for row in ledger.entries(session, project.person_pk) if row.claim == project.public_id
    ]
    return ledger.balances(rows).get(project.public_id, Balance(""))


def title_of(project: ProjectRow) -> str:
    """Return what a project's claim is called."""
    return project.offering.title if project.offering else project.proposal.get("title", "")


def _problems(
    session: Session, agreement: Agreement, project: ProjectRow, today: date
) -> tuple[Missing, ...]:
    amount = values.asked(session, project)
    if not amount or agreement.contract is None:
        return ()
    try:
        left = standing.standing_of(
            agreement.contract, standing.books(session, project.person_pk), today
        ).left
    except Contradictory:
        return (Missing("money", "two_pay_records"),)
    except NoPayRecord:
        return (Missing("money", "no_pay_record"),)
    if agreement.contract.cap_counts is CapCounts.APPLICATION and amount > left:
        return (Missing("money", "too_much"),)
    return ()


def _within_cap(
    session: Session, agreement: Agreement, project: ProjectRow, cents: int, today: date
) -> int:
    """Return what of an amount fits the cap, where the contract counts from the approval on."""
    contract = agreement.contract
    if contract is None or contract.cap_counts is not CapCounts.APPROVAL:
        return cents
    own = standing.books(session, project.person_pk)
    return min(cents, standing.standing_of(contract, own, today).left)


def _post(
    session: Session,
    project: ProjectRow,
    event: ProjectEventRow,
    stage: Stage,
    cents: int,
    today: date,
) -> None:
    ledger.post(
        session,
        person_pk=project.person_pk,
        claim=project.public_id,
        title=title_of(project),
        stage=stage,
        cents=cents,
        on=today,
        why=Why.STEP,
        now=event.at,
        by=event.actor_pk,
    )


history.OBSERVERS.append(follow)
