"""What a document states, where it speaks of one thing at several places: node by node.

Each node is made whole of its pieces, and written wherever it is named.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from contexts.errors import WorkLimitError
from contexts.json_types import Json
from contexts.members import (
    MAX_NODES,
    Manner,
    Members,
    NoOneReadingError,
    in_order,
    in_order_of_types,
    texts,
    typed,
    unsigned,
)
from contexts.shared_nodes import Node, doubts, says_more
from contexts.terms import ActiveContext, Declined
from contexts.walk import MAX_DEPTH, one_of

_OWN = "credentialSubject"


class Apart(NamedTuple):
    """A credential inside another: as it is written, and what it says."""

    written: Json
    statements: "Merged"


class Merged(Members):
    """What a document states, node by node."""

    def __init__(self, document: Json, active: ActiveContext, how: Manner) -> None:
        super().__init__(how)
        self.nodes: dict[str, Node] = {}
        self.apart: dict[str, list[Apart]] = {}
        self._left = MAX_NODES
        self._root = self._node(document, active, 0)

    @property
    def iri(self) -> str:
        """The name of the document, or nothing."""
        return self._root.iri

    def doubts(self) -> list[tuple[Json, bool]]:
        """Return the credentials inside that share a node with what is around or beside them, as
        `contexts.reading.Reading.doubts` has them. From then on, what they say is also read where
        it may have stood outside."""
        if not self.apart:
            return []
        inside = [
            (one.written, [*one.statements.said_inside()])
            for versions in self.apart.values()
            for one in versions
        ]
        around = {iri: node for iri, node in self.nodes.items() if iri not in self.apart}
        reasons = doubts(around, inside)
        self._borrow()
        return reasons

    def written(self) -> dict[str, Any]:
        """Return the document as it is to be read.

        Raises `NoOneReadingError`, and `WorkLimitError` if it would be too long.
        """
        return self.written_of(self._root, MAX_NODES)

    def written_of(self, node: Node, most: int) -> dict[str, Any]:
        """As `written`, of one of its nodes, if it holds no more than `most`."""
        self._left = most
        return self._written(node, ())

    def said_inside(self) -> Iterator[Node]:
        """Yield the named nodes that the document, or a credential inside it, makes statements
        about."""
        yield from (node for node in self.nodes.values() if node.types or node.members)
        for versions in self.apart.values():
            for one in versions:
                yield from one.statements.said_inside()

    def _borrow(self) -> None:
        """Add what the credentials inside say of nodes that are named around them as well: it may
        have stood there too. But what one says of its subject is its own."""
        own = {value for value in self._root.members.get(_OWN, ()) if type(value) is Node}
        for versions in self.apart.values():
            for node in versions[0].statements.said_inside():
                mine = self.nodes.get(node.iri)
                if mine is None or mine in own or node.iri in self.apart:
                    continue
                if mine is self._root or not says_more(node):
                    continue
                mine.types += node.types
                for name, values in node.members.items():
                    if name not in mine.members or name not in self._how.single:
                        mine.members[name] = [*mine.members.get(name, ()), *values]

    def _named(self, iri: str) -> Node:
        node = self.nodes.get(iri)
        if node is None:
            node = self.nodes[iri] = Node(iri)
        return node

    def _reference(self, iri: str, key: str) -> Node | str:
        return iri[1:-1] if key in self._how.addresses else self._named(iri[1:-1])

    def _apart(self, item: Json, active: ActiveContext) -> Node:
        merged = Merged(unsigned(item), active, self._how)
        name = merged.iri or f"_:{len(self.apart)}"
        if len(item) > 1:
            self.apart.setdefault(name, []).append(Apart(item, merged))
        return self._named(name)

    def _node(self, value: Json, active: ActiveContext, depth: int) -> Node:
        """Add what a node object says to its node (JSON-LD 1.1 API, sections 5.1.2 and 7.2)."""
        if depth > MAX_DEPTH:
            raise Declined("deeply nested")
        if "@context" in value:
            active = active.with_contexts(value["@context"])
        type_key = active.type_key if active.type_key in value else one_of(active.type_keys, value)
        id_key = active.id_key if active.id_key in value else one_of(active.id_keys, value)
        types: list[str] = []
        if type_key and value[type_key] is not None:
            words = value[type_key]
            words = tuple(words) if type(words) is list else (words,)
            try:
                active, types = typed(active, words)
            except TypeError:
                raise Declined("a type that is no word") from None
        node = self._named(active.iri(value[id_key])[1:-1]) if id_key else Node()
        node.types += types
        members, plain = node.members, texts(active)
        for key, item in value.items():
            if type(item) is str and key in plain:  # most members, so the shortest way
                statement = item if plain[key] else self._reference(active.iri(item), key)
                if key in members:
                    members[key].append(statement)
                else:
                    members[key] = [statement]
            elif key != id_key and key != type_key and key != "@context" and item is not None:
                members.setdefault(key, []).extend(self._values_of(item, key, active, depth))
        return node

    def _written(self, node: Node, path: tuple[str, ...]) -> dict[str, Any]:
        """Return a node whole; `path` are the names of those around it."""
        self._left -= 1
        if self._left < 0:
            raise WorkLimitError(f"more than {MAX_NODES} parts")
        written: dict[str, Any] = {"id": node.iri} if node.iri else {}
        if node.types:
            written["type"] = in_order_of_types(node.types)
        if node.iri:
            path = (*path, node.iri)
        for name in sorted(node.members):
            values = node.members[name]
            if len(values) == 1 and type(values[0]) is not list:
                items = [values[0] if type(values[0]) is str else self._item(name, values[0], path)]
            else:
                items = self._items(name, values, path)
            if items:
                written[name] = self._shown(name, items, node.types)
        return written

    def _items(self, name: str, statements: list[Any], path: tuple[str, ...]) -> list[Any]:
        """Return what one member says, each statement once."""
        if type(statements[0] if statements else None) is list:
            if any(value != statements[0] for value in statements):
                raise NoOneReadingError(name)
            return [self._item(name, value, path) for value in statements[0]]
        different = {
            id(value) if type(value) is Node else repr(value): value for value in statements
        }
        items = [self._item(name, value, path) for value in different.values()]
        return in_order(items)

    def _item(self, name: str, node: Any, path: tuple[str, ...]) -> Any:
        if type(node) is not Node:
            return node
        if node.iri in self.apart:
            return self._one_of_apart(node)
        if not (node.types or node.members) or name in self._how.addresses:
            return node.iri or {}
        if node.iri in path:  # round in a circle: what can be said without going on
            here = Node(node.iri)
            here.types = node.types
            here.members = {
                key: values
                for key, values in node.members.items()
                if not any(isinstance(value, Node | list) for value in values)
            }
            return self._written(here, path)
        return self._written(node, path)

    def _one_of_apart(self, node: Node) -> Json:
        """Return the credential inside of this name; it must be one, and whole."""
        first, *more = self.apart[node.iri]
        if node.types or node.members:
            raise NoOneReadingError("")
        for other in more:
            if first.statements.written() != other.statements.written():
                raise NoOneReadingError("")
        return first.written
