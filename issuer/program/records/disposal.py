"""Disposing of records: texts are blanked and files deleted; events, levels and credentials stay.

    files = disposal.carry_out(session, due, by=person, now=now)     # in one transaction
    disposal.delete_files(session, store, files)                     # once it is committed

What a version handed in keeps is what is counted and what proves it: days, hours and digests.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from issuer.audit.log import record as note
from issuer.people import acts
from issuer.people.register import RegisterError
from issuer.people.tables import PersonRow
from issuer.program.cadre.tables import CadreQuestionRow, CadreRow
from issuer.program.coaching.tables import CoachEntryRow, StudyEntryRow
from issuer.program.evaluation.tables import (
    AssignmentRow,
    LookRow,
    ProjectDecisionRow,
    RedactionRow,
    ReviewRow,
)
from issuer.program.evidence.file_store import FileStore
from issuer.program.evidence.tables import ArtifactRow
from issuer.program.partner_badges.tables import PartnerBadgeRow
from issuer.program.projects import history
from issuer.program.projects.states import STEPS, Act, Conditions, State
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.records import retention
from issuer.program.records.retention import Due, Record, RecordRefused
from issuer.program.records.tables import DisposalRow
from verifier.wording.words import N_

_COUNTED: Final = ("began", "ended", "hours")
_PROVED: Final = ("artifact", "sha256", "media_type", "tier")


def confirm(session: Session, digest: str, *, by: PersonRow, now: datetime) -> set[str]:
    """Dispose of what is due, if it is the list that was looked at; return the files to delete.

    Raises `RecordRefused`, with nothing changed.
    """
    listed = retention.due(session, now)
    if not listed or retention.digest(listed) != digest:
        raise RecordRefused(N_("The list has changed since. Look at it again."))
    return carry_out(session, listed, by=by, now=now)


def carry_out(
    session: Session, listed: Iterable[Due], *, by: PersonRow | None, now: datetime
) -> set[str]:
    """Dispose of what is listed; return the digests of files that nothing names any more."""
    files: set[str] = set()
    for item in listed:
        files |= _WAYS[item.record](session, item.project)
        session.add(
            DisposalRow(project_pk=item.project.id, record=item.record, at=now, by_pk=by and by.id)
        )
        about, who = f"project:{item.project.id}", acts.actor(by)
        action = f"record.disposed-of-{item.record}"
        note(session, by=who, action=action, about=about, now=now)
    session.flush()
    return {sha256 for sha256 in files if not _is_named(session, sha256)}


def delete_files(store: FileStore, files: Iterable[str]) -> None:
    """Delete files; call it once what names them no more is committed."""
    for sha256 in files:
        store.delete(sha256)


def erase(session: Session, person: PersonRow, *, by: PersonRow | None, now: datetime) -> set[str]:
    """Dispose of every record of a person who is erased; what is open is withdrawn.

    Returns the files to delete. Raises `RegisterError` under a hold or a parent's open request,
    and while a credential is on its way, which needs the name.
    """
    if retention.kept_back(session, {person.id}):
        raise RegisterError(N_("a hold, or a parent's open request, keeps these records"))
    projects = session.scalars(select(ProjectRow).where(ProjectRow.person_pk == person.id)).all()
    if any(project.state == State.APPROVED for project in projects):
        raise RegisterError(N_("a credential is on its way to this person: wait until it is made"))
    for project in projects:
        if (State(project.state), Act.WITHDRAW) in STEPS:
            history.take(session, project, Act.WITHDRAW, Conditions(), by=by, now=now)
    _leave_the_cadre(session, person)
    gone = {(row.project_pk, row.record) for row in _disposed(session, projects)}
    left = [Due(project, record) for project in projects for record in Record]
    listed = [item for item in left if (item.project.id, item.record) not in gone]
    return carry_out(session, listed, by=by, now=now)


def _leave_the_cadre(session: Session, person: PersonRow) -> None:
    session.execute(delete(CadreRow).where(CadreRow.person_pk == person.id))
    mine = (CadreQuestionRow.from_pk == person.id) | (CadreQuestionRow.to_pk == person.id)
    session.execute(delete(CadreQuestionRow).where(mine))


def _disposed(session: Session, projects: Iterable[ProjectRow]) -> Iterable[DisposalRow]:
    return retention.of_project(session, [project.id for project in projects])


def _evidence(session: Session, project: ProjectRow) -> set[str]:
    files = set()
    for row in session.scalars(select(ArtifactRow).where(ArtifactRow.project_pk == project.id)):
        files |= {row.sha256} if row.sha256 else set()
        row.name = row.description = row.genre = ""
        row.file_name = row.url = row.reference = row.sha256 = None
    for version in _versions(session, project):
        kept = [
            {name: item[name] for name in _PROVED if name in item}
            for item in version.artifacts["files"]
        ]
        version.artifacts = {**version.artifacts, "files": kept}
    badges = update(PartnerBadgeRow).where(PartnerBadgeRow.project_pk == project.id)
    session.execute(badges.values(submitted=None, report=None, name="", issuer=""))
    session.flush()
    return files


def _texts(session: Session, project: ProjectRow) -> set[str]:
    project.proposal, project.completion = {}, {}
    project.revision += 1
    for version in _versions(session, project):
        version.answers = {name: text for name, text in version.answers.items() if name in _COUNTED}
    session.execute(delete(StudyEntryRow).where(StudyEntryRow.project_pk == project.id))
    return set()


def _coaching(session: Session, project: ProjectRow) -> set[str]:
    session.execute(delete(CoachEntryRow).where(CoachEntryRow.project_pk == project.id))
    return set()


def _reviews(session: Session, project: ProjectRow) -> set[str]:
    """Blank what was said; levels stay, since they are what a credential signs."""
    versions = [version.id for version in _versions(session, project)]
    decisions = select(ProjectDecisionRow).where(ProjectDecisionRow.version_pk.in_(versions))
    reviews = select(ReviewRow).join(AssignmentRow).where(AssignmentRow.version_pk.in_(versions))
    for row in (*session.scalars(decisions), *session.scalars(reviews)):
        row.comments = {}
    session.execute(update(LookRow).where(LookRow.version_pk.in_(versions)).values(reason=""))
    session.execute(delete(RedactionRow).where(RedactionRow.version_pk.in_(versions)))
    return set()


def _versions(session: Session, project: ProjectRow) -> Iterable[VersionRow]:
    return session.scalars(select(VersionRow).where(VersionRow.project_pk == project.id)).all()


def _is_named(session: Session, sha256: str) -> bool:
    rows = select(ArtifactRow.id).where(ArtifactRow.sha256 == sha256).limit(1)
    return session.scalar(rows) is not None


_WAYS: Final[dict[Record, Callable[[Session, ProjectRow], set[str]]]] = {
    Record.EVIDENCE: _evidence,
    Record.TEXTS: _texts,
    Record.COACHING: _coaching,
    Record.REVIEWS: _reviews,
}
