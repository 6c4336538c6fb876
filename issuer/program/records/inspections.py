"""A parent's request to see records: the records are found, kept from disposal, and handed out
redacted.

found = matching(session, reference="C-2026-14")          # or a class and days
request = open_request(session, "Room 4, spring", found, by=person, now=now)
zip_of(store, request, chosen, hide=["Ana"], out=file)
"""

import re
import zipfile
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import IO, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from issuer.database.pressed_twice import alike
from issuer.people.tables import PersonRow
from issuer.program.evidence import artifacts, file_kinds
from issuer.program.evidence.file_store import FileStore
from issuer.program.evidence.tables import ArtifactRow
from issuer.program.projects.tables import ProjectRow
from issuer.program.records.retention import RecordRefused
from issuer.program.records.tables import InspectedRow, InspectionRow
from issuer.program.windows.local_time import start_of
from verifier.wording.words import N_

MOST: Final = 200
HIDDEN: Final = "[–––]"
_DESCRIBING: Final = ("description", "genre", "students", "basis", "reference")


def matching(
    session: Session,
    *,
    reference: str = "",
    words: str = "",
    first: date | None = None,
    last: date | None = None,
    zone: ZoneInfo,
    seen: ColumnElement[bool],
) -> Sequence[ArtifactRow]:
    """Return the evidence that fits: by where its consent is filed, or by words, such as a class,
    in what is said of it, and by the local days on which it came in (both included); of projects
    that are `seen`."""
    asked: list[ColumnElement[bool]] = []
    if reference.strip():
        asked.append(ArtifactRow.reference.icontains(reference.strip(), autoescape=True))
    for word in words.split():
        places = (ArtifactRow.name, ArtifactRow.description, ArtifactRow.reference)
        asked.append(or_(*(place.icontains(word, autoescape=True) for place in places)))
    if first:
        asked.append(ArtifactRow.created_at >= start_of(first, zone))
    if last:
        asked.append(ArtifactRow.created_at < start_of(last + timedelta(days=1), zone))
    if not asked:
        return ()
    rows = select(ArtifactRow).join(ProjectRow, ProjectRow.id == ArtifactRow.project_pk)
    rows = rows.where(*asked, seen).order_by(ArtifactRow.id.desc()).limit(MOST)
    project = joinedload(ArtifactRow.project).joinedload(ProjectRow.person)
    return session.scalars(rows.options(project)).all()


def open_request(
    session: Session,
    about: str,
    artifacts: Iterable[ArtifactRow],
    *,
    by: PersonRow,
    now: datetime,
) -> tuple[InspectionRow, bool]:
    """Open a request, and return it, and whether it is new: until it is closed, nothing of these
    projects' teachers is disposed of.

    An open one that asks the same of the same evidence is the one that is there. Raises
    `RecordRefused`.
    """
    pieces = [InspectedRow(artifact_pk=row.id) for row in artifacts]
    if not pieces or not 0 < len(about.strip()) <= 500:
        raise RecordRefused(
            N_("Choose what it is about, and say in 1 to 500 characters what is asked.")
        )
    row = InspectionRow(about=about.strip(), opened_at=now, opened_by=by.id, items=pieces)
    for earlier in alike(session, row, "about", "opened_by", "closed_at"):
        if _inspected(earlier) == _inspected(row):
            return earlier, False
    session.add(row)
    session.flush()
    return row, True


def withdraw_consent(
    session: Session, request: InspectionRow, chosen: Collection[str], *, now: datetime
) -> None:
    """Hide the chosen evidence from everybody at once."""
    for row in _chosen(request, chosen):
        artifacts.withdraw_consent(session, row, now=now)


def zip_of(
    store: FileStore,
    request: InspectionRow,
    chosen: Collection[str],
    *,
    hide: Iterable[str],
    out: IO[bytes],
) -> None:
    """Write the chosen evidence and its descriptions, without teachers' names and with every word
    in `hide`, such as another student's name, redacted."""
    with zipfile.ZipFile(out, "w") as archive:
        lines = []
        for number, row in enumerate(_chosen(request, chosen), 1):
            lines.append(redacted(_entry_of(number, row), hide))
            if row.sha256 and store.path(row.sha256).exists():
                suffix = file_kinds.suffix(row.media_type or "")
                archive.write(store.path(row.sha256), f"{number:03}{suffix}")
        archive.writestr("records.txt", "\n".join(lines))


def redacted(text: str, hide: Iterable[str]) -> str:
    """Return a text in which each of these words is struck out, however it is capitalized."""
    for word in sorted({word.strip() for word in hide if word.strip()}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", HIDDEN, text, flags=re.IGNORECASE)
    return text


def _entry_of(number: int, row: ArtifactRow) -> str:
    lines = [f"{number:03} {row.name} ({row.created_at:%Y-%m-%d})"]
    lines += [f"  {name}: {getattr(row, name)}" for name in _DESCRIBING if getattr(row, name)]
    return "\n".join([*lines, *([f"  link: {row.url}"] if row.url else []), ""])


def _inspected(request: InspectionRow) -> set[int]:
    return {item.artifact_pk for item in request.items}


def _chosen(request: InspectionRow, chosen: Collection[str]) -> list[ArtifactRow]:
    return [item.artifact for item in request.items if item.artifact.public_id in chosen]
