"""Evidence on pages: a teacher adds files and links, says what each is and on what consent it
rests; whoever judges opens it.
"""

from typing import Final, TypeVar

from flask import Blueprint, Response, redirect, request, send_file, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from issuer.audit.log import record
from issuer.home.issuer import current_issuer
from issuer.people.access import gate
from issuer.people.tables import PersonRow
from issuer.program.evidence import artifacts, file_kinds
from issuer.program.evidence.artifacts import (
    ArtifactTier,
    Consent,
    EvidenceRefused,
    Limits,
    Pupils,
)
from issuer.program.evidence.file_kinds import Shown
from issuer.program.evidence.file_store import PIECE, FileStore
from issuer.program.evidence.tables import ArtifactRow
from issuer.program.projects import drafts
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow
from issuer.web.access import needs
from issuer.web.answers import page
from verifier import clock
from verifier.web.headers import FILE_POLICY
from verifier.wording.words import N_

Choice = TypeVar("Choice", Pupils, Consent)
evidence = Blueprint("evidence", __name__)
LIMITS: Final = Limits()
MOST_BYTES: Final = LIMITS.file + 1024 * 1024
PUPILS: Final = {
    Pupils.NONE: N_("No pupil is seen or heard"),
    Pupils.BACKGROUND: N_("Pupils are in the background"),
    Pupils.FOCUS: N_("Pupils are in the focus"),
}
CONSENT: Final = {
    Consent.NOT_NEEDED: N_("No consent is needed"),
    Consent.DE_IDENTIFIED: N_("Pupils cannot be told apart"),
    Consent.ON_FILE: N_("Consent is on file"),
}


@evidence.get("/projects/<project>/evidence")
@needs("project", "read", key="project")
def show(project: str) -> Response:
    """Show the evidence of a project."""
    return _page(project)


@evidence.post("/projects/<project>/evidence")
@needs("project", "write", key="project", most_bytes=MOST_BYTES)
def add(project: str) -> AnyResponse:
    """Add a file, or a link."""
    now, file = clock.now(), request.files.get("file")
    try:
        if file is not None and file.filename:
            artifact = _store(project, file)
        else:
            with current_issuer().database.writing() as session:
                row = _written(session, project)
                form = request.form
                name, url = form.get("name", ""), form.get("url", "")
                artifact = artifacts.link(session, row, name, url, now=now).public_id
    except EvidenceRefused as exc:
        return _page(project, wrong=exc)
    return redirect(url_for("evidence.show", project=project, done=artifact) + f"#{artifact}", 303)


@evidence.post("/projects/<project>/evidence/<artifact>")
@needs("project", "write", key="project")
def describe(project: str, artifact: str) -> AnyResponse:
    """Say what a piece of evidence is, and on what consent it rests; or take it out."""
    form, now = request.form, clock.now()
    try:
        with current_issuer().database.writing() as session:
            row = _artifact(session, _written(session, project), artifact)
            if form.get("act") == "remove":
                artifacts.remove(session, row, now=now)
            elif form.get("act") == "withdraw":
                artifacts.withdraw_consent(session, row, now=now)
            else:
                artifacts.describe(
                    session,
                    row,
                    name=form.get("name", ""),
                    description=form.get("description", ""),
                    genre=form.get("genre", ""),
                    criterion=None,
                    pupils=_choice(Pupils, "pupils"),
                    basis=_choice(Consent, "basis"),
                    reference=form.get("reference", ""),
                    tier=ArtifactTier.SEALED,
                    by=session.get_one(PersonRow, gate.whoever().person.id),
                    now=now,
                )
    except EvidenceRefused as exc:
        return _page(project, wrong=exc, about=artifact)
    return redirect(url_for("evidence.show", project=project, done=artifact) + f"#{artifact}", 303)


