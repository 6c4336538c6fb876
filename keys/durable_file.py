"""Files that exist whole or not at all, even after a kill or a power cut.

A file that root makes is given to the owner of its folder, because the service runs as that owner
and must be able to read it.

    durable_file.replace(path, data, mode=0o600)
"""

import fcntl
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


def make_folder(path: Path, *, mode: int = 0o777) -> None:
    """Make the folder `path`, and those it lies in, where they are not there."""
    if not path.exists():
        make_folder(path.parent, mode=mode)
        path.mkdir(mode=mode, exist_ok=True)
        hand_over(path, path.parent)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`; the system releases it even if this process is killed."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        hand_over(lock, path.parent)
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def hand_over(file: Path | int, folder: Path) -> None:
    """Give a file or a folder that root made to the owner of `folder`."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(file, owner.st_uid, owner.st_gid)


@contextmanager
def _finished(path: Path, data: bytes, mode: int) -> Iterator[Path]:
    new = path.with_name(UNFINISHED.replace("*", secrets.token_hex(8)))
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)  # the umask has no say
            hand_over(descriptor, path.parent)
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
