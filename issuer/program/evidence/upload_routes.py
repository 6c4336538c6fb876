"""Uploads in pieces: each piece is stored when it arrives, and an interrupted upload resumes (E53).

The script of the page asks; its answers are JSON. Without it, a file comes in one request.
"""

from typing import Final

from flask import Blueprint, Response, jsonify, request, url_for
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from issuer.home.issuer import current_issuer
from issuer.program.evidence import artifacts
from issuer.program.evidence.artifacts import EvidenceRefused
from issuer.program.evidence.file_store import PIECE, OutOfPlace
from issuer.program.evidence.home_files import (
    LIMITS,
    advice,
    files,
    let_go,
    taken,
    written,
)
from issuer.program.evidence.tables import UploadRow
from issuer.program.projects import drafts
from issuer.program.projects.tables import ProjectRow
from issuer.web.access import needs
from issuer.web.answers import or_404
from issuer.web.row_numbers import whole_number
from issuer.wording.language import gettext
from verifier import clock

uploads = Blueprint("uploads", __name__)
MOST_BYTES: Final = PIECE + 64 * 1024


@uploads.errorhandler(EvidenceRefused)
def say_why(error: EvidenceRefused) -> Response:
    """Say why a file is not taken."""
    text = gettext(error.message)
    response = jsonify(error=text % error.values if error.values else text)
    response.status_code = 422
    return response


@uploads.post("/projects/<project>/evidence/uploads")
@needs("project", "write", key="project")
def begin(project: str) -> Response:
    """Begin the upload of a file, or say from which byte an interrupted one resumes."""
    form, now = request.form, clock.now()
    with current_issuer().database.writing() as session:
        upload = artifacts.begin(
            session,
            files(),
            written(session, project),
            form.get("name", ""),
            form.get("size", 0, type=whole_number),
            LIMITS,
            mark=form.get("mark", "")[:100],
            now=now,
        ).upload
    address = url_for("uploads.receive", project=project, upload=upload)
    return jsonify(address=address, received=files().received(upload), piece=PIECE)


@uploads.post("/projects/<project>/evidence/uploads/<upload>")
@needs("project", "write", key="project", most_bytes=MOST_BYTES)
def receive(project: str, upload: str) -> Response:
    """Store a piece; with the last one, the file becomes evidence.

    Whoever sends the last one again, because its answer was lost, gets the same answer.
    """
    piece, place = request.files.get("piece"), request.form.get("place", -1, type=whole_number)
    with current_issuer().database.reading() as session:
        row = session.scalar(
            select(UploadRow)
            .join(ProjectRow, ProjectRow.id == UploadRow.project_pk)
            .where(UploadRow.upload == upload, ProjectRow.public_id == project)
        )
    if piece is None or place < 0:
        raise NotFound
    if row is None:
        return _evidence(project, upload)
    try:
        received = artifacts.receive(files(), row, place, piece.read())
        if received < row.size:
            return jsonify(received=received)
        return _evidence(project, taken(row))
    except FileNotFoundError:  # another request took it, or let it go
        return _evidence(project, upload)
    except OutOfPlace as exc:
        response = jsonify(received=exc.expected)
        response.status_code = 409
        return response
    except EvidenceRefused:
        let_go(row)
        raise


def _evidence(project: str, public_id: str) -> Response:
    """Answer that a file is evidence now, under this id; a 404 if it is not."""
    with current_issuer().database.reading() as session:
        row = drafts.find(session, project)
        artifact = or_404(artifacts.of_project(session, row.id, public_id) if row else None)
        remedy = advice(artifact)
    words = gettext(remedy) if remedy else ""
    return jsonify(received=artifact.size, artifact=artifact.public_id, advice=words)
