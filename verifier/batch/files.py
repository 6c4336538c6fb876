"""The submitted files: in a folder or in a zip.

Nothing is unpacked to disk, and no name leads out of the folder or zip. A file that cannot be
read raises an error that names it, so that no applicant is forgotten.
"""

import hashlib
import os
import stat
import zipfile
import zlib
from pathlib import Path
from typing import IO

from contexts.errors import MintmarkError
from verifier.intake.submission import MAX_BYTES
from verifier.wording.words import N_

MAX_FILES = 200_000
TABLES = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods")
"""Files that can say who handed in what."""
PRACTICE = Path(__file__).parent / "practice"
"""The folder to practice on: `applicants/`, `policy.toml`, and the list that it names."""
AS_FOLDER = ".folder"
"""The end of a zip's name if it holds a folder's files by their names in that folder."""
MAX_ZIP_DIRECTORY_BYTES = 16 * 1024 * 1024
"""The list of contents in a zip: it is read whole, before anything can be counted."""
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LEFT_BY_SYSTEMS = (".", "~$", "__MACOSX", "Thumbs.db", "desktop.ini")


class BatchError(MintmarkError, ValueError):
    """The check cannot start; `sentence` with its `params` says what to correct."""

    def __init__(self, sentence: str, **params: str | int) -> None:
        super().__init__(sentence.format_map(params))
        self.sentence = sentence
        self.params = params


class UnreadableError(MintmarkError):
    """One file cannot be read. `code` names the sentence in `wording/words.py`."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class Folder:
    """The files of a folder and its subfolders; no name leads out of it."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def names(self) -> list[str]:
        """Return the files' names, in order, with `/` between folders."""
        names: list[str] = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = filter(is_handed_in, folders)
            inside = f"{folder}/".removeprefix(f"{self.root}/")
            names += [inside + name for name in files if is_handed_in(name)]
            if len(names) > MAX_FILES:
                raise BatchError(N_("more than {most} files: check them in parts"), most=MAX_FILES)
        return sorted(names)

    def read(self, name: str) -> tuple[bytes, str]:
        """Return as much of a file as is needed, and the SHA-256 of it all; `UnreadableError`."""
        try:
            path = os.path.realpath(os.path.join(self.root, name))  # noqa: PTH118
            if not path.startswith(f"{self.root}/"):
                raise UnreadableError("file_outside")
            with open(path, "rb", opener=_without_waiting) as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise UnreadableError("file_unreadable", detail="it is no file")
                return take(file, status.st_size)
        except FileNotFoundError as exc:
            raise UnreadableError("file_missing") from exc
        except (OSError, ValueError) as exc:
            detail = getattr(exc, "strerror", None) or "its name is no file name"
            raise UnreadableError("file_unreadable", detail=detail) from exc


class Zip:
    """The files in a zip, read without unpacking it. `BatchError` if the zip is not to be trusted.

    `is_folder` is True if it stands for a folder whose files came one by one.
    """

    def __init__(self, path: Path) -> None:
        self.is_folder = path.suffix == AS_FOLDER
        try:
            _refuse_endless(path)
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile, ValueError) as exc:
            raise BatchError(
                N_("{file} is no folder, table (CSV, XLSX) or sound zip: {fault}"),
                file=path.name,
                fault=str(exc),
            ) from exc
        inside = [info for info in self._zip.infolist() if not info.is_dir()]
        self._files = {_name(info).replace("\\", "/"): info for info in inside}
        if len(self._files) < len(inside):
            raise BatchError(
                N_("{file} holds two files of one name: make the zip again"), file=path.name
            )
        if len(inside) > MAX_FILES:
            raise BatchError(
                N_("{file} holds more than {most} files: check it in parts"),
                file=path.name,
                most=MAX_FILES,
            )

    def names(self) -> list[str]:
        """Return the files' names, in order, with `/` between folders."""
        return sorted(name for name in self._files if all(map(is_handed_in, name.split("/"))))

    def size(self) -> int:
        """Return how many bytes all files have, as far as they are ever read."""
        return sum(info.file_size for info in self._files.values())

    def read(self, name: str) -> tuple[bytes, str]:
        """Return a file and its SHA-256. Raises `UnreadableError`, for a file that is too large
        before reading it."""
        info, parts = self._files.get(name), name.split("/")
        if ".." in parts or ":" in parts[0] or not parts[0]:
            raise UnreadableError("file_outside")
        if info is None:
            raise UnreadableError("file_missing")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise UnreadableError("file_unreadable", detail="it only points to another file")
        if info.file_size > MAX_BYTES:
            raise UnreadableError("too_large", limit_mb=MAX_BYTES // 1024**2)
        if info.flag_bits & 1 or info.compress_type not in _PACKED:
            raise UnreadableError("file_unreadable", detail="it is locked, or packed unusually")
        try:
            with self._zip.open(info) as file:
                return take(file, info.file_size)
        except (OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError) as exc:
            raise UnreadableError("file_unreadable", detail="the zip is damaged there") from exc


def _name(info: zipfile.ZipInfo) -> str:
    """Return a file's name; macOS writes UTF-8 without declaring it (APPNOTE, D.2)."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode()
    except UnicodeError:
        return info.filename


def take(file: IO[bytes], size: int) -> tuple[bytes, str]:
    """Return as much of `file`, which has `size` bytes, as is needed, and the SHA-256 of it all."""
    data = file.read(min(size, MAX_BYTES) + 1)
    digest = hashlib.sha256(data)
    while size > MAX_BYTES and (more := file.read(1024 * 1024)):
        digest.update(more)
    return data, digest.hexdigest()


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # a pipe would wait for whoever fills it


def is_handed_in(name: str) -> bool:
    """Whether a part of a path was submitted by somebody, not added by an operating system."""
    return name == ".." or not name.startswith(_LEFT_BY_SYSTEMS)


def _refuse_endless(path: Path) -> None:
    """Refuse a zip whose list of contents is longer than that of any honest one."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 65_557))
        before, _, end = file.read().rpartition(b"PK\x05\x06")
    if len(end) < 18 or 18 + int.from_bytes(end[16:18], "little") != len(end):
        raise ValueError("it has no proper end")
    size = int.from_bytes(end[8:12], "little")
    if before[-20:].startswith(b"PK\x06\x07") or size > MAX_ZIP_DIRECTORY_BYTES:
        raise ValueError(f"it lists too much (at most {MAX_FILES} files): check it in parts")
