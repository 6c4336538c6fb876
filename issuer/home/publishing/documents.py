"""The DID document and the key set: what others check this issuer's signatures by.

document = documents.publish(issuer.settings, issuer.keyring, issuer.database)
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import inspect

from issuer.database.database import Database, UnavailableError
from issuer.home import published
from issuer.home.publishing import published_rows
from issuer.home.publishing.published_rows import PublishedRow
from issuer.home.settings import Settings
from keys.documents import did_document, jwks
from keys.entry import DID_KEY
from keys.keyring import Keyring
from keys.signer import KeysError
from verifier.parsing import strict_json

log = logging.getLogger(__name__)


def publish(settings: Settings, keyring: Keyring, database: Database) -> dict[str, Any]:
    """Publish the DID document and the key set, and return the DID document.

    did:web looks for the document of an issuer with a path in that path; many readers look in its
    `.well-known` as well. A did:key is its own document. While the database is away, this host
    publishes alone. Raises `KeysError` rather than take back a key that is published, by this host
    or another: what it signed would no longer be verifiable.
    """
    entries = keyring.entries()
    document = did_document(settings.issuer_id, entries)
    if settings.issuer_id.startswith(DID_KEY):
        return document
    contents = {path: published.encoded(document) for path in _document_paths(settings)}
    _refuse_taking_back(settings, contents)
    contents[_jwks_path(settings)] = published.encoded(jwks(settings.issuer_id, entries))
    _share(database, contents, settings.issuer_id)
    with published.locked(settings):
        _refuse_taking_back(settings, contents)  # which another host's may have replaced meanwhile
        for path, content in contents.items():
            published.replace(settings.public / path, content)
    return document


def publish_missed(settings: Settings, keyring: Keyring, database: Database) -> None:
    """Publish the keys as `publish` does if the other hosts do not have what this one published,
    as after a time without the database. Raises what `publish` raises, and `UnavailableError`."""
    files = {path: settings.public / path for path in _paths(settings)}
    contents = {path: file.read_bytes() for path, file in files.items() if file.exists()}
    if not _shared(database, contents):
        publish(settings, keyring, database)


def _paths(settings: Settings) -> list[str]:
    return [*_document_paths(settings), _jwks_path(settings)]


def _document_paths(settings: Settings) -> list[str]:
    places = [f"{settings.public_url}/.well-known/did.json"]
    if settings.path:
        places.append(f"{settings.public_url}/did.json")
    return [published.path_of(settings, place) for place in places]


def _jwks_path(settings: Settings) -> str:
    return published.path_of(settings, f"{settings.public_url}/.well-known/jwks.json")


def _refuse_taking_back(settings: Settings, contents: Mapping[str, bytes]) -> None:
    """Raise `KeysError` if a DID document of this host is another's, or knows more of a key."""
    for path in _document_paths(settings):
        if (file := settings.public / path).exists():
            _refuse_move(file, issuer_id=settings.issuer_id)
            refuse_loss(str(file), file.read_bytes(), contents[path])


def _share(database: Database, contents: Mapping[str, bytes], issuer_id: str) -> None:
    """Let the other hosts have them."""
    try:
        if _shared(database, contents):
            return
        with published_rows.turn(database) as session:
            for path, content in contents.items():
                before = session.get(PublishedRow, path)
                moved = before is not None and issuer_id.encode() not in before.content
                if before is not None and path.endswith("did.json") and not moved:
                    refuse_loss(f"another host's {path}", before.content, content)
                published_rows.put(session, path, content)
    except UnavailableError as exc:
        log.warning("the keys are published by this host alone: %s", exc)


def _shared(database: Database, contents: Mapping[str, bytes]) -> bool:
    """True if the other hosts have them, or if the database is too old to hold them."""
    with database.reading() as session:
        if not inspect(session.connection()).has_table(PublishedRow.__tablename__):
            return True
        rows = {path: session.get(PublishedRow, path) for path in contents}
    return all(row is not None and row.content == contents[path] for path, row in rows.items())


def _refuse_move(file: Path, *, issuer_id: str) -> None:
    before = strict_json.loads_object(file.read_bytes()).get("id")
    if before != issuer_id:
        raise KeysError(
            f"{file} is the document of {before}, not {issuer_id}: an issuer that has issued"
            " cannot move (set public_url back, or move that file away)"
        )


def refuse_loss(where: str, before: bytes, after: bytes) -> None:
    """Raise `KeysError` if `after` lacks a key of the DID document `before`, which is `where`, or
    does not say any more that one is compromised or retired."""
    if lost := {key for key, _ in _facts(before) - _facts(after)}:
        raise KeysError(
            f"{where} publishes {', '.join(sorted(lost))}, which the keyring does not know so:"
            " restore keys/ from the backup, or copy it from the host that changed the key"
        )


def refuse_other_keys(where: str, key_set: bytes, document: bytes) -> None:
    """Raise `KeysError` if the JWK Set `key_set`, which is `where`, is not that of the DID
    document `document`: an older one lacks a key, or has one that is compromised."""
    methods = strict_json.loads_object(document).get("verificationMethod", [])
    keys = [m["publicKeyJwk"] for m in methods if "publicKeyJwk" in m and "revoked" not in m]
    if strict_json.loads_object(key_set).get("keys") != keys:
        raise KeysError(
            f"{where} does not have the keys of the DID document beside it, as where one host has"
            " an older keyring: copy keys/ from the host that changed a key"
        )


def _facts(content: bytes) -> set[tuple[str, str]]:
    """Return the facts about each key: that it exists, and whether it is retired or compromised."""
    methods = strict_json.loads_object(content).get("verificationMethod", [])
    members = ("id", "revoked", "retired")
    return {(method["id"], member) for method in methods for member in members if member in method}
