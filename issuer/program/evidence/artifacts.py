"""The artifacts of a project: brought in, described, and each with its consent (R15, R32, R38).

upload = begin(session, store, project, "film.mp4", size, limits, now=now)
receive(store, upload, 0, piece)                        # until all of it is here
artifact = finish(session, upload, stored(store, upload), now=now)
describe(session, artifact, by=teacher, now=now, students=Students.FOCUS, basis=Consent.ON_FILE, …)
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import Final
from unicodedata import normalize

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from issuer.database.pressed_twice import alike
from issuer.home.problem import FieldError
from issuer.people.register import new_id
from issuer.people.tables import PersonRow
from issuer.program.evidence.file_kinds import BEGINNING, FileKind, NotTaken, kind_of
from issuer.program.evidence.file_store import PIECE, FileStore
from issuer.program.evidence.tables import ArtifactRow, UploadRow
from issuer.program.policy import Policy
from issuer.program.projects.submission import Findings, Missing
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.windows.window import Purpose
from verifier.parsing import web_address
from verifier.wording.words import N_

READ: Final = "artifact.read"
"""What the log calls it that somebody opened a piece of evidence."""
_MB: Final = 1024 * 1024
_BETWEEN: Final = str.maketrans(dict.fromkeys("_-–.,+()[]", " "))
_OF_DEVICES: Final = frozenset(
    {"img", "dsc", "dscn", "dcim", "pxl", "mvi", "mov", "vid", "wa", "am", "pm", "at", "whatsapp"}
    | {"photo", "picture", "image", "video", "audio", "recording", "voice", "screenshot", "screen"}
    | {"shot", "scan", "scanned", "copy", "file", "document", "untitled", "foto", "imagen"}
    | {"vídeo", "grabación", "captura", "pantalla", "documento"}
)
"""What cameras, phones and programs call any file."""
_UNDESCRIBED: Final = ("confirmed_at", "removed_at", "withdrawn_at")
A_DAY: Final = timedelta(days=1)
"""An upload that stopped can go on for so long."""
TOO_LARGE: Final = N_(
    "A file has 1 byte to %(most)d MB. Record it in a smaller format, or in parts."
)
TOO_MUCH: Final = N_("All files of a project have at most %(most)d MB together.")


class Students(StrEnum):
    """What is seen or heard of students."""

    NONE = "none"
    BACKGROUND = "background"
    FOCUS = "focus"


class Consent(StrEnum):
    """What allows students to be seen."""

    NOT_NEEDED = "not_needed"
    DE_IDENTIFIED = "de_identified"
    ON_FILE = "on_file"


class ArtifactTier(StrEnum):
    """Who may see an artifact once it has earned its credential: those who judged it, colleagues
    of the district who are signed in, everybody (D9)."""

    SEALED = "sealed"
    DISTRICT = "district"
    PUBLIC = "public"


STUDENTS: Final = {
    Students.NONE: N_("No student is seen or heard"),
    Students.BACKGROUND: N_("Students are in the background"),
    Students.FOCUS: N_("Students are the main subject"),
}
CONSENT: Final = {
    Consent.NOT_NEEDED: N_("No consent is needed"),
    Consent.DE_IDENTIFIED: N_("No student can be recognized"),
    Consent.ON_FILE: N_("Consent is on file"),
}

TIERS: Final = {
    ArtifactTier.SEALED: N_("Only those who review it"),
    ArtifactTier.DISTRICT: N_(
        "Colleagues in the district, too: with your name, once it has earned its credential, as"
        " long as you work here"
    ),
    ArtifactTier.PUBLIC: N_("Everybody: the credential links to it"),
}
"""What pages say for these choices."""


@dataclass(frozen=True)
class Limits:
    """The greatest size of a file, and of all files of a project, in bytes."""

    file: int = 500 * _MB
    project: int = 2_000 * _MB


class EvidenceRefused(FieldError):
    """An artifact is not taken as it is; `field` names what to change.

    `message` is a sentence to be translated, into which `values` go.
    """

    def __init__(self, field: str, message: str, **values: object) -> None:
        super().__init__(field, message % values if values else message)
        self.message, self.values = message, values


@dataclass(frozen=True)
class Stored:
    """A file that is all here and lies in its place."""

    sha256: str
    size: int
    media_type: str


def begin(
    session: Session,
    store: FileStore,
    project: ProjectRow,
    file_name: str,
    size: int,
    limits: Limits,
    *,
    mark: str = "",
    now: datetime,
) -> UploadRow:
    """Begin the upload of a file, or return the interrupted one to resume.

    It resumes if the browser's `mark` of the file is the same. Raises `EvidenceRefused` before a
    byte is sent.
    """
    if not 0 < size <= limits.file:
        raise EvidenceRefused("file", TOO_LARGE, most=limits.file // _MB)
    if earlier := mark and _under_way(session, project, _file_name(file_name), size, mark, now):
        return earlier
    if size + used(session, project, now) > limits.project:
        raise EvidenceRefused("file", TOO_MUCH, most=limits.project // _MB)
    _forget_stopped(session, store, now)
    row = UploadRow(
        upload=store.begin(),
        project_pk=project.id,
        file_name=_file_name(file_name),
        size=size,
        mark=mark,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def receive(store: FileStore, row: UploadRow, place: int, piece: bytes) -> int:
    """Store a piece of an upload, and return how many bytes are here.

    Raises `EvidenceRefused` for a piece that is too long, or goes beyond what was announced, and
    at the first piece for a kind that is not taken; `OutOfPlace` for a gap.
    """
    if len(piece) > PIECE or place + len(piece) > row.size:
        raise EvidenceRefused("file", N_("This piece is longer than what was announced."))
    if place == 0:
        _kind(piece[:BEGINNING], row.file_name)
    return store.append(row.upload, place, piece)


def stored(store: FileStore, row: UploadRow) -> Stored:
    """Give a file that is all here its place. Raises `EvidenceRefused` if it is not.

    It takes as long as reading the file does, so nobody should wait for it with a lock.
    """
    if store.received(row.upload) != row.size:
        raise EvidenceRefused("file", N_("The file is not all here yet."))
    kind = _kind(store.beginning(row.upload, BEGINNING), row.file_name)
    sha256, size = store.finish(row.upload)
    return Stored(sha256, size, kind.media_type)


def finish(
    session: Session, row: UploadRow, file: Stored, *, name: str = "", now: datetime
) -> ArtifactRow:
    """Make an artifact of an upload whose file lies in its place, and return it; or the one that is
    there of the same file, until the teacher describes it.

    It has the upload's id, so that an upload makes one artifact and no second. Once that is
    committed, `store.abandon` lets go of the upload.
    """
    artifact = ArtifactRow(
        public_id=row.upload,
        project_pk=row.project_pk,
        name=name[:200],
        file_name=row.file_name,
        sha256=file.sha256,
        size=file.size,
        media_type=file.media_type,
        tier=ArtifactTier.SEALED,
        created_at=now,
    )
    session.delete(row)
    if earlier := alike(session, artifact, "project_pk", "sha256", "file_name", *_UNDESCRIBED):
        return earlier[0]
    session.add(artifact)
    session.flush()
    return artifact


def of_project(session: Session, project_pk: int, public_id: str) -> ArtifactRow | None:
    """Return the artifact of a project by its id, which is that of the upload it was; None if there
    is none."""
    rows = select(ArtifactRow).where(ArtifactRow.project_pk == project_pk)
    return session.scalar(rows.where(ArtifactRow.public_id == public_id))


def link(
    session: Session, project: ProjectRow, name: str, url: str, *, now: datetime
) -> ArtifactRow:
    """Add a web address as an artifact, and return it; or the one that is there under this name,
    until the teacher describes it. Raises `EvidenceRefused`."""
    written = url.strip()
    if "://" not in written:
        written = f"https://{written}"
    address = web_address.read(written)
    if address is None or address.scheme != "https" or "." not in address.host:
        raise EvidenceRefused(
            "url", N_("Write a web address, such as https://drive.example.com/film.")
        )
    artifact = ArtifactRow(
        public_id=new_id(),
        project_pk=project.id,
        name=name.strip()[:200] or url.strip()[:200],
        url=written,
        tier=ArtifactTier.SEALED,
        created_at=now,
    )
    if earlier := alike(session, artifact, "project_pk", "name", "url", *_UNDESCRIBED):
        return earlier[0]
    session.add(artifact)
    session.flush()
    return artifact


def describe(
    session: Session,
    artifact: ArtifactRow,
    *,
    name: str,
    description: str,
    genre: str,
    criterion: str | None,
    students: Students,
    basis: Consent,
    reference: str,
    tier: ArtifactTier,
    by: PersonRow,
    now: datetime,
) -> None:
    """Say what an artifact is, and on what consent it rests. Raises `EvidenceRefused`.

    Only a link can be public, and only where no student can be recognized: a credential that links
    to it cannot be taken back (R38, D9).
    """
    if not 0 < len(name.strip()) <= 200:
        raise EvidenceRefused("name", N_("Write a name of 1 to 200 characters."))
    if tier is ArtifactTier.PUBLIC and artifact.url is None:
        raise EvidenceRefused("tier", N_("The credential can link to a web address only."))
    answer(artifact, students, basis, reference, tier=tier, by=by, now=now)
    artifact.name, artifact.description = name.strip(), description.strip()[:1000]
    artifact.genre, artifact.criterion = genre.strip()[:100], criterion
    artifact.tier = tier
    session.flush()


def note(artifact: ArtifactRow, typed: Mapping[str, str], criteria: Collection[str]) -> None:
    """Keep what is typed, by field, of an artifact whose consent is still to be answered.

    Nothing is confirmed by it, and nobody sees more of it. `criteria` can be chosen.
    """
    artifact.name = typed["name"].strip()[:200] or artifact.name
    artifact.description = typed["description"].strip()[:1000]
    artifact.reference = typed["reference"].strip()[:200] or None
    artifact.criterion = typed["criterion"] if typed["criterion"] in criteria else None
    if typed["students"] in set(Students):
        artifact.students = typed["students"]
    if typed["basis"] in set(Consent):
        artifact.basis = typed["basis"]
    if typed["tier"] in set(ArtifactTier) and (artifact.url or typed["tier"] != "public"):
        artifact.tier = typed["tier"]


def answer(
    artifact: ArtifactRow,
    students: Students,
    basis: Consent,
    reference: str,
    *,
    tier: ArtifactTier,
    by: PersonRow,
    now: datetime,
) -> None:
    """Say what is seen of students, and on what consent that rests (R38). Raises `EvidenceRefused`.

    Where students are seen, either consent is on file, and where, or none can be recognized; for
    the `tier` of everybody, none can be.
    """
    if students is not Students.NONE and basis is Consent.NOT_NEEDED:
        raise EvidenceRefused(
            "basis", N_("If students are seen, consent must be on file, or none can be recognized.")
        )
    if basis is Consent.ON_FILE and not reference.strip():
        raise EvidenceRefused(
            "reference", N_("Write where the consent is filed, such as a number.")
        )
    is_seen = students is not Students.NONE and basis is not Consent.DE_IDENTIFIED
    if tier is ArtifactTier.PUBLIC and is_seen:
        raise EvidenceRefused(
            "tier", N_("If students can be recognized, the credential links to nothing.")
        )
    artifact.students, artifact.basis = students, basis
    artifact.reference = reference.strip()[:200] or None
    artifact.confirmed_by, artifact.confirmed_at = by.id, now


def remove(session: Session, artifact: ArtifactRow, *, now: datetime) -> None:
    """Take an artifact out of what is handed in next; what was handed in keeps it."""
    artifact.removed_at = artifact.removed_at or now
    session.flush()


def withdraw_consent(session: Session, artifact: ArtifactRow, *, now: datetime) -> None:
    """Hide an artifact from everybody at once: its consent was withdrawn."""
    artifact.withdrawn_at = artifact.withdrawn_at or now
    session.flush()


def seal(session: Session, artifact: ArtifactRow) -> None:
    """Show an artifact no more to the district."""
    if artifact.tier == ArtifactTier.DISTRICT:
        artifact.tier = ArtifactTier.SEALED
    session.flush()


def current(session: Session, project: ProjectRow) -> Sequence[ArtifactRow]:
    """Return the artifacts that are handed in next, in the order in which they came."""
    rows = select(ArtifactRow).where(
        ArtifactRow.project_pk == project.id,
        ArtifactRow.removed_at.is_(None),
        ArtifactRow.withdrawn_at.is_(None),
    )
    return session.scalars(rows.order_by(ArtifactRow.id)).all()


def of_files(session: Session, files: Iterable[Mapping[str, str]]) -> Sequence[ArtifactRow]:
    """Return the artifacts of what was handed in, without those whose consent was withdrawn."""
    ids = list(names_of(files))
    rows = select(ArtifactRow).where(
        ArtifactRow.public_id.in_(ids), ArtifactRow.withdrawn_at.is_(None)
    )
    return session.scalars(rows.order_by(ArtifactRow.id)).all()


def names_of(files: Iterable[Mapping[str, str]]) -> Mapping[str, str]:
    """Return what each artifact was called when it was handed in."""
    return {item["artifact"]: item.get("name", "") for item in files if "artifact" in item}


def elsewhere(session: Session, version: VersionRow) -> bool:
    """True if a file of a version is in another project, too (E41)."""
    digests = [item["sha256"] for item in version.artifacts["files"] if "sha256" in item]
    other = select(ArtifactRow.id).where(
        ArtifactRow.sha256.in_(digests), ArtifactRow.project_pk != version.project_pk
    )
    return bool(digests) and session.scalar(other.limit(1)) is not None


def withdrawn(session: Session, files: Iterable[Mapping[str, str]]) -> set[str]:
    """Return which of what was handed in is hidden from everybody: its consent was withdrawn."""
    ids = [item["artifact"] for item in files if "artifact" in item]
    rows = select(ArtifactRow.public_id).where(
        ArtifactRow.public_id.in_(ids), ArtifactRow.withdrawn_at.is_not(None)
    )
    return set(session.scalars(rows)) if ids else set()


def count(session: Session, project_pk: int) -> int:
    """Return how many artifacts a project ever had."""
    rows = select(func.count()).where(ArtifactRow.project_pk == project_pk)
    return session.scalar(rows) or 0


def check(session: Session, project: ProjectRow, purpose: Purpose, policy: Policy) -> Findings:
    """Return what a completion's artifacts still need, and what of them is handed in."""
    if purpose is Purpose.PROPOSAL:
        return Findings()
    artifacts = current(session, project)
    unanswered = [artifact for artifact in artifacts if artifact.confirmed_at is None]
    missing = [Missing(f"artifact.{artifact.public_id}", "consent") for artifact in unanswered]
    if not artifacts:
        missing.append(Missing("artifacts", "empty"))
    return Findings(
        missing=missing,
        consented=not unanswered,
        artifacts=[handed_in(artifact) for artifact in artifacts],
    )


