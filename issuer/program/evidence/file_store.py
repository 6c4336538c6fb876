"""Evidence files, outside the database, each under the SHA-256 of its content.

    store = FileStore(settings.home / "evidence")
    upload = store.begin()                              # "u-…"
    store.append(upload, 0, piece)                      # pieces of 5 MB, in order
    sha256, size = store.finish(upload)
    store.abandon(upload)                               # once the database names the file

A file that is there is never changed. An upload that stops goes on where it stopped.
"""

import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from contexts.errors import MintmarkError
from issuer.program.evidence.blind.pdf import BESIDE
from keys import durable_file

PIECE: Final = 5 * 1024 * 1024
"""Bytes that one request brings at most."""
_READ: Final = 1024 * 1024
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_UPLOAD: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_PRIVATE: Final = 0o700


class OutOfPlace(MintmarkError):
    """A piece does not follow what is there; `expected` is the place from which to go on."""

    def __init__(self, expected: int) -> None:
        super().__init__(f"the next piece begins at byte {expected}")
        self.expected = expected


class FileStore:
    """The files of one home. Nothing but this class knows where they lie."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._uploads = folder / "uploads"

    def begin(self) -> str:
        """Begin an upload, and return its id."""
        durable_file.make_folder(self._uploads, mode=_PRIVATE)
        upload = secrets.token_urlsafe(16)
        self._upload(upload).touch(mode=0o600, exist_ok=False)
        return upload

    def received(self, upload: str) -> int:
        """Return how many bytes of an upload are here. ``FileNotFoundError`` if it is unknown."""
        return self._upload(upload).stat().st_size

    def file_of(self, upload: str) -> Path:
        """Return the file of an upload, for a program that looks at it."""
        return self._upload(upload)

    def beginning(self, upload: str, length: int) -> bytes:
        """Return the first bytes of an upload, by which its kind is recognized."""
        with self._upload(upload).open("rb") as file:
            return file.read(length)

    def append(self, upload: str, place: int, piece: bytes) -> int:
        """Add a piece that begins at a place, and return how many bytes are here now.

        A piece that came before is taken as received. Raises `OutOfPlace` for a gap.
        """
        with self._upload(upload).open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # until it is closed: two may bring the same piece
            there = file.seek(0, os.SEEK_END)
            if place > there:
                raise OutOfPlace(there)
            if place + len(piece) > there:
                file.write(piece[there - place :])
                file.flush()
                os.fsync(file.fileno())
            return max(there, place + len(piece))

    def finish(self, upload: str) -> tuple[str, int]:
        """Give a whole upload its place; return the SHA-256 in hexadecimal, and the size.

        It can be done again until `abandon` lets go of the upload: call that once what names the
        file is committed.
        """
        source = self._upload(upload)
        digest = hashlib.sha256()
        with source.open("rb") as file:
            while block := file.read(_READ):
                digest.update(block)
        sha256 = digest.hexdigest()
        target = self.path(sha256)
        durable_file.make_folder(target.parent, mode=_PRIVATE)
        with suppress(FileExistsError):
            target.hardlink_to(source)
        return sha256, source.stat().st_size

    def abandon(self, upload: str) -> None:
        """Delete an upload; a file that `finish` has put in place stays."""
        self._upload(upload).unlink(missing_ok=True)

    def path(self, sha256: str) -> Path:
        """Return where a file lies, or would lie."""
        if not _DIGEST.fullmatch(sha256):
            raise ValueError("this is no SHA-256")
        return self._folder / sha256[:2] / sha256

    def read(self, sha256: str, first: int = 0, last: int | None = None) -> Iterator[bytes]:
        """Yield a file in blocks, from its byte `first` to its byte `last` (RFC 9110, 14.1.2).

        Raises ``FileNotFoundError``.
        """
        with self.path(sha256).open("rb") as file:
            file.seek(first)
            left = None if last is None else last - first + 1
            while block := file.read(_READ if left is None else min(_READ, left)):
                yield block
                if left is not None:
                    left -= len(block)

    def delete(self, sha256: str) -> None:
        """Delete a file that no artifact names any more, with the copies of it without names."""
        path = self.path(sha256)
        path.unlink(missing_ok=True)
        for copy in path.parent.glob(f"{path.name}{BESIDE}*"):
            copy.unlink(missing_ok=True)

    def _upload(self, upload: str) -> Path:
        if not _UPLOAD.fullmatch(upload):
            raise FileNotFoundError(upload)
        return self._uploads / upload
