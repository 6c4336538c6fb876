"""The kinds of file accepted as evidence, recognized by their content, not by their name.

kind_of(b"%PDF-1.7 …", "plan.pdf")      # FileKind("application/pdf", Shown.FRAME)
"""

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath
from typing import Final

import puremagic

from contexts.errors import MintmarkError
from verifier.wording.words import N_

BEGINNING: Final = 64 * 1024
"""Bytes from the start of a file that tell its kind."""


class Shown(StrEnum):
    """How a page shows a file: as it is, by its text, or not at all."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    FRAME = "frame"
    TEXT = "text"
    NOWHERE = "nowhere"

    @property
    def by_browsers(self) -> bool:
        """True for a file that is sent as it is."""
        return self not in (Shown.TEXT, Shown.NOWHERE)


@dataclass(frozen=True)
class FileKind:
    """The media type that a file is served with, and how it is shown."""

    media_type: str
    shown: Shown


class NotTaken(MintmarkError):
    """This kind of file is not taken; the message says which are."""


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_OPEN: Final = "application/vnd.oasis.opendocument"
_BY_TYPE: Final[Mapping[str, FileKind]] = {
    "image/png": FileKind("image/png", Shown.IMAGE),
    "image/jpeg": FileKind("image/jpeg", Shown.IMAGE),
    "image/webp": FileKind("image/webp", Shown.IMAGE),
    "image/gif": FileKind("image/gif", Shown.IMAGE),
    "image/heif": FileKind("image/heic", Shown.NOWHERE),
    "image/heic": FileKind("image/heic", Shown.NOWHERE),
    "application/pdf": FileKind("application/pdf", Shown.FRAME),
    "audio/mpeg": FileKind("audio/mpeg", Shown.AUDIO),
    "audio/mp4": FileKind("audio/mp4", Shown.AUDIO),
    "audio/x-wav": FileKind("audio/wav", Shown.AUDIO),
    "audio/wave": FileKind("audio/wav", Shown.AUDIO),
    "audio/ogg": FileKind("audio/ogg", Shown.AUDIO),
    "video/webm": FileKind("video/webm", Shown.VIDEO),
    "video/mp4": FileKind("video/mp4", Shown.VIDEO),
    "video/quicktime": FileKind("video/quicktime", Shown.VIDEO),
}
"""In the order of preference, where the content fits several."""
_BY_SUFFIX: Final[Mapping[str, str]] = {
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".pptx": f"{_OFFICE}.presentationml.presentation",
    ".odt": f"{_OPEN}.text",
    ".ods": f"{_OPEN}.spreadsheet",
    ".odp": f"{_OPEN}.presentation",
}
"""Documents are zip archives, so beside the content their suffix decides."""
_TEXTS: Final = {".txt": "text/plain", ".md": "text/markdown", ".csv": "text/csv"}
_ENCRYPTED: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How an office document with a password begins ([MS-OFFCRYPTO], 2.3); older ones begin so, too."""
_HEVC: Final = (b"hvc1", b"hev1")
_LONGEST_MOVIE_BOX: Final = 8 * 1024 * 1024
_SAVE_AS_PDF: Final = N_(
    "Evaluators read its text, without pictures and layout. If these matter, save it as PDF, and"
    " add that, too."
)
_SAVE_AS_JPEG: Final = N_(
    "Browsers do not show this kind of photo. Save it as JPEG, and add it again, so that evaluators"
    " can see it."
)
_RECORD_COMPATIBLY: Final = N_(
    "Many browsers do not play this video. Set your phone to record in its most compatible format,"
    " and add it again."
)
_WITHOUT_PASSWORD: Final = N_(
    "This document has a password, or is of an older kind. Save it without a password, or as PDF,"
    " and add it again."
)
_NOT_TAKEN: Final = N_(
    "This kind of file is not taken. Pictures, PDF, video, audio, office documents and plain text"
    " are taken."
)


def kind_of(beginning: bytes, name: str) -> FileKind:
    """Return the kind of the file that begins so. Raises `NotTaken`."""
    end = PurePath(name).suffix.lower()
    types = _types(beginning)
    if end in _BY_SUFFIX and _BY_SUFFIX[end] in types:
        return FileKind(_BY_SUFFIX[end], Shown.TEXT)
    if end in _BY_SUFFIX and beginning.startswith(_ENCRYPTED):
        raise NotTaken(_WITHOUT_PASSWORD)
    for media_type, kind in _BY_TYPE.items():
        if media_type in types:
            return kind
    if not types and end in _TEXTS and _is_text(beginning):
        return FileKind(_TEXTS[end], Shown.TEXT)
    raise NotTaken(_NOT_TAKEN)


def shown(media_type: str) -> Shown:
    """Return how a page shows a file of a type that was taken."""
    kinds = {kind.media_type: kind.shown for kind in _BY_TYPE.values()}
    kinds |= dict.fromkeys((*_TEXTS.values(), *_BY_SUFFIX.values()), Shown.TEXT)
    return kinds.get(media_type, Shown.NOWHERE)


def suffix(media_type: str) -> str:
    """Return the end of the name under which such a file is saved, or ''."""
    documents = {media: end for end, media in (*_BY_SUFFIX.items(), *_TEXTS.items())}
    return documents.get(media_type) or mimetypes.guess_extension(media_type) or ""


def accepted() -> str:
    """Return the kinds for the field of a form. HEIC is not among them, though it is taken: so a
    phone hands its photos over as JPEG, which every browser shows (E54)."""
    types = {kind.media_type for kind in _BY_TYPE.values()} - {"image/heic"}
    return ",".join(sorted({*types, *_BY_SUFFIX, *_TEXTS, ".m4a", ".mov"}))


def advice(path: Path, media_type: str) -> str:
    """Return how a teacher makes a file that was taken one that every page shows; '' if it is."""
    kind = shown(media_type)
    if kind is Shown.VIDEO and is_rarely_played(path):
        return _RECORD_COMPATIBLY
    if kind is Shown.NOWHERE:
        return _SAVE_AS_JPEG
    return _SAVE_AS_PDF if media_type in _BY_SUFFIX.values() else ""


def is_rarely_played(path: Path) -> bool:
    """True for a video that many browsers do not play.

    The box `moov` of an MP4 or QuickTime file names the codec (ISO/IEC 14496-12, 8.2.1), and
    phones write it at the end.
    """
    with path.open("rb") as file:
        size = path.stat().st_size
        place = 0
        while place + 8 <= size:
            file.seek(place)
            length = int.from_bytes(file.read(4))
            name, header = file.read(4), 8
            if length == 1:
                length, header = int.from_bytes(file.read(8)), 16
            if name == b"moov":
                movie = file.read(min(length or size, _LONGEST_MOVIE_BOX))
                return any(codec in movie for codec in _HEVC)
            if length < header:
                return False
            place += length
    return False


def _types(beginning: bytes) -> set[str]:
    try:
        return {match.mime_type for match in puremagic.magic_string(beginning)}
    except (puremagic.PureError, ValueError):
        return set()


def _is_text(data: bytes) -> bool:
    """True for UTF-8 without control characters; a character may be cut off at the end."""
    try:
        text = data[: BEGINNING - 4].decode("utf-8") if len(data) >= BEGINNING else data.decode()
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character in "\t\r\n" for character in text)
