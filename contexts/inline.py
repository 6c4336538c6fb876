"""Inline contexts that rename nothing: words of an issuer's own beside those of the standards (D2).

A document may define words inside itself. It could so give an end date another name, and a reader
who looks for `validUntil` would see none. So such a context is read only if it adds words: each
name means one thing in the whole document, each thing has one name, and no name and no thing is
one that a bundled context knows. It is then a context like any other, at an address made of its
hash, and the document is expanded with exactly that.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from contexts.errors import CanonicalizationError
from contexts.frozen import BUNDLED, FrozenContexts
from contexts.json_types import Json

ADDRESS = "urn:sha256:"
"""How the address of an inline context begins."""
MAX_BYTES = 32 * 1024
"""Of all inline contexts of a document; those of driver's licenses have about two."""
MAX_REMEMBERED = 32
"""Sets of contexts that are remembered, each with the set that it extends."""
MAX_DEPTH = 4
"""A context of a type, of a member in it, and of one in that."""
_WITHIN = {"verifiableCredential", "proof"}
"""Members whose nodes bring contexts of their own."""
_KEYWORDS = {"@version": (1.1,), "@protected": (True,)}
_ALIASES = {"id": "@id", "type": "@type"}
"""What the standards call these keywords themselves: no other name may stand for one."""
_MEMBERS = {"@id", "@type", "@container", "@context", "@protected"}
_CONTAINERS = ("@set", "@list")
_SCHEMES = frozenset({"did", "urn", "http", "https", "data", "mailto"})
"""Names that would turn addresses into others if they were prefixes."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,79}")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_PREFIX_ENDS = tuple(":/?#[]@")

_remembered: dict[tuple[int, frozenset[str]], tuple[FrozenContexts, FrozenContexts]] = {}


class RenamesError(CanonicalizationError):
    """An inline context does more than add words; `detail` says where."""


def pin(document: Json, contexts: FrozenContexts) -> tuple[Json, FrozenContexts]:
    """Return a document that names each of its inline contexts by the address of its hash, and the
    contexts with those; also of its proofs, and of the credentials in a presentation.

    Raises `RenamesError` for a context that does more than add words.
    """
    pinned: dict[str, bytes] = {}
    document = _named(document, pinned)
    if sum(map(len, pinned.values())) > MAX_BYTES:
        raise RenamesError(f"more than {MAX_BYTES} bytes of inline contexts")
    return document, _extended(contexts, pinned) if pinned else contexts


def _extended(contexts: FrozenContexts, pinned: dict[str, bytes]) -> FrozenContexts:
    """Return one set for all documents with the same words: what is compiled stays with it."""
    key = (id(contexts), frozenset(pinned))
    if key not in _remembered:
        extended = contexts
        for address, data in pinned.items():
            extended = extended.pinned(address, data, address.removeprefix(ADDRESS))
        if len(_remembered) >= MAX_REMEMBERED:
            _remembered.clear()
        _remembered[key] = contexts, extended
    return _remembered[key][1]


def as_written(document: Json, contexts: FrozenContexts) -> Json:
    """Return a document of `pin` as it was before."""

    def written(entry: Any) -> Any:
        is_own = isinstance(entry, str) and entry.startswith(ADDRESS) and entry in contexts
        return contexts[entry]["@context"] if is_own else entry

    return _each_context(document, lambda entries: [*map(written, entries)])


def _named(document: Json, pinned: dict[str, bytes]) -> Json:
    def named(entries: list[Any]) -> list[Any]:
        words = _Words()
        return [_address(entry, words, pinned) for entry in entries]

    return _each_context(document, named)


def _each_context(document: Json, change: Callable[[list[Any]], list[Any]]) -> Json:
    """Return a document with its lists of contexts, and those of what is in it, changed."""
    changed: dict[str, Any] = {}
    if isinstance(entries := document.get("@context"), list):
        changed["@context"] = change(entries)
    for member in document.keys() & _WITHIN:
        value = document[member]
        if isinstance(value, Mapping):
            changed[member] = _each_context(value, change)
        elif isinstance(value, list):
            changed[member] = [
                _each_context(item, change) if isinstance(item, Mapping) else item for item in value
            ]
    return {**document, **changed} if changed else document


def _address(context: Any, words: "_Words", pinned: dict[str, bytes]) -> Any:
    """Return the address of an inline context, and anything else as it is."""
    if isinstance(context, str) and context.startswith(ADDRESS):
        raise RenamesError(context[:80])
    if not isinstance(context, Mapping):
        return context
    words.add(context, {}, 0)
    data = json.dumps({"@context": context}, sort_keys=True, ensure_ascii=False).encode()
    address = ADDRESS + hashlib.sha256(data).hexdigest()
    pinned[address] = data
    return address


class _Words:
    """The words that a document defines for itself."""

    def __init__(self) -> None:
        self._meanings: dict[str, tuple[str, Any, Any]] = {}
        self._names: dict[str, str] = {}

    def add(self, context: Json, around: Mapping[str, str], depth: int) -> None:
        """Take in the words of a context; `around` are those that hold already, by their IRIs."""
        if depth > MAX_DEPTH:
            raise RenamesError("contexts within contexts")
        plain = {name: _iri_of(value) for name, value in context.items() if name[:1] != "@"}
        known = {**around, **{name: iri for name, iri in plain.items() if iri}}
        for name, value in context.items():
            if name in _KEYWORDS:
                if value not in _KEYWORDS[name] or isinstance(value, bool) != (name != "@version"):
                    raise RenamesError(name)
            elif _ALIASES.get(name) != value or not isinstance(value, str):
                self._add(name, value, known, depth)

    def _add(self, name: str, value: Any, known: Mapping[str, str], depth: int) -> None:
        written = _iri_of(value)
        odd = isinstance(value, Mapping) and not value.keys() <= _MEMBERS
        if written is None or odd or not _NAME.fullmatch(name):
            raise RenamesError(name)
        iri = _whole(written, known)
        self._refuse_known(name, value, iri)
        more = value if isinstance(value, Mapping) else {}
        kind, container = more.get("@type"), more.get("@container")
        if container not in (None, *_CONTAINERS) or more.get("@protected", True) is not True:
            raise RenamesError(name)
        if kind is not None and kind != "@id":
            if not isinstance(kind, str):
                raise RenamesError(name)
            kind = _whole(kind, known)
        if self._meanings.setdefault(name, (iri, kind, container)) != (iri, kind, container):
            raise RenamesError(name)
        if self._names.setdefault(iri, name) != name:
            raise RenamesError(name)
        if "@context" in more:
            if not isinstance(more["@context"], Mapping):
                raise RenamesError(name)
            self.add(more["@context"], known, depth + 1)

    @staticmethod
    def _refuse_known(name: str, value: Any, iri: str) -> None:
        """Raise for what a bundled context has: the name, unless it plainly means the same, and the
        thing under any other name."""
        names, things = _standard()
        if isinstance(value, str) and iri in names.get(name, ()):
            return
        if name.casefold() in _folded() or {iri, _iri_of(value)} & things:
            raise RenamesError(name)


def _iri_of(value: Any) -> str | None:
    value = value.get("@id") if isinstance(value, Mapping) else value
    return value if isinstance(value, str) and value[:1] not in ("@", "_", "") else None


def _whole(written: str, known: Mapping[str, str]) -> str:
    """Return an absolute IRI; of a compact one, with its prefix resolved (JSON-LD 1.1 API, 5.2.2).
    Raises where it is neither, or where a prefix may be read in two ways."""
    prefix, _, rest = written.partition(":")
    if not _IRI.fullmatch(written):
        raise RenamesError(written[:80])
    names, _ = _standard()
    start = known.get(prefix) or next(iter(sorted(names.get(prefix, ()))), None)
    if start is None or rest.startswith("//"):
        return written
    others = {prefix: iri for prefix, iri in known.items() if iri != written}
    start = _whole(start, others) if start != written else start
    if not start.endswith(_PREFIX_ENDS):
        raise RenamesError(written[:80])
    return start + rest


@lru_cache(maxsize=1)
def _standard() -> tuple[dict[str, set[str]], set[str]]:
    """Return what each name means in the bundled contexts, and all that they name."""
    written: dict[str, set[str]] = {}
    for url in BUNDLED:
        for name, iri in _definitions(BUNDLED[url]["@context"]):
            written.setdefault(name, set()).add(iri)
    names: dict[str, set[str]] = {}
    for name, iris in written.items():
        for iri in iris:
            prefix, _, rest = iri.partition(":")
            starts = [] if rest.startswith("//") else sorted(written.get(prefix, ()))
            names.setdefault(name, set()).update([start + rest for start in starts] or [iri])
    return names, {iri for iris in names.values() for iri in iris}


@lru_cache(maxsize=1)
def _folded() -> frozenset[str]:
    return _SCHEMES | {name.casefold() for name in _standard()[0]}


def _definitions(context: Any) -> Iterator[tuple[str, str]]:
    if isinstance(context, list):
        for entry in context:
            yield from _definitions(entry)
    elif isinstance(context, Mapping):
        for name, value in context.items():
            if name[:1] == "@":
                continue
            iri = value.get("@id", name) if isinstance(value, Mapping) else value
            if isinstance(iri, str):
                yield name, iri
            if isinstance(value, Mapping):
                yield from _definitions(value.get("@context"))
