"""The files under `public/`, laid out as their URL paths: the DID document, the key set, the
status lists. They outlive the server and its database (D12).
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from issuer.home.settings import Settings
from keys import durable_file
from verifier.fetching.fetch import Fetch, Fetched, FetchError, offline
from verifier.parsing import web_address

MEDIA_TYPES = {"did.json": ("application/did+json",), "jwks.json": ("application/jwk-set+json",)}
STATUS_LIST_TYPES = (
    *("application/vc", "application/vc+ld+json", "application/ld+json", "application/json"),
)
"""The first is the one that Bitstring Status List 1.0 asks for; the others are for libraries that
read an answer as JSON only where its type says so."""
MAX_AGE = 30
"""Seconds for which a copy may be kept: a revocation or a change of keys is seen within a minute
(P7)."""
CACHE_CONTROL = f"public, max-age={MAX_AGE}"
_READABLE = 0o644


def file_of(settings: Settings, url: str) -> Path:
    """Return the file served at `url`, an address of this issuer. For text that is not a web
    address, return the folder, which is not a file."""
    address = web_address.read(url)
    return settings.public / (address.path.lstrip("/") if address else "")


def media_types(file: Path) -> tuple[str, ...]:
    """Return the media types that `file` can be served with, preferred first."""
    return MEDIA_TYPES.get(file.name, STATUS_LIST_TYPES)


def path_of(settings: Settings, url: str) -> str:
    """Return the path below `public/` of the file that is served at `url`, an address of this
    issuer."""
    return file_of(settings, url).relative_to(settings.public).as_posix()


def encoded(document: Mapping[str, Any]) -> bytes:
    """Return a document as it is published: JSON that people can read."""
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def write(file: Path, document: Mapping[str, Any]) -> None:
    """Replace `file` by `document`, atomically and on disk before this returns."""
    replace(file, encoded(document))


def replace(file: Path, content: bytes) -> None:
    """Replace the content of `file` atomically; it is on disk before this returns."""
    if not (file.is_file() and file.read_bytes() == content):
        durable_file.make_folder(file.parent)
        durable_file.replace(file, content, mode=_READABLE)


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Hold the lock of the published files, so that the newest state is written last."""
    durable_file.make_folder(settings.public)
    with durable_file.locked(settings.home / ".publish.lock"):
        yield


def fetch_own(settings: Settings, otherwise: Fetch = offline) -> Fetch:
    """Return a `Fetch` that reads this issuer's own published files from disk.

    Every other address is left to `otherwise`; by default it is refused.
    """

    def fetch(url: str, *, accept: str, max_bytes: int) -> Fetched:
        if not url.startswith(f"{settings.public_url}/"):
            return otherwise(url, accept=accept, max_bytes=max_bytes)
        file = file_of(settings, url)
        # The address may stand in anybody's credential: `/../keys/…` is not published.
        inside = file.resolve().is_relative_to(settings.public.resolve())
        if not inside or not file.is_file():
            raise FetchError("http_status", url, "it is not published")
        return Fetched(url, file.read_bytes()[:max_bytes], media_types(file)[0])

    return fetch
