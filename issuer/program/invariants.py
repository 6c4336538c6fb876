"""The invariants of every program (I1 to I13), checked on a district's database.

    for breach in breaches(session, evidence=FileStore(home / "evidence")):
        print(breach.invariant, breach.about, breach.what)

`compensation`, which no other room imports, adds its own check to those here.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from issuer.catalog.versions import rubric_of
from issuer.home.settings import PROGRAM
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.outbox.tables import OutboxRow
from issuer.program import policy as policies
from issuer.program.evaluation import judgment
from issuer.program.evaluation.approval import approval_id
from issuer.program.evaluation.conflicts import judging_in_conflict
from issuer.program.evaluation.decisions import APPROVED, RELEASED
from issuer.program.evaluation.issuing import credential_of
from issuer.program.evaluation.judgment import JudgmentOutcome
from issuer.program.evaluation.tables import AssignmentRow, LookRow, ProjectDecisionRow
from issuer.program.evidence.file_store import FileStore
from issuer.program.projects.states import STEPS, Act, State
from issuer.program.projects.submission import NOT_YET
from issuer.program.projects.tables import ProjectEventRow, ProjectRow, VersionRow
from issuer.program.records.retention import Record
from issuer.program.records.tables import DisposalRow
from issuer.program.windows.window import Purpose


@dataclass(frozen=True)
class Breach:
    """One thing that should not be: which invariant, of what, and what is wrong."""

    invariant: str
    about: str
    what: str


Invariant: TypeAlias = Callable[[Session], Iterable[Breach]]


def breaches(
    session: Session, *, evidence: FileStore, more: Iterable[Invariant] = ()
) -> Iterator[Breach]:
    """Yield every breach there is; a sound program has none."""
    for invariant in (*INVARIANTS, *more):
        yield from invariant(session)
    yield from _files_are_there(session, evidence)


def _one_credential(session: Session) -> Iterator[Breach]:
    """I1: an approved project has one approval, on its way or through the door."""
    projects = select(ProjectRow).where(ProjectRow.state.in_((State.APPROVED, State.ISSUED)))
    approvals = set(
        session.scalars(select(ApprovalRow.approval_id).where(ApprovalRow.source == PROGRAM))
    )
    sent = Counter(session.scalars(select(OutboxRow.about).where(OutboxRow.kind == APPROVED)))
    for project in session.scalars(projects):
        if project.state == State.ISSUED and credential_of(session, project) is None:
            yield Breach("I1", project.public_id, "is issued, and has no credential")
        if approval_id(project) not in approvals and not sent[project.public_id]:
            yield Breach("I1", project.public_id, "is approved, and its approval is nowhere")
        if sent[project.public_id] > 1:
            yield Breach("I1", project.public_id, "sent its approval more than once")


def _nobody_judges_in_a_conflict(session: Session) -> Iterator[Breach]:
    """I2: what is assigned and not yet given is judged by nobody who must not."""
    for row in judging_in_conflict(session):
        yield Breach("I2", row.version.project.public_id, "is judged by who must not judge it")


def _every_step_was_possible(session: Session) -> Iterator[Breach]:
    """I4: the events of each project lead from a draft to its state, by the table's steps."""
    reached: dict[int, str] = {}
    for event in session.scalars(select(ProjectEventRow).order_by(ProjectEventRow.id)):
        step = STEPS.get((State(event.origin), Act(event.act)))
        before = reached.get(event.project_pk, State.DRAFT)
        if step is None or step[0] != event.target or event.origin != before:
            yield Breach("I4", str(event.project_pk), f"{event.act} from {event.origin}")
        reached[event.project_pk] = event.target
    for project in session.scalars(select(ProjectRow)):
        if reached.get(project.id, State.DRAFT) != project.state:
            yield Breach(
                "I4", project.public_id, f"is {project.state} without an event that says so"
            )


def _decisions_are_whole(session: Session) -> Iterator[Breach]:
    """I5: each released decision has a level for every criterion, and a comment below the line."""
    gone = _disposed(session, Record.REVIEWS)
    rows = select(ProjectDecisionRow).where(ProjectDecisionRow.released_at.is_not(None))
    for decision in session.scalars(rows):
        rubric = rubric_of(decision.version.rubric_version)
        about = decision.version.project.public_id
        needed = {*judgment.gaps(rubric, decision.levels, decision.comments).values()}
        if needed - ({"comment"} if decision.version.project_pk in gone else set()):
            yield Breach("I5", about, "was decided without a level or a comment")
        elif judgment.outcome_of(rubric, decision.levels) != JudgmentOutcome(decision.outcome):
            yield Breach("I5", about, "was decided otherwise than its levels say")


