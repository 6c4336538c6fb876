"""What a document states, where it speaks of each thing at one place, as nearly all do.

Then there is nothing to merge, and one walk writes down what is to be read. A document that needs
more raises `Pieces`, and `contexts.merged` reads it with the same result, in four times as long.
"""

from typing import Any, NamedTuple

from contexts.content import content_of
from contexts.errors import WorkLimitError
from contexts.json_types import Json
from contexts.members import MAX_NODES, Manner, Members, in_order, texts, typed, unsigned
from contexts.merged import Merged
from contexts.shared_nodes import ENDORSED, Node, says_more
from contexts.terms import ActiveContext, Declined
from contexts.walk import MAX_DEPTH, MAX_FRAGMENT_BYTES, MAX_FRAGMENTS, REPEATED, one_of

MAX_COMPARED, MAX_PARTS = 40, 8
"""So many nodes of credentials inside are compared, each of so many nodes at most (T23)."""


class Pieces(Exception):
    """The document describes one thing at several places."""


class _Fragment(NamedTuple):
    """A node that many credentials hold, as it is to be read in each; the names of the nodes in
    it, those that it only refers to, and how many nodes it has."""

    written: dict[str, Any]
    names: dict[str, Json]
    referred: set[str]
    size: int


_fragments: dict[tuple[ActiveContext, Manner, bytes], _Fragment] = {}


class Plain(Members):
    """Writes down what a document states, or raises `Pieces`."""

    def __init__(
        self, document: Json, active: ActiveContext, how: Manner, *, part: bool = False
    ) -> None:
        super().__init__(how)
        self.names: dict[str, Json] = {}
        self.referred: set[str] = set()
        self.size, self._compared, self._part = 0, 0, part
        self._inside: list[Merged] = []
        self.written: dict[str, Any] = self._node(document, active, 0)
        if self.size > MAX_NODES:
            raise WorkLimitError(f"more than {MAX_NODES} parts")
        if not self.names.keys().isdisjoint(self.referred):
            raise Pieces
        self._require_apart()

    def _node(self, value: Json, active: ActiveContext, depth: int) -> dict[str, Any]:
        """Return a node object as it is to be read (JSON-LD 1.1 API, sections 5.1.2 and 7.2)."""
        if depth > MAX_DEPTH:
            raise Declined("deeply nested")
        self.size += 1
        if "@context" in value:
            active = active.with_contexts(value["@context"])
        type_key = active.type_key if active.type_key in value else one_of(active.type_keys, value)
        id_key = active.id_key if active.id_key in value else one_of(active.id_keys, value)
        written: dict[str, Any] = {}
        if id_key:
            written["id"] = active.iri(value[id_key])[1:-1]
        types: list[str] = []
        if type_key:
            words = value[type_key]
            words = tuple(words) if type(words) is list else (words,)
            try:
                active, types = typed(active, words)
            except TypeError:  # null, or an error
                raise Pieces from None
            written["type"] = types
        plain, lists = texts(active), self._how.lists
        for key in sorted(value):
            item = value[key]
            if type(item) is str and key in plain:  # most members, so the shortest way
                entry = item if plain[key] else self._reference(active.iri(item), key)
                written[key] = [entry] if key in lists else entry
            elif key != id_key and key != type_key and key != "@context" and item is not None:
                values = self._values_of(item, key, active, depth)
                items = values[0] if values and type(values[0]) is list else in_order(values)
                if items:
                    written[key] = self._shown(key, items, types)
        if id_key:
            self._claim(written["id"], written)
        return written

    def _under(self, value: Json, key: str, active: ActiveContext, depth: int) -> Json:
        """As `_node`, from memory where many credentials hold the same node."""
        if key in self._how.addresses:
            raise Pieces
        if key not in REPEATED or self._part:
            return self._node(value, active, depth)
        fragment = self._remembered(value, active)
        self.size += fragment.size
        self.referred |= fragment.referred
        for iri, node in fragment.names.items():
            self._claim(iri, node)
        return fragment.written

    def _remembered(self, value: Json, active: ActiveContext) -> _Fragment:
        try:
            key = active, self._how, content_of(value)
        except ValueError:
            raise Declined("no JSON, or half a character") from None
        fragment = _fragments.get(key)
        if fragment is None:
            alone = Plain(value, active, self._how, part=True)
            fragment = _Fragment(alone.written, alone.names, alone.referred, alone.size)
            if alone._inside:
                self._inside += alone._inside
            elif len(key[2]) <= MAX_FRAGMENT_BYTES:
                if len(_fragments) >= MAX_FRAGMENTS:
                    _fragments.clear()
                _fragments[key] = fragment
        return fragment

    def _reference(self, iri: str, key: str) -> str:
        if key not in self._how.addresses:
            self.referred.add(iri[1:-1])
        return iri[1:-1]

    def _apart(self, item: Json, active: ActiveContext) -> Json:
        if len(item) < 2:
            raise Pieces
        self._inside.append(Merged(unsigned(item), active, self._how))
        return item

    def _claim(self, iri: str, written: Json) -> None:
        """Say that this is said of a node; at another place it may be said again, word by word."""
        if len(written) < 2 or self.names.setdefault(iri, written) != written:
            raise Pieces

    def _require_apart(self) -> None:
        """Raise `Pieces` where a credential inside speaks of what is around it, but to endorse
        it or to say the same, or of what one beside it speaks of."""
        beside: set[str] = set()
        for credential in self._inside:
            if credential.iri in self.names or credential.iri in self.referred:
                raise Pieces
            named = [node for node in credential.said_inside() if node.iri]
            named = [node for node in named if not self._says_too(credential, node)]
            if any(node.iri in beside or self._shares(node) for node in named):
                raise Pieces
            beside.update(node.iri for node in named)

    def _says_too(self, credential: Merged, node: Node) -> bool:
        """Whether what is said inside of a node is said outside, all of it and no more, as of an
        issuer that endorses itself."""
        if node.iri not in self.names or self._compared == MAX_COMPARED:
            return False
        self._compared += 1
        try:
            return credential.written_of(node, MAX_PARTS) == self.names[node.iri]
        except WorkLimitError:
            return False

    def _shares(self, node: Node) -> bool:
        """Whether a piece of what is said inside of a node could stand outside, or the reverse."""
        around = self.names.get(node.iri)
        if around is None:
            return node.iri in self.referred and says_more(node)
        same = not {*node.types}.isdisjoint(around.get("type", ()))
        return says_more(node) or same or ENDORSED in around
