"""RDF Dataset Canonicalization (RDFC-1.0): blank nodes get names that depend on content only.

Section numbers in comments are those of the W3C Recommendation of 21 May 2024.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from contexts import work
from contexts.errors import CanonicalizationError, WorkLimitError
from contexts.ntriples import Quad, block, distinct, tails_of

_BEGUN = {name: hashlib.new(name) for name in ("sha256", "sha384")}
"""Copied for each hash of a few lines: to begin a new one takes longer than they do."""

Statements = Mapping[str, list[str]]
"""The ends of the statements of each subject (see `contexts.walk.Walk`), which are sorted here."""

MAX_WORK = 10_000
"""Relations hashed and neighbors put in order for one document, at most 0.1 s. The hardest graphs
of the W3C suite need 3,840; a poisoned one needs more than any machine has (T23)."""


def rdfc10(
    quads: Iterable[Quad], *, hash_name: str = "sha256", names: Mapping[str, str] | None = None
) -> bytes:
    """Return the canonical N-Quads of a dataset in UTF-8 (section 4.4), in code point order.

    `hash_name` is the hash that names blank nodes: `sha256`, or `sha384` for P-384 suites. Who has
    their `canonical_names` already gives them as `names`.

    Raises `WorkLimitError` when naming the blank nodes takes more than `MAX_WORK` steps, and
    `CanonicalizationError` for lone surrogates, which have no UTF-8.
    """
    return canonical({}, quads, hash_name=hash_name, names=names)


def canonical(
    statements: Statements,
    quads: Iterable[Quad],
    blocks: Mapping[str, bytes] = MappingProxyType({}),
    *,
    hash_name: str = "sha256",
    names: Mapping[str, str] | None = None,
) -> bytes:
    """Return the canonical form of the statements that `Walk` holds; as `rdfc10`.

    They are put in order subject by subject: no subject begins another and goes on with less
    than a space, so that is the order of the whole lines.
    """
    dataset = set(quads)
    if names is None:
        names = _names(statements, dataset, hash_name)
    linked = defaultdict(list)
    for s, p, o, g in dataset:
        end = f" {names.get(g, g)} .\n" if g else " .\n"
        linked[names.get(s, s)].append(f" {p} {names.get(o, o)}{end}")
    whole = {names.get(subject, subject): tails for subject, tails in statements.items()}
    for subject, tails in linked.items():
        whole[subject] = [*whole.get(subject, ()), *tails]
    for subject in blocks.keys() & whole.keys():
        whole[subject] = [*whole[subject], *tails_of(subject, blocks[subject])]
    try:
        written = {**blocks, **{subject: block(subject, tails) for subject, tails in whole.items()}}
    except UnicodeEncodeError as exc:
        raise CanonicalizationError("a string holds a lone surrogate") from exc
    return b"".join([written[subject] for subject in sorted(written)])


def canonical_names(
    quads: Iterable[Quad],
    statements: Statements = MappingProxyType({}),
    *,
    hash_name: str = "sha256",
) -> dict[str, str]:
    """Return the canonical name of each blank node of a dataset: `_:b3` to `_:c14n0` (4.4).
    `statements` may hold those that name no other blank node than their subject, and no graph."""
    return _names(statements, set(quads), hash_name)


def _names(statements: Statements, dataset: set[Quad], hash_name: str) -> dict[str, str]:
    unnamed = {s: distinct(tails) for s, tails in statements.items() if s[0] == "_"}
    if len(unnamed) == 1 and all(_blanks(quad) <= unnamed.keys() for quad in dataset):
        # One alone needs no hash, as in the options of every proof.
        return dict.fromkeys(unnamed, "_:c14n0")
    try:
        hashes = _hash_first_degree(unnamed, dataset, _BEGUN[hash_name])
        alone = {digest: node for node, digest in hashes.items()}
        if len(alone) == len(hashes):  # 4.4.3 (4), and nothing is left for (5)
            return {alone[digest]: f"_:c14n{place}" for place, digest in enumerate(sorted(alone))}
        return _Canonicalizer(unnamed, dataset, hashes, _BEGUN[hash_name]).canonical_names()
    except RecursionError as exc:
        raise WorkLimitError("its unnamed parts form too long a chain") from exc
    except UnicodeEncodeError as exc:
        raise CanonicalizationError("a string holds a lone surrogate") from exc


def _hash_first_degree(unnamed: Statements, dataset: set[Quad], begun: Any) -> dict[str, str]:
    """Section 4.6, for all: a node's quads, itself written `_:a` and every other `_:z`."""
    lines = {node: ["_:a" + tail for tail in tails] for node, tails in unnamed.items()}
    for quad in dataset:
        s, p, o, g = quad
        if s[0] == "_" or g:
            for node in _blanks(quad):
                seen = {term: "_:a" if term == node else "_:z" for term in _blanks(quad)}
                lines.setdefault(node, []).append(line(quad, seen))
        elif o[0] == "_":
            lines.setdefault(o, []).append(f"{s} {p} _:a .\n")
    return {node: _digest("".join(sorted(own)), begun) for node, own in lines.items()}


