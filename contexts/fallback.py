"""What the term tables do not cover goes to PyLD, under limits of its own (design D6).

PyLD takes about 0.1 ms for every value, so what it is given is counted first.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from pyld.jsonld import JsonLdError

from contexts.compile import Compiler
from contexts.errors import CanonicalizationError, DataLossError, WorkLimitError
from contexts.frozen import FrozenContexts
from contexts.ntriples import ESCAPES, IRI_ESCAPES, Quad
from contexts.strict_pyld import LOCK, RELATIVE, StrictProcessor
from contexts.terms import MAX_CONTEXTS, Declined
from contexts.walk import Walk

MAX_CONTEXT_PLACES = 100
"""Nested credentials with a `@context` of their own; each takes PyLD up to 10 ms."""
MAX_VALUES = 10_000
"""JSON values in one document; PyLD takes about 0.1 ms for each. The fullest badge of the Open
Badges specification has about 500, the largest transcripts seen some thousand."""

MAX_SETS = 8
"""Sets of contexts that PyLD remembers; a process has one, or one more with pinned contexts."""

_LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
_XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"

Json = Mapping[str, Any]


def statements(document: Json, contexts: FrozenContexts) -> Walk:
    """Return the statements of a document as `Walk` holds them; errors as `canonicalize`."""
    _check_contexts(document, contexts)
    try:
        return Walk.of(document, _Processors.of(contexts).compiler.initial())
    except Declined:
        walk = Walk()
        walk.quads.extend(_dataset(document, contexts))
        return walk


def defined(document: Json, contexts: FrozenContexts) -> set[Quad]:
    """Return the statements of what the contexts define in a document: libraries without a safe
    mode drop every other term, and whatever stands at a relative IRI."""
    _check_contexts(document, contexts)
    quads = _dataset(document, contexts, strict=False)
    return {quad for quad in quads if not any(term.startswith(f"<{RELATIVE}") for term in quad)}


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


class _Processors:
    """PyLD for one set of contexts: to compile its tables, and to do all of the work, strictly
    or not."""

    _made: ClassVar[list["_Processors"]] = []

    def __init__(self, contexts: FrozenContexts) -> None:
        self.contexts = contexts
        self.compiler = Compiler(contexts)
        self.strict = StrictProcessor(contexts)
        self.lossy = StrictProcessor(contexts, strict=False)

    @classmethod
    def of(cls, contexts: FrozenContexts) -> "_Processors":
        """Return the one of these contexts: what it remembers is its speed."""
        for kept in cls._made:
            if kept.contexts is contexts:
                return kept
        cls._made = [cls(contexts), *cls._made[: MAX_SETS - 1]]
        return cls._made[0]


def _dataset(document: Json, contexts: FrozenContexts, *, strict: bool = True) -> set[Quad]:
    try:
        with LOCK:
            known = _Processors.of(contexts)
            dataset = (known.strict if strict else known.lossy).dataset(document)
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
    literal = '"' + term["value"].translate(ESCAPES) + '"'
    if term["datatype"] == _LANG_STRING:
        return f"{literal}@{term['language']}"
    if term["datatype"] == _XSD_STRING:
        return literal
    return f"{literal}^^{_resource(term['datatype'])}"


def _resource(value: str) -> str:
    """Serialise an IRI or blank node. What an IRI must not hold is escaped (N-Quads, IRIREF):
    written raw, a `>` or a line break could forge a whole statement."""
    return value if value.startswith("_:") else f"<{value.translate(IRI_ESCAPES)}>"
