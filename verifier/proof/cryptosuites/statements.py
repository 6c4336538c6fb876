"""A document as canonical statements with secret blank node labels, and how pointers select them.

Data Integrity ECDSA Cryptosuites 1.0, section 3.4 (“canonicalizeAndGroup” and its parts).
JSON objects without an `id` are blank nodes, and their canonical names depend on what is left
out. So each is signed under a label that only the holder can compute: the HMAC of its canonical
name.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from contexts import CanonicalizationError, FrozenContexts, WorkLimitError, canonicalize, to_quads
from contexts.json_types import Json
from contexts.ntriples import quads_of
from contexts.rdfc import canonical_names, line
from verifier.parsing import base64url, pointers

_PLACES = f"urn:bnid:{secrets.token_hex(16)}:"
"""How the names of places begin, which objects get that have no `id`. Nobody else can know it."""
_PLACE = re.compile(f"(<{_PLACES}[^>]*>)")


class NotDivisibleError(CanonicalizationError):
    """The document is written so that its parts cannot be told apart by pointers."""

    code = "not_divisible"
    problem = None


class Statements:
    """Every statement of a document in canonical order, with secret labels for its nodes.

    `whole` is the canonical form, where the caller has it. Raises
    `contexts.CanonicalizationError` like `canonicalize`, and `NotDivisibleError`.
    """

    def __init__(
        self,
        document: Json,
        hmac_key: bytes,
        contexts: FrozenContexts,
        *,
        whole: bytes | None = None,
    ) -> None:
        whole = canonicalize(document, contexts=contexts) if whole is None else whole
        self._contexts = contexts
        self._named: Json = _named(document, _PLACES)
        named = self._written(self._named)
        names, parts = _canonical_names(named), _PLACE.split(named)
        # Naming objects must change nothing: it would where JSON is data, in a graph, …
        if sorted(_renamed(parts, names)) != whole.decode().split("\n")[:-1]:
            raise NotDivisibleError("naming its objects changes what it says")
        self._labels = {node: secret_label(hmac_key, name) for node, name in names.items()}
        self.lines = tuple(f"{line}\n" for line in sorted(_renamed(parts, self._labels)))

    def at(self, selected: Iterable[str]) -> set[str]:
        """Return the statements at these pointers; `pointers.PointerError` if there is nothing."""
        part = pointers.select(self._named, selected)
        if part is None:
            return set()
        parts = _PLACE.split(self._written(part))
        return {f"{line}\n" for line in _renamed(parts, self._labels)}

    def indexes(self, chosen: set[str]) -> list[int]:
        """Return the places of statements among `lines`, ascending."""
        return [index for index, line in enumerate(self.lines) if line in chosen]

    def _written(self, named: Json) -> str:
        """Return the statements of a document whose objects have names, in any order."""
        try:
            written = canonicalize(named, contexts=self._contexts).decode()
        except WorkLimitError:
            raise
        except CanonicalizationError as exc:
            raise NotDivisibleError(exc.detail) from exc
        return _with_named_graphs(written) if "_:c14n" in written else written


def _with_named_graphs(written: str) -> str:
    """A nested proof stands in a graph that no JSON object names: its node names it."""
    quads = [*quads_of(written)]
    names = {}
    for graph in {g for *_, g in quads if g.startswith("_:")}:
        inside = min(s for s, _, _, g in quads if g == graph)
        names[graph] = f"<{_PLACES}graph:{inside.strip('<>')}>"
    if any(term.startswith("_:") and term not in names for quad in quads for term in quad):
        raise NotDivisibleError("a part of it cannot be given a name")
    return "".join(line(quad, names) for quad in quads)


def _canonical_names(written: str) -> dict[str, str]:
    """Return the canonical name of each place, as of the blank node that it stands for."""
    statements: dict[str, list[str]] = {}
    linked = []
    for statement in [row for row in written.split("\n") if _PLACES in row]:
        subject, _, tail = statement.partition(" ")
        if _PLACES in tail:
            linked.append(_PLACE.sub(_blank, statement))
        else:
            statements.setdefault(f"_:{subject}", []).append(f" {tail}\n")
    names = canonical_names(quads_of("\n".join(linked)), statements)
    return {node[2:]: name for node, name in names.items()}


def _blank(place: re.Match[str]) -> str:
    return f"_:{place[0]}"


def _renamed(parts: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Return the lines of statements, of which every other part is a place, with its name."""
    renamed = [*parts]
    renamed[1::2] = [names[place] for place in parts[1::2]]
    return "".join(renamed).split("\n")[:-1]


def revealed(
    document: Json, labels: Mapping[int, bytes], contexts: FrozenContexts
) -> tuple[str, ...] | None:
    """Return the statements of a derived document under the labels that they were signed with.

    None if the labels are not one for each node: two nodes must never pass for one, nor one
    for two, or a reader of the JSON would see what nobody signed.
    """
    quads = to_quads(document, contexts=contexts)
    canonical = canonical_names(quads)
    labeled = {
        f"_:c14n{number}": f"_:u{base64url.encode(label)}" for number, label in labels.items()
    }
    if set(canonical.values()) != labeled.keys() or len(set(labeled.values())) != len(labeled):
        return None
    names = {node: labeled[name] for node, name in canonical.items()}
    return tuple(sorted(line(quad, names) for quad in quads))


def secret_label(hmac_key: bytes, canonical_name: str) -> str:
    """Return the label of a node: `_:u` and the HMAC of its name without `_:` (3.4.4)."""
    name = canonical_name.removeprefix("_:").encode()
    return "_:u" + base64url.encode(hmac.digest(hmac_key, name, hashlib.sha256))


def _named(value: Any, place: str) -> Any:
    """Return a copy in which each object that stands for a node has an `id` (3.4.7): its place,
    so that what many credentials hold is the same in each and is remembered."""
    if type(value) is list:
        return [
            item if type(item) is str else _named(item, f"{place}/{number}")
            for number, item in enumerate(value)
        ]
    if type(value) is not dict or "@value" in value:
        return value
    named = {
        name: item if type(item) is str or name == "@context" else _named(item, f"{place}/{name}")
        for name, item in value.items()
    }
    named.setdefault("id", place)
    return named
