"""One way to read what a document states, however it is written.

RDF is a set of statements about nodes that have names (RDF 1.1 Concepts, sections 3 and 4).
JSON-LD may write a statement twice or beside `null`, a value as a value object, a node in pieces,
at any place where it is named (JSON-LD 1.1, sections 4.1, 4.3 and 9; its API, sections 5.1.2,
6 and 8). A signature over canonical form holds for each of these. So whoever reads the JSON reads
what this makes of it: each statement once, each node whole wherever it is named, values in one
form, members and lists in one order. It depends on the statements and the first node alone.

Credentials inside, and proofs, are left as they are written: they are signed by themselves.
"""

from typing import Any, NamedTuple

from contexts.canonicalize import initial_contexts
from contexts.frozen import BUNDLED, FrozenContexts
from contexts.json_types import Json
from contexts.members import Manner, NoOneReadingError, unsigned
from contexts.merged import Merged
from contexts.plain import Pieces, Plain
from contexts.terms import ActiveContext, Declined, Wrong


class Reading(NamedTuple):
    """A document as it is to be read. `doubts` are the credentials inside it that share a node with
    what is around or beside them, so that a statement could be moved from one to the other; each
    with whether it says more of that node."""

    document: dict[str, Any]
    doubts: tuple[tuple[Json, bool], ...] = ()


def read(document: Json, how: Manner, *, contexts: FrozenContexts = BUNDLED) -> Reading | None:
    """Return what a JSON-LD document states, or None if the tables of terms do not cover it.

    Raises `NoOneReadingError`, `WorkLimitError` if the result would be too long, and any other
    `contexts.CanonicalizationError`.
    """
    for active in initial_contexts(document, contexts):
        try:
            return _read(document, active, how)
        except Wrong:
            break
        except Declined:
            continue
    return None


def _read(document: Json, active: ActiveContext, how: Manner) -> Reading:
    covered = unsigned(document)
    try:
        written, doubts = Plain(covered, active, how).written, []
    except (Pieces, NoOneReadingError):  # two values may be one, once merged
        merged = Merged(covered, active, how)
        doubts = merged.doubts()
        written = merged.written()
    return Reading(_as_is(document) | written, tuple(doubts))


def _as_is(document: Json) -> dict[str, Any]:
    """Return the members that say how a document is read and signed, each context once."""
    members = {name: document[name] for name in ("@context", "proof") if name in document}
    if type(urls := members.get("@context")) is list:
        members["@context"] = [*dict.fromkeys(urls)]
    return members