@evidence.get("/evidence/<artifact>")
@needs("artifact", "read", key="artifact")
def open_file(artifact: str) -> AnyResponse:
    """Hand out a file, whole or in part (RFC 9110, 14), so that it can do nothing by itself."""
    with current_issuer().database.reading() as session:
        row = session.scalar(select(ArtifactRow).where(ArtifactRow.public_id == artifact))
    if row is None or row.sha256 is None or row.withdrawn_at is not None:
        raise NotFound
    _note_reader(row)
    shown = file_kinds.shown(row.media_type or "")
    response = send_file(
        files().path(row.sha256),
        mimetype=row.media_type,
        as_attachment=shown is Shown.DOWNLOAD,
        download_name=f"{row.public_id}{file_kinds.suffix(row.media_type or '')}",
        conditional=True,
    )
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _note_reader(row: ArtifactRow) -> None:
    """Write down who opened what may show pupils; its own teacher is not noted, nor each piece of
    a film."""
    found = gate.whoever()
    span = request.headers.get("Range", "")
    if found.person.id == _teacher(row) or (span and not span.startswith("bytes=0-")):
        return
    with current_issuer().database.writing() as session:
        about, by = f"artifact:{row.id}", f"person:{found.person.id}"
        record(session, by=by, action="artifact.read", about=about, now=clock.now())


def _teacher(row: ArtifactRow) -> int:
    with current_issuer().database.reading() as session:
        return session.get_one(ProjectRow, row.project_pk).person_pk


def files() -> FileStore:
    """Return the files of this home."""
    return FileStore(current_issuer().settings.home / "evidence")


def _store(public_id: str, file: FileStorage) -> str:
    """Store a file that came in one request; return the id of its artifact."""
    now, store, database = clock.now(), files(), current_issuer().database
    size = file.stream.seek(0, 2)
    file.stream.seek(0)
    with database.writing() as session:
        row = _written(session, public_id)
        upload = artifacts.begin(session, store, row, file.filename or "", size, LIMITS, now=now)
    try:
        place = 0
        while piece := file.stream.read(PIECE):
            place = artifacts.receive(store, upload, place, piece)
        with database.writing() as session:
            artifact = artifacts.finish(session, store, session.merge(upload), now=now)
            return artifact.public_id
    except EvidenceRefused:
        with database.writing() as session:
            session.delete(session.merge(upload))
        raise
    finally:
        store.abandon(upload.upload)


def _page(public_id: str, *, wrong: EvidenceRefused | None = None, about: str = "") -> Response:
    with current_issuer().database.reading() as session:
        project = session.scalar(select(ProjectRow).where(ProjectRow.public_id == public_id))
        if project is None:
            raise NotFound
        response = page(
            "program/evidence.html",
            project=project,
            is_editable=project.person_pk == gate.whoever().person.id
            and project.state == State.ACTIVE,
            items=artifacts.current(session, project),
            is_rarely_played=_is_rarely_played(session, project),
            pupils=PUPILS,
            consent=CONSENT,
            most=LIMITS.file // 1024 // 1024,
            wrong=wrong,
            about=about,
            typed=request.form,
            done=request.args.get("done"),
        )
    response.status_code = 422 if wrong else 200
    return response


def _is_rarely_played(session: Session, project: ProjectRow) -> bool:
    """True if what was just added is a video that many browsers do not play."""
    added = {row.public_id: row for row in artifacts.current(session, project)}
    row = added.get(request.args.get("done", ""))
    if row is None or row.sha256 is None:
        return False
    is_video = file_kinds.shown(row.media_type or "") is Shown.VIDEO
    return is_video and file_kinds.is_rarely_played(files().path(row.sha256))


def _written(session: Session, public_id: str) -> ProjectRow:
    """Return a project whose completion is being written. Raises `EvidenceRefused`."""
    project = drafts.locked(session, public_id)
    if project is None:
        raise NotFound
    if project.state != State.ACTIVE:
        raise EvidenceRefused("file", N_("Evidence is added while the project is under way."))
    return project


def _artifact(session: Session, project: ProjectRow, public_id: str) -> ArtifactRow:
    rows = {row.public_id: row for row in artifacts.current(session, project)}
    if public_id not in rows:
        raise NotFound
    return rows[public_id]


def _choice(kind: type[Choice], field: str) -> Choice:
    try:
        return kind(request.form.get(field, ""))
    except ValueError:
        raise EvidenceRefused(field, N_("Choose one.")) from None
