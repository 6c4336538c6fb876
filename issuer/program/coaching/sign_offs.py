"""The three who answer for a project (R6) and the checklist that they attest (R7).

sign(session, project, SignOffRole.COACH, person, fidelity={"0": True}, policy=policy, now=now)
check(policy)(session, project, Purpose.COMPLETION)     # Findings(signed_off=False, …)
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from contexts.errors import MintmarkError
from issuer.people.tables import PersonRow
from issuer.program.coaching.tables import SignOffRow
from issuer.program.policy import Policy
from issuer.program.projects import submission
from issuer.program.projects.history import Outline, OutlineStage, outline
from issuer.program.projects.states import State
from issuer.program.projects.submission import Findings, Missing
from issuer.program.projects.tables import ProjectRow
from issuer.program.windows.window import Purpose
from verifier.wording.words import N_


class SignOffRole(StrEnum):
    """As whom somebody signs, in the words of an approval."""

    TEACHER = "teacher"
    COACH = "coach"
    ADMINISTRATOR = "administrator"


class SignOffRefused(MintmarkError):
    """The sign-off is not taken; the message says why."""


def sign(
    session: Session,
    project: ProjectRow,
    signer: SignOffRole,
    person: PersonRow,
    *,
    fidelity: Mapping[str, bool],
    policy: Policy,
    now: datetime,
) -> SignOffRow:
    """Sign for a project, in any order of the three. Who signed already stays as it is.

    `fidelity` answers each statement of the district's checklist, by its place. Raises
    `SignOffRefused`: a project is signed while it is under way, one person does not sign as two,
    and each statement is answered with yes.
    """
    signed = by_signer(session, project)
    if signer in signed:
        return signed[signer]
    if not are_taken(session, project):
        raise SignOffRefused(N_("A project is signed while it is under way."))
    if any(row.person_pk == person.id for row in signed.values()):
        raise SignOffRefused(N_("One person does not sign as two of the three."))
    if (signer is SignOffRole.TEACHER) is not (person.id == project.person_pk):
        raise SignOffRefused(N_("The teacher signs as the teacher, and nobody else does."))
    statements = {str(place): text for place, text in enumerate(policy.fidelity)}
    if not all(fidelity.get(place) for place in statements):
        raise SignOffRefused(N_("Before you sign, check off each statement of the checklist."))
    row = SignOffRow(
        project_pk=project.id,
        role=signer,
        person_pk=person.id,
        signed_at=now,
        fidelity=dict.fromkeys(statements.values(), True),
    )
    session.add(row)
    session.flush()
    return row


def are_taken(session: Session, project: ProjectRow) -> bool:
    """True if somebody may sign now: also while it is judged, so that who is asked to sign does not
    learn that something came back (I12)."""
    if project.state in (State.ACTIVE, State.SUBMITTED):
        return True
    return (
        project.state == State.DRAFT and outline(session, project).stage is OutlineStage.UNDER_WAY
    )


def by_signer(session: Session, project: ProjectRow) -> dict[SignOffRole, SignOffRow]:
    """Return who signed for a project."""
    rows = select(SignOffRow).where(SignOffRow.project_pk == project.id)
    signed = session.scalars(rows.options(joinedload(SignOffRow.person)))
    return {SignOffRole(row.role): row for row in signed}


def missing(session: Session, project: ProjectRow) -> list[SignOffRole]:
    """Return who has not signed yet."""
    signed = by_signer(session, project)
    return [signer for signer in SignOffRole if signer not in signed]


def signers(session: Session, projects: Collection[int]) -> Mapping[int, set[SignOffRole]]:
    """Return who signed for each of these projects."""
    signed: dict[int, set[SignOffRole]] = defaultdict(set)
    rows = select(SignOffRow.project_pk, SignOffRow.role).where(SignOffRow.project_pk.in_(projects))
    for project, signer in session.execute(rows):
        signed[project].add(SignOffRole(signer))
    return signed


def needed_by(
    session: Session,
    projects: Iterable[ProjectRow],
    outlines: Mapping[int, Outline],
    signed: Mapping[int, set[SignOffRole]],
    policy: Policy | None,
    *,
    today: date,
    now: datetime,
) -> dict[int, date]:
    """Return, by the id of each project, the day by which its signatures are needed, where one is
    to come: when it is to be finished or, once its teacher signed, the last day of the window that
    takes it, whichever is first.

    Once it was handed in no day is told, so that nobody learns that it came back (I12).
    """
    first = [project for project in projects if "completion" not in outlines[project.id].versions]
    ends: Mapping[int, date] = {}
    ready = [project for project in first if SignOffRole.TEACHER in signed[project.id]]
    if ready and policy and not policy.rolling:
        ends = submission.last_days(session, ready, Purpose.COMPLETION, now)
    needed: dict[int, date] = {}
    for project in first:
        days = (outlines[project.id].due_on, ends.get(project.id))
        if to_come := [day for day in days if day and day >= today]:
            needed[project.id] = min(to_come)
    return needed


def check(session: Session, project: ProjectRow, purpose: Purpose, policy: Policy) -> Findings:
    """Return who still has to sign a completion, where the district asks for it."""
    if purpose is Purpose.PROPOSAL or not policy.three_sign_offs:
        return Findings()
    waiting = missing(session, project)
    return Findings(
        missing=[Missing(f"sign_off.{signer}", "unsigned") for signer in waiting],
        signed_off=not waiting,
    )


def for_approval(session: Session, project: ProjectRow) -> Sequence[Mapping[str, str]]:
    """Return role and time of each sign-off, as an approval states them: no names."""
    rows = sorted(by_signer(session, project).values(), key=lambda row: row.signed_at)
    return [{"role": row.role, "at": row.signed_at.isoformat(timespec="seconds")} for row in rows]