def _released_once(session: Session) -> Iterator[Breach]:
    """I6: one release for each version, and further ones only as corrections; each was told."""
    rows = session.scalars(
        select(ProjectDecisionRow).where(ProjectDecisionRow.released_at.is_not(None))
    ).all()
    first = Counter(row.version_pk for row in rows if row.corrects is None)
    mailed = {
        (row.payload or {}).get("decision")
        for row in session.scalars(select(OutboxRow).where(OutboxRow.kind == RELEASED))
    }
    for row in rows:
        if first[row.version_pk] > 1:
            yield Breach("I6", row.version.project.public_id, "was released more than once")
        if row.id not in mailed:
            yield Breach("I6", row.version.project.public_id, "was released, and nobody was told")


def _others_look(session: Session) -> Iterator[Breach]:
    """I2: another look is taken by somebody who judged nothing else of the project."""
    rows = session.scalars(select(LookRow).where(LookRow.assignment_pk.is_not(None)))
    for look in rows:
        looks = look.assignment
        if looks is None:
            continue
        others = (
            select(AssignmentRow.id)
            .join(AssignmentRow.version)
            .where(
                VersionRow.project_pk == looks.version.project_pk,
                AssignmentRow.evaluator_pk == looks.evaluator_pk,
                AssignmentRow.id < looks.id,
            )
        )
        if session.scalar(others.limit(1)) is not None:
            about = looks.version.project.public_id
            yield Breach("I2", about, "is looked at again by somebody involved")


def _received_in_time(session: Session) -> Iterator[Breach]:
    """I13: what a window took was received while it was open for that person."""
    rows = select(VersionRow).where(VersionRow.window_pk.is_not(None))
    for version in session.scalars(rows.options(joinedload(VersionRow.project))):
        window = version.window
        person = version.project.person_pk
        if window is not None and not window.window.takes(version.received_at, person):
            yield Breach("I13", version.project.public_id, "was taken when its window was closed")


def _without_a_window(session: Session) -> Iterator[Breach]:
    """I13: without a window, only a rolling program and what comes again in time are taken.

    A pilot that got windows later was rolling before: the choices of that moment count.
    """
    policy_at = policies.by_moment(session)
    again = {
        (event.project_pk, State(event.target)): event.at
        for event in session.scalars(
            select(ProjectEventRow)
            .where(ProjectEventRow.act.in_(NOT_YET))
            .order_by(ProjectEventRow.id)
        )
    }
    drafts = {Purpose.PROPOSAL: State.DRAFT, Purpose.COMPLETION: State.ACTIVE}
    for version in session.scalars(select(VersionRow).where(VersionRow.window_pk.is_(None))):
        policy = policy_at(version.received_at)
        if policy is None or policy.rolling:
            continue
        days = timedelta(days=policy.days_to_resubmit)
        since = again.get((version.project_pk, drafts[Purpose(version.purpose)]))
        if since is None or version.received_at >= since + days:
            yield Breach("I13", str(version.project_pk), "was taken without a window")


def _files_are_there(session: Session, evidence: FileStore) -> Iterator[Breach]:
    """I3: every file that a version pins is there, under its digest."""
    gone = _disposed(session, Record.EVIDENCE)
    for version in session.scalars(select(VersionRow)):
        if version.project_pk in gone:
            continue
        for item in version.artifacts["files"]:
            if (
                "sha256" in item
                and "artifact" in item
                and not evidence.path(item["sha256"]).exists()
            ):
                yield Breach("I3", item["artifact"], "was handed in, and its file is gone")


def _disposed(session: Session, record: Record) -> set[int]:
    """Return the projects that had a class of record disposed of."""
    rows = select(DisposalRow.project_pk).where(DisposalRow.record == record)
    return set(session.scalars(rows))


INVARIANTS: Final[tuple[Invariant, ...]] = (
    _one_credential,
    _nobody_judges_in_a_conflict,
    _every_step_was_possible,
    _decisions_are_whole,
    _released_once,
    _others_look,
    _received_in_time,
    _without_a_window,
)
