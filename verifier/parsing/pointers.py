"""JSON Pointers (RFC 6901), and the part of a document that a set of them selects.

`select` is “selectJsonLd” of Data Integrity ECDSA Cryptosuites 1.0, section 3.4.13: it also
selects the objects on the way to each target, with their `id` and `type`.

>>> steps("/credentialSubject/achievement")
('credentialSubject', 'achievement')
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from contexts.errors import MintmarkError
from contexts.json_types import Json

Steps = tuple[str, ...]

MAX_POINTERS = 200
_POINTER = re.compile(r"(/([^~/]|~[01])*)*", re.DOTALL)
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)


class PointerError(MintmarkError, ValueError):
    """A pointer is malformed or points to nothing in the document. The message names it."""


def steps(pointer: str) -> Steps:
    """Return the reference tokens of a pointer; `PointerError` if it is none."""
    if not _POINTER.fullmatch(pointer):
        raise PointerError(f"{pointer!r} is not a JSON Pointer: it looks like /name or /evidence/0")
    return tuple(s.replace("~1", "/").replace("~0", "~") for s in pointer.split("/")[1:])


def escape(step: str) -> str:
    """Return one step as it stands in a pointer."""
    return step.replace("~", "~0").replace("/", "~1")


def select(document: Json, pointers: Iterable[str]) -> dict[str, Any] | None:
    """Return the part of `document` at `pointers`, in the document's order, or None without
    pointers. It shares objects with the document, so neither may be changed.

    Raises `PointerError` for a pointer that is malformed or points at nothing.
    """
    ways = {pointer: steps(pointer) for pointer in pointers}
    if len(ways) > MAX_POINTERS:
        raise PointerError(f"more than {MAX_POINTERS} pointers")
    if not ways:
        return None
    for pointer, way in ways.items():
        _require(document, way, pointer)
    picked: dict[str, Any] = _pick(document, set(ways.values()))
    return {"@context": document.get("@context"), **picked}


def _require(value: Any, way: Steps, pointer: str) -> None:
    for step in way:
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, list) and _INDEX.fullmatch(step) and int(step) < len(value):
            value = value[int(step)]
        else:
            raise PointerError(f"there is nothing at {pointer}")


def _pick(value: Any, ways: set[Steps]) -> Any:
    """Return what `ways` select of `value`: all of it where one of them ends here."""
    if () in ways:
        return value
    here: dict[str, set[Steps]] = {}
    for step, *rest in ways:
        here.setdefault(step, set()).add(tuple(rest))
    if isinstance(value, list):
        return [_pick(value[int(step)], here[step]) for step in sorted(here, key=int)]
    selected = {
        name: value[name]
        for name in ("id", "type")
        if name in value and not (name == "id" and str(value[name]).startswith("_:"))
    }
    chosen = {name: _pick(value[name], here[name]) for name in value if name in here}
    return selected | chosen
