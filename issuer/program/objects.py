"""The protected objects of the program, and their owners."""

from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from issuer.people.access.guarded import (
    BUILDING,
    COACHED,
    LED,
    OWN,
    SHARED,
    TO_JUDGE,
    Guarded,
    Me,
    in_building,
    own,
)
from issuer.people.tables import BuildingRow
from issuer.program import policy as policies
from issuer.program.cadre.shared_evidence import is_shared
from issuer.program.cadre.tables import CadreQuestionRow
from issuer.program.coaching.coaching import coached_by
from issuer.program.coaching.tables import CohortMemberRow, CohortRow
from issuer.program.evaluation.tables import AssignmentRow, ReviewRow
from issuer.program.evidence.tables import ArtifactRow
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.records.tables import DataExportRow
from issuer.program.windows.window import Purpose


def judged_unseen(me: Me) -> ColumnElement[bool]:
    """The projects that I have to judge without knowing whose they are, until I have: hidden names
    beat every other role (I11)."""
    mine = (
        select(VersionRow.project_pk)
        .join(AssignmentRow, AssignmentRow.version_pk == VersionRow.id)
        .outerjoin(ReviewRow, ReviewRow.assignment_pk == AssignmentRow.id)
        .where(AssignmentRow.evaluator_pk == me.person)
        .where(AssignmentRow.ended_at.is_(None), ReviewRow.given_at.is_(None))
    )
    return ProjectRow.id.in_(mine)


def hides_names(session: Session) -> bool:
    """True if the district hides names; also while it has not chosen."""
    policy = policies.current(session)
    return policy is None or policy.names_hidden


PROJECT: Final = Guarded(
    "project",
    ProjectRow.public_id,
    {
        OWN: own(ProjectRow.person_pk),
        BUILDING: in_building(ProjectRow.person_pk),
        COACHED: lambda me, _building: coached_by(me.person),
    },
    judged_unseen,
    hides_names,
)
ASSIGNMENT: Final = Guarded(
    "assignment", AssignmentRow.public_id, {OWN: own(AssignmentRow.evaluator_pk)}
)


def _of_my_projects(me: Me, _building: int | None) -> ColumnElement[bool]:
    """The artifacts of my own projects."""
    mine = select(ProjectRow.id).where(ProjectRow.person_pk == me.person)
    return ArtifactRow.project_pk.in_(mine)


def _to_judge(me: Me, _building: int | None) -> ColumnElement[bool]:
    """The artifacts of what was given to me to judge."""
    projects = (
        select(VersionRow.project_pk)
        .join(AssignmentRow, AssignmentRow.version_pk == VersionRow.id)
        .where(AssignmentRow.evaluator_pk == me.person, AssignmentRow.ended_at.is_(None))
        .where(VersionRow.purpose == Purpose.COMPLETION)
    )
    return ArtifactRow.project_pk.in_(projects)


def _of_projects_i_coach(me: Me, _building: int | None) -> ColumnElement[bool]:
    """The artifacts of projects that I coach now."""
    coached = select(ProjectRow.id).where(coached_by(me.person))
    return ArtifactRow.project_pk.in_(coached)


ARTIFACT: Final = Guarded(
    "artifact",
    ArtifactRow.public_id,
    {OWN: _of_my_projects, COACHED: _of_projects_i_coach, TO_JUDGE: _to_judge},
)
SHARED_EVIDENCE: Final = Guarded(
    "shared evidence", ArtifactRow.public_id, {SHARED: lambda _me, _building: is_shared()}
)
BUILDING_PROGRESS: Final = Guarded(
    "building progress", BuildingRow.code, {BUILDING: lambda _me, mine: BuildingRow.id == mine}
)
DATA_EXPORT: Final = Guarded(
    "data export", DataExportRow.public_id, {OWN: own(DataExportRow.person_pk)}
)


def _takes_part(me: Me, _building: int | None) -> ColumnElement[bool]:
    """The cohorts that I lead, or am in."""
    mine = select(CohortMemberRow.cohort_pk).where(
        CohortMemberRow.person_pk == me.person, CohortMemberRow.left_at.is_(None)
    )
    return (CohortRow.leader_pk == me.person) | CohortRow.id.in_(mine)


COHORT: Final = Guarded(
    "cohort", CohortRow.public_id, {OWN: _takes_part, LED: own(CohortRow.leader_pk)}
)


def _mine(me: Me, _building: int | None) -> ColumnElement[bool]:
    """The questions that I asked, or was asked."""
    return (CadreQuestionRow.from_pk == me.person) | (CadreQuestionRow.to_pk == me.person)


CADRE_QUESTION: Final = Guarded("cadre question", CadreQuestionRow.public_id, {OWN: _mine})
OBJECTS: Final = (
    CADRE_QUESTION,
    DATA_EXPORT,
    PROJECT,
    COHORT,
    ASSIGNMENT,
    ARTIFACT,
    SHARED_EVIDENCE,
    BUILDING_PROGRESS,
)
