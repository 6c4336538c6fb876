"""Everything stored about one person, as a zip for her: *My data*.

    export = ask(session, person, store, now=now)       # made at once, or in the background
    make(issuer, export, now=now)

A zip is kept for some days. It says that it holds personnel data.
"""

import json
import secrets
import zipfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer.home.issuer import Issuer
from issuer.home.settings import Settings
from issuer.people.tables import PersonRow, SessionRow
from issuer.program.amendments import amendments
from issuer.program.cadre import exemplars
from issuer.program.coaching import coaching
from issuer.program.coaching.tables import CoachEntryRow, SignOffRow
from issuer.program.evaluation import decisions
from issuer.program.evidence import file_kinds
from issuer.program.evidence.file_store import FileStore
from issuer.program.evidence.tables import ArtifactRow
from issuer.program.partner_badges import badges
from issuer.program.projects import history
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.records import own_data_page
from issuer.program.records.tables import DataExportRow
from issuer.wording import language
from keys import durable_file

LONG: Final = 50 * 1024 * 1024
"""With more bytes of files than this, a zip is made in the background."""
KEPT: Final = timedelta(days=7)
ADDED: Final[list[Callable[[Session, PersonRow], dict[str, Any]]]] = []
"""What rooms that may not be named here add about a person; each room puts its own in."""
_ARTIFACT: Final = (
    "name",
    "description",
    "genre",
    "criterion",
    "tier",
    "file_name",
    "url",
    "students",
    "basis",
    "reference",
)


def path(settings: Settings, export: DataExportRow) -> Path:
    """Return where a zip lies, or would lie."""
    return settings.home / "exports" / f"{export.public_id}.zip"


def is_long(session: Session, person: PersonRow) -> bool:
    """True if the zip of a person takes longer than a page may."""
    rows = select(func.sum(ArtifactRow.size)).join(ProjectRow)
    return (session.scalar(rows.where(ProjectRow.person_pk == person.id)) or 0) > LONG


def ask(session: Session, person: PersonRow, *, now: datetime) -> DataExportRow:
    """Write down that a person asked for her data, and return the export to make."""
    row = DataExportRow(person_pk=person.id, asked_at=now)
    session.add(row)
    session.flush()
    return row


def make(issuer: Issuer, export: DataExportRow, *, now: datetime) -> None:
    """Write the zip of an export, if it is not there, and delete those that are old."""
    target, store = path(issuer.settings, export), FileStore(issuer.settings.home / "evidence")
    durable_file.make_folder(target.parent, mode=0o700)
    _delete_old(target.parent, now)
    with issuer.database.reading() as session:
        person = session.get_one(PersonRow, export.person_pk)
        unfinished = target.with_suffix(
            f".{secrets.token_hex(4)}.part"
        )  # one for each who makes it
        unfinished.touch(mode=0o600)
        archive = zipfile.ZipFile(unfinished, "w")
        _write(session, issuer.settings, store, person, archive)
    unfinished.replace(target)
    with issuer.database.writing() as session:
        row = session.get_one(DataExportRow, export.id)
        row.ready_at, row.size = now, target.stat().st_size


def _write(
    session: Session,
    settings: Settings,
    store: FileStore,
    person: PersonRow,
    archive: zipfile.ZipFile,
) -> None:
    otherwise = settings.mail.language if settings.mail else "en"
    code = language.of(person.language, otherwise=otherwise)
    with archive:
        archive.writestr("README.txt", f"{language.catalog(code).gettext(own_data_page.NOTE)}\n")
        own = data(session, person)
        about = json.dumps(own, ensure_ascii=False, indent=1, default=str)
        archive.writestr("my-data.json", about)
        archive.writestr("my-data.html", own_data_page.page(own, settings, code=code))
        for row in _artifacts(session, person):
            if row.sha256 and store.path(row.sha256).exists():
                name = f"evidence/{row.public_id}{file_kinds.suffix(row.media_type or '')}"
                archive.write(store.path(row.sha256), name)


