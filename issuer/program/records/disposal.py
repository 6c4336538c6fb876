"""Disposing of records: texts are blanked and files deleted; events, levels and credentials stay.

    files = disposal.carry_out(session, due, by=person, now=now)     # in one transaction
    disposal.delete_files(store, files)                              # once it is committed

A submitted version keeps what is counted and what proves it: days, hours and digests. A test
fills every column of every table and checks what is left.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from issuer.audit.log import record as note
from issuer.people import acts
from issuer.people.register import RegisterError
from issuer.people.tables import PersonRow
from issuer.program.amendments.tables import AmendmentRow
from issuer.program.cadre.tables import CadreQuestionRow, CadreRow, ExemplarRow
from issuer.program.coaching.tables import CoachEntryRow, StudyEntryRow
from issuer.program.evaluation.tables import (
    AssignmentRow,
    LookRow,
    ProjectDecisionRow,
    RedactionRow,
    ReviewRow,
)
from issuer.program.evidence.file_store import FileStore
from issuer.program.evidence.tables import ArtifactRow, PieceRow, UploadRow
from issuer.program.partner_badges.tables import PartnerBadgeRow
from issuer.program.projects import history
from issuer.program.projects.states import STEPS, Act, Conditions, State
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.records import retention
from issuer.program.records.retention import Due, Record, RecordRefused
from issuer.program.records.tables import DisposalRow, HoldRow, InspectedRow, InspectionRow
from verifier.wording.words import N_

_COUNTED: Final = ("began", "ended", "hours")
_PROVED: Final = ("artifact", "sha256", "media_type", "tier")


@dataclass
class LeftFiles:
    """Files to delete: by their digests, and uploads that stopped by their ids."""

    digests: set[str] = field(default_factory=set)
    uploads: set[str] = field(default_factory=set)


def confirm(session: Session, digest: str, *, by: PersonRow, now: datetime) -> LeftFiles:
    """Dispose of what is due, if it is the list that was looked at; return the files to delete.

    Raises `RecordRefused`, with nothing changed.
    """
    listed = retention.due(session, now)
    if not listed or retention.as_list(listed).digest != digest:
        raise RecordRefused(N_("The list has changed since. Look at it again."))
    return carry_out(session, listed, by=by, now=now)


def carry_out(
    session: Session, listed: Iterable[Due], *, by: PersonRow | None, now: datetime
) -> LeftFiles:
    """Dispose of what is listed; return the files that nothing names any more.

    What was disposed of before is disposed of again: its project may have been opened since.
    """
    files = LeftFiles()
    for item in listed:
        _WAYS[item.record](session, item.project, files)
        of_it = (DisposalRow.project_pk == item.project.id, DisposalRow.record == item.record)
        row = session.scalar(select(DisposalRow).where(*of_it))
        if row is None:
            row = DisposalRow(project_pk=item.project.id, record=item.record)
            session.add(row)
        row.at, row.by_pk = now, by.id if by else None
        about, who = f"project:{item.project.id}", acts.actor(by)
        action = f"record.disposed-of-{item.record}"
        note(session, by=who, action=action, about=about, now=now)
    session.flush()
    files.digests = {sha256 for sha256 in files.digests if not _is_named(session, sha256)}
    return files


def delete_files(store: FileStore, files: LeftFiles) -> None:
    """Delete files; call it once what names them no more is committed."""
    for sha256 in files.digests:
        store.delete(sha256)
    for upload in files.uploads:
        store.abandon(upload)


def erase(session: Session, person: PersonRow, *, by: PersonRow | None, now: datetime) -> LeftFiles:
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
    session.execute(update(HoldRow).where(HoldRow.person_pk == person.id).values(reason=""))
    mine = AssignmentRow.evaluator_pk == person.id
    session.execute(update(AssignmentRow).where(mine).values(reason=None))
    listed = [Due(project, record) for project in projects for record in Record]
    return carry_out(session, listed, by=by, now=now)


def _leave_the_cadre(session: Session, person: PersonRow) -> None:
    session.execute(delete(CadreRow).where(CadreRow.person_pk == person.id))
    projects = select(ProjectRow.id).where(ProjectRow.person_pk == person.id)
    session.execute(delete(ExemplarRow).where(ExemplarRow.project_pk.in_(projects)))
    mine = (CadreQuestionRow.from_pk == person.id) | (CadreQuestionRow.to_pk == person.id)
    session.execute(delete(CadreQuestionRow).where(mine))


def _evidence(session: Session, project: ProjectRow, files: LeftFiles) -> None:
    for row in session.scalars(select(ArtifactRow).where(ArtifactRow.project_pk == project.id)):
        files.digests |= {row.sha256} if row.sha256 else set()
        row.name = row.description = row.genre = ""
        row.file_name = row.url = row.reference = row.sha256 = row.criterion = None
    for version in _versions(session, project):
        version.artifacts = _proved(version.artifacts)
    for piece in _pieces(session, project):
        piece.files = _proved(piece.files) if piece.files else None
    badges = update(PartnerBadgeRow).where(PartnerBadgeRow.project_pk == project.id)
    session.execute(badges.values(submitted=None, report=None, name="", issuer=""))
    stopped = session.scalars(select(UploadRow).where(UploadRow.project_pk == project.id))
    for upload in stopped.all():
        files.uploads.add(upload.upload)
        session.delete(upload)
    session.flush()
    _close_what_was_asked(session, project)


def _proved(artifacts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what proves which files were handed in, without a word about them."""
    files = [{name: item[name] for name in _PROVED if name in item} for item in artifacts["files"]]
    return {**artifacts, "files": files}


