"""What a step of a project means for money: its claim moves on with it, in the same transaction.

    history.OBSERVERS.append(follow)        # as this room does when it is imported
    own_data.ADDED.append(own_records.about)

A project may ask for nothing: the cap limits the amount, never the project (I9).
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.people.tables import PersonRow
from issuer.program.compensation import ledger, own_records, standing, values
from issuer.program.compensation.agreements import Agreement, current, for_what_runs
from issuer.program.compensation.ledger import Balance, Stage, Why
from issuer.program.compensation.reckoning.cap import NoPayRecord
from issuer.program.compensation.reckoning.contract import CapCounts
from issuer.program.compensation.standing import Contradictory
from issuer.program.projects import history, words
from issuer.program.projects.states import Act, State
from issuer.program.projects.submission import NOT_YET, Findings, Incomplete, Missing
from issuer.program.projects.tables import ProjectEventRow, ProjectRow
from issuer.program.records import own_data, own_data_page
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
UNPAID: Final = (Stage.APPLIED, Stage.APPROVED, Stage.EARNED)
_CLAIMED: Final = (Stage.APPROVED, Stage.EARNED)
_APPROVALS: Final = (Act.APPROVE, Act.APPROVE_AFTER_ALL)
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
    agreement = for_what_runs(session)
    if agreement is None:
        return
    ledger.lock(session, project.person_pk)
    stage, today = STAGES[State(event.target)], agreement.day(event.at)
    cents = sum(balance_of(session, project).sums[unpaid] for unpaid in UNPAID)
    if stage is Stage.APPLIED:
        if missing := _problems(session, agreement, project, today):
            raise Incomplete(missing)
        cents = values.asked(session, project)
    elif event.act in _APPROVALS and event.target == State.ACTIVE and not cents:
        cents = _given_back(session, project) or _set_for_own_idea(session, project)
    waited = STAGES[State(event.origin)] in _CLAIMED
    move(session, agreement, project, stage, cents, waited=waited, now=event.at, by=event.actor_pk)


def move(
    session: Session,
    agreement: Agreement,
    project: ProjectRow,
    stage: Stage | None,
    cents: int,
    *,
    now: datetime,
    by: int | None,
    waited: bool = False,
    why: Why = Why.STEP,
) -> None:
    """Let a project's claim, as far as it is not paid, stand at one stage, or nowhere.

    What nobody approved before is limited to what is left. While payroll's records do not say how
    much that is, it counts as applied for, until they do (`waited`, `settle`).
    """
    sums, today = balance_of(session, project).sums, agreement.day(now)
    if stage in _CLAIMED and not sums[Stage.APPROVED] and not sums[Stage.EARNED]:
        room = _room(session, agreement, project, 0 if waited else sums[Stage.APPLIED], today)
        stage = Stage.APPLIED if room is None else stage
        cents = cents if room is None else min(cents, room)
    amounts = {unpaid: -sums[unpaid] for unpaid in UNPAID}
    if stage is not None:
        amounts[stage] += cents
    for changed, difference in amounts.items():
        if difference:
            ledger.post(
                session,
                person_pk=project.person_pk,
                claim=project.public_id,
                stage=changed,
                cents=difference,
                on=today,
                why=why,
                now=now,
                by=by,
            )


def value_own_idea(session: Session, project: ProjectRow, *, now: datetime, by: PersonRow) -> None:
    """Let an own idea that was released before anybody said what it is worth have its sum."""
    agreement, stage = for_what_runs(session), STAGES[State(project.state)]
    if agreement is not None and stage in _CLAIMED:
        cents = values.asked(session, project)
        move(session, agreement, project, stage, cents, now=now, by=by.id, why=Why.VALUE)


def settle(session: Session, person_pk: int, *, now: datetime, by: PersonRow) -> None:
    """Let what waited for payroll's records of a person stand where its project stands."""
    agreement = for_what_runs(session)
    if agreement is None:
        return
    ledger.lock(session, person_pk)
    balances = ledger.balances(ledger.entries(session, person_pk))
    waiting = [claim for claim, balance in balances.items() if balance.sums[Stage.APPLIED]]
    rows = select(ProjectRow).where(ProjectRow.public_id.in_(waiting)).order_by(ProjectRow.id)
    for project in session.scalars(rows):
        stage, cents = STAGES[State(project.state)], balances[project.public_id].sums[Stage.APPLIED]
        if stage in _CLAIMED:
            move(session, agreement, project, stage, cents, waited=True, now=now, by=by.id)


def balance_of(session: Session, project: ProjectRow) -> Balance:
    """Return what the claim of a project comes to."""
    rows = [
        row for row in ledger.entries(session, project.person_pk) if row.claim == project.public_id
    ]
    return ledger.balances(rows).get(project.public_id, Balance())


def _given_back(session: Session, project: ProjectRow) -> int:
    """Return what "not yet" took from a claim: what an approval after all brings again."""
    rows = select(ProjectEventRow).where(
        ProjectEventRow.project_pk == project.id, ProjectEventRow.act.in_(NOT_YET)
    )
    event = session.scalar(rows.order_by(ProjectEventRow.id.desc()).limit(1))
    return -sum(
        row.cents
        for row in ledger.entries(session, project.person_pk)
        if event and row.claim == project.public_id and row.created_at == event.at and row.cents < 0
    )


def _set_for_own_idea(session: Session, project: ProjectRow) -> int:
    """Return what the superintendent set for a teacher's own idea before she released it."""
    return values.asked(session, project) if project.offering_pk is None else 0


def _problems(
    session: Session, agreement: Agreement, project: ProjectRow, today: date
) -> tuple[Missing, ...]:
    amount = values.asked(session, project)
    if not amount or agreement.contract is None:
        return ()
    own = standing.books(session, project.person_pk)
    try:
        left = standing.standing_of(agreement.contract, own, today).left
    except Contradictory:
        return (Missing("money", "two_pay_records"),)
    except NoPayRecord:
        return (Missing("money", "no_pay_record"),)
    if agreement.contract.cap_counts is CapCounts.APPLICATION and amount > left:
        return (Missing("money", "too_much"),)
    return ()


def _room(
    session: Session, agreement: Agreement, project: ProjectRow, applied: int, today: date
) -> int | None:
    """Return what a claim may come to, in cents: what was counted when it was applied for, else
    what is left beside all others. None while nobody knows."""
    if agreement.contract is None:
        return None
    if applied and agreement.contract.cap_counts is CapCounts.APPLICATION:
        return applied
    own = standing.books(session, project.person_pk).without(project.public_id)
    try:
        return standing.standing_of(agreement.contract, own, today).left
    except NoPayRecord:
        return None


history.OBSERVERS.append(follow)
own_data.ADDED.append(own_records.about)
own_data_page.LABELS["money"] = N_("Money")
own_data_page.OF_PART["money"] = own_records.LABELS
own_data_page.VALUES.update(stage=own_records.STAGES, why=own_records.WHY)
