"""Trust lists: the issuers that a list names, and snapshots of their keys.

Two file formats are read: ours (`MintmarkTrustList`, version 1), and the registry of the Digital
Credentials Consortium, a JSON object with the names of issuers by id.

>>> load(b'{"type": "MintmarkTrustList", "version": 1, "name": "Ours",'
...      b' "updated": "2026-11-22T00:00:00Z", "entries": []}').name
'Ours'
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contexts.errors import MintmarkError
from contexts.json_types import Json
from verifier.credential.model import instant
from verifier.issuers.controller import Controller, DidError, controller
from verifier.parsing import plain_text, strict_json

MAX_LIST_BYTES = 8 * 1024 * 1024
"""About 3,000 issuers with their key snapshots; every district of one state fits."""
ENDORSING_KINDS = ("state", "consortium")
"""Bodies whose word for another counts, if the entry does not say otherwise: no district vouches
for its neighbor just because it is listed."""

MAX_ENDORSEMENTS = 200
"""Passed on by one list. Each is read at every look; who has more lists the issuers instead."""
_SIGNED = (
    "a signed list is taken from its address, so that its keeper can be asked: "
    "mintmark-verify trust add URL"
)


class TrustListError(MintmarkError, ValueError):
    """The list cannot be used. The message names the entry, the member, and what is expected."""


@dataclass(frozen=True, slots=True)
class TrustEntry:
    """One issuer on a list. `snapshot` holds its keys as of `retrieved`.

    `endorses` is True if its endorsements count; `unverified` names the source of an entry that no
    person has checked, such as a public directory.
    """

    id: str
    name: str
    kind: str = ""
    snapshot: Controller | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    endorses: bool = False
    unverified: str = ""

    def in_dates(self, now: datetime) -> bool:
        """Whether the listing holds at `now`."""
        begun = self.valid_from is None or self.valid_from <= now
        return begun and (self.valid_until is None or now <= self.valid_until)


@dataclass(frozen=True, slots=True)
class TrustList:
    """A list of issuers, by its keeper's name, as of its date.

    `keeper` is the id of the signer and `retrieved` the time of the last download; both are
    known only for lists that `verifier.trust_lists` follows. `endorsements` are those that the
    list passes on for issuers that do not carry theirs; each is verified like any other.
    """

    name: str
    updated: datetime
    entries: Mapping[str, TrustEntry]
    keeper: str = ""
    retrieved: datetime | None = None
    endorsements: tuple[str | Json, ...] = ()


def load(data: bytes) -> TrustList:
    """Return the trust list in JSON bytes; `TrustListError` says what to correct."""
    try:
        document = strict_json.loads_object(plain_text.read(data), max_bytes=MAX_LIST_BYTES)
    except (strict_json.StrictJsonError, UnicodeDecodeError) as exc:
        raise TrustListError(
            _SIGNED if data.startswith(b"ey") else f"the trust list is {exc}"
        ) from exc
    if "credentialSubject" in document:
        raise TrustListError(_SIGNED)
    return trust_list_in(from_registry(document) if is_registry(document) else document)


def trust_list_in(document: Json) -> TrustList:
    """Return the trust list in a document of version 1; `TrustListError` says what to correct."""
    if document.get("type") != "MintmarkTrustList" or document.get("version") != 1:
        raise TrustListError("not a trust list: type must be MintmarkTrustList and version 1")
    updated = _date(document, "updated", "the list")
    if updated is None:
        raise TrustListError("the list has no updated: give the time of its last change")
    listed, endorsements = document.get("entries"), document.get("endorsements", [])
    if not isinstance(listed, list):
        raise TrustListError("the list has no entries: give a JSON array, which may be empty")
    if not isinstance(endorsements, list) or len(endorsements) > MAX_ENDORSEMENTS:
        raise TrustListError(f"the list.endorsements is not an array of up to {MAX_ENDORSEMENTS}")
    entries: dict[str, TrustEntry] = {}
    for number, item in enumerate(listed):
        entry = _entry(item, f"entries[{number}]")
        if entry.id in entries:
            raise TrustListError(f"entries[{number}]: {entry.id} stands twice")
        entries[entry.id] = entry
    return TrustList(
        name=_text(document, "name", "the list"),
        updated=updated,
        entries=entries,
        keeper=_text(document, "keeper", "the list") if "keeper" in document else "",
        retrieved=_date(document, "retrieved", "the list"),
        endorsements=tuple(endorsements),
    )


def is_registry(document: Json) -> bool:
    """Whether the document is a registry of the Digital Credentials Consortium."""
    return isinstance(document.get("registry"), Mapping)


def from_registry(document: Json, name: str = "Issuer registry") -> Json:
    """Return a registry (`{"meta": …, "registry": {id: {name, location, url}}}`) as a list of
    version 1. It has no name of its own."""
    meta = document.get("meta")
    entries = [
        {"id": issuer, "name": (about.get("name") or issuer) if isinstance(about, dict) else issuer}
        for issuer, about in document["registry"].items()
    ]
    updated = meta.get("updated") if isinstance(meta, dict) else None
    if updated is None:
        raise TrustListError("the registry has no meta.updated: give the time of its last change")
    return {
        "type": "MintmarkTrustList",
        "version": 1,
        "name": name,
        "updated": updated,
        "entries": entries,
    }


def _entry(item: Any, place: str) -> TrustEntry:
    if not isinstance(item, dict):
        raise TrustListError(f"{place} is not an object")
    issuer = _text(item, "id", place)
    kind = _text(item, "kind", place) if "kind" in item else ""
    endorses = item.get("endorses", kind.casefold() in ENDORSING_KINDS)
    if not isinstance(endorses, bool):
        raise TrustListError(f"{place}.endorses is neither true nor false")
    return TrustEntry(
        id=issuer,
        name=_text(item, "name", place),
        kind=kind,
        snapshot=_snapshot(item, issuer, place),
        valid_from=_date(item, "validFrom", place),
        valid_until=_date(item, "validUntil", place),
        endorses=endorses,
        unverified=_text(item, "unverified", place) if "unverified" in item else "",
    )


def _snapshot(item: Json, issuer: str, place: str) -> Controller | None:
    document = item.get("didDocument")
    if document is None:
        return None
    retrieved = _date(item, "retrieved", place)
    if retrieved is None:
        raise TrustListError(f"{place} has a didDocument but no retrieved: give its time")
    if not isinstance(document, dict):
        raise TrustListError(f"{place}.didDocument is not an object")
    try:
        return controller(document, issuer, snapshot_of=retrieved)
    except DidError as exc:
        raise TrustListError(f"{place}.didDocument is of another issuer: {exc}") from exc


def _text(item: Json, member: str, place: str) -> str:
    value = item.get(member)
    if not isinstance(value, str) or not value:
        raise TrustListError(f"{place} has no {member}: give it as text")
    return value


def _date(item: Json, member: str, place: str) -> datetime | None:
    value = item.get(member)
    if value is None:
        return None
    moment = instant(value) if isinstance(value, str) else None
    if moment is None:
        raise TrustListError(f"{place}.{member} is not a time such as 2026-11-22T00:00:00Z")
    return moment
