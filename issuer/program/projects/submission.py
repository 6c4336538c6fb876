"""Handing in a proposal or a completion: an immutable version, if everything it asks for is there.

    hand_in(session, project, policy, received, checks=CHECKS, by=person, now=now)

Rooms above add checks of their own: sign-offs, consents, and whatever else a submission meets.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from contexts.errors import MintmarkError
from issuer.catalog import versions as catalog
from issuer.catalog.tables import RubricVersion
from issuer.people.tables import PersonRow
from issuer.program.policy import Policy, Resubmission
from issuer.program.projects import answers, history
from issuer.program.projects.drafts import WRITTEN_IN, ReadOnly
from issuer.program.projects.states import Act, Conditions, NotNow, State, step
from issuer.program.projects.tables import ProjectEventRow, ProjectRow, VersionRow
from issuer.program.windows.local_time import last_day_before
from issuer.program.windows.tables import WindowRow
from issuer.program.windows.window import Purpose


@dataclass(frozen=True)
class Missing:
    """One thing that keeps a submission from being taken: the field, and a code for why."""

    field: str
    code: str


@dataclass(frozen=True)
class Findings:
    """What a room above knows about a submission: what is missing, which files and badges go with
    it, and whether its window may be open at all (`opens`)."""

    missing: Sequence[Missing] = ()
    signed_off: bool = True
    consented: bool = True
    opens: bool = True
    artifacts: Sequence[dict[str, str]] = ()
    badges: Sequence[dict[str, str]] = ()


RECEIVED: Final = "received"
"""The kind of message that tells a teacher that a submission is received, with its text."""
NOT_YET: Final = (Act.NOT_YET, Act.NOT_YET_AFTER_ALL)
"""The steps after which a teacher writes on."""

Check: TypeAlias = Callable[[Session, ProjectRow, Purpose, Policy], Findings]


class Incomplete(MintmarkError):
    """The submission is not taken yet; `missing` names every field and why."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        super().__init__("not complete yet: " + ", ".join(item.field for item in missing))
        self.missing = tuple(missing)


@dataclass(frozen=True)
class Readiness:
    """How far a submission is: what is missing, and whether a window would take it now."""

    purpose: Purpose
    missing: tuple[Missing, ...]
    conditions: Conditions
    window: WindowRow | None
    artifacts: tuple[dict[str, str], ...] = ()
    badges: tuple[dict[str, str], ...] = ()


def readiness(
    session: Session,
    project: ProjectRow,
    policy: Policy,
    received: datetime,
    *,
    declared: bool,
    checks: Iterable[Check] = (),
) -> Readiness:
    """Return what keeps the draft of a project from being handed in at a moment.

    `declared` says whether the teacher answered whom she must not be judged by. Raises `ReadOnly`
    in a state in which nothing is handed in.
    """
    purpose = WRITTEN_IN.get(State(project.state))
    if purpose is None:
        raise ReadOnly(f"nothing is handed in while a project is {project.state}")
    findings = [check(session, project, purpose, policy) for check in checks]
    missing = _missing(project, policy, purpose)
    missing += [item for finding in findings for item in finding.missing]
    window = open_window(session, project, purpose, received)
    conditions = Conditions(
        window_open=all(finding.opens for finding in findings)
        and (
            policy.rolling
            or window is not None
            or _may_resubmit(session, project, policy, received)
        ),
        complete=not missing,
        declared=declared,
        signed_off=all(finding.signed_off for finding in findings),
        consented=all(finding.consented for finding in findings),
    )
    artifacts = tuple(item for finding in findings for item in finding.artifacts)
    badges = tuple(item for finding in findings for item in finding.badges)
    return Readiness(purpose, tuple(missing), conditions, window, artifacts, badges)


def hand_in(
    session: Session,
    project: ProjectRow,
    policy: Policy,
    received: datetime,
    *,
    declared: bool,
    checks: Iterable[Check] = (),
    by: PersonRow,
) -> VersionRow:
    """Take what stands in the draft as the next version, and move the project on.

    `session` writes and holds the project's lock. `received` is when the request began (I13, E7).
    Raises `Incomplete`, `NotNow` and `ReadOnly`, with nothing changed and every answer kept.
    """
    ready = readiness(session, project, policy, received, declared=declared, checks=checks)
    try:
        step(State(project.state), Act.SUBMIT, ready.conditions)
    except NotNow:
        if ready.missing:
            raise Incomplete(ready.missing) from None
        raise
    version = VersionRow(
        project=project,
        purpose=ready.purpose,
        number=_handed_in(session, project, ready.purpose) + 1,
        answers=_answers(project, ready.purpose),
        artifacts={"files": list(ready.artifacts), "badges": list(ready.badges)},
        rubric_version_id=rubric_now(session, project, policy, ready.purpose).id,
        window_pk=ready.window and ready.window.id,
        received_at=received,
    )
    session.add(version)
    session.flush()
    history.take(
        session, project, Act.SUBMIT, ready.conditions, by=by, now=received, version=version
    )
    return version


