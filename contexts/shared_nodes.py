"""Nodes of which a credential and one inside it both speak, as they share a graph (RDF 1.1).

A statement about such a node could stand in either of them, and the signature around would hold
all the same. So the inner signature has to tell.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from contexts.json_types import Json

ENDORSED = "endorsementComment"
_MAY_ADD = {ENDORSED}
"""What an endorsement says of what it is about, which is always its own."""

_Statement = tuple[str, str]
_ByName = dict[str, frozenset[_Statement]]


class Node:
    """The statements about one thing: its types, and by member the texts, numbers and nodes."""

    __slots__ = ("iri", "members", "types")

    def __init__(self, iri: str = "") -> None:
        self.iri = iri
        self.types: list[str] = []
        self.members: dict[str, list[Any]] = {}


def doubts(
    around: Mapping[str, Node], inside: Sequence[tuple[Json, Iterable[Node]]]
) -> list[tuple[Json, bool]]:
    """Return each credential inside that shares a node with what is `around` it (nodes by name) or
    with a credential beside it, and whether it says more of that node than what is around it.

    `inside` are the credentials with the nodes of which they say something.
    """
    outer = _statements_by_name(around.values())
    said_by = [(credential, _statements_by_name(nodes)) for credential, nodes in inside]
    beside: dict[str, set[frozenset[_Statement]]] = {}
    for _, statements_of in said_by:
        for iri, statements in statements_of.items():
            beside.setdefault(iri, set()).add(statements)
    doubtful = []
    for credential, statements_of in said_by:
        shared = statements_of.keys() & around.keys()
        kinds = {_compare(statements_of[iri], outer.get(iri, frozenset())) for iri in shared}
        if kinds & {"more", "less"} or any(len(beside[iri]) > 1 for iri in statements_of):
            doubtful.append((credential, "more" in kinds))
    return doubtful


def says_more(node: Node) -> bool:
    """Whether more is said of a node than that it is endorsed."""
    return not node.members.keys() <= _MAY_ADD


def _statements_by_name(nodes: Iterable[Node]) -> _ByName:
    statements: _ByName = {}
    for node in nodes:
        if node.iri and (node.types or node.members):
            statements[node.iri] = statements.get(node.iri, frozenset()).union(_statements(node))
    return statements


def _compare(one: frozenset[_Statement], other: frozenset[_Statement]) -> str:
    """Return what is doubtful about a node, by what a credential inside says of it and what is
    said outside: that it is `more`, or `less`; '' for nothing."""
    if one <= other:
        return "less" if one != other else ""
    if {name for name, _ in one} <= {"type", *_MAY_ADD}:
        outside = {name for name, _ in other}
        return "less" if one & other or outside & _MAY_ADD else ""
    return "more"


def _statements(node: Node) -> Iterator[_Statement]:
    """Yield what is said of a node in a form that can be compared."""
    yield from (("type", kind) for kind in node.types)
    for name, values in node.members.items():
        yield from ((name, _comparable(value)) for value in values)


def _comparable(value: Any) -> str:
    if type(value) is not Node:
        return repr(value)
    return f"<{value.iri}>" if value.iri else repr(sorted(_statements(value)))
