"""The steps of a project, the event that records each (I4), and the outline shown to people who may
not see attempts (I12).

    outline(session, project).stage     # OutlineStage.UNDER_WAY, also while it is judged
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from contexts.json_types import Json
from issuer.people.access import rules
from issuer.people.access.guarded import Me
from issuer.people.tables import PersonRow
from issuer.program.projects.states import Act, Conditions, State, step
from issuer.program.projects.tables import ProjectEventRow, ProjectRow, VersionRow

Observer: TypeAlias = Callable[[Session, ProjectRow, ProjectEventRow], None]
OBSERVERS: Final[list[Observer]] = []
"""What rooms above do with each step, in its transaction. One that raises refuses the step."""


def take(
    session: Session,
    project: ProjectRow,
    act: Act,
    conditions: Conditions,
    *,
    by: PersonRow | None,
    now: datetime,
    version: VersionRow | None = None,
) -> State:
    """Take a step and write its event, in the transaction of `session`; return the new state.

    `by` is None where the server acts, as in issuing. Raises `NotNow` with nothing changed,
    and whatever an observer raises, which undoes the transaction.
    """
    origin = State(project.state)
    target = step(origin, act, conditions)
    project.state, project.changed_at = target, now
    event = ProjectEventRow(
        project_pk=project.id,
        at=now,
        actor_pk=by and by.id,
        act=act,
        origin=origin,
        target=target,
        version_pk=version and version.id,
    )
    session.add(event)
    session.flush()
    for observe in OBSERVERS:
        observe(session, project, event)
    return target


def events(session: Session, project: ProjectRow) -> Sequence[ProjectEventRow]:
    """Return all that happened, oldest first."""
    rows = select(ProjectEventRow).where(ProjectEventRow.project_pk == project.id)
    return session.scalars(rows.order_by(ProjectEventRow.id)).all()


def was_last(session: Session, project: ProjectRow, act: Act) -> bool:
    """True if this act is the last that was taken: its button was pressed twice."""
    rows = select(ProjectEventRow.act).where(ProjectEventRow.project_pk == project.id)
    return session.scalar(rows.order_by(ProjectEventRow.id.desc()).limit(1)) == act


class OutlineStage(StrEnum):
    """How far a project is, for those who see no attempts: no stage ever goes back to another."""

    PLANNING = "planning"
    UNDER_WAY = "under_way"
    COMPLETE = "complete"
    EARNED = "earned"
    TAKEN_BACK = "taken_back"
    CLOSED = "closed"


_STAGES: Final = {
    State.DRAFT: OutlineStage.PLANNING,
    State.PROPOSED: OutlineStage.PLANNING,
    State.ACTIVE: OutlineStage.UNDER_WAY,
    State.SUBMITTED: OutlineStage.UNDER_WAY,
    State.APPROVED: OutlineStage.COMPLETE,
    State.ISSUED: OutlineStage.EARNED,
    State.WITHDRAWN: OutlineStage.TAKEN_BACK,
    State.CLOSED: OutlineStage.CLOSED,
}
_FORMS: Final = {
    State.PROPOSED: "proposal",
    State.ACTIVE: "proposal",
    State.SUBMITTED: "completion",
    State.APPROVED: "completion",
}
"""By the state that handing in, or approving, leads to: which form that was."""


@dataclass(frozen=True)
class Outline:
    """A project as everybody but its teacher and the deciders sees it (I12).

    It looks the same whether something came back or not: the stage does not go back, the day by
    which it is finished is told until it is handed in for the first time, and each form is the
    draft until it is handed in, then what was handed in first, and then what was approved.
    `versions` has the version of each form that is shown, where one is; `earned_at` is when its
    credential was issued.
    """

    stage: OutlineStage
    due_on: date | None
    versions: Mapping[str, int]
    earned_at: datetime | None = None

    def is_overdue(self, today: date) -> bool:
        """True if the day by which it is finished has passed, and nothing was handed in."""
        return self.due_on is not None and self.due_on < today


@dataclass(frozen=True)
class Written:
    """What those read who see no attempts: answers, and the evidence once it is handed in.

    `handed_in_at` is when the completion that is shown was handed in.
    """

    proposal: Json
    completion: Json
    files: Sequence[Mapping[str, str]] | None
    handed_in_at: datetime | None = None

    @property
    def title(self) -> str:
        """What the project is called."""
        return str(self.proposal.get("title", ""))


def sees_attempts(me: Me, project: ProjectRow) -> bool:
    """True for the teacher of a project and those who decide: all others see its outline (I12)."""
    return project.person_pk == me.person or rules.may(me, "project", "steer")


def outlines(session: Session, projects: Collection[ProjectRow]) -> Mapping[int, Outline]:
    """Return the outline of each project, in one query."""
    rows = (
        select(
            ProjectEventRow.project_pk,
            ProjectEventRow.act,
            ProjectEventRow.target,
            ProjectEventRow.version_pk,
            ProjectEventRow.at,
        )
        .where(ProjectEventRow.project_pk.in_([project.id for project in projects]))
        .order_by(ProjectEventRow.id)
    )
    steps: dict[int, list[_Step]] = defaultdict(list)
    for project_pk, act, target, version, at in session.execute(rows):
        steps[project_pk].append(_Step(act, target, version, at))
    return {project.id: _outline(project, steps[project.id]) for project in projects}


def outline(session: Session, project: ProjectRow) -> Outline:
    """Return the outline of one project."""
    return outlines(session, [project])[project.id]


class _Step(NamedTuple):
    act: str
    target: str
    version: int | None
    at: datetime


def _outline(project: ProjectRow, steps: Sequence[_Step]) -> Outline:
    versions: dict[str, int] = {}
    came_back: set[str] = set()
    approved: set[str] = set()
    for act, target, version, _ in steps:
        form = _FORMS.get(State(target))
        if act == Act.REOPEN:
            versions, came_back, approved = {}, set(), set()
        elif act in (Act.NOT_YET, Act.NOT_YET_AFTER_ALL):
            came_back.add("proposal" if target == State.DRAFT else "completion")
        elif form is not None and version is not None:
            is_approval = act in (Act.APPROVE, Act.APPROVE_AFTER_ALL)
            if is_approval or (act == Act.SUBMIT and form not in came_back | approved):
                versions[form] = version
            approved |= {form} if is_approval else set()
    stage = _STAGES[State(project.state)]
    if stage is OutlineStage.PLANNING and "proposal" in approved:
        stage = OutlineStage.UNDER_WAY
    tells_day = stage is OutlineStage.UNDER_WAY and "completion" not in versions
    earned_at = steps[-1].at if stage is OutlineStage.EARNED and steps else None
    return Outline(stage, project.due_on if tells_day else None, versions, earned_at)


def written(
    session: Session, projects: Iterable[ProjectRow], seen: Mapping[int, Outline]
) -> Mapping[int, Written]:
    """Return what is read of each project in its outline, in one query."""
    listed = list(projects)
    numbers = [number for row in listed for number in seen[row.id].versions.values()]
    rows = select(VersionRow).where(VersionRow.id.in_(numbers))
    shown = session.scalars(rows).all() if numbers else ()
    versions = {(row.project_pk, row.purpose): row for row in shown}
    return {row.id: _written(row, versions) for row in listed}


def written_of(session: Session, project: ProjectRow, seen: Outline | None = None) -> Written:
    """Return what is read of one project in its outline."""
    outline_of_it = seen or outline(session, project)
    return written(session, [project], {project.id: outline_of_it})[project.id]


def _written(project: ProjectRow, versions: Mapping[tuple[int, str], VersionRow]) -> Written:
    proposal = versions.get((project.id, "proposal"))
    completion = versions.get((project.id, "completion"))
    return Written(
        proposal=proposal.answers if proposal else project.proposal,
        completion=completion.answers if completion else project.completion,
        files=completion.artifacts["files"] if completion else None,
        handed_in_at=completion.received_at if completion else None,
    )
