"""The bundled contexts: read from `data/`, checked against the sha256 in `manifest.json`."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from contexts.errors import ContextNotListedError

_FOLDER = Path(__file__).parent


class FrozenContexts(Mapping[str, Any]):
    """Context documents by URL; reading a missing one raises `ContextNotListedError`.

    `pinned` makes a new set with one more: an operator may add a context by its bytes, its
    URL and the sha256 that was agreed on.
    """

    def __init__(self, documents: Mapping[str, Any]) -> None:
        self._documents = documents

    def __getitem__(self, url: str) -> Any:
        try:
            return self._documents[url]
        except KeyError:
            raise ContextNotListedError(url) from None

    def __contains__(self, url: object) -> bool:
        return url in self._documents

    def __iter__(self) -> Iterator[str]:
        return iter(self._documents)

    def __len__(self) -> int:
        return len(self._documents)

    def pinned(self, url: str, data: bytes, sha256: str) -> "FrozenContexts":
        """Return this set and the context `data` at `url`; `ValueError` if the hash differs."""
        return FrozenContexts({**self._documents, url: _checked(url, data, sha256)})


@cache
def manifest() -> dict[str, dict[str, str]]:
    """Return the manifest: for each URL its file, source, license and sha256, and of
    some whether the bytes are those published, and which digests were published before."""
    entries: dict[str, dict[str, str]] = json.loads((_FOLDER / "manifest.json").read_bytes())
    return entries


def file_of(url: str) -> bytes | None:
    """Return the bytes of the bundled context at `url`, or None."""
    entry = manifest().get(url)
    return None if entry is None else (_FOLDER / "data" / entry["file"]).read_bytes()


def is_as_published(url: str) -> bool:
    """Whether the bundled context at `url` is known to have the bytes that were published: its
    specification names their hash. Others are the same JSON, or of another edition."""
    return manifest()[url].get("bytes") == "as published"


def earlier_digests(url: str) -> list[str]:
    """Return the digests that the context at `url` had before it was published as it is bundled,
    as Subresource Integrity writes them; as many as are known."""
    return manifest()[url].get("earlier", "").split()


def load(url: str) -> Any:
    """Return the bundled context document at `url`; `ContextNotListedError` if there is none."""
    return BUNDLED[url]


def _checked(url: str, data: bytes, sha256: str) -> Any:
    if (actual := hashlib.sha256(data).hexdigest()) != sha256:
        raise ValueError(f"context {url} has sha256 {actual}, not {sha256}")
    return json.loads(data)


class _Bundle(Mapping[str, Any]):
    """The files in `data/`, each read when it is first asked for: most credentials need none."""

    def __init__(self) -> None:
        self._read: dict[str, Any] = {}

    def __getitem__(self, url: str) -> Any:
        if url not in self._read:
            entry = manifest()[url]
            data = (_FOLDER / "data" / entry["file"]).read_bytes()
            self._read.setdefault(url, _checked(url, data, entry["sha256"]))
        return self._read[url]

    def __iter__(self) -> Iterator[str]:
        return iter(manifest())

    def __len__(self) -> int:
        return len(manifest())


BUNDLED = FrozenContexts(_Bundle())