def handed_in(artifact: ArtifactRow) -> dict[str, str]:
    """Return what a version pins of an artifact (I3)."""
    pinned = {
        "artifact": artifact.public_id,
        "name": artifact.name,
        "description": artifact.description,
        "genre": artifact.genre,
        "sha256": artifact.sha256,
        "media_type": artifact.media_type,
        "url": artifact.url,
        "tier": artifact.tier,
        "criterion": artifact.criterion,
    }
    return {name: value for name, value in pinned.items() if value}


def used(session: Session, project: ProjectRow, now: datetime) -> int:
    """Return the bytes of a project's files, with those that came under way within a day."""
    files = select(func.sum(ArtifactRow.size)).where(ArtifactRow.project_pk == project.id)
    coming = select(func.sum(UploadRow.size)).where(
        UploadRow.project_pk == project.id, UploadRow.created_at > now - A_DAY
    )
    return (session.scalar(files) or 0) + (session.scalar(coming) or 0)


def name_after(file_name: str, teacher: str) -> str:
    """Return the name that a file suggests for its artifact, or '' if only a camera named it.

    It has no ending, and no name of its teacher, which may be hidden from evaluators (E29).
    """
    stem = normalize("NFC", PurePath(_file_name(file_name)).stem)
    own = set(_parts(normalize("NFC", teacher).casefold()))
    parts = [part for part in _parts(stem) if part.casefold().removesuffix("'s") not in own]
    tells = any(part.isalpha() and part.casefold() not in _OF_DEVICES for part in parts)
    return " ".join(parts)[:200] if tells else ""