def _close_what_was_asked(session: Session, project: ProjectRow) -> None:
    """Blank what parents asked, where the request is closed and its evidence is all gone."""
    mine = select(ArtifactRow.id).where(ArtifactRow.project_pk == project.id)
    about = select(InspectedRow.inspection_pk).where(InspectedRow.artifact_pk.in_(mine))
    there = (
        select(InspectedRow.inspection_pk)
        .join(ArtifactRow, ArtifactRow.id == InspectedRow.artifact_pk)
        .where(ArtifactRow.name != "")
    )
    asked = InspectionRow.id.in_(about) & InspectionRow.id.not_in(there)
    closed = asked & InspectionRow.closed_at.is_not(None)
    session.execute(update(InspectionRow).where(closed).values(about=""))


def _texts(session: Session, project: ProjectRow, _files: LeftFiles) -> None:
    project.proposal, project.completion = {}, {}
    project.revision += 1
    for version in _versions(session, project):
        version.answers = {name: text for name, text in version.answers.items() if name in _COUNTED}
    session.execute(delete(AmendmentRow).where(AmendmentRow.project_pk == project.id))
    session.execute(delete(StudyEntryRow).where(StudyEntryRow.project_pk == project.id))


def _coaching(session: Session, project: ProjectRow, _files: LeftFiles) -> None:
    session.execute(delete(CoachEntryRow).where(CoachEntryRow.project_pk == project.id))


def _reviews(session: Session, project: ProjectRow, _files: LeftFiles) -> None:
    """Blank what was said; levels stay, since they are what a credential signs."""
    versions = [version.id for version in _versions(session, project)]
    decisions = select(ProjectDecisionRow).where(ProjectDecisionRow.version_pk.in_(versions))
    reviews = select(ReviewRow).join(AssignmentRow).where(AssignmentRow.version_pk.in_(versions))
    for row in (*session.scalars(decisions), *session.scalars(reviews)):
        row.comments = {}
    for piece in _pieces(session, project):
        piece.text = ""
    of_it = AssignmentRow.version_pk.in_(versions)
    session.execute(update(AssignmentRow).where(of_it).values(reason=None))
    session.execute(update(LookRow).where(LookRow.version_pk.in_(versions)).values(reason=""))
    session.execute(delete(RedactionRow).where(RedactionRow.version_pk.in_(versions)))


def _pieces(session: Session, project: ProjectRow) -> Iterable[PieceRow]:
    rows = select(PieceRow).join(VersionRow, VersionRow.id == PieceRow.version_pk)
    return session.scalars(rows.where(VersionRow.project_pk == project.id)).all()


def _versions(session: Session, project: ProjectRow) -> Iterable[VersionRow]:
    return session.scalars(select(VersionRow).where(VersionRow.project_pk == project.id)).all()


def _is_named(session: Session, sha256: str) -> bool:
    rows = select(ArtifactRow.id).where(ArtifactRow.sha256 == sha256).limit(1)
    return session.scalar(rows) is not None


_WAYS: Final[dict[Record, Callable[[Session, ProjectRow, LeftFiles], None]]] = {
    Record.EVIDENCE: _evidence,
    Record.TEXTS: _texts,
    Record.COACHING: _coaching,
    Record.REVIEWS: _reviews,
}
