"""The recorded hours of a project: its study record and its cohorts' meetings.

of(session, [project])[project.id].total     # 7.5
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer.program.coaching.tables import (
    CohortMemberRow,
    CohortRow,
    MeetingRow,
    StudyEntryRow,
)
from issuer.program.projects.tables import ProjectRow


@dataclass
class Minutes:
    """Minutes of study, and of meetings to which the teacher came."""

    study: int = 0
    meetings: int = 0

    @property
    def total(self) -> float:
        """The hours of both, to a quarter."""
        return round((self.study + self.meetings) / 15) / 4


def of(session: Session, projects: Collection[ProjectRow]) -> Mapping[int, Minutes]:
    """Return what is written down for each project, in three queries at most."""
    minutes_of = {project.id: Minutes() for project in projects}
    studied = (
        select(StudyEntryRow.project_pk, func.sum(StudyEntryRow.minutes))
        .where(StudyEntryRow.project_pk.in_(minutes_of), StudyEntryRow.minutes.is_not(None))
        .group_by(StudyEntryRow.project_pk)
    )
    for project_pk, minutes in session.execute(studied):
        minutes_of[project_pk].study = minutes or 0
    teachers = {project.person_pk for project in projects}
    met = (
        select(CohortMemberRow.person_pk, CohortRow.offering_pk, MeetingRow)
        .join(CohortRow, CohortRow.id == CohortMemberRow.cohort_pk)
        .join(MeetingRow, MeetingRow.cohort_pk == CohortRow.id)
        .where(CohortMemberRow.person_pk.in_(teachers))
    )
    for teacher, offering, meeting in session.execute(met):
        for project in projects:
            is_its = (project.person_pk, project.offering_pk) == (teacher, offering)
            if is_its and teacher in meeting.present["people"]:
                minutes_of[project.id].meetings += meeting.minutes
    return minutes_of
