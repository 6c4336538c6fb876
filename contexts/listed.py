"""Check the contexts that a document names: only listed URLs are read (design D5)."""

from typing import Any, NamedTuple

from contexts.errors import CanonicalizationError, DataLossError, WorkLimitError
from contexts.frozen import BUNDLED, FrozenContexts
from contexts.json_types import Json
from contexts.terms import MAX_CONTEXTS


class Size(NamedTuple):
    """How much a document holds."""

    values: int
    places: int
    """Values that bring a `@context`."""
    pinned: bool
    """Whether any of the contexts did not come with us."""


def check_contexts(document: Json, contexts: FrozenContexts) -> Size:
    """Return the size of a document. Raises `CanonicalizationError` for an inline context (it
    could say anything), `ContextNotListedError` for one outside `contexts`, `WorkLimitError` for
    too many, and `DataLossError` for a value object that holds null."""
    values, places, pinned = 1, 0, False
    pending: list[Any] = [document]
    while pending:
        value = pending.pop()
        held = value
        if type(value) is not list:
            if value.get("@value", "") is None:  # expansion drops it without a word
                raise DataLossError('a value object holds null: {"@value": null}')
            if "@context" in value:
                places += 1
                pinned |= _pinned(value["@context"], contexts)
            held = [item for key, item in value.items() if key != "@context"]
        values += len(held)
        pending += [item for item in held if type(item) is dict or type(item) is list]
    return Size(values, places, pinned)


def _pinned(entries: Any, contexts: FrozenContexts) -> bool:
    """Whether one of the contexts is pinned; raises as `check_contexts`."""
    entries = entries if isinstance(entries, list) else [entries]
    if len(entries) > MAX_CONTEXTS:
        raise WorkLimitError(f"more than {MAX_CONTEXTS} contexts")
    for entry in entries:
        if not isinstance(entry, str):
            raise CanonicalizationError("an inline @context: only listed URLs are read")
        contexts[entry]
    return not all(entry in BUNDLED and contexts[entry] is BUNDLED[entry] for entry in entries)
