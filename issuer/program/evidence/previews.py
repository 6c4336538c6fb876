"""What a page shows of a document that browsers do not show: its text, or its cells.

preview_of(path, "application/vnd.oasis.opendocument.text").parts[0].lines      # ["Week one", …]

A document is read in the sandbox; what it says is never taken for more than text (T15). A file of
plain text is read here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from issuer.program.evidence.file_kinds import Shown, shown
from verifier.intake import sandbox
from verifier.intake.document import MOST_LETTERS
from verifier.intake.sandbox import ReaderBusyError, SandboxError
from verifier.wording.words import N_

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of a document that is read at all."""
_TOO_LARGE: Final = "document_too_large"
_UNSEEN: Final = "unseen"
_BUSY: Final = "busy"
PROBLEMS: Final = {
    "document_encrypted": N_("It has a password, so it cannot be read here."),
    "document_damaged": N_("It cannot be read here."),
    _TOO_LARGE: N_("It is too large to be read here."),
    _BUSY: N_("Too much is being read just now. Load this page again in a minute."),
    _UNSEEN: N_("This photo cannot be shown here."),
}
"""Why a document is not shown, by the code of the reader."""


@dataclass(frozen=True, slots=True)
class PreviewPart:
    """A text, a slide, or a sheet with its name: its paragraphs, or its first rows, and True if it
    has more."""

    name: str = ""
    lines: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What is shown of a document, or the `problem` that a page states in its place."""

    parts: Sequence[PreviewPart] = ()
    is_plain: bool = False
    are_slides: bool = False
    are_sheets: bool = False
    problem: str = ""

    @property
    def is_empty(self) -> bool:
        """True for a document in which nothing is written."""
        return not any(part.lines or part.rows for part in self.parts)


def preview_of(path: Path, media_type: str) -> Preview:
    """Return what a page shows of a document of this type."""
    if shown(media_type) is not Shown.TEXT:
        return Preview(problem=PROBLEMS[_UNSEEN])
    if not path.exists():
        return Preview(problem=PROBLEMS["document_damaged"])
    if media_type.startswith("text/"):
        return Preview([_plain(path)], is_plain=True)
    if path.stat().st_size > MOST_BYTES:
        return Preview(problem=PROBLEMS[_TOO_LARGE])
    are_sheets = "spreadsheet" in media_type
    try:
        answer = sandbox.read("sheets" if are_sheets else "document", path.read_bytes())
    except ReaderBusyError:
        return Preview(problem=PROBLEMS[_BUSY])
    except SandboxError:  # it asks for more than any honest document
        return Preview(problem=PROBLEMS[_TOO_LARGE])
    if "code" in answer:
        return Preview(problem=PROBLEMS[answer["code"]])
    if are_sheets:
        return Preview([_sheet(sheet) for sheet in answer["sheets"]], are_sheets=True)
    last = len(answer["parts"]) - 1
    parts = [
        PreviewPart(lines=lines, is_cut=answer["is_cut"] and number == last)
        for number, lines in enumerate(answer["parts"])
    ]
    return Preview(parts, are_slides="presentation" in media_type)


def _plain(path: Path) -> PreviewPart:
    with path.open(encoding="utf-8", errors="replace", newline=None) as file:
        text = file.read(MOST_LETTERS + 1)
    return PreviewPart(lines=[text[:MOST_LETTERS]], is_cut=len(text) > MOST_LETTERS)


def _sheet(sheet: Mapping[str, Any]) -> PreviewPart:
    rows = sheet["rows"]
    is_cut = len(rows) < sheet["height"] or any(len(row) < sheet["width"] for row in rows)
    return PreviewPart(sheet["name"], rows=rows, is_cut=is_cut)
