"""Compile term tables with PyLD's own context processing; `python -m contexts.compile` ships them.

PyLD is the reference: a table says what PyLD's active context says, or `other`, or nothing.
"""

import json
from itertools import combinations
from pathlib import Path
from typing import Any

from pyld.jsonld import JsonLdError

from contexts import work
from contexts.errors import CanonicalizationError
from contexts.frozen import BUNDLED, FrozenContexts
from contexts.json_types import Json
from contexts.shipped import TABLES_FILE
from contexts.strict_pyld import LOCK, StrictProcessor, innermost
from contexts.terms import KEYWORDS, ActiveContext, Declined, Kind, Term, Wrong, is_iri

MAX_ACTIVE_CONTEXTS = 400
"""As many are compiled at run time; then all are dropped, so that odd documents cannot fill the
memory."""

STEP_WORK = 15
"""In the measure of `contexts.work`. It takes twice that, but only when a set of contexts is new;
an honest badge takes some 20 steps."""

_XSD = "http://www.w3.org/2001/XMLSchema#"
UNUSUAL_DATATYPES = {_XSD + "double", _XSD + "string"}
"""JSON-LD rewrites strings of the one and leaves out the name of the other."""


_VC1 = "https://www.w3.org/2018/credentials/v1"
_VC2 = "https://www.w3.org/ns/credentials/v2"
_OB = "https://purl.imsglobal.org/spec/ob/v3p0/"
_CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
_SUITES = [
    (),
    ("https://w3id.org/security/suites/ed25519-2020/v1",),
    ("https://w3id.org/security/data-integrity/v1",),
    ("https://w3id.org/security/data-integrity/v2",),
]
FAMILIES = [
    (_VC2,),
    (_VC2, f"{_OB}context-3.0.3.json"),
    (_VC2, f"{_OB}context-3.0.3.json", f"{_OB}extensions.json"),
    (_VC2, f"{_OB}context-3.0.2.json"),
    (_VC2, _CLR, f"{_OB}context-3.0.3.json"),
    (_VC1, "https://w3id.org/vc/status-list/2021/v1"),
    *((_VC1, *suite) for suite in _SUITES),
    *((_VC1, f"{_OB}context-3.0.2.json", *suite) for suite in _SUITES),
    *((_VC1, f"{_OB}context-3.0.1.json", *suite) for suite in _SUITES),
    *((_VC1, f"{_OB}context.json", *suite) for suite in _SUITES),
]
"""The `@context` arrays whose tables are shipped; others are compiled when first met."""


class Compiler:
    """Makes the active contexts of one set of contexts as documents ask for them."""

    def __init__(self, contexts: FrozenContexts, *, lossy: bool = False) -> None:
        self._processor = StrictProcessor(contexts)
        self._kind = _LossyCompiled if lossy else _Compiled
        self._compiled: list[_Compiled] = []

    def initial(self) -> ActiveContext:
        """Return the active context outside all `@context`."""
        with LOCK:
            if len(self._compiled) > MAX_ACTIVE_CONTEXTS:
                self._compiled = []
            return self.table(self._processor.initial_context())

    def table(self, active: Json) -> "_Compiled":
        """Return the table of one of PyLD's active contexts; equal ones share a table."""
        previous = active.get("previousContext")
        before = None if previous is None else self.table(previous)
        meaning = {k: v for k, v in active.items() if k not in ("_uuid", "previousContext")}
        for compiled in self._compiled:
            if compiled.before is before and compiled.meaning == meaning:
                return compiled
        self._compiled.append(self._kind(self, active, meaning, before))
        return self._compiled[-1]

    def follow(self, active: Json, edge: tuple[str, ...]) -> "_Compiled":
        """Return the table one step further (see `ActiveContext`). Raises `Wrong` where the
        contexts contradict each other."""
        work.spend(STEP_WORK)
        try:
            with LOCK:
                return self.table(self._step(active, *edge))
        except JsonLdError as exc:
            raise Wrong(CanonicalizationError(innermost(exc))) from exc
        except (ValueError, KeyError, TypeError) as exc:
            raise Declined(" ".join(edge)) from exc

    def _step(self, active: Json, way: str, *names: str) -> Json:
        process = self._processor.process
        if way == "context":
            return process(active, names[0])
        if way == "types":
            typed = active
            for name in names:
                typed = process(typed, active["mappings"][name]["@context"], propagate=False)
            return typed
        # 5.1.2, 13.6 processes a property-scoped context for the value; for a node, step 8
        # does so again after the type-scoped context around it has ended.
        (name,) = names
        value = process(active, active["mappings"][name]["@context"], override_protected=True)
        if way == "value":
            return value
        node: Json = value.get("previousContext", value)
        again = (value["mappings"].get(name) or {}).get("@context")
        return node if again is None else process(node, again, override_protected=True)


