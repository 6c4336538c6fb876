"""The evidence files of this home: taking one in, and what pages ask about those that are here.

artifact = home_files.taken(upload)                 # the id of the new artifact
home_files.unreadable(version.artifacts["files"])   # those that stay hidden with the names
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from issuer.home.issuer import current_issuer
from issuer.people.tables import PersonRow
from issuer.program.evidence import artifacts, file_kinds, pieces
from issuer.program.evidence.artifacts import EvidenceRefused, Limits
from issuer.program.evidence.blind.copies import is_unreadable
from issuer.program.evidence.file_store import FileStore
from issuer.program.evidence.scanner import refuse_what_it_finds
from issuer.program.evidence.tables import ArtifactRow, UploadRow
from issuer.program.projects import drafts
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow
from issuer.web.answers import or_404
from issuer.wording.language import gettext
from verifier import clock
from verifier.wording.words import N_

LIMITS: Final = Limits()


def files() -> FileStore:
    """Return the files of this home."""
    return FileStore(current_issuer().settings.home / "evidence")


def written(session: Session, public_id: str) -> ProjectRow:
    """Return a project whose completion is being written. Raises `EvidenceRefused`."""
    project = or_404(drafts.locked(session, public_id))
    if project.state != State.ACTIVE and pieces.wanted(session, project) is None:
        raise EvidenceRefused("file", N_("Evidence is added while the project is under way."))
    return project


def taken(upload: UploadRow) -> str:
    """Make an artifact of a file that is all here; return its id.

    Two requests may bring the last piece: the one that is later finds what the other made. Raises
    `EvidenceRefused`, and ``FileNotFoundError`` where the other took it already.
    """
    issuer, store, public_id = current_issuer(), files(), upload.upload
    refuse_what_it_finds(issuer.settings.evidence_scanner, store.file_of(upload.upload))
    file = artifacts.stored(store, upload)
    with issuer.database.writing() as session:
        project = session.get_one(ProjectRow, upload.project_pk, with_for_update=True)
        row = session.get(UploadRow, upload.upload, with_for_update=True)
        if row is not None:
            written(session, project.public_id)
            name = _name(session, project, row)
            public_id = artifacts.finish(session, row, file, name=name, now=clock.now()).public_id
        elif artifacts.of_project(session, project.id, upload.upload) is None:
            raise EvidenceRefused("file", N_("The file is not all here yet."))
    store.abandon(upload.upload)
    return public_id


def _name(session: Session, project: ProjectRow, upload: UploadRow) -> str:
    """Return what a file is called until its teacher calls it something else."""
    teacher = session.get_one(PersonRow, project.person_pk).name
    number = artifacts.count(session, project.id) + 1
    numbered = gettext("Evidence %(number)d") % {"number": number}
    return artifacts.name_after(upload.file_name, teacher) or numbered


def let_go(upload: UploadRow) -> None:
    """Forget a file that is not taken."""
    with current_issuer().database.writing() as session:
        session.execute(delete(UploadRow).where(UploadRow.upload == upload.upload))
    files().abandon(upload.upload)


def unreadable(handed_in: Iterable[Mapping[str, str]]) -> set[str]:
    """Return which of these files are not shown where names are hidden (E29)."""
    return {
        item["artifact"]
        for item in handed_in
        if {"artifact", "sha256"} <= item.keys()
        and file_kinds.shown(item.get("media_type", "")).by_browsers
        and _is_unreadable(files().path(item["sha256"]), item.get("media_type", ""))
    }


def _is_unreadable(path: Path, media_type: str) -> bool:
    return not path.exists() or _cannot_be_blinded(path, media_type)


_cannot_be_blinded: Final = lru_cache(maxsize=4096)(is_unreadable)
"""By the address of its content, which never changes: reading a whole document takes long."""


def advice(artifact: ArtifactRow) -> str:
    """Return how its teacher makes a file one that evaluators see in the page; '' if it is, or if
    it is a link."""
    if artifact.sha256 is None:
        return ""
    path = files().path(artifact.sha256)
    return _advice(path, artifact.media_type or "") if path.exists() else ""


_advice: Final = lru_cache(maxsize=4096)(file_kinds.advice)
"""By the address of its content, as above: a long film is read to its end."""
