"""Every way we know to write a credential so that it states the same and looks another way."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import lru_cache
from typing import Any

from contexts import shipped
from contexts.rdfc import canonical
from contexts.terms import Declined
from contexts.walk import Walk

Json = dict[str, Any]
Rewrite = Callable[[Json], None]
"""Changes a document in place."""

_APART = {"@context", "proof"}
_OB = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"
_XSD = "http://www.w3.org/2001/XMLSchema#"


def members(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Yield every member of every object, by the path to the object and its name."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name not in _APART:
                yield path, name
                yield from members(value, (*path, name))
    elif isinstance(node, list):
        for place, item in enumerate(node):
            yield from members(item, (*path, place))


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def rewrites(document: Json) -> dict[str, Rewrite]:
    """Return the ways to write one member otherwise that keep the statements, by what is done."""
    different, seen = {}, {_text(document)}
    for name, rewrite in _rewrites(document):
        changed = _changed(document, rewrite)
        if changed is None or (text := _text(changed)) in seen:
            continue
        seen.add(text)
        if _states(changed) == _states_of(_text(document)):
            different[name] = rewrite
    return different


def rewritten(document: Json, *changes: Rewrite) -> Json | None:
    """Return a rewritten copy; None if it cannot be made or does not state the same."""
    changed = _changed(document, *changes)
    if changed is None:
        return None
    return changed if _states(changed) == _states_of(_text(document)) else None


def _changed(document: Json, *changes: Rewrite) -> Json | None:
    changed = deepcopy(document)
    try:
        for change in changes:
            change(changed)
    except (KeyError, IndexError, TypeError, AttributeError):  # one took away what another needs
        return None
    return changed


def _text(document: Json) -> str:
    return json.dumps(document)


def _states(document: Json) -> bytes | None:
    """Return the canonical form, as far as the tables go: PyLD would take a minute in all."""
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    try:
        walk = Walk.of(unsigned, shipped.initial())
        return canonical(walk.statements, walk.quads, walk.blocks)
    except (Declined, ValueError):
        return None


@lru_cache(maxsize=8)
def _states_of(text: str) -> bytes | None:
    """The same of a document that many are compared with."""
    return _states(json.loads(text))


def _rewrites(document: Json) -> Iterator[tuple[str, Rewrite]]:
    nodes = _nodes(document)
    for path, name in members(document):
        place = ".".join(map(str, (*path, name)))
        for kind, change in _CHANGES.items():
            yield f"{kind} {place}", _change(path, name, change)
        if isinstance(at(document, path).get("id"), str) and name != "id":
            here = at(document, path)["id"]
            for other in nodes.get(here, []):
                if other != path:
                    yield f"move {place} to {_dotted(other)}", _move(path, name, other)
            if path:
                yield f"split {place}", _split(path, name)
    for iri, places in nodes.items():
        for path in places:
            for other in _mentions(document, iri):
                if other != path:
                    label = f"hoist {_dotted(path)} to {_dotted(other)}"
                    yield label, _hoist(path, other)


def _dotted(path: tuple[Any, ...]) -> str:
    return ".".join(map(str, path)) or "the whole"


def _nodes(document: Json) -> dict[str, list[tuple[Any, ...]]]:
    """Return the places of the objects of each id."""
    paths: dict[str, list[tuple[Any, ...]]] = {}
    for path, name in members(document):
        if name == "id" and isinstance(at(document, path)["id"], str):
            paths.setdefault(at(document, path)["id"], []).append(path)
    return paths


def _mentions(document: Any, iri: str, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield every place where an id stands, alone or in an object."""
    if document == iri and path[-1] != "id":
        yield path
    elif isinstance(document, dict):
        if document.get("id") == iri and path:
            yield path
        for name, value in document.items():
            if name not in _APART:
                yield from _mentions(value, iri, (*path, name))
    elif isinstance(document, list):
        for place, item in enumerate(document):
            yield from _mentions(item, iri, (*path, place))


