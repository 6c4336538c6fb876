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
from keys.documents import did_document, jwks
from keys.entry import DID_KEY
from keys.keyring import Keyring
from keys.signer import KeysError
from verifier.fetching.fetch import Fetch, Fetched, FetchError, offline
from verifier.parsing import strict_json, web_address

MEDIA_TYPES = {"did.json": ("application/did+json",), "jwks.json": ("application/jwk-set+json",)}
STATUS_LIST_TYPES = (
    *("application/vc", "application/vc+ld+json", "application/ld+json", "application/json"),
)
"""The first is the one that Bitstring Status List 1.0 asks for; the others are for libraries that
read an answer as JSON only where its type says so."""
_READABLE = 0o644


def file_of(settings: Settings, url: str) -> Path:
    """Return the file served at `url`, an address of this issuer. For text that is not a web
    address, return the folder, which is not a file."""
    address = web_address.read(url)
    return settings.public / (address.path.lstrip("/") if address else "")


def media_types(file: Path) -> tuple[str, ...]:
    """Return the media types that `file` can be served with, preferred first."""
    return MEDIA_TYPES.get(file.name, STATUS_LIST_TYPES)


def write(file: Path, document: Mapping[str, Any]) -> None:
    """Replace `file` by `document`, atomically and on disk before this returns."""
    durable_file.make_folder(file.parent)
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    durable_file.replace(file, text.encode(), mode=_READABLE)


def write_documents(settings: Settings, keyring: Keyring) -> dict[str, Any]:
    """Publish the DID document and the key set, and return the DID document.

    did:web looks for the document of an issuer with a path in that path; many readers look
    in its `.well-known` as well. A did:key is its own document. Raises `KeysError` rather
    than take back a key that is published: what it signed would no longer be verifiable.
    """
    entries = keyring.entries()
    document = did_document(settings.issuer_id, entries)
    if settings.issuer_id.startswith(DID_KEY):
        return document
    places = [f"{settings.public_url}/.well-known/did.json"]
    if settings.path:
        places.append(f"{settings.public_url}/did.json")
    with locked(settings):
        for place in places:
            file = file_of(settings, place)
            _refuse_loss(file, document)
            write(file, document)
        keys = jwks(settings.issuer_id, entries)
        write(file_of(settings, f"{settings.public_url}/.well-known/jwks.json"), keys)
    return document


def _refuse_loss(file: Path, document: Mapping[str, Any]) -> None:
    if not file.exists():
        return
    published = strict_json.loads_object(file.read_bytes())
    if published.get("id") != document["id"]:
        raise KeysError(
            f"{file} is the document of {published.get('id')}, not {document['id']}: an issuer"
            " that has issued cannot move (set public_url back, or move that file away)"
        )
    if lost := _method_ids(published) - _method_ids(document):
        raise KeysError(
            f"{file} publishes {', '.join(sorted(lost))}, which the keyring does not know:"
            " restore keys/ from the backup"
        )


def _method_ids(document: Mapping[str, Any]) -> set[str]:
    return {method["id"] for method in document.get("verificationMethod", [])}


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Hold the lock of the published files, so that the newest state is the last written."""
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
