"""From JSON to the statements it makes, in one walk over the term tables (design D6).

This is JSON-LD's expansion (section 5.1.2), flattening and conversion to RDF (section 8) for
documents as people write them. Whatever is unusual is `Declined`, and the reference decides:
so each line here has to be right only about what it lets through. Clause numbers are those of
JSON-LD 1.1 Processing Algorithms and API.
"""

import itertools
from json.encoder import encode_basestring as quoted
from typing import Any, NamedTuple

from contexts.content import content_of
from contexts.jcs import canonicalize_json
from contexts.json_types import Json
from contexts.ntriples import ESCAPES, LANGUAGE, Quad, block, parted, tails_of
from contexts.terms import NOWHERE, ActiveContext, Declined, Term

MAX_DEPTH = 64
"""Nodes within nodes. Open Badges nest about ten deep."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_FIRST, _REST, _NIL = (f"<{_RDF}{name}>" for name in ("first", "rest", "nil"))
_REWRITTEN = {f"<{_XSD}double>", f"<{_XSD}string>"}
"""Datatypes of which JSON-LD rewrites the strings, or leaves out the name."""
_NOWHERE = NOWHERE[:-1]
"""How the IRIs begin that the reference resolves against its base."""
_UNUSUAL = {"other", "id", "type"}
_VALUE_KEYS = {"@value", "@type", "@language", "@direction"}

REPEATED = frozenset({"achievement", "issuer"})
"""Members that are the same in many credentials: their statements are remembered."""
MAX_FRAGMENTS = 256
MAX_FRAGMENT_BYTES = 32 * 1024
"""So the memory of a process holds some 30 MB of them at the very most."""


class Fragment(NamedTuple):
    """What a node adds to any document, and its name."""

    name: str
    blocks: dict[str, bytes]
    in_blocks: int
    """How many statements they are."""
    statements: dict[str, list[str]]
    quads: list[Quad]


_fragments: dict[tuple[ActiveContext, bytes], Fragment] = {}
_serial = itertools.count()


class Walk:
    """The statements of one document.

    `statements` maps a subject to its statements that name no blank node and no graph: each as
    ` <predicate> object .` and the end of the line. `quads` are the others. `blocks` maps a
    subject to statements in canonical order, as they are hashed.
    """

    def __init__(self, prefix: str = "_:b") -> None:
        self.statements: dict[str, list[str]] = {}
        self.blocks: dict[str, bytes] = {}
        self.quads: list[Quad] = []
        self._prefix, self._blanks, self._in_blocks = prefix, 0, 0
        self._recalled: set[int] = set()

    @classmethod
    def of(cls, document: Json, initial: ActiveContext) -> "Walk":
        """Return the statements of a document; `Declined` if it is not for the tables."""
        walk = cls()
        walk.node(document, initial)
        return walk

    def count(self) -> int:
        """Return how many statements there are, those that stand twice counted twice."""
        return self._in_blocks + sum(map(len, self.statements.values())) + len(self.quads)

    def dataset(self) -> set[Quad]:
        """Return the statements as quads of serialized terms."""
        statements = {subject: list(tails) for subject, tails in self.statements.items()}
        for subject, written in self.blocks.items():
            statements.setdefault(subject, []).extend(tails_of(subject, written))
        plain = {
            (subject, *parted(tail), "") for subject, tails in statements.items() for tail in tails
        }
        return plain.union(self.quads)

    def leave_out_nowhere(self) -> None:
        """Leave out the statements that mention `NOWHERE`, or a relative IRI of the reference."""
        for subject, written in [*self.blocks.items()]:
            if _NOWHERE.encode() in written:
                del self.blocks[subject]
                self.statements.setdefault(subject, []).extend(tails_of(subject, written))
        self.statements.pop(NOWHERE, None)
        end = f" {NOWHERE} .\n"
        for subject, tails in self.statements.items():
            self.statements[subject] = [tail for tail in tails if not tail.endswith(end)]
        self.quads = [
            quad for quad in self.quads if not any(term.startswith(_NOWHERE) for term in quad)
        ]

    def node(self, node: Json, active: ActiveContext, graph: str = "", depth: int = 0) -> str:
        """Add the statements of a node object to `graph` and return the name of the node."""
        if depth > MAX_DEPTH:
            raise Declined("deeply nested")
        if "@context" in node:
            active = active.with_contexts(node["@context"])
        types: tuple[str, ...] = ()
        type_key = active.type_key if active.type_key in node else one_of(active.type_keys, node)
        if type_key:
            active, types = active.typed(node[type_key])
        id_key = active.id_key if active.id_key in node else one_of(active.id_keys, node)
        name = active.iri(node[id_key]) if id_key else self._blank()
        says = [] if graph else self.statements.setdefault(name, [])
        says += types
        strings = active.strings
        for key, value in node.items():
            if type(value) is str and key in strings:  # most members, so the shortest way
                begin, end = strings[key]
                if not end:
                    says.append(f"{begin}{active.iri(value)} .\n")
                elif value.isprintable() and '"' not in value and "\\" not in value:
                    says.append(f"{begin}{value}{end}")
                else:
                    says.append(f"{begin}{_escaped(value)}{end}")
            elif key != id_key and key != type_key and key != "@context":
                term = active.terms.get(key)
                if term is None:
                    active.undefined(key, "term")
                    continue
                for item in self._objects(value, key, term, active, graph, depth):
                    if item[0] == "_":
                        self.quads.append((name, term.predicate, item, graph))
                    else:
                        says.append(f" {term.predicate} {item} .\n")
        if graph:
            self.quads += [(name, *parted(tail), graph) for tail in says]
        return name

    def _objects(self, value: Any, key: str, term: Term, active: ActiveContext,
                 graph: str, depth: int) -> list[str]:  # fmt: skip
        """Return the objects of the statements that one member of a node makes (5.1.2, 13)."""
        if term.kind in _UNUSUAL:
            raise Declined(key)
        if term.kind == "json":
            return [_json(value)]
        if value is None:
            return []
        values = value if type(value) is list else [value]
        if term.container == "graph":
            return [self._graph(item, key, term, active, depth) for item in values]
        objects = [
            self._value(item, key, term, active, graph, depth)
            for item in values
            if item is not None
        ]
        return [self._list(objects, graph)] if term.container == "list" else objects

    def _graph(self, node: Any, key: str, term: Term, active: ActiveContext, depth: int) -> str:
        """Add a node to a graph of its own and return the name of the graph."""
        if type(node) is not dict or "@value" in node or len(node) == 1:
            raise Declined(key)
        inside = self._blank()
        self.node(node, active.below(key, term), inside, depth + 1)
        return inside

    def _value(self, value: Any, key: str, term: Term, active: ActiveContext,
               graph: str, depth: int) -> str:  # fmt: skip
        """Return a value as an object of statements, and add those that a node makes."""
        if type(value) is dict:
            if len(value) == 1 or "@value" in value:
                # Values and references stay inside the type-scoped context around them (7.2).
                around = active.step("value", key) if term.scoped else active
                if "@value" in value:
                    return _value_object(value, around)
                if id_key := one_of(around.id_keys, value):
                    return around.iri(value[id_key])
            if key in REPEATED and not graph:
                return self._repeated(value, active.below(key, term), depth + 1)
            return self.node(value, active.below(key, term), graph, depth + 1)
        if term.scoped:
            active = active.step("value", key)
            if active.terms.get(key) != term:
                raise Declined(key)
        if type(value) is str:
            if term.kind == "literal":
                return _text(value) + term.datatype
            if term.kind == "iri":
                return active.iri(value)
            if term.kind == "vocab":
                return active.vocabulary(value)
        else:
            return native(value, term.datatype)
        raise Declined(key)

    def _repeated(self, node: Json, active: ActiveContext, depth: int) -> str:
        """As `node`, from memory where many credentials hold the same node.

        Its blank nodes have names that nothing else has. So a node that stands in one document
        twice is not recalled twice: those of the second are not those of the first.
        """
        try:
            key = active, content_of(node)
            fragment = _fragments.get(key) or Walk(f"_:f{next(_serial)}b")._fragment(
                node, active, depth
            )
        except ValueError:
            raise Declined("no JSON, or half a character") from None
        if fragment.name[0] == "<" and len(key[1]) <= MAX_FRAGMENT_BYTES and key not in _fragments:
            if len(_fragments) >= MAX_FRAGMENTS:
                _fragments.clear()
            _fragments[key] = fragment
        if id(fragment) in self._recalled or self.blocks.keys() & fragment.blocks.keys():
            return self.node(node, active, "", depth)
        self._recalled.add(id(fragment))
        self.blocks |= fragment.blocks
        self._in_blocks += fragment.in_blocks
        for subject, says in fragment.statements.items():
            self.statements.setdefault(subject, []).extend(says)
        self.quads += fragment.quads
        return fragment.name

    def _fragment(self, node: Json, active: ActiveContext, depth: int) -> Fragment:
        """Walk a node and return what it adds to any document."""
        name = self.node(node, active, "", depth)
        elsewhere = self.blocks.keys() | {subject for subject, *_ in self.quads}
        alone = [s for s in self.statements if s[0] == "<" and s not in elsewhere]
        blocks = self.blocks | {s: block(s, self.statements.pop(s)) for s in alone}
        count = sum(one.count(b"\n") for one in blocks.values())
        return Fragment(name, blocks, count, self.statements, self.quads)

    def _list(self, values: list[str], graph: str) -> str:
        """Add a list, a chain of blank nodes, and return the first of them (8.3)."""
        cells = [*(self._blank() for _ in values), _NIL]
        for value, cell, rest in zip(values, cells, cells[1:], strict=False):
            self._add(cell, _FIRST, value, graph)
            self._add(cell, _REST, rest, graph)
        return cells[0]

    def _blank(self) -> str:
        self._blanks += 1
        return f"{self._prefix}{self._blanks}"

    def _add(self, subject: str, predicate: str, value: str, graph: str) -> None:
        if graph or value[0] == "_":
            self.quads.append((subject, predicate, value, graph))
        else:
            self.statements.setdefault(subject, []).append(f" {predicate} {value} .\n")


def one_of(keys: tuple[str, ...], node: Json) -> str | None:
    """Return the key under which a node has its `@id` or `@type`, if it has one."""
    chosen = None
    for key in keys:
        if key in node:
            if chosen:
                raise Declined(key)
            chosen = key
    return chosen


def _value_object(value: Json, active: ActiveContext) -> str:
    """Return the literal of a value object (8.2.2)."""
    if value.keys() - _VALUE_KEYS:
        raise Declined("an unusual value object")
    content, datatype, language = value["@value"], value.get("@type"), value.get("@language")
    if "@type" in value:
        if type(datatype) is not str or len(value) > 2:
            raise Declined("an unusual value object")
        if datatype == "@json":
            return _json(content)
        iri = active.vocabulary(datatype)
        if iri in _REWRITTEN or iri == NOWHERE:
            raise Declined(datatype)
        return _text(content) + f"^^{iri}" if type(content) is str else native(content, f"^^{iri}")
    if len(value) == 1:
        return _text(content) if type(content) is str else native(content, "")
    tag = language.lower() if type(language) is str and LANGUAGE(language) else ""
    if type(content) is not str or ("@language" in value and not tag):
        raise Declined("an unusual value object")
    if "@direction" not in value:
        return f"{_text(content)}@{tag}"
    if value["@direction"] not in ("ltr", "rtl"):
        raise Declined("an unusual value object")
    return f"{_text(content)}^^<https://www.w3.org/ns/i18n#{tag}_{value['@direction']}>"


def _text(text: str) -> str:
    """Return a string in quotes."""
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """Return what stands between the quotes. JSON and canonical N-Quads (RDFC-1.0, section 5)
    escape the same way, but for the control characters that no letter stands for."""
    written = quoted(text)[1:-1]
    return text.translate(ESCAPES) if "\\u00" in written or "\x7f" in written else written


def native(value: Any, datatype: str) -> str:
    """Return a boolean or number as JSON-LD writes it (8.2.2, 6 to 10)."""
    if type(value) is bool:
        return f'"{str(value).lower()}"' + (datatype or f"^^<{_XSD}boolean>")
    if type(value) in (int, float) and abs(value) < 10**21 and int(value) == value:
        return f'"{int(value)}"' + (datatype or f"^^<{_XSD}integer>")
    if type(value) is float and abs(value) < float("inf"):
        mantissa, _, exponent = f"{value:.15E}".partition("E")
        mantissa = mantissa.rstrip("0")
        text = f"{mantissa}{'0' if mantissa[-1] == '.' else ''}E{int(exponent)}"
        return f'"{text}"' + (datatype or f"^^<{_XSD}double>")
    raise Declined("an unusual value")


def _json(value: Any) -> str:
    """Return a JSON literal (8.2.2, 6)."""
    text = canonicalize_json(value).decode()
    if '"@' in text:
        raise Declined("what looks like a keyword")
    return f"{_text(text)}^^<{_RDF}JSON>"
