"""What one member of a node says, however it is written: texts, numbers, booleans, nodes, lists.

Clause numbers are those of JSON-LD 1.1 Processing Algorithms and API.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from contexts.errors import CanonicalizationError
from contexts.json_types import Json
from contexts.terms import ActiveContext, Declined, Term
from contexts.walk import native, one_of

APART = frozenset({"endorsement", "verifiableCredential"})
"""Members whose entries are signed by themselves."""
MAX_NODES = 5_000
"""Nodes in a reading, where each is written whole wherever it is named."""

_BOOLEANS = {"true": True, "false": False}
_WHOLE = re.compile(r"-?[0-9]{1,15}").fullmatch


class NoOneReadingError(CanonicalizationError):
    """The document says two things where a reader expects one; `detail` is the member, or empty
    where a credential inside is in pieces."""


class Manner(NamedTuple):
    """How a reader expects members. Those in `lists` are lists, even of one value; of those in
    `addresses` only the id is read; those in `single` have one value, unless `holds_many` is true
    of the member and its node."""

    lists: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    single: frozenset[str] = frozenset()
    holds_many: Callable[[str, Json], bool] = lambda name, node: False


def unsigned(document: Json) -> Json:
    """Return what proofs cover of a document."""
    return {name: item for name, item in document.items() if name != "proof"}


class Members(ABC):
    """Reads members. What becomes of a node, a name and a credential inside is for who extends
    it to say."""

    def __init__(self, how: Manner) -> None:
        self._how = how

    @abstractmethod
    def _node(self, value: Json, active: ActiveContext, depth: int) -> Any:
        """Return what stands for a node object."""

    @abstractmethod
    def _reference(self, iri: str, key: str) -> Any:
        """Return what stands for a name, in angle brackets."""

    @abstractmethod
    def _apart(self, item: Json, active: ActiveContext) -> Any:
        """Return what stands for a credential inside."""

    def _under(self, value: Json, key: str, active: ActiveContext, depth: int) -> Any:
        """As `_node`, for a node under a member."""
        return self._node(value, active, depth)

    def _values_of(self, item: Any, key: str, active: ActiveContext, depth: int) -> list[Any]:
        """Return what one member says: texts, numbers, nodes, and lists that have an order."""
        term = active.terms.get(key)
        if term is None or term.kind in ("other", "id", "type") or key in _unsure(active):
            raise Declined(key)
        if term.kind == "json":
            return [item]
        values = [value for value in (item if type(item) is list else [item]) if value is not None]
        if key in APART:
            return [self._beside(value, key, term, active, depth) for value in values]
        if term.container == "graph":
            raise Declined(key)
        statements = [self._value(value, key, term, active, depth) for value in values]
        return [statements] if term.container == "list" else statements

    def _beside(self, item: Any, key: str, term: Term, active: ActiveContext, depth: int) -> Any:
        if type(item) is not dict:
            return self._value(item, key, term, active, depth)
        return self._apart(item, active.below(key, term))

    def _value(self, value: Any, key: str, term: Term, active: ActiveContext, depth: int) -> Any:
        """Return a value as a text, a number, a node, or a value object that must stay one."""
        if type(value) is dict:
            if len(value) > 1 and "@value" not in value:
                return self._under(value, key, active.below(key, term), depth + 1)
            around = active.step("value", key) if term.scoped else active
            if "@value" in value:
                return _value_object(value, around)
            if id_key := one_of(around.id_keys, value):
                return self._reference(around.iri(value[id_key]), key)
            return self._under(value, key, active.below(key, term), depth + 1)
        if term.scoped:
            active = active.step("value", key)
            if active.terms.get(key) != term:
                raise Declined(key)
        if type(value) is not str or term.kind == "literal":
            return _literal(value, term.datatype)
        iri = active.iri(value) if term.kind == "iri" else active.vocabulary(value)
        return self._reference(iri, key)

    def _shown(self, name: str, items: list[Any], types: Iterable[str]) -> Any:
        """Return one member as it is to be read.

        Raises `NoOneReadingError` for two values where one is expected, unless they are in
        different languages.
        """
        if len(items) == 1:
            return items if name in self._how.lists else items[0]
        if name in self._how.single:
            tags = {item.get("@language") for item in items if type(item) is dict}
            many = len(tags - {None}) == len(items)
            if not many and not self._how.holds_many(name, {"type": [*types]}):
                raise NoOneReadingError(name)
        return items


@lru_cache(maxsize=1024)
def typed(active: ActiveContext, words: tuple[Any, ...]) -> tuple[ActiveContext, list[str]]:
    """Return what holds in a node of these types, and their names, each once and in order: one
    list for all nodes, so nobody may change it. `TypeError` if a type is not text."""
    if any(type(word) is not str for word in words):
        raise TypeError(words)
    within, _ = active.typed(list(words))
    known = _names(active)
    iris = [active.vocabulary(word) for word in words]
    return within, in_order_of_types(max(known.get(iri, [iri[1:-1]])) for iri in iris)


def in_order_of_types(kinds: Iterable[str]) -> list[str]:
    """Return types by their names, each once, but the one that every credential has first."""
    return sorted({*kinds}, key=lambda kind: (kind != "VerifiableCredential", kind))


@lru_cache(maxsize=512)
def _names(active: ActiveContext) -> dict[str, list[str]]:
    """Return the terms by their IRIs."""
    names: dict[str, list[str]] = {}
    for name, term in active.terms.items():
        if term.predicate:
            names.setdefault(term.predicate, []).append(name)
    return names


@lru_cache(maxsize=512)
def texts(active: ActiveContext) -> dict[str, bool]:
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
        number: float = int(text)
    else:
        try:
            number = float(text)
        except ValueError:
            return text
    try:
        return number if native(number, datatype) == f'"{text}"{datatype}' else text
    except Declined:
        return text


def in_order(items: list[Any]) -> list[Any]:
    """Return what one member says, each statement once, in an order of ours: none is signed."""
    if len(items) < 2:
        return items
    by_place = {_place(item): item for item in items}
    return [by_place[place] for place in sorted(by_place)]


def _place(item: Any) -> tuple[str, str]:
    """Return where an item stands among others: by its name, else by what it says."""
    if type(item) is str:
        return "", item
    return type(item).__name__, (type(item) is dict and item.get("id")) or repr(item)
