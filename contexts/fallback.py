"""Documents that the term tables do not cover go to PyLD, within limits of its own (design D6).

PyLD takes 40 µs for every value, so what it is given is counted first.
"""

from collections.abc import Mapping
from typing import ClassVar

from pyld.jsonld import JsonLdError

from contexts import work
from contexts.compile import Compiler
from contexts.errors import CanonicalizationError, DataLossError, WorkLimitError
from contexts.frozen import FrozenContexts
from contexts.json_types import Json
from contexts.listed import Size
from contexts.ntriples import ESCAPES, IRI_ESCAPES, Quad
from contexts.strict_pyld import LOCK, StrictProcessor, innermost
from contexts.terms import ActiveContext, Declined, Wrong
from contexts.walk import Walk

MAX_CONTEXT_PLACES = 100
"""Nested credentials with a `@context` of their own."""
MAX_VALUES = 10_000
"""JSON values in one document under contexts that were pinned. The fullest badge of the Open
Badges specification has about 500, the largest transcripts seen some thousand."""
MAX_UNUSUAL = 100
"""JSON values under contexts of ours alone: all that those define is in the tables, so what is left
for PyLD is odd on purpose, or soon refused."""
VALUE_WORK, PLACE_WORK = 12, 100
"""In the measure of `contexts.work`, which a verifier keeps to: a value may be a node whose type
has a context to process. Whoever pins contexts lets PyLD read what needs them: half a unit."""

MAX_SETS = 8
"""Sets of contexts that PyLD remembers; a process has one, or one more with pinned contexts."""

_LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
_XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"


def initial(contexts: FrozenContexts) -> ActiveContext:
    """Return what holds outside all `@context` of documents with these contexts."""
    return _Processors.of(contexts).compiler.initial()


def statements(
    document: Json, contexts: FrozenContexts, size: Size, *, lossy: bool = False
) -> Walk:
    """Return the statements of a document as `Walk` holds them; errors as `canonicalize`.

    If lossy, of what the contexts define: libraries without a safe mode drop every other term.
    What stands at a relative IRI, which they drop as well, is left for the caller to drop.
    """
    processors = _Processors.of(contexts)
    try:
        return Walk.of(
            document, (processors.lossy_compiler if lossy else processors.compiler).initial()
        )
    except Wrong as exc:
        raise exc.error from None
    except Declined:
        most = MAX_VALUES if size.pinned else MAX_UNUSUAL
        if size.values > most or size.places > MAX_CONTEXT_PLACES:
            limits = f"more than {most} values or {MAX_CONTEXT_PLACES} contexts, written oddly"
            raise WorkLimitError(limits) from None
    odd = size.values * VALUE_WORK + size.places * PLACE_WORK
    work.spend(size.values // 2 if size.pinned else odd)
    walk = Walk()
    walk.quads.extend(_dataset(document, contexts, strict=not lossy))
    return walk


class _Processors:
    """PyLD for one set of contexts: to compile its tables, and to do all of the work, strictly
    or not."""

    _recent: ClassVar[list["_Processors"]] = []

    def __init__(self, contexts: FrozenContexts) -> None:
        self.contexts = contexts
        self.compiler = Compiler(contexts)
        self.lossy_compiler = Compiler(contexts, lossy=True)
        self.strict = StrictProcessor(contexts)
        self.lossy = StrictProcessor(contexts, strict=False)

    @classmethod
    def of(cls, contexts: FrozenContexts) -> "_Processors":
        """Return the one of these contexts: what it remembers is its speed."""
        for processors in cls._recent:
            if processors.contexts is contexts:
                return processors
        cls._recent = [cls(contexts), *cls._recent[: MAX_SETS - 1]]
        return cls._recent[0]


def _dataset(document: Json, contexts: FrozenContexts, *, strict: bool = True) -> set[Quad]:
    try:
        with LOCK:
            processors = _Processors.of(contexts)
            dataset = (processors.strict if strict else processors.lossy).dataset(document)
        return {
            _quad(triple, "" if graph == "@default" else graph)
            for graph, triples in dataset.items()
            for triple in triples
        }
    except (DataLossError, WorkLimitError):
        raise
    except JsonLdError as exc:
        raise CanonicalizationError(innermost(exc)) from exc
    except (RecursionError, TypeError, AttributeError, KeyError, ValueError) as exc:
        raise CanonicalizationError(f"not JSON-LD: {exc}") from exc


def _quad(triple: Mapping[str, Mapping[str, str]], graph: str) -> Quad:
    return (
        _term(triple["subject"]),
        _term(triple["predicate"]),
        _term(triple["object"]),
        _resource(graph) if graph else "",
    )


def _term(term: Mapping[str, str]) -> str:
    """Serialize one RDF term as canonical N-Quads does (RDFC-1.0, section 5)."""
    if term["type"] != "literal":
        return _resource(term["value"])
    literal = '"' + term["value"].translate(ESCAPES) + '"'
    if term["datatype"] == _LANG_STRING:
        return f"{literal}@{term['language']}"
    if term["datatype"] == _XSD_STRING:
        return literal
    return f"{literal}^^{_resource(term['datatype'])}"


def _resource(value: str) -> str:
    """Serialize an IRI or blank node. What an IRI must not hold is escaped (N-Quads, IRIREF):
    written raw, a `>` or a line break could forge a whole statement."""
    return value if value.startswith("_:") else f"<{value.translate(IRI_ESCAPES)}>"
