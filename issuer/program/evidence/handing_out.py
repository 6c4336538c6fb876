"""Showing a file of evidence so that it can do nothing by itself, and noting who opened it.

return handing_out.show(handing_out.opened(public_id), is_blind=True)
"""

from datetime import datetime
from pathlib import Path
from typing import Final

from flask import Response, request, send_file
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound
from werkzeug.http import dump_options_header
from werkzeug.wrappers import Response as AnyResponse
from werkzeug.wsgi import FileWrapper

from issuer.audit.log import about as about_of
from issuer.audit.log import record
from issuer.home.issuer import current_issuer
from issuer.people.access import gate
from issuer.program.evidence import file_kinds
from issuer.program.evidence.artifacts import READ
from issuer.program.evidence.blind.copies import open_blind
from issuer.program.evidence.blind.media import Unreadable
from issuer.program.evidence.home_files import files
from issuer.program.evidence.previews import Preview, preview_of
from issuer.program.evidence.tables import ArtifactRow
from issuer.program.projects.tables import ProjectRow
from verifier import clock
from verifier.web.headers import FILE_POLICY

_BLOCK: Final = 64 * 1024


def opened(public_id: str) -> ArtifactRow:
    """Return a file of evidence by its id. Raises ``NotFound`` for one that nobody may see."""
    with current_issuer().database.reading() as session:
        row = session.scalar(select(ArtifactRow).where(ArtifactRow.public_id == public_id))
    if row is None or row.sha256 is None or row.withdrawn_at is not None:
        raise NotFound
    return row


def show(row: ArtifactRow, *, is_blind: bool) -> AnyResponse:
    """Send a file that browsers show, whole or in part (RFC 9110, 14).

    With `is_blind`, for a reader from whom names are hidden, without identifying data (E29). Raises
    ``NotFound`` for a file of another kind.
    """
    if not file_kinds.shown(row.media_type or "").by_browsers:
        raise NotFound
    return _sent(row, "inline", is_blind=is_blind)


def hand_over(row: ArtifactRow) -> AnyResponse:
    """Send a file to be saved, as its teacher added it."""
    return _sent(row, "attachment", is_blind=False)


def preview(row: ArtifactRow) -> Preview:
    """Return what a page shows of a file that browsers do not show. Raises ``NotFound`` for a file
    of another kind."""
    media_type = row.media_type or ""
    if file_kinds.shown(media_type).by_browsers:
        raise NotFound
    _note_reader(row)
    return preview_of(files().path(row.sha256 or ""), media_type)


def _sent(row: ArtifactRow, how: str, *, is_blind: bool) -> AnyResponse:
    """Send a file so that it can do nothing by itself, and note who opened it."""
    _note_reader(row)
    path, media_type = files().path(row.sha256 or ""), row.media_type or ""
    response: AnyResponse
    if is_blind:
        response = _blind(path, media_type)
    else:
        response = send_file(path, mimetype=media_type, conditional=True)
    name = f"{row.public_id}{file_kinds.suffix(media_type)}"
    response.headers["Content-Disposition"] = dump_options_header(how, {"filename": name})
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _blind(path: Path, media_type: str) -> AnyResponse:
    """Send a file, whole or in part, without identifying data (E29)."""
    try:
        file = open_blind(path, media_type)
    except Unreadable:
        raise NotFound from None
    response = Response(
        FileWrapper(file, _BLOCK),  # type: ignore[arg-type]  # it asks for no more than this has
        mimetype=media_type,
        direct_passthrough=True,
    )
    response.content_length = file.size
    return response.make_conditional(
        request, accept_ranges=True, complete_length=response.content_length
    )


def _note_reader(row: ArtifactRow) -> None:
    """Write down who opened what may show students, once a day, whichever piece of it was asked
    for. Its own teacher is not noted."""
    reader = gate.whoever().person.id
    about, by, now = f"artifact:{row.id}", f"person:{reader}", clock.now()
    with current_issuer().database.reading() as session:
        if reader == _teacher(session, row) or _is_noted(session, about, by, now):
            return
    with current_issuer().database.writing() as session:
        if not _is_noted(session, about, by, now):
            record(session, by=by, action=READ, about=about, now=now)


def _is_noted(session: Session, about: str, by: str, now: datetime) -> bool:
    """True if the log already has this reader's opening today, by the district's clock."""
    local = current_issuer().settings.local
    return any(
        entry.actor == by
        and entry.action == READ
        and local(datetime.fromisoformat(entry.at)).date() == local(now).date()
        for entry in about_of(session, about)
    )


def _teacher(session: Session, row: ArtifactRow) -> int:
    return session.get_one(ProjectRow, row.project_pk).person_pk
