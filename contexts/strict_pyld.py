"""PyLD made strict: anything that it would drop or leave unresolved is an error, unless the caller
asks for the lossy form."""

import copy
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from cachetools import LRUCache
from pyld.context_resolver import ContextResolver
from pyld.identifier_issuer import IdentifierIssuer
from pyld.jsonld import JsonLdProcessor

from contexts import work
from contexts.errors import DataLossError, WorkLimitError
from contexts.frozen import FrozenContexts

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S*|_:\S+")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
RELATIVE = "x-relative:"
_BASE = RELATIVE + "//base/"
"""PyLD resolves relative IRIs against an example base if given none; against this one they
are found and refused. The scheme is one that nobody uses, since `//host/path` keeps just that:
with an ordinary one it would be a second way of writing an absolute IRI."""

LOCK = threading.RLock()
"""Held around every call: PyLD's caches are not thread-safe."""

COMPARED = 20
"""Comparisons in one unit of `contexts.work`."""
MAX_COMPARISONS = 2_000_000
"""PyLD compares each value of a property with all others of it: about a second of that."""


class StrictProcessor(JsonLdProcessor):  # type: ignore[misc]
    """PyLD with its contexts resolved once. Not thread-safe: the caller holds a lock."""

    def __init__(self, contexts: FrozenContexts, *, strict: bool = True) -> None:
        super().__init__(**({"on_property_dropped": _refuse_dropped} if strict else {}))
        self._strict = strict
        self._contexts = contexts
        self._resolver = ContextResolver(LRUCache(maxsize=64), self._load)

    def dataset(self, document: Mapping[str, Any]) -> dict[str, list[dict[str, dict[str, str]]]]:
        """Return the RDF dataset as PyLD writes it: graph name to triples of typed terms."""
        options = self._options() | {"identifierIssuer": IdentifierIssuer("_:b")}
        dataset: dict[str, list[dict[str, dict[str, str]]]] = self.to_rdf(document, options)
        return dataset

    def initial_context(self) -> Mapping[str, Any]:
        """Return the active context that holds outside all `@context`."""
        initial: Mapping[str, Any] = self._get_initial_context(self._options())
        return initial

    def process(self, active: Mapping[str, Any], context: Any, **how: bool) -> Mapping[str, Any]:
        """Return the active context after `context` (JSON-LD 1.1 API, section 4.1)."""
        processed: Mapping[str, Any] = self._process_context(
            active, context, self._options(), **how
        )
        return processed

    def _options(self) -> dict[str, Any]:
        return {
            "base": _BASE,
            "processingMode": "json-ld-1.1",
            "rdfDirection": "i18n-datatype",
            "documentLoader": self._load,
            "contextResolver": self._resolver,
        }

    def expand(self, input_: Any, options: Any) -> Any:
        """Return the expanded document; if strict, `DataLossError` for what RDF would leave out."""
        expanded = super().expand(input_, options)
        if self._strict:
            _check_expanded(expanded)
        _check_work(expanded)
        return expanded

    def _load(self, url: str, _options: Any) -> dict[str, Any]:
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": url,
            "document": copy.deepcopy(self._contexts[url]),
            "tag": "static",
        }


def innermost(exc: BaseException) -> str:
    """Return what PyLD says of an error that it wrapped in others."""
    while exc.__cause__ is not None:
        exc = exc.__cause__
    return str(exc).splitlines()[0]


def _refuse_dropped(name: str | None) -> None:
    raise DataLossError(f"the term {name!r} is not defined by the contexts")


def _check_expanded(value: Any) -> None:
    """Find what expansion lets through and RDF leaves out: relative ids, types, predicates."""
    if isinstance(value, list):
        for item in value:
            _check_expanded(item)
        return
    if not isinstance(value, dict):
        return
    if "@value" in value:
        _check_value(value)
        return
    for key, item in value.items():
        if key == "@id":
            _require_absolute(item, "id")
        elif key == "@type":
            for one in item:
                _require_absolute(one, "type")
        else:
            if not key.startswith("@"):
                _require_absolute(key, "term")
                if key.startswith("_:"):
                    raise DataLossError(f"the term {key!r} is a blank node")
            _check_expanded(item)


def _check_work(expanded: Any) -> None:
    """Refuse properties with so many values that merging them would take for ever. Pieces of
    one node count together, because PyLD puts them together."""
    sizes: Counter[tuple[str | int, str]] = Counter()
    for node in _nodes(expanded):
        for key, items in node.items():
            if isinstance(items, list):
                sizes[node.get("@id", id(node)), key] += len(items)
    comparisons = sum(size * size for size in sizes.values())
    if comparisons > MAX_COMPARISONS:
        raise WorkLimitError("one of its members has too many values")
    work.spend(comparisons // COMPARED)


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from _nodes(item)
    elif isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _nodes(item)


def _check_value(value: Mapping[str, Any]) -> None:
    kind = value.get("@type")
    if kind is not None and kind != "@json":
        _require_absolute(kind, "datatype")
    language = value.get("@language", "en")
    if not _LANGUAGE.fullmatch(language):
        # Written raw into a statement, so a line break in it would forge the next one.
        raise DataLossError(f"not a language tag: {language[:80]!r}")


def _require_absolute(value: Any, what: str) -> None:
    relative = isinstance(value, str) and value.startswith(RELATIVE)
    if not isinstance(value, str) or relative or not _ABSOLUTE.fullmatch(value):
        value = value.removeprefix(_BASE) if relative else value
        raise DataLossError(f"the {what} {value!r} is not defined by the contexts")