def data(session: Session, person: PersonRow) -> dict[str, Any]:
    """Return everything that is here about a person and that she may read."""
    projects = select(ProjectRow).where(ProjectRow.person_pk == person.id).order_by(ProjectRow.id)
    own = {
        "name": person.name,
        "staff_number": person.staff_number,
        "other_names": [row.name for row in person.other_names],
        "addresses": [row.address for row in person.addresses],
        "posts": [
            {"building": post.building.name, "grades": post.grades, "subjects": post.subjects}
            for post in person.posts
        ],
        "roles": [
            {"role": row.role, "from": row.first_day, "until": row.last_day}
            for row in person.grants
        ],
        "sign_ins": [
            {"device": row.device, "signed_in": row.signed_in_at, "last_used": row.seen_at}
            for row in session.scalars(
                select(SessionRow)
                .where(SessionRow.person_pk == person.id)
                .order_by(SessionRow.signed_in_at)
            )
        ],
        "projects": [_project(session, project) for project in session.scalars(projects)],
    }
    for add in ADDED:
        own |= add(session, person)
    return own


def _project(session: Session, project: ProjectRow) -> dict[str, Any]:
    return {
        "state": project.state,
        "proposal": project.proposal,
        "completion": project.completion,
        "events": [
            {"at": event.at, "act": event.act, "from": event.origin, "to": event.target}
            for event in history.events(session, project)
        ],
        "handed_in": [
            {
                "purpose": row.purpose,
                "number": row.number,
                "at": row.received_at,
                "answers": row.answers,
            }
            for row in session.scalars(
                select(VersionRow)
                .where(VersionRow.project_pk == project.id)
                .order_by(VersionRow.id)
            )
        ],
        "exemplar": _exemplar(session, project),
        "plans": [
            {"at": row.created_at, "plan": row.plan, "why": row.why}
            for row in amendments.of_project(session, project)
        ],
        "decisions": decisions.released_results(session, project),
        "study_record": [
            {"day": row.day, "text": row.text, "provider": row.provider, "minutes": row.minutes}
            for row in coaching.study_record(session, project)
        ],
        "coaching": [
            {"day": row.day, "text": row.text}
            for row in session.scalars(
                select(CoachEntryRow).where(CoachEntryRow.project_pk == project.id)
            )
        ],
        "sign_offs": [
            {"role": row.role, "at": row.signed_at}
            for row in session.scalars(
                select(SignOffRow).where(SignOffRow.project_pk == project.id)
            )
        ],
        "evidence": [_artifact(row) for row in _of_project(session, project)],
        "partner_badges": [
            {"name": row.name, "issuer": row.issuer, "at": row.checked_at, "report": row.report}
            for row in badges.current(session, project)
        ],
    }


def _exemplar(session: Session, project: ProjectRow) -> dict[str, Any] | None:
    row = exemplars.of_project(session, project)
    if row is None:
        return None
    return {"title": row.title, "grades": row.grades, "text": row.text, "shown": row.shown_at}


def _artifact(row: ArtifactRow) -> Mapping[str, Any]:
    return {"id": row.public_id, **{name: getattr(row, name) for name in _ARTIFACT}}


def _of_project(session: Session, project: ProjectRow) -> Iterable[ArtifactRow]:
    rows = select(ArtifactRow).where(ArtifactRow.project_pk == project.id)
    return session.scalars(rows.where(ArtifactRow.withdrawn_at.is_(None)).order_by(ArtifactRow.id))


def _artifacts(session: Session, person: PersonRow) -> Iterable[ArtifactRow]:
    rows = select(ArtifactRow).join(ProjectRow).where(ProjectRow.person_pk == person.id)
    return session.scalars(rows.where(ArtifactRow.withdrawn_at.is_(None)).order_by(ArtifactRow.id))


def _delete_old(folder: Path, now: datetime) -> None:
    for file in folder.iterdir():
        with suppress(FileNotFoundError):  # another process deletes, or finishes, it as well
            if now.timestamp() - file.stat().st_mtime > KEPT.total_seconds():
                file.unlink()
