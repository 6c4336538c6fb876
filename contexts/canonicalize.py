"""From JSON to the canonical N-Quads that a Data Integrity signature covers (design D2).

PyLD expands and flattens; it drops what it does not understand without a word, so this one
function is strict around it: whatever would not be covered by a signature is an error, when
signing and when verifying. PyLD's caches are not thread-safe, so it runs under one lock.
"""

import threading
from collections.abc import Mapping
from typing import Any, Protocol

from contexts.errors import CanonicalizationError, DataLossError, WorkLimitError
from contexts.frozen import BUNDLED, FrozenContexts
from contexts.rdfc import Quad, rdfc10

MAX_CONTEXTS = 12
"""`@context` entries in one array; PyLD refuses more than ten documents as well."""
MAX_CONTEXT_PLACES = 100
"""Nested credentials with a `@context` of their own; each takes PyLD up to 10 ms."""
MAX_VALUES = 10_000
"""JSON values in one document; PyLD takes about 0.1 ms for each. The fullest badge of the Open
Badges specification has about 500, the largest transcripts seen some thousand."""

_LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
_XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
# RDFC-1.0, section 5: every control character is escaped, the common ones by a letter.
_ESCAPES = {code: f"\\u{code:04X}" for code in [*range(0x20), 0x7F]} | {
    ord(char): "\\" + letter for char, letter in zip('\b\t\n\f\r"\\', 'btnfr"\\', strict=True)
}
_IRI_ESCAPES = {code: f"\\u{code:04X}" for code in [*range(0x21), *map(ord, '<>"{}|^`\\')]}
_LOCK = threading.Lock()

Json = Mapping[str, Any]


def canonicalize(
    document: Json, *, contexts: FrozenContexts = BUNDLED, hash_name: str = "sha256"
) -> str:
    """Return the canonical N-Quads of a JSON-LD document (RDFC-1.0; `sha256` or `sha384`).

    Raises `DataLossError` for any part that a signature would not cover,
    `ContextNotListedError` for a context outside `contexts`, `WorkLimitError` for a document
    made to be slow, and `CanonicalizationError` for what is not JSON-LD at all.
    """
    return rdfc10(to_quads(document, contexts=contexts), hash_name=hash_name)


def to_quads(document: Json, *, contexts: FrozenContexts = BUNDLED) -> set[Quad]:
    """Return the RDF dataset of a document as quads of serialised terms; errors as above."""
    from pyld.jsonld import JsonLdError

    _check_contexts(document, contexts)
    try:
        with _LOCK:
            dataset = _pyld(contexts).dataset(document)
    except (DataLossError, WorkLimitError):
        raise
    except JsonLdError as exc:
        raise CanonicalizationError(_innermost(exc)) from exc
    except (RecursionError, TypeError, AttributeError, KeyError, ValueError) as exc:
        raise CanonicalizationError(f"not JSON-LD: {exc}") from exc
    return {
        _quad(triple, "" if graph == "@default" else graph)
        for graph, triples in dataset.items()
        for triple in triples
    }


def _check_contexts(document: Json, contexts: FrozenContexts) -> None:
    """Refuse inline contexts (they could say anything), contexts that are not listed, and
    more of anything than an honest document has."""
    values = places = 0
    pending: list[Any] = [document]
    while pending:
        value = pending.pop()
        values += 1
        if isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, Mapping):
            if value.get("@value", "") is None:  # expansion drops it without a word
                raise DataLossError('a value object holds null: {"@value": null}')
            if "@context" in value:
                places += 1
                _check_context(value["@context"], contexts)
            pending.extend(item for key, item in value.items() if key != "@context")
        if values > MAX_VALUES or places > MAX_CONTEXT_PLACES:
            raise WorkLimitError(f"more than {MAX_VALUES} values or {MAX_CONTEXT_PLACES} contexts")


def _check_context(entries: Any, contexts: FrozenContexts) -> None:
    entries = entries if isinstance(entries, list) else [entries]
    if len(entries) > MAX_CONTEXTS:
        raise WorkLimitError(f"more than {MAX_CONTEXTS} contexts")
    for entry in entries:
        if not isinstance(entry, str):
            raise CanonicalizationError("an inline @context: only listed URLs are read")
        contexts[entry]


class _Processor(Protocol):
    def dataset(self, document: Json) -> dict[str, list[dict[str, dict[str, str]]]]: ...


_processors: dict[int, tuple[FrozenContexts, _Processor]] = {}


def _pyld(contexts: FrozenContexts) -> _Processor:
    """Return the PyLD processor of a set of contexts, made once: its caches are the speed."""
    kept = _processors.get(id(contexts))
    if kept is None or kept[0] is not contexts:
        from contexts.strict_pyld import StrictProcessor

        _processors[id(contexts)] = kept = (contexts, StrictProcessor(contexts))
    return kept[1]


def _innermost(exc: BaseException) -> str:
    while exc.__cause__ is not None:
        exc = exc.__cause__
    return str(exc).splitlines()[0]


def _quad(triple: Mapping[str, Mapping[str, str]], graph: str) -> Quad:
    return (
        _term(triple["subject"]),
        _term(triple["predicate"]),
        _term(triple["object"]),
        _resource(graph) if graph else "",
    )


def _term(term: Mapping[str, str]) -> str:
    """Serialise one RDF term as canonical N-Quads does (RDFC-1.0, section 5)."""
    if term["type"] != "literal":
        return _resource(term["value"])
    literal = '"' + term["value"].translate(_ESCAPES) + '"'
    if term["datatype"] == _LANG_STRING:
        return f"{literal}@{term['language']}"
    if term["datatype"] == _XSD_STRING:
        return literal
    return f"{literal}^^{_resource(term['datatype'])}"


def _resource(value: str) -> str:
    """Serialise an IRI or blank node. What an IRI must not hold is escaped (N-Quads, IRIREF):
    written raw, a `>` or a line break could forge a whole statement."""
    return value if value.startswith("_:") else f"<{value.translate(_IRI_ESCAPES)}>"
