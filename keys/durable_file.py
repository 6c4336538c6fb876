"""Files that are there whole or not at all, also after a kill or a power cut."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNFINISHED = ".new-*"
"""What a killed writer may leave behind. Nothing ever reads it."""


def replace(path: Path, data: bytes, *, mode: int) -> None:
    """Make `path` hold `data`, in one step for every reader and on disk before this returns."""
    with _finished(path, data, mode) as new:
        new.replace(path)


def create(path: Path, data: bytes, *, mode: int) -> None:
    """Make `path` hold `data`, as `replace` does, but raise `FileExistsError` if it is there."""
    with _finished(path, data, mode) as new:
        path.hardlink_to(new)


@contextmanager
def _finished(path: Path, data: bytes, mode: int) -> Iterator[Path]:
    new = path.with_name(UNFINISHED.replace("*", secrets.token_hex(8)))
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)  # the umask has no say
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        yield new
    finally:
        new.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