def _digest(text: str, begun: Any) -> str:
    digest = begun.copy()
    digest.update(text.encode())
    hexadecimal: str = digest.hexdigest()
    return hexadecimal


def line(quad: Quad, names: Mapping[str, str]) -> str:
    """Return the N-Quad of `quad`, its blank nodes renamed as `names` says."""
    s, p, o, g = quad
    s, o = names.get(s, s), names.get(o, o)
    return f"{s} {p} {o} {names.get(g, g)} .\n" if g else f"{s} {p} {o} .\n"


def _blanks(quad: Quad) -> set[str]:
    """Return the blank nodes that a quad mentions."""
    s, _, o, g = quad
    return {term for term in (s, o, g) if term[:1] == "_"}


class _Issuer:
    """Hands out `prefix0`, `prefix1`, … in order, one for each node (section 4.5)."""

    def __init__(self, prefix: str, names: dict[str, str] | None = None) -> None:
        self.prefix = prefix
        self.names = dict(names or {})

    def issue(self, node: str) -> str:
        return self.names.setdefault(node, f"{self.prefix}{len(self.names)}")

    def copy(self) -> "_Issuer":
        return _Issuer(self.prefix, self.names)


class _Canonicalizer:
    """Names nodes of which some look alike at first sight, as `hashes` of first degree say."""

    def __init__(
        self, unnamed: Statements, dataset: set[Quad], hashes: Mapping[str, str], begun: Any
    ) -> None:
        self.begun, self.first_degree, self.unnamed = begun, hashes, unnamed
        self.quads_of: dict[str, list[Quad]] = {node: [] for node in hashes}
        for quad in dataset:
            for node in _blanks(quad):
                self.quads_of[node].append(quad)
        self.shapes: dict[tuple[str, str], str] = {}
        self.canonical = _Issuer("_:c14n")
        self.work = 0

    def canonical_names(self) -> dict[str, str]:
        by_hash: dict[str, list[str]] = defaultdict(list)
        for node, digest in self.first_degree.items():
            by_hash[digest].append(node)
        # 4.4.3 (4): nodes that only one content hash points to.
        for digest in sorted(by_hash):
            if len(by_hash[digest]) == 1:
                self.canonical.issue(by_hash.pop(digest)[0])
        # 4.4.3 (5): the rest by what surrounds them.
        for digest in sorted(by_hash):
            results = []
            for node in self.one_of_each(by_hash[digest]):
                issuer = _Issuer("_:b")
                issuer.issue(node)
                results.append(self.hash_n_degree(node, issuer))
            for _, issuer in sorted(results, key=lambda result: result[0]):
                for node in issuer.names:
                    self.canonical.issue(node)
        return self.canonical.names

    def hash_related(self, related: str, quad: Quad, issuer: _Issuer, position: str) -> str:
        """Section 4.7."""
        name = self.canonical.names.get(related) or issuer.names.get(related)
        predicate = "" if position == "g" else quad[1]
        return _digest(position + predicate + (name or self.first_degree[related]), self.begun)

    def hash_n_degree(self, node: str, issuer: _Issuer) -> tuple[str, _Issuer]:
        """Section 4.8: try the orders of equal neighbors and keep the least path."""
        related_by_hash: dict[str, list[str]] = defaultdict(list)
        for quad in self.quads_of[node]:
            for position, term in zip("sog", (quad[0], quad[2], quad[3]), strict=True):
                if term.startswith("_:") and term != node:
                    self.spend()
                    digest = self.hash_related(term, quad, issuer, position)
                    related_by_hash[digest].append(term)
        data = ""
        for digest in sorted(related_by_hash):
            alike = self.alike(related_by_hash[digest], node)
            if len(alike) == 1:
                chosen_path, issuer = self.try_order(alike[0], issuer, "")
            else:
                chosen_path, issuer = self.least_order(alike, issuer)
            data += digest + chosen_path
        return _digest(data, self.begun), issuer

    def least_order(self, alike: list[list[str]], issuer: _Issuer) -> tuple[str, _Issuer]:
        """Section 4.8.2 (5.4): the least path of all orders, and the names it gives."""
        chosen_path, chosen_issuer = "", issuer
        for order in _orders(alike):
            self.spend(len(order))
            path, tried = self.try_order(order, issuer.copy(), chosen_path)
            if path and (not chosen_path or path < chosen_path):
                chosen_path, chosen_issuer = path, tried
        return chosen_path, chosen_issuer

    def try_order(self, order: Sequence[str], issuer: _Issuer, chosen: str) -> tuple[str, _Issuer]:
        """Section 4.8.2 (5.4): the path of one order, or '' once it cannot be the least."""
        path, recursion = "", []
        for related in order:
            if related in self.canonical.names:
                path += self.canonical.names[related]
            else:
                if related not in issuer.names:
                    recursion.append(related)
                path += issuer.issue(related)
            if chosen and len(path) >= len(chosen) and path > chosen:
                return "", issuer
        for related in recursion:
            digest, result = self.hash_n_degree(related, issuer)
            path += f"{issuer.issue(related)}<{digest}>"
            issuer = result
            if chosen and len(path) >= len(chosen) and path > chosen:
                return "", issuer
        return path, issuer

    def alike(self, related: list[str], node: str) -> list[list[str]]:
        """Return a node's neighbors in groups within which their order makes no difference.

        One node may stand there many times: in a named graph, once for each statement. And to
        swap two of which each leads to nothing but a tree of the same shape changes nothing.
        """
        if len(related) == 1:
            return [related]
        groups = defaultdict(list)
        all_differ = len(set(related)) == len(related)
        for one in related:
            groups[(all_differ and self.shape(one, node, {node})) or one].append(one)
        return list(groups.values())

    def one_of_each(self, nodes: list[str]) -> Iterator[str]:
        """Yield the nodes without a name, but one alone of those that hang equal on one other
        without a name: its path goes through that other, and names them all."""
        seen = set()
        for node in nodes:
            if node in self.canonical.names:
                continue
            around = self.neighbors(node)
            if len(around) == 1 and not around & self.canonical.names.keys():
                (other,) = around
                if (other, self.shape(node, other, {other})) in seen:
                    continue
                seen.add((other, self.shape(node, other, {other}) or node))
            yield node

    def neighbors(self, node: str) -> set[str]:
        return {other for quad in self.quads_of[node] for other in _blanks(quad) if other != node}

    def shape(self, node: str, parent: str, seen: set[str]) -> str:
        """Return a hash of the tree that hangs on `parent` by `node`, '' if it is no tree.

        `seen` are the nodes on the way to this one and beside it: to meet one again is a ring.
        """
        if (node, parent) not in self.shapes:
            self.spend(len(self.quads_of[node]))
            below = self.neighbors(node) - {parent}
            names = {node: "_:a", parent: "_:p"}
            whole = below.isdisjoint(seen)
            for other in below if whole else ():
                names[other] = self.shape(other, node, {*seen, *below, node})
                if not names[other]:
                    whole = False
                    break
            lines = sorted(line(quad, names) for quad in self.quads_of[node]) if whole else ()
            says = self.unnamed.get(node, ())
            self.shapes[node, parent] = (
                _digest("".join([*lines, *says]), self.begun) if whole else ""
            )
        return self.shapes[node, parent]

    def spend(self, steps: int = 1) -> None:
        work.spend(steps)
        self.work += steps
        if self.work > MAX_WORK:
            raise WorkLimitError("its unnamed parts refer to each other too intricately")


def _orders(groups: list[list[str]]) -> Iterator[tuple[str, ...]]:
    """Yield every order of what is in the groups, each group keeping its own."""
    if not any(groups):
        yield ()
    for place, group in enumerate(groups):
        if group:
            rest = [*groups[:place], group[1:], *groups[place + 1 :]]
            for order in _orders(rest):
                yield (group[0], *order)