def take_back(
    session: Session, project: ProjectRow, policy: Policy, *, by: PersonRow, now: datetime
) -> None:
    """Turn what was handed in into a draft again, while its window is open (E16).

    Raises `NotNow`. The version stays, and nobody judges it.
    """
    version = newest_version(session, project)
    conditions = Conditions(window_open=may_take_back(version, policy, now))
    history.take(session, project, Act.TAKE_BACK, conditions, by=by, now=now, version=version)


def may_take_back(version: VersionRow | None, policy: Policy, now: datetime) -> bool:
    """True while the window of what was handed in is open, or if there are no windows."""
    if policy.rolling or version is None or version.window is None:
        return policy.rolling
    return version.window.window.takes(now, version.project.person_pk)


def handed_in_until(
    session: Session, project: ProjectRow, policy: Policy, ready: Readiness
) -> datetime | None:
    """Return the moment until which a draft can be handed in; None if at any time."""
    if policy.rolling:
        return None
    if ready.window is not None:
        return ready.window.closes_for(project.person_pk)
    return _resubmitted_until(session, [project], policy).get(project.id)


def each_handed_in_until(
    session: Session, projects: Iterable[ProjectRow], policy: Policy, now: datetime
) -> dict[int, datetime | None]:
    """Return, by the id of each project that is being written, the moment until which it can be
    handed in; None while it cannot. In a district without windows, nothing.

    It takes no more queries for many projects than for one.
    """
    if policy.rolling:
        return {}
    written = [project for project in projects if State(project.state) in WRITTEN_IN]
    opened = _opened(session, set(WRITTEN_IN.values()), now) if written else ()
    resubmitted = _resubmitted_until(session, written, policy)
    ends: dict[int, datetime | None] = {}
    for project in written:
        window = _first_to_close(opened, project, WRITTEN_IN[State(project.state)], now)
        until = resubmitted.get(project.id)
        if window is not None:
            ends[project.id] = window.closes_for(project.person_pk)
        else:
            ends[project.id] = until if until and now < until else None
    return ends


def last_days(
    session: Session, projects: Iterable[ProjectRow], purpose: Purpose, now: datetime
) -> dict[int, date]:
    """Return, by the id of each project, the last day of the window that takes this from its
    teacher now; nothing for a project that no open window is for."""
    opened = _opened(session, {purpose}, now)
    days: dict[int, date] = {}
    for project in projects:
        if window := _first_to_close(opened, project, purpose, now):
            days[project.id] = last_day_before(
                window.closes_for(project.person_pk), window.window.zone
            )
    return days


def next_to_open(session: Session, now: datetime) -> Mapping[Purpose, WindowRow]:
    """Return, by purpose, the window that opens next, where one is planned."""
    rows = select(WindowRow).where(WindowRow.opens > now).order_by(WindowRow.opens.desc())
    return {Purpose(window.purpose): window for window in session.scalars(rows)}


def judged(session: Session, project: ProjectRow, policy: Policy) -> list[str]:
    """Return the questions of a proposal that its rubric judges, though nobody has to answer
    them."""
    try:
        rubric = catalog.rubric_of(rubric_now(session, project, policy, Purpose.PROPOSAL))
    except Incomplete:
        return []
    return answers.judged(criterion.id for criterion in rubric.criteria)


def newest_version(session: Session, project: ProjectRow) -> VersionRow | None:
    """Return what was handed in last, if anything was."""
    rows = select(VersionRow).where(VersionRow.project_pk == project.id)
    return session.scalar(rows.order_by(VersionRow.id.desc()).limit(1))


def newest_versions(session: Session, projects: Collection[int]) -> Mapping[int, int]:
    """Return the number of what was handed in last, by project, of those with a version."""
    rows = select(VersionRow.project_pk, func.max(VersionRow.id))
    chosen = rows.where(VersionRow.project_pk.in_(projects)).group_by(VersionRow.project_pk)
    return dict(session.execute(chosen).all())


