"""A missing piece that an evaluator requests; it uses up no attempt and decides nothing.

piece = ask(session, version, "The film of week three.", by=evaluator, now=now)
hand_in(session, piece, now=now)        # what the teacher added since goes to whoever judges
"""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from contexts.json_types import Json
from issuer.people.tables import PersonRow
from issuer.program.evidence import artifacts
from issuer.program.evidence.artifacts import EvidenceRefused
from issuer.program.evidence.tables import ArtifactRow, PieceRow
from issuer.program.projects import submission
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow, VersionRow
from verifier.wording.words import N_

ASKED: Final = "piece-asked"
"""The kind of message that tells a teacher which piece an evaluator asks for."""
LONGEST: Final = 1000


def of_version(session: Session, version: VersionRow) -> PieceRow | None:
    """Return what was asked for about a version, if anything was."""
    return session.get(PieceRow, version.id)


def judged(session: Session, version: VersionRow) -> list[Json]:
    """Return the evidence by which a version is judged: what was handed in, and the piece that was
    added later."""
    piece = of_version(session, version)
    added = piece.files["files"] if piece and piece.files else []
    return [*version.artifacts["files"], *added]


def wanted(session: Session, project: ProjectRow) -> PieceRow | None:
    """Return what a teacher is asked for now; None if nothing is."""
    if project.state != State.SUBMITTED:
        return None
    piece = _newest(session, project)
    return piece if piece is not None and piece.answered_at is None else None


def is_answered(session: Session, project: ProjectRow) -> bool:
    """True if what was asked for last has been handed in: its button was pressed twice."""
    piece = _newest(session, project)
    return piece is not None and piece.answered_at is not None


def _newest(session: Session, project: ProjectRow) -> PieceRow | None:
    version = submission.newest_version(session, project)
    return of_version(session, version) if version else None


def ask(
    session: Session, version: VersionRow, text: str, *, by: PersonRow, now: datetime
) -> PieceRow | None:
    """Ask for a piece, and return it; None if the same was asked for already. Raises
    `EvidenceRefused` without words, for another piece, or once decided."""
    if not text.strip():
        raise EvidenceRefused("piece", N_("Say which piece you need."))
    there = of_version(session, version)
    if there and (there.text, there.asked_by) == (text.strip()[:LONGEST], by.id):
        return None
    if there or version.project.state != State.SUBMITTED:
        raise EvidenceRefused("piece", N_("One piece can be asked for, once, before the decision."))
    piece = PieceRow(
        version_pk=version.id, text=text.strip()[:LONGEST], asked_by=by.id, asked_at=now
    )
    session.add(piece)
    session.flush()
    return piece


def hand_in(session: Session, piece: PieceRow, *, now: datetime) -> None:
    """Pin what the teacher added, for whoever judges (I3). Raises `EvidenceRefused`."""
    handed_in = {item.get("artifact") for item in piece.version.artifacts["files"]}
    current = artifacts.current(session, piece.version.project)
    rows: list[ArtifactRow] = [row for row in current if row.public_id not in handed_in]
    if not rows:
        raise EvidenceRefused("piece", N_("Add what was asked for first."))
    if any(row.confirmed_at is None for row in rows):
        raise EvidenceRefused("piece", N_("Its consent is still to be answered."))
    piece.files = {"files": [artifacts.handed_in(row) for row in rows]}
    piece.answered_at = now
    session.flush()
