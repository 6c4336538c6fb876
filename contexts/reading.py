"""One way to read what a document states, however it is written.

RDF is a set of statements about nodes that have names (RDF 1.1 Concepts, sections 3 and 4).
JSON-LD may write a statement twice or beside `null`, a value as a value object, a node in pieces,
at any place where it is named (JSON-LD 1.1, sections 4.1, 4.3 and 9; its API, sections 5.1.2,
6 and 8). A signature over canonical form holds for each of these. So whoever reads the JSON reads
what this makes of it: each statement once, each node whole wherever it is named, values in one
form, members and lists in one order. It depends on the statements and the first node alone.

Credentials inside, and proofs, are left as they are written: they are signed by themselves.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from contexts.canonicalize import initial_contexts
from contexts.content import content_of
from contexts.errors import CanonicalizationError, WorkLimitError
from contexts.frozen import BUNDLED, FrozenContexts
from contexts.shared_nodes import Node, doubts, says_more
from contexts.terms import ActiveContext, Declined, Term, Wrong
from contexts.walk import MAX_DEPTH, MAX_FRAGMENT_BYTES, MAX_FRAGMENTS, REPEATED, native, one_of

APART = frozenset({"endorsement", "verifiableCredential"})
"""Members whose entries are signed by themselves."""
_OWN = "credentialSubject"
MAX_NODES = 5_000
"""Nodes in a reading, where each is written whole wherever it is named."""

_BOOLEANS = {"true": True, "false": False}
_WHOLE = re.compile(r"-?[0-9]{1,15}").fullmatch

Json = Mapping[str, Any]


class NoOneReadingError(CanonicalizationError):
    """The document says two things where a reader expects one; `detail` is the member, or empty
    where a credential inside is in pieces."""


class Apart(NamedTuple):
    """A credential inside another: as it is written, and what it says."""

    written: Json
    said: "Reading"


class _Fragment(NamedTuple):
    """A node as it is to be read in any document that says nothing else of what it names."""

    written: dict[str, Any]
    nodes: dict[str, Node]
    size: int


class Reading:
    """What a document states, node by node."""

    def __init__(
        self, document: Json, active: ActiveContext, how: "Manner", *, part: bool = False
    ) -> None:
        self.nodes: dict[str, Node] = {}
        self.apart: dict[str, list[Apart]] = {}
        self.doubts: list[tuple[Json, bool]] = []
        """The credentials inside that share a node with what is around or beside them, so that a
        piece of the one could stand in the other; and whether they say more of that node."""
        self._how, self._left = how, MAX_NODES
        self._as_is = {name: document[name] for name in ("@context", "proof") if name in document}
        self._kept: list[_Fragment] | None = None if part else []
        unsigned = {name: item for name, item in document.items() if name != "proof"}
        self._root = self._node(unsigned, active, 0)
        named = [self.nodes, *(each.nodes for each in self._kept or ())]
        if self._kept and (self.apart or not _disjoint(named)):
            self.nodes, self.apart, self._kept = {}, {}, None  # they are to be merged
            self._root = self._node(unsigned, active, 0)
        if self.apart and not part:
            inside = [
                (one.written, [*one.said.said_inside()])
                for versions in self.apart.values()
                for one in versions
            ]
            around = {iri: node for iri, node in self.nodes.items() if iri not in self.apart}
            self.doubts = doubts(around, inside)
            self._borrow()

    def document(self) -> dict[str, Any]:
        """Return the document as it is to be read.

        Raises `NoOneReadingError`, and `WorkLimitError` if it would be too long.
        """
        self._left = MAX_NODES - sum(each.size for each in self._kept or ())
        as_is, urls = self._as_is, self._as_is.get("@context")
        if type(urls) is list:
            as_is = as_is | {"@context": [*dict.fromkeys(urls)]}
        return as_is | self._written(self._root, ())

    def said_inside(self) -> Iterator[Node]:
        """Yield the named nodes of which it says something, here and in the credentials inside."""
        yield from (node for node in self.nodes.values() if node.types or node.members)
        for versions in self.apart.values():
            for one in versions:
                yield from one.said.said_inside()

    def _borrow(self) -> None:
        """Add what the credentials inside say of nodes that are named around them as well: it may
        have stood there too. But what one says of its subject is its own."""
        own = {each for each in self._root.members.get(_OWN, ()) if type(each) is Node}
        for versions in self.apart.values():
            for node in versions[0].said.said_inside():
                mine = self.nodes.get(node.iri)
                if mine is None or mine in own or node.iri in self.apart:
                    continue
                if mine is self._root or not says_more(node):
                    continue
                mine.types += node.types
                for name, said in node.members.items():
                    if name not in mine.members or name not in self._how.single:
                        mine.members[name] = [*mine.members.get(name, ()), *said]

    def _named(self, iri: str) -> Node:
        node = self.nodes.get(iri)
        if node is None:
            node = self.nodes[iri] = Node(iri)
        return node

    def _reference(self, iri: str, key: str) -> Node | str:
        return iri[1:-1] if key in self._how.addresses else self._named(iri[1:-1])

    def _node(self, value: Json, active: ActiveContext, depth: int) -> Node:
        """Add what a node object says to its node (JSON-LD 1.1 API, sections 5.1.2 and 7.2)."""
        if depth > MAX_DEPTH:
            raise Declined("deeply nested")
        if "@context" in value:
            active = active.with_contexts(value["@context"])
        type_key = active.type_key if active.type_key in value else one_of(active.type_keys, value)
        id_key = active.id_key if active.id_key in value else one_of(active.id_keys, value)
        types: tuple[str, ...] = ()
        if type_key and value[type_key] is not None:
            words = value[type_key]
            words = tuple(words) if type(words) is list else (words,)
            if any(type(word) is not str for word in words):
                raise Declined("a type that is no word")
            active, types = _typed(active, words)
        node = self._named(active.iri(value[id_key])[1:-1]) if id_key else Node()
        node.types += types
        members, texts = node.members, _texts(active)
        for key, item in value.items():
            if type(item) is str and key in texts:  # most members, so the shortest way
                said = item if texts[key] else self._reference(active.iri(item), key)
                if key in members:
                    members[key].append(said)
                else:
                    members[key] = [said]
            elif key != id_key and key != type_key and key != "@context" and item is not None:
                members.setdefault(key, []).extend(self._said(item, key, active, depth))
        return node

    def _said(self, item: Any, key: str, active: ActiveContext, depth: int) -> list[Any]:
        """Return what one member says: texts, numbers, nodes, and lists that have an order."""
        term = active.terms.get(key)
        if term is None or term.kind in ("other", "id", "type") or key in _unsure(active):
            raise Declined(key)
        if term.kind == "json":
            return [item]
        values = [each for each in (item if type(item) is list else [item]) if each is not None]
        if key in APART:
            return [self._beside(each, key, term, active, depth) for each in values]
        if term.container == "graph":
            raise Declined(key)
        said = [self._value(each, key, term, active, depth) for each in values]
        return [said] if term.container == "list" else said

    def _beside(self, item: Any, key: str, term: Term, active: ActiveContext, depth: int) -> Any:
        """Return a credential inside, or what stands for one, by its name."""
        if type(item) is not dict:
            return self._value(item, key, term, active, depth)
        around = active.below(key, term)
        said = Reading(item, around, self._how, part=True)
        name = said._root.iri or f"_:{len(self.apart)}"
        if len(item) > 1:
            self.apart.setdefault(name, []).append(Apart(item, said))
        return self._named(name)

    def _value(self, value: Any, key: str, term: Term, active: ActiveContext, depth: int) -> Any:
        """Return a value as a text, a number, a node, or a value object that must stay one."""
        if type(value) is dict:
            if len(value) > 1 and "@value" not in value:
                if self._kept is not None and key in REPEATED:
                    return self._repeated(value, active.below(key, term), depth + 1, self._kept)
                return self._node(value, active.below(key, term), depth + 1)
            around = active.step("value", key) if term.scoped else active
            if "@value" in value:
                return _value_object(value, around)
            if id_key := one_of(around.id_keys, value):
                return self._reference(around.iri(value[id_key]), key)
            return self._node(value, active.below(key, term), depth + 1)
        if term.scoped:
            active = active.step("value", key)
            if active.terms.get(key) != term:
                raise Declined(key)
        if type(value) is not str or term.kind == "literal":
            return _literal(value, term.datatype)
        iri = active.iri(value) if term.kind == "iri" else active.vocabulary(value)
        return self._reference(iri, key)

    def _repeated(
        self, value: Json, active: ActiveContext, depth: int, kept: list[_Fragment]
    ) -> Any:
        """As `_node`, from memory where many credentials hold the same node."""
        try:
            key = active, self._how, content_of(value)
        except ValueError:
            raise Declined("no JSON, or half a character") from None
        found = _fragments.get(key)
        if found is None:
            alone = Reading(value, active, self._how, part=True)
            if alone.apart or len(key[2]) > MAX_FRAGMENT_BYTES:
                return self._node(value, active, depth)
            written = alone.document()
            found = _Fragment(written, alone.nodes, MAX_NODES - alone._left)
            if len(_fragments) >= MAX_FRAGMENTS:
                _fragments.clear()
            _fragments[key] = found
        kept.append(found)
        return found

    def _written(self, node: Node, path: tuple[str, ...]) -> dict[str, Any]:
        """Return a node whole; `path` are the names of those around it."""
        self._left -= 1
        if self._left < 0:
            raise WorkLimitError(f"more than {MAX_NODES} parts")
        written: dict[str, Any] = {"id": node.iri} if node.iri else {}
        if node.types:
            written["type"] = sorted(set(node.types), key=_general_first)
        if node.iri:
            path = (*path, node.iri)
        lists = self._how.lists
        for name in sorted(node.members):
            said = node.members[name]
            if len(said) == 1 and type(said[0]) is not list:
                item = said[0] if type(said[0]) is str else self._item(name, said[0], path)
                written[name] = [item] if name in lists else item
            elif items := self._items(name, said, path):
                if len(items) > 1 and name in self._how.single:
                    self._require_many(name, items, node)
                written[name] = items if len(items) > 1 or name in lists else items[0]
        return written

    def _require_many(self, name: str, items: list[Any], node: Node) -> None:
        """Refuse two values where one is expected, unless in different languages."""
        tags = {item.get("@language") for item in items if type(item) is dict}
        if len(tags - {None}) == len(items):
            return
        if not self._how.holds_many(name, {"type": node.types}):
            raise NoOneReadingError(name)

    def _items(self, name: str, said: list[Any], path: tuple[str, ...]) -> list[Any]:
        """Return what one member says, each statement once, in an order of ours: none is signed."""
        if type(said[0] if said else None) is list:
            if any(each != said[0] for each in said):
                raise NoOneReadingError(name)
            return [self._item(name, each, path) for each in said[0]]
        different = {id(each) if type(each) is Node else repr(each): each for each in said}
        items = [self._item(name, each, path) for each in different.values()]
        if len(items) < 2:
            return items
        by_place = {_place(item): item for item in items}
        return [by_place[place] for place in sorted(by_place)]

    def _item(self, name: str, said: Any, path: tuple[str, ...]) -> Any:
        if type(said) is _Fragment:
            return said.written
        if type(said) is not Node:
            return said
        if said.iri in self.apart:
            return self._one_of_apart(said)
        if not (said.types or said.members) or name in self._how.addresses:
            return said.iri or {}
        if said.iri in path:  # round in a circle: what can be said without going on
            here = Node(said.iri)
            here.types = said.types
            here.members = {
                key: values
                for key, values in said.members.items()
                if not any(isinstance(each, Node | list) for each in values)
            }
            return self._written(here, path)
        return self._written(said, path)

    def _one_of_apart(self, node: Node) -> Json:
        """Return the credential inside of this name; it must be one, and whole."""
        first, *more = self.apart[node.iri]
        if node.types or node.members:
            raise NoOneReadingError("")
        for other in more:
            if first.said.document() != other.said.document():
                raise NoOneReadingError("")
        return first.written


class Manner(NamedTuple):
    """How the reader expects members: as `lists` though there may be one, as `addresses` of which
    only the name counts, and with a `single` value, unless a node `holds_many`."""

    lists: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    single: frozenset[str] = frozenset()
    holds_many: Callable[[str, Json], bool] = lambda name, node: False


_fragments: dict[tuple[ActiveContext, Manner, bytes], _Fragment] = {}


def _disjoint(names: Sequence[Collection[str]]) -> bool:
    return sum(map(len, names)) == len(set().union(*names))


def read(document: Json, how: Manner, *, contexts: FrozenContexts = BUNDLED) -> Reading | None:
    """Return what a JSON-LD document states, or None if the tables of terms do not cover it.

    Raises `contexts.CanonicalizationError`.
    """
    for active in initial_contexts(document, contexts):
        try:
            return Reading(document, active, how)
        except Wrong:
            break
        except Declined:
            continue
    return None


@lru_cache(maxsize=1024)
def _typed(active: ActiveContext, words: tuple[Any, ...]) -> tuple[ActiveContext, tuple[str, ...]]:
    """Return what holds in a node of these types, and their names."""
    typed, _ = active.typed(list(words))
    known = _names(active)
    iris = [active.vocabulary(word) for word in words]
    return typed, tuple(max(known.get(iri, [iri[1:-1]])) for iri in iris)


@lru_cache(maxsize=512)
def _names(active: ActiveContext) -> dict[str, list[str]]:
    """Return the terms by their IRIs."""
    names: dict[str, list[str]] = {}
    for name, term in active.terms.items():
        if term.predicate:
            names.setdefault(term.predicate, []).append(name)
    return names


@lru_cache(maxsize=512)
def _texts(active: ActiveContext) -> dict[str, bool]:
    """Return the members whose text is as it stands, and those whose text is a name."""
    usual = active.strings.keys() - _unsure(active)
    kinds = ((name, active.terms[name]) for name in usual)
    return {
        name: kind.kind == "literal" for name, kind in kinds if _kind(kind.datatype) in ("", "text")
    }


@lru_cache(maxsize=512)
def _unsure(active: ActiveContext) -> frozenset[str]:
    """Return the members that have a second name; those in capitals are names of types."""
    small = [[n for n in names if not n[:1].isupper()] for names in _names(active).values()]
    return frozenset(name for names in small if len(names) > 1 for name in names)


def _value_object(value: Json, active: ActiveContext) -> Any:
    """Return the literal of a value object (JSON-LD 1.1 API, section 8.2.2)."""
    content, datatype = value["@value"], ""
    if "@language" in value:
        tag = value["@language"]
        if type(content) is not str or type(tag) is not str or "@type" in value:
            raise Declined("an unusual value object")
        return {**value, "@language": tag.lower()}
    if value.keys() - {"@value", "@type"}:
        raise Declined("an unusual value object")
    if "@type" in value:
        if type(value["@type"]) is not str or value["@type"] == "@json":
            raise Declined("an unusual value object")
        datatype = f"^^{active.vocabulary(value['@type'])}"
    return _literal(content, datatype)


def _literal(value: Any, datatype: str) -> Any:
    """Return a literal as the number or boolean that it is, else as its text."""
    kind = _kind(datatype)
    if type(value) is bool and kind in ("", "boolean"):
        return value
    if type(value) is int and kind in ("", "number") and abs(value) < 10**15:
        return value
    if type(value) is not str:
        value, _, datatype = native(value, datatype)[1:].partition('"')
        kind = _kind(datatype)
    if kind == "boolean":
        return _BOOLEANS.get(value, value)
    return _number(value, datatype) if kind == "number" else value


@lru_cache(maxsize=256)
def _kind(datatype: str) -> str:
    """Return what literals of a datatype are: `number`, `boolean`, `text`, '' for no datatype."""
    name = datatype.rstrip(">").lower()
    if name.endswith(("integer", "float", "double")):
        return "number"
    return "boolean" if name.endswith("boolean") else "text" if name else ""


def _number(text: str, datatype: str) -> Any:
    """Return the number that JSON-LD writes as this text, or the text."""
    if _WHOLE(text):
        found: float = int(text)
    else:
        try:
            found = float(text)
        except ValueError:
            return text
    try:
        return found if native(found, datatype) == f'"{text}"{datatype}' else text
    except Declined:
        return text


def _general_first(kind: str) -> tuple[bool, str]:
    """Order types by their names, but the one that every credential has to the front."""
    return kind != "VerifiableCredential", kind


def _place(item: Any) -> tuple[str, str]:
    """Return where an item stands among others: by its name, else by what it says."""
    if type(item) is str:
        return "", item
    return type(item).__name__, (type(item) is dict and item.get("id")) or repr(item)