def newest_of_each(session: Session, projects: Collection[int]) -> Sequence[VersionRow]:
    """Return what was handed in last of each project, with its window."""
    newest = select(func.max(VersionRow.id)).where(VersionRow.project_pk.in_(projects))
    newest = newest.group_by(VersionRow.project_pk)
    window = joinedload(VersionRow.window).selectinload(WindowRow.exceptions)
    rows = select(VersionRow).where(VersionRow.id.in_(newest))
    return session.scalars(rows.options(window)).all()


def newest_version_of(session: Session, project: ProjectRow, purpose: Purpose) -> VersionRow | None:
    """Return the newest proposal, or completion, that was handed in."""
    rows = select(VersionRow).where(
        VersionRow.project_pk == project.id, VersionRow.purpose == purpose
    )
    return session.scalar(rows.order_by(VersionRow.number.desc()).limit(1))


def open_window(
    session: Session, project: ProjectRow, purpose: Purpose, received: datetime
) -> WindowRow | None:
    """Return the window that takes this teacher's work at a moment; of several, the first."""
    return _first_to_close(_opened(session, {purpose}, received), project, purpose, received)


def _opened(
    session: Session, purposes: Collection[Purpose], received: datetime
) -> Sequence[WindowRow]:
    """Return the windows that had opened at a moment, also those that had closed."""
    rows = select(WindowRow).where(WindowRow.purpose.in_(purposes), WindowRow.opens <= received)
    return session.scalars(rows.options(selectinload(WindowRow.exceptions))).all()


def _first_to_close(
    opened: Iterable[WindowRow], project: ProjectRow, purpose: Purpose, received: datetime
) -> WindowRow | None:
    takes = [
        row
        for row in opened
        if row.purpose == purpose and row.window.takes(received, project.person_pk)
    ]
    return min(takes, key=lambda row: row.closes, default=None)


def _missing(project: ProjectRow, policy: Policy, purpose: Purpose) -> list[Missing]:
    texts = _answers(project, purpose)
    missing = [Missing(id, "empty") for id in answers.missing(purpose, texts, policy.questions)]
    missing += [Missing(id, code) for id, code in answers.flaws(purpose, texts).items()]
    if purpose is Purpose.PROPOSAL and project.topic_pk is None:
        missing.append(Missing("topic", "empty"))
    return missing


def _answers(project: ProjectRow, purpose: Purpose) -> dict[str, str]:
    return dict(project.proposal if purpose is Purpose.PROPOSAL else project.completion)


def _handed_in(session: Session, project: ProjectRow, purpose: Purpose) -> int:
    rows = select(func.max(VersionRow.number)).where(
        VersionRow.project_pk == project.id, VersionRow.purpose == purpose
    )
    return session.scalar(rows) or 0


def _may_resubmit(
    session: Session, project: ProjectRow, policy: Policy, received: datetime
) -> bool:
    until = _resubmitted_until(session, [project], policy).get(project.id)
    return until is not None and received < until


def _resubmitted_until(
    session: Session, projects: Collection[ProjectRow], policy: Policy
) -> dict[int, datetime]:
    """Return, for the id of each project that came back and is being written again, the end of the
    days in which no window is needed."""
    if policy.resubmission is not Resubmission.DAYS or not projects:
        return {}
    written = {project.id: WRITTEN_IN.get(State(project.state)) for project in projects}
    rows = (
        select(ProjectEventRow)
        .where(ProjectEventRow.project_pk.in_(written), ProjectEventRow.act.in_(NOT_YET))
        .order_by(ProjectEventRow.id)
    )
    newest = {event.project_pk: event for event in session.scalars(rows)}
    return {
        project_pk: event.at + timedelta(days=policy.days_to_resubmit)
        for project_pk, event in newest.items()
        if WRITTEN_IN.get(State(event.target)) is written[project_pk]
    }


def rubric_now(
    session: Session, project: ProjectRow, policy: Policy, purpose: Purpose
) -> RubricVersion:
    """Return the rubric version that judges what is handed in now, and pins it (I3)."""
    if purpose is Purpose.COMPLETION and project.offering is not None:
        achievement = catalog.find(session, project.offering.achievement_id)
        if achievement is not None:
            return achievement.rubric_version
    id = policy.proposal_rubric if purpose is Purpose.PROPOSAL else policy.completion_rubric
    rubric = catalog.find_rubric_version(session, id)
    if rubric is None:
        raise Incomplete([Missing("rubric", "not_in_catalog")])
    return rubric