def _parts(text: str) -> Sequence[str]:
    return text.replace("’", "'").translate(_BETWEEN).split()


def _forget_stopped(session: Session, store: FileStore, now: datetime) -> None:
    """Forget uploads, of all projects, that stopped too long ago to go on."""
    stopped = delete(UploadRow).where(UploadRow.created_at <= now - A_DAY)
    for upload in session.scalars(stopped.returning(UploadRow.upload)).all():
        store.abandon(upload)


def _under_way(
    session: Session, project: ProjectRow, file_name: str, size: int, mark: str, now: datetime
) -> UploadRow | None:
    rows = select(UploadRow).where(
        UploadRow.project_pk == project.id,
        UploadRow.file_name == file_name,
        UploadRow.size == size,
        UploadRow.mark == mark,
        UploadRow.created_at > now - A_DAY,
    )
    return session.scalar(rows.order_by(UploadRow.created_at.desc()).limit(1))


def _kind(beginning: bytes, file_name: str) -> FileKind:
    try:
        return kind_of(beginning, file_name)
    except NotTaken as exc:
        raise EvidenceRefused("file", str(exc)) from exc


def _file_name(name: str) -> str:
    """Return the last part of a name, in one line, whatever system it came from."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    return "".join(letter for letter in last if letter.isprintable())[-255:] or "file"