class _Compiled(ActiveContext):
    __slots__ = ("_active", "_compiler", "_wrong", "before", "meaning")

    def __init__(
        self, compiler: Compiler, active: Json, meaning: Json, before: ActiveContext | None
    ) -> None:
        if {"@vocab", "@language", "@direction", "@base"} & active.keys():
            raise Declined("a default vocabulary, language, direction or base")
        mappings = active["mappings"]
        terms = {name: _term(mapping) for name, mapping in mappings.items()}
        prefixes = {name: m["@id"] for name, m in mappings.items() if m and m["_prefix"]}
        super().__init__(terms, prefixes, before)
        self._compiler, self._active, self.meaning, self.before = compiler, active, meaning, before
        self._wrong: dict[tuple[str, ...], Wrong] = {}

    def _follow(self, edge: tuple[str, ...]) -> ActiveContext:
        if edge in self._wrong:
            raise self._wrong[edge]
        try:
            return self._compiler.follow(self._active, edge)
        except Wrong as exc:
            self._wrong[edge] = Wrong(exc.error)
            raise


class _LossyCompiled(_Compiled):
    __slots__ = ()
    lossy = True


class _Tables:
    """The rows and layers of `term-tables.json` while they are collected."""

    def __init__(self) -> None:
        self.active: list[ActiveContext] = []
        self.rows: list[list[Any]] = []
        self.layers: list[Json] = []

    def row(self, active: ActiveContext, *bases: ActiveContext) -> int:
        """Return the row of a table, written as layers over the base that it is most like."""
        if active not in self.active:
            nested = None if active.nested is active else self.row(active.nested, *bases)
            terms = own_terms(active)
            changes = [(_changes(own_terms(base), terms), self.row(base)) for base in bases]
            layers: list[int] = []
            if changes:
                change, base_row = min(changes, key=lambda change: len(change[0]))
                layers = [*self.rows[base_row][1], *([self._layer(change)] if change else [])]
            self.active.append(active)
            self.rows.append([nested, layers, active.prefixes, {}])
        return self.active.index(active)

    def _layer(self, change: Json) -> int:
        if change not in self.layers:
            self.layers.append(change)
        return self.layers.index(change)

    def follow(self, active: ActiveContext, *edge: str) -> ActiveContext:
        """Note a step and return where it leads; nowhere if the contexts do not fit together."""
        try:
            target = active.step(*edge)
        except Declined:
            return active
        bases = (active, active.nested, self.active[0])
        self.rows[self.row(active)][3][" ".join(edge)] = self.row(target, *bases)
        return target


def shipped_tables() -> str:
    """Return the text of `term-tables.json`: every table that a usual credential goes through."""
    tables = _Tables()
    initial = Compiler(BUNDLED).initial()
    tables.row(initial)
    for family in FAMILIES:
        root = initial
        for url in family:
            root = tables.follow(root, "context", url)
        for url in family:  # a credential within one brings the same contexts again
            tables.follow(root, "context", url)
        scoped = [name for name, term in root.terms.items() if term.scoped]
        credentials = [name for name in scoped if name.endswith("Credential")]
        pairs = [tuple(sorted(pair)) for pair in combinations(credentials, 2)]
        for names in [*((name,) for name in scoped), *pairs]:
            typed = tables.follow(root, "types", *names)
            for active in (root, typed):
                for name, term in active.terms.items():
                    if term.scoped and not name[0].isupper():  # properties; types are above
                        tables.follow(active, "value", name)
                        tables.follow(active, "node", name)
    rows = {"layers": tables.layers, "active": tables.rows}
    return json.dumps(rows, indent=None, separators=(",", ":"), ensure_ascii=False)


def own_terms(active: ActiveContext) -> Json:
    """Return the terms of a table as JSON, without the keywords that all have."""
    return {name: list(term) for name, term in active.terms.items() if name not in KEYWORDS}


def _changes(before: Json, after: Json) -> Json:
    gone = dict.fromkeys(before.keys() - after.keys())
    return dict(sorted({**gone, **{k: v for k, v in after.items() if before.get(k) != v}}.items()))


def _term(mapping: Json | None) -> Term:
    """Return a term definition as the walk needs it."""
    iri = mapping and mapping.get("@id")
    if mapping is None or not isinstance(iri, str):
        return Term("", "other")
    if iri in KEYWORDS and "@context" not in mapping:
        return KEYWORDS[iri]
    containers = set(mapping.get("@container", ())) - {"@set"}
    unusual = mapping["reverse"] or mapping.keys() & {"@language", "@direction", "@index", "@nest"}
    container = {frozenset(): "", frozenset({"@list"}): "list", frozenset({"@graph"}): "graph"}
    how = container.get(frozenset(containers))
    kind, datatype = _kind(mapping.get("@type"))
    if unusual or how is None or (how and kind == "json") or not is_iri(iri):
        kind, how = "other", ""
    return Term(f"<{iri}>", kind, datatype, how, "@context" in mapping)  # type: ignore[arg-type]


def _kind(coercion: str | None) -> tuple[Kind, str]:
    if coercion is None:
        return "literal", ""
    if coercion in ("@id", "@vocab", "@json"):
        kinds: dict[str, Kind] = {"@id": "iri", "@vocab": "vocab", "@json": "json"}
        return kinds[coercion], ""
    if coercion in UNUSUAL_DATATYPES or not is_iri(coercion):
        return "other", ""
    return "literal", f"^^<{coercion}>"


if __name__ == "__main__":
    (Path(__file__).parent / TABLES_FILE).write_text(shipped_tables(), encoding="utf-8")
