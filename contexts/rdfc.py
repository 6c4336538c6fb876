"""RDF Dataset Canonicalization (RDFC-1.0): blank nodes get names that depend on content only.

Section numbers in comments are those of the W3C Recommendation of 21 May 2024.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import permutations

from contexts.errors import WorkLimitError
from contexts.ntriples import Quad

MAX_WORK = 10_000
"""Permutations and N-degree hashes in one document, about 30 ms. The hardest honest graphs
of the W3C suite need 3,348; a poisoned one needs more than any machine has (T23)."""


def rdfc10(quads: Iterable[Quad], *, hash_name: str = "sha256") -> str:
    """Return the canonical N-Quads of a dataset (section 4.4), sorted in code point order.

    `hash_name` is the hash that names blank nodes: `sha256`, or `sha384` for P-384 suites.

    Raises `WorkLimitError` when naming the blank nodes takes more than `MAX_WORK` steps.
    """
    named, blank = [], []
    for quad in quads:
        has_blank = any(term.startswith("_:") for term in quad)
        blank.append(quad) if has_blank else named.append(line(quad, {}))
    return canonical(named, blank, hash_name=hash_name)


def canonical(lines: Iterable[str], quads: Iterable[Quad], *, hash_name: str = "sha256") -> str:
    """Return the canonical form of a dataset of which `quads` holds those with blank nodes and
    `lines` the others, already written; as `rdfc10`."""
    dataset = set(quads)
    names = canonical_names(dataset, hash_name=hash_name)
    return "".join(sorted({*lines, *(line(quad, names) for quad in dataset)}))


def canonical_names(quads: Iterable[Quad], *, hash_name: str = "sha256") -> dict[str, str]:
    """Return the canonical name of each blank node of a dataset: `_:b3` to `_:c14n0` (4.4)."""
    return _Canonicalizer(set(quads), hash_name).canonical_names()


def line(quad: Quad, names: Mapping[str, str]) -> str:
    """Return the N-Quad of `quad`, its blank nodes renamed as `names` says."""
    s, p, o, g = (names.get(term, term) for term in quad)
    return f"{s} {p} {o} {g} .\n" if g else f"{s} {p} {o} .\n"


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
    def __init__(self, dataset: set[Quad], hash_name: str) -> None:
        self.hash_name = hash_name
        self.quads_of: dict[str, list[Quad]] = defaultdict(list)
        for quad in dataset:
            for node in {term for term in quad if term.startswith("_:")}:
                self.quads_of[node].append(quad)
        self.first_degree: dict[str, str] = {}
        self.canonical = _Issuer("_:c14n")
        self.work = 0

    def canonical_names(self) -> dict[str, str]:
        by_hash: dict[str, list[str]] = defaultdict(list)
        for node in self.quads_of:
            by_hash[self.hash_first_degree(node)].append(node)
        # 4.4.3 (4): nodes that only one content hash points to.
        for digest in sorted(by_hash):
            if len(by_hash[digest]) == 1:
                self.canonical.issue(by_hash.pop(digest)[0])
        # 4.4.3 (5): the rest by what surrounds them.
        for digest in sorted(by_hash):
            results = []
            for node in by_hash[digest]:
                if node not in self.canonical.names:
                    issuer = _Issuer("_:b")
                    issuer.issue(node)
                    results.append(self.hash_n_degree(node, issuer))
            for _, issuer in sorted(results, key=lambda result: result[0]):
                for node in issuer.names:
                    self.canonical.issue(node)
        return self.canonical.names

    def hash_first_degree(self, node: str) -> str:
        """Section 4.6: the node's quads, itself written `_:a` and every other node `_:z`."""
        if node not in self.first_degree:
            lines = []
            for quad in self.quads_of[node]:
                names = {t: "_:a" if t == node else "_:z" for t in quad if t.startswith("_:")}
                lines.append(line(quad, names))
            self.first_degree[node] = self.digest("".join(sorted(lines)))
        return self.first_degree[node]

    def hash_related(self, related: str, quad: Quad, issuer: _Issuer, position: str) -> str:
        """Section 4.7."""
        name = self.canonical.names.get(related) or issuer.names.get(related)
        predicate = "" if position == "g" else quad[1]
        return self.digest(position + predicate + (name or self.hash_first_degree(related)))

    def hash_n_degree(self, node: str, issuer: _Issuer) -> tuple[str, _Issuer]:
        """Section 4.8: try the orders of equal neighbours and keep the least path."""
        self.spend()
        related_by_hash: dict[str, list[str]] = defaultdict(list)
        for quad in self.quads_of[node]:
            for position, term in zip("sog", (quad[0], quad[2], quad[3]), strict=True):
                if term.startswith("_:") and term != node:
                    digest = self.hash_related(term, quad, issuer, position)
                    related_by_hash[digest].append(term)
        data = ""
        for digest in sorted(related_by_hash):
            chosen_path, chosen_issuer = "", issuer
            for order in permutations(related_by_hash[digest]):
                self.spend()
                path, tried = self.try_order(order, issuer.copy(), chosen_path)
                if path is not None and (not chosen_path or path < chosen_path):
                    chosen_path, chosen_issuer = path, tried
            data += digest + chosen_path
            issuer = chosen_issuer
        return self.digest(data), issuer

    def try_order(
        self, order: tuple[str, ...], issuer: _Issuer, chosen: str
    ) -> tuple[str | None, _Issuer]:
        """Section 4.8.2 (5.4): the path of one order, or None once it cannot be the least."""
        path, recursion = "", []
        for related in order:
            if related in self.canonical.names:
                path += self.canonical.names[related]
            else:
                if related not in issuer.names:
                    recursion.append(related)
                path += issuer.issue(related)
            if chosen and len(path) >= len(chosen) and path > chosen:
                return None, issuer
        for related in recursion:
            digest, result = self.hash_n_degree(related, issuer)
            path += f"{issuer.issue(related)}<{digest}>"
            issuer = result
            if chosen and len(path) >= len(chosen) and path > chosen:
                return None, issuer
        return path, issuer

    def digest(self, text: str) -> str:
        return hashlib.new(self.hash_name, text.encode()).hexdigest()

    def spend(self) -> None:
        self.work += 1
        if self.work > MAX_WORK:
            raise WorkLimitError("its unnamed parts refer to each other too intricately")