def _change(path: tuple[Any, ...], name: str, change: Callable[[Any], Any]) -> Rewrite:
    def rewrite(document: Json) -> None:
        node = at(document, path)
        node[name] = change(node[name])

    return rewrite


def _move(path: tuple[Any, ...], name: str, other: tuple[Any, ...]) -> Rewrite:
    def rewrite(document: Json) -> None:
        source, target = at(document, path), at(document, other)
        value = source.pop(name)
        if name in target:
            value = [*_listed(target[name]), *_listed(value)]
        target[name] = value

    return rewrite


def _split(path: tuple[Any, ...], name: str) -> Rewrite:
    """Write one member of a node in a second object beside the first, with the types it needs."""

    def rewrite(document: Json) -> None:
        *around, last = path
        outer = at(document, tuple(around))
        node = outer[last]
        piece = {key: node[key] for key in ("id", "type") if key in node} | {name: node.pop(name)}
        if isinstance(outer, list):
            outer.append(piece)
        else:
            outer[last] = [node, piece]

    return rewrite


def _hoist(path: tuple[Any, ...], other: tuple[Any, ...]) -> Rewrite:
    """Write a node whole at another place where it is named, and its name alone where it was."""

    def rewrite(document: Json) -> None:
        node = at(document, path)
        if path[: len(other)] == other or other[: len(path)] == path:
            return
        outer, inner = at(document, other[:-1]), at(document, path[:-1])
        there = outer[other[-1]]
        merged = {**node, **(there if isinstance(there, dict) else {})}
        outer[other[-1]], inner[path[-1]] = merged, {"id": node["id"]}

    return rewrite


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def _first_again(value: Any) -> Any:
    return [*_listed(value), _listed(value)[0]] if _listed(value) else value


def _id_first(value: Any) -> Any:
    items = _listed(value)
    ids = [item["id"] for item in items if isinstance(item, dict) and "id" in item]
    return [*ids, *items] if ids else value


def _typed(datatype: str) -> Callable[[Any], Any]:
    def change(value: Any) -> Any:
        text = str(value).lower() if isinstance(value, bool) else f"{value}"
        return value if isinstance(value, dict | list) else {"@value": text, "@type": datatype}

    return change


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdigit() else value


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return (
        f"{value:E}"
        if isinstance(value, float)
        else str(value)
        if isinstance(value, int)
        else value
    )


def _alone(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _id_alone(value: Any) -> Any:
    return value["id"] if isinstance(value, dict) and value.keys() == {"id"} else value


def _expanded(value: Any) -> Any:
    if isinstance(value, list):
        return [_expanded(item) for item in value]
    return f"{_OB}{value}" if isinstance(value, str) else value


_CHANGES: dict[str, Callable[[Any], Any]] = {
    "twice": lambda value: [*_listed(value), *deepcopy(_listed(value))],
    "first again": _first_again,
    "beside null": lambda value: [None, *_listed(value), None],
    "in a list": lambda value: value if isinstance(value, list) else [value],
    "without a list": _alone,
    "backwards": lambda value: value[::-1] if isinstance(value, list) else value,
    "turned": lambda value: [*value[1:], *value[:1]] if isinstance(value, list) else value,
    "id beside it": _id_first,
    "id as an object": lambda value: {"id": value} if isinstance(value, str) else value,
    "object as its id": _id_alone,
    "value object": lambda value: {"@value": value},
    "dated": _typed(f"{_XSD}dateTime"),
    "as string": _typed("https://www.w3.org/2001/XMLSchema#string"),
    "as uri": _typed("https://www.w3.org/2001/XMLSchema#anyURI"),
    "as boolean": _typed("https://www.w3.org/2001/XMLSchema#boolean"),
    "as float": _typed("https://www.w3.org/2001/XMLSchema#float"),
    "as number": _number,
    "as text": _as_text,
    "as full IRI": _expanded,
}  # fmt: skip
