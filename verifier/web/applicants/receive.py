"""Write submitted files to disk as they arrive; none is held in memory (T31).

A zip stays a zip. Other files go into one, by the names that they were sent with: so a hostile
name is a name in a zip, which leads nowhere, and never one on this disk.
"""

import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from werkzeug.sansio.multipart import Data, Epilogue, File, MultipartDecoder, NeedData

from verifier.batch.files import AS_FOLDER, is_handed_in
from verifier.batch.table import is_table
from verifier.web.applicants.runs import MOST_FILES, NotTakenError
from verifier.wording.words import N_

MOST_RULES = 20
"""A policy with its trust lists."""
MOST_NAME = 1_000
MOST_HELD = 2 * 1024 * 1024
"""Of a request at a time."""
NOTHING = (
    N_("Nothing was handed in."),
    N_("Choose a zip, files or a folder."),
)
TORN = (
    N_("What you handed in did not arrive whole."),
    N_("Nothing was kept. Hand it in again."),
)
ALONE = (
    N_("Together with the zip {name} there came other files."),
    N_("Hand in a zip alone: put the table and all files into it, or unpack it first."),
)
TWICE = (
    N_("Two files are called {name}."),
    N_("Rename one of them, also in your table, and hand in all files again."),
)
LONG_NAME = (
    N_("The name of a file is longer than any disk allows: {name}…"),
    N_("Rename it, also in your table, and hand in all files again."),
)
MANY_RULES = (
    N_("More than {most} files were handed in as the policy."),
    N_("Choose the policy and the trust lists that it names, and nothing else."),
)


@dataclass(frozen=True, slots=True)
class HandedIn:
    """The path of the submitted files, their name, and the files of the policy by their names."""

    source: Path
    name: str
    policy: Mapping[str, Path]


def receive(chunks: Iterable[bytes], boundary: bytes, folder: Path) -> HandedIn:
    """Write a form (`multipart/form-data`) to `folder` and return what came.

    The fields are `file` (a zip alone, or files), `folder` (files by their names in it) and
    `policy`. Raises `NotTakenError`.
    """
    box = _Box(folder)
    decoder = MultipartDecoder(boundary, MOST_HELD, max_parts=MOST_FILES + MOST_RULES + 10)
    try:
        for chunk in chunks:
            decoder.receive_data(chunk)
            _put(decoder, box)
        decoder.receive_data(None)
        _put(decoder, box)
    except ValueError as exc:
        raise NotTakenError(TORN) from exc
    finally:
        box.close()
    if box.source is None:
        raise NotTakenError(NOTHING)
    return HandedIn(box.source, box.title, box.policy)


def _put(decoder: MultipartDecoder, box: "_Box") -> None:
    while not isinstance(event := decoder.next_event(), NeedData | Epilogue):
        if isinstance(event, File):
            box.open(event.name, event.filename)
        elif isinstance(event, Data):
            box.write(event.data)


class _Box:
    """Where the files of one form go, one after another."""

    def __init__(self, folder: Path) -> None:
        self.source: Path | None = None
        self.name = ""
        self.policy: dict[str, Path] = {}
        self._folder = folder
        self._zip: zipfile.ZipFile | None = None
        self._names: dict[str, None] = {}
        self._into: IO[bytes] | None = None

    @property
    def title(self) -> str:
        """What came, in a word: the zip, the folder, the table among several files, else the first
        of them."""
        first = self.name or next(iter(self._names), "")
        if self.name or len(self._names) < 2:
            return first
        return next(filter(is_table, self._names), f"{first} …")

    def open(self, field: str, name: str) -> None:
        """Begin a file; one without a name, or that a system left, goes nowhere."""
        self._end()
        name = name.replace("\\", "/")
        if not name or not all(map(is_handed_in, name.split("/"))):
            return
        if len(name.encode(errors="replace")) > MOST_NAME:
            raise NotTakenError(LONG_NAME, name=name[:60])
        if field == "policy":
            self._open_rule(name.rpartition("/")[2])
        elif field in ("file", "folder"):
            self._open_file(name, in_folder=field == "folder")

    def write(self, data: bytes) -> None:
        """Write to the file that was begun."""
        if self._into is not None:
            self._into.write(data)

    def close(self) -> None:
        """End the last file."""
        self._end()
        if self._zip is not None:
            self._zip.close()

    def _end(self) -> None:
        if self._into is not None:
            self._into.close()
        self._into = None

    def _open_rule(self, name: str) -> None:
        if name in self.policy:
            raise NotTakenError(TWICE, name=name)
        if len(self.policy) == MOST_RULES:
            raise NotTakenError(MANY_RULES, most=MOST_RULES)
        self.policy[name] = self._folder / f"rule-{len(self.policy)}"
        self._into = self.policy[name].open("xb")

    def _open_file(self, name: str, *, in_folder: bool) -> None:
        is_zip = name.lower().endswith(".zip") and not in_folder
        if self.source and (is_zip or self._zip is None):
            raise NotTakenError(ALONE, name=name if is_zip else self.name)
        if is_zip:
            self.source, self.name = self._folder / "handed-in.zip", name
            self._into = self.source.open("xb")
            return
        top, _, inside = name.partition("/")
        if in_folder and inside:
            self.name, name = top, inside
        if name in self._names:
            raise NotTakenError(TWICE, name=name)
        self._names[name] = None
        if self._zip is None:
            self.source = self._folder / f"handed-in{AS_FOLDER}"
            self._zip = zipfile.ZipFile(self.source, "x")
        self._into = self._zip.open(zipfile.ZipInfo(name), "w")
