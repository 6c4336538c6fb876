"""What a person decides about money that was earned (I8): nothing is taken back by itself.

for decision in waiting(session):       # a credential was withdrawn: −x; it is back: x again
    decide(session, agreement, decision, carry_out=True, by=superintendent, now=now)
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from issuer.audit.log import person as actor
from issuer.audit.log import record
from issuer.home.settings import PROGRAM
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow, CredentialState, Revocation
from issuer.people.tables import PersonRow
from issuer.program.compensation import ledger
from issuer.program.compensation.agreements import Agreement
from issuer.program.compensation.ledger import Stage, Why
from issuer.program.compensation.runs.due import due
from issuer.program.compensation.tables import TakeBackRow
from issuer.program.projects.tables import ProjectRow


class MoneyGround(StrEnum):
    """Why there is something to decide."""

    WITHDRAWN = "withdrawn"
    BACK = "back"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class MoneyDecision:
    """What could be taken from a claim, or given to it, in cents. `credential` is its ground."""

    ground: MoneyGround
    person: PersonRow
    claim: str
    cents: int
    credential: str = ""

    @property
    def key(self) -> str:
        """What names it in a form."""
        return f"{self.ground}:{self.claim}:{self.credential}:{self.cents}"


def waiting(session: Session) -> list[MoneyDecision]:
    """Return what waits for a decision: withdrawn credentials first, then who left."""
    return [*_of_credentials(session), *_of_leavers(session)]


def decide(
    session: Session,
    agreement: Agreement,
    decision: MoneyDecision,
    *,
    carry_out: bool,
    by: PersonRow,
    now: datetime,
) -> None:
    """Carry out what waits, or let it stand. Nothing is asked a second time: about a credential
    whose sum was given again only if that one is withdrawn as well."""
    cents = decision.cents if carry_out else 0
    ledger.lock(session, decision.person.id)
    if decision.ground is MoneyGround.BACK and carry_out:
        _give_again(session, decision.claim, by, now)
    elif decision.credential:
        row = TakeBackRow(claim=decision.claim, credential=decision.credential, cents=cents)
        row.decided_at, row.decided_by = now, by.id
        session.add(row)
    if cents:
        ledger.post(
            session,
            person_pk=decision.person.id,
            claim=decision.claim,
            stage=Stage.EARNED,
            cents=cents,
            on=agreement.day(now),
            why=Why.LEFT if decision.ground is MoneyGround.LEFT else Why.TAKEN_BACK,
            now=now,
            by=by.id,
        )
    action = "pay.decided" if carry_out else "pay.let-stand"
    record(session, by=actor(by.id), action=action, about=decision.claim, now=now)


def _give_again(session: Session, claim: str, by: PersonRow, now: datetime) -> None:
    """Note that nothing is taken from a claim any more: its newest credential is not decided."""
    for row in session.scalars(select(TakeBackRow).where(TakeBackRow.claim == claim)):
        row.cents, row.decided_at, row.decided_by = 0, now, by.id


def _of_credentials(session: Session) -> list[MoneyDecision]:
    decided, revoked = _decided(session), _revoked(session)
    projects = {project.public_id: project for project in _projects(session, {*revoked, *decided})}
    decisions = []
    for claim, (credential, is_revoked) in _newest(session, projects).items():
        earlier = decided.get(claim, {})
        if credential in earlier:
            continue
        cents = -_brought(session, projects[claim]) if is_revoked else -sum(earlier.values())
        if cents:
            ground = MoneyGround.WITHDRAWN if is_revoked else MoneyGround.BACK
            decisions.append(
                MoneyDecision(ground, projects[claim].person, claim, cents, credential)
            )
    return decisions


def _of_leavers(session: Session) -> list[MoneyDecision]:
    return [
        MoneyDecision(MoneyGround.LEFT, line.person, claim, -cents)
        for line in due(session)
        for claim, cents in line.awards
        if line.person.left_at is not None and cents > 0
    ]


def _decided(session: Session) -> Mapping[str, dict[str, int]]:
    """Return what was decided: by claim, for which credential, and how many cents."""
    decided: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in session.scalars(select(TakeBackRow)):
        decided[row.claim][row.credential] = row.cents
    return decided


def _revoked(session: Session) -> list[str]:
    """Return the projects of which some credential was revoked."""
    rows = select(ApprovalRow.approval_id).join(CredentialRow).join(Revocation, _IS_REVOKED)
    ids = session.scalars(rows.where(ApprovalRow.source == PROGRAM)).all()
    return [id.removeprefix(f"{PROGRAM}:") for id in ids]


def _projects(session: Session, claims: Collection[str]) -> list[ProjectRow]:
    rows = select(ProjectRow).where(ProjectRow.public_id.in_(claims)).order_by(ProjectRow.id)
    return list(session.scalars(rows))


def _newest(session: Session, claims: Collection[str]) -> Mapping[str, tuple[str, bool]]:
    """Return the newest credential of each project, and whether it is revoked."""
    rows = (
        select(ApprovalRow.approval_id, CredentialRow.public_id, Revocation.revoked_at)
        .join(CredentialRow, CredentialRow.approval_pk == ApprovalRow.id)
        .outerjoin(Revocation, _IS_REVOKED)
        .where(ApprovalRow.source == PROGRAM, CredentialRow.state == CredentialState.ISSUED)
        .where(ApprovalRow.approval_id.in_([f"{PROGRAM}:{claim}" for claim in claims]))
    )
    newest = {}
    for id, credential, revoked_at in session.execute(rows.order_by(CredentialRow.id)):
        newest[id.removeprefix(f"{PROGRAM}:")] = (credential, revoked_at is not None)
    return newest


def _brought(session: Session, project: ProjectRow) -> int:
    """Return what a project brought, in cents, beside what was taken back."""
    rows = ledger.entries(session, project.person_pk)
    own = ledger.balances(rows).get(project.public_id)
    return own.sums[Stage.EARNED] + own.sums[Stage.PAID] if own else 0


_IS_REVOKED = and_(
    Revocation.list_number == CredentialRow.list_number,
    Revocation.list_index == CredentialRow.list_index,
)
