"""A document as canonical statements with secret blank node labels, and how pointers select them.

Data Integrity ECDSA Cryptosuites 1.0, section 3.4 (“canonicalizeAndGroup” and its parts).
JSON objects without an `id` are blank nodes, and their canonical names depend on what is left
out. So each is signed under a label that only the holder can compute: the HMAC of its canonical
name.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any

from contexts import CanonicalizationError, FrozenContexts, WorkLimitError, canonicalize, to_quads
from contexts.ntriples import Quad
from contexts.rdfc import canonical_names, line, rdfc10
from verifier.parsing import base64url, pointers
from verifier.parsing.strict_json import Json


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
        self._prefix = f"urn:bnid:{secrets.token_hex(16)}:"
        names = (f"{self._prefix}{number}" for number in count())
        self._named: Json = _named(document, names)
        quads = self._quads(self._named)
        canonical = canonical_names(quads)
        self.labels = {node: secret_label(hmac_key, name) for node, name in canonical.items()}
        # Naming objects must change nothing: it would where JSON is data, in a graph, …
        if rdfc10(quads, names=canonical) != whole:
            raise NotDivisibleError("naming its objects changes what it says")
        self.lines = tuple(sorted(line(quad, self.labels) for quad in quads))

    def at(self, selected: Iterable[str]) -> set[Quad]:
        """Return the statements at these pointers; `pointers.PointerError` if there is nothing."""
        part = pointers.select(self._named, selected)
        return set() if part is None else self._quads(part)

    def indexes(self, quads: Iterable[Quad]) -> list[int]:
        """Return the places of statements among `lines`, ascending."""
        chosen = {line(quad, self.labels) for quad in quads}
        return [index for index, one in enumerate(self.lines) if one in chosen]

    def _quads(self, named: Json) -> set[Quad]:
        try:
            quads = to_quads(named, contexts=self._contexts)
        except WorkLimitError:
            raise
        except CanonicalizationError as exc:
            raise NotDivisibleError(exc.detail) from exc
        terms = set[str]().union(*quads)
        names = {term: f"_:{term}" for term in terms if self._prefix in term}
        # A nested proof stands in a graph that no JSON object names: its node names it.
        for graph in {g for *_, g in quads if g.startswith("_:")}:
            names[graph] = "_:graph" + min(s for s, _, _, g in quads if g == graph)
        if any(term.startswith("_:") and term not in names for term in terms):
            raise NotDivisibleError("a part of it cannot be given a name")
        return {(names.get(s, s), p, names.get(o, o), names.get(g, g)) for s, p, o, g in quads}


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


def _named(value: Any, names: Iterator[str]) -> Any:
    """Return a copy in which each object that stands for a node has an `id` (3.4.7)."""
    if isinstance(value, list):
        return [_named(item, names) for item in value]
    if not isinstance(value, Mapping) or "@value" in value:
        return value
    named = {
        name: item if name == "@context" else _named(item, names) for name, item in value.items()
    }
    if "id" not in named:
        named["id"] = next(names)
    return named
