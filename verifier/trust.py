"""Trust lists: which issuers this verifier recognises, and their key snapshots (list v1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from verifier import strict_json
from verifier.controller import Controller, DidError, controller
from verifier.credential import instant
from verifier.report import Answer, Verdict

MAX_LIST_BYTES = 8 * 1024 * 1024
"""About 3,000 issuers with their key snapshots; every district of one state fits."""

Json = Mapping[str, Any]


class TrustListError(ValueError):
    """The list cannot be used. Names the entry, the member, and what it should be."""


@dataclass(frozen=True, slots=True)
class TrustEntry:
    """One issuer that a list names. `snapshot` holds its keys as they were on `retrieved`."""

    id: str
    name: str
    kind: str = ""
    snapshot: Controller | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def in_dates(self, now: datetime) -> bool:
        """Whether the listing holds at `now`."""
        begun = self.valid_from is None or self.valid_from <= now
        return begun and (self.valid_until is None or now <= self.valid_until)


@dataclass(frozen=True, slots=True)
class TrustList:
    """A list of issuers, by its keeper's name, as of its date."""

    name: str
    updated: datetime
    entries: Mapping[str, TrustEntry]


def load(data: bytes) -> TrustList:
    """Return the trust list (version 1) in JSON bytes; `TrustListError` says what to mend."""
    try:
        document = strict_json.loads_object(data, max_bytes=MAX_LIST_BYTES)
    except strict_json.StrictJsonError as exc:
        raise TrustListError(f"the trust list is {exc}") from exc
    if document.get("type") != "MintmarkTrustList" or document.get("version") != 1:
        raise TrustListError("not a trust list: type must be MintmarkTrustList and version 1")
    updated = _date(document, "updated", "the list")
    if updated is None:
        raise TrustListError("the list has no updated: give the time of its last change")
    listed = document.get("entries")
    if not isinstance(listed, list):
        raise TrustListError("the list has no entries: give a JSON array, which may be empty")
    entries: dict[str, TrustEntry] = {}
    for number, item in enumerate(listed):
        entry = _entry(item, f"entries[{number}]")
        if entry.id in entries:
            raise TrustListError(f"entries[{number}]: {entry.id} stands twice")
        entries[entry.id] = entry
    return TrustList(_text(document, "name", "the list"), updated, entries)


def _entry(item: Any, place: str) -> TrustEntry:
    if not isinstance(item, dict):
        raise TrustListError(f"{place} is not an object")
    issuer = _text(item, "id", place)
    return TrustEntry(
        id=issuer,
        name=_text(item, "name", place),
        kind=_text(item, "kind", place) if "kind" in item else "",
        snapshot=_snapshot(item, issuer, place),
        valid_from=_date(item, "validFrom", place),
        valid_until=_date(item, "validUntil", place),
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


def snapshot(lists: Iterable[TrustList], issuer: str, now: datetime) -> Controller | None:
    """Return the newest key snapshot of an issuer from entries that hold at `now`, or None."""
    kept = [
        entry.snapshot
        for each in lists
        if (entry := each.entries.get(issuer)) and entry.snapshot and entry.in_dates(now)
    ]
    return max(kept, key=lambda found: found.snapshot_of or now, default=None)


def recognise(lists: Iterable[TrustList], issuer: str, now: datetime) -> Verdict:
    """Return whether this verifier recognises the issuer: the verdict *Recognised* (D3)."""
    lists = tuple(lists)
    if not lists:
        return Verdict(Answer.COULD_NOT_CHECK, "no_trust_list")
    found = [(each, each.entries[issuer]) for each in lists if issuer in each.entries]
    for each, entry in sorted(found, key=lambda pair: not pair[1].in_dates(now)):
        params = {"list": each.name, "name": entry.name, "updated": each.updated.isoformat()}
        if entry.in_dates(now):
            return Verdict(Answer.YES, "listed", params)
        return Verdict(Answer.NO, "listing_ended", params)
    return Verdict(Answer.NO, "not_listed", {"list": ", ".join(each.name for each in lists)})
