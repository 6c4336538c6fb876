"""The walk over the term tables says what PyLD says, and blank nodes get the names that
Oxigraph gives them, for documents that nobody thought of.

`FUZZ_DOCUMENTS=20000 FUZZ_SEED=… pytest -s` on this file is `make fuzz`.
"""

import json
import os
import random
import re

import pyoxigraph as ox
import pytest
from odd_documents import Maker
from pyld.jsonld import URDNA2015, JsonLdProcessor

from contexts import (
    BUNDLED,
    CanonicalizationError,
    DataLossError,
    canonicalize,
    canonicalize_defined,
    rdfc,
    shipped,
    to_quads,
)
from contexts.fallback import _dataset, _Processors
from contexts.rdfc import canonical, line, rdfc10
from contexts.terms import Declined, Wrong
from contexts.walk import Walk

SEED = int(os.environ.get("FUZZ_SEED") or random.SystemRandom().randrange(10**9))
DOCUMENTS = int(os.environ.get("FUZZ_DOCUMENTS") or 2000)
PARTS = 8


def by_tables(document, initial):
    try:
        walk = Walk.of(document, initial)
    except Wrong as exc:
        return type(exc.error)
    except Declined:
        return None
    return canonical(walk.statements, walk.quads, walk.blocks)


def by_pyld(document):
    try:
        return rdfc10(_dataset(document, BUNDLED))
    except CanonicalizationError as exc:
        return type(exc)


@pytest.mark.parametrize("part", range(PARTS))
def test_what_the_tables_let_through_is_what_pyld_says(part):
    maker = Maker(f"{SEED} {part}")
    read = 0
    for _ in range(DOCUMENTS // PARTS):
        document = maker.document()
        text = json.dumps(document)
        ours = by_tables(document, shipped.initial())
        compiled = by_tables(document, _Processors.of(BUNDLED).compiler.initial())
        assert ours in (None, compiled), f"seed {SEED}, shipped and compiled differ: {text}"
        reference = by_pyld(document)
        if isinstance(compiled, type):  # where two things are wrong, PyLD may meet the other first
            odd = f"seed {SEED}, refused by the tables alone: {text}"
            assert isinstance(reference, type) or not reference, odd
        else:
            assert compiled in (None, reference), f"seed {SEED}: {text}"
        assert json.dumps(document) == text
        read += compiled is not None
    print(f"seed {SEED}, part {part}: tables read {read} of {DOCUMENTS // PARTS}")
    assert read > DOCUMENTS // PARTS // 4


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_left_of_a_document_is_what_pyld_leaves_of_it(part):
    """Libraries without a safe mode sign what the contexts define (`canonicalize_defined`)."""
    maker = Maker(f"{SEED} lossy {part}")
    refused = 0
    for _ in range(DOCUMENTS // PARTS // 4):
        document = maker.document()
        try:
            canonicalize(document)
        except DataLossError:
            refused += 1
            ours, reference = defined(document), defined_by_pyld(document)
            assert ours is None or reference in (None, ours), f"seed {SEED}: {json.dumps(document)}"
        except CanonicalizationError:
            continue
    assert refused


NO_IRI = re.compile(r"<((?![A-Za-z][A-Za-z0-9+.-]*:)|.*\\u0020)")
"""What PyLD keeps, jsonld.js drops, and nobody compares."""


def defined(document):
    try:
        return canonicalize_defined(document)
    except CanonicalizationError:
        return None


def defined_by_pyld(document):
    try:
        quads = _dataset(document, BUNDLED, strict=False)
    except CanonicalizationError as exc:
        return type(exc)
    defined = [quad for quad in quads if not any(term.startswith("<x-relative:") for term in quad)]
    ill_formed = any(NO_IRI.match(term) for quad in defined for term in quad)
    return None if ill_formed else rdfc10(defined)


class OnceForEach(rdfc._Canonicalizer):
    """As Oxigraph: a graph that a node stands in with several statements is its neighbor once.
    Section 4.8.3 (3.1) adds it for each statement, as we, PyLD and rdf-canonize do."""

    def alike(self, related, node):
        return super().alike(list(dict.fromkeys(related)), node)


def once_for_each(quads, hash_name):
    begun = rdfc._BEGUN[hash_name]
    hashes = rdfc._hash_first_degree({}, quads, begun)
    names = OnceForEach({}, quads, hashes, begun).canonical_names()
    return "".join(sorted(line(quad, names) for quad in quads))


def test_a_graph_is_the_neighbor_of_a_node_once_for_each_statement():
    quads = {
        ("_:c", "<urn:n>", '"1"', ""),
        ("_:d", "<urn:n>", '"d"', ""),
        ("_:c", "<urn:p>", "_:x", "_:g"),
        ("_:d", "<urn:p>", "_:y", "_:g"),
        ("_:x", "<urn:q>", '"same"', "_:g"),
        ("_:y", "<urn:q>", '"same"', "_:g"),
    }
    written = "".join(line(quad, {}) for quad in quads)
    oxigraph = ox.Dataset(ox.parse(written, format=ox.RdfFormat.N_QUADS))
    oxigraph.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    pyld = URDNA2015().main(
        JsonLdProcessor.parse_nquads(written), {"format": "application/n-quads"}
    )
    assert rdfc10(quads).decode() == pyld
    assert once_for_each(quads, "sha256") == "".join(sorted(f"{quad} .\n" for quad in oxigraph))
    assert pyld != once_for_each(quads, "sha256")


@pytest.mark.parametrize("hash_name", ["sha256", "sha384"])
@pytest.mark.parametrize("part", range(PARTS // 2))
def test_oxigraph_writes_the_same_canonical_form(part, hash_name):
    algorithm = getattr(ox.CanonicalizationAlgorithm, f"RDFC_1_0_SHA_{hash_name[3:]}")
    maker, compared = Maker(f"{SEED} {part} {hash_name}"), 0
    for _ in range(DOCUMENTS // PARTS):
        document = maker.document()
        try:
            quads = to_quads(document)
        except CanonicalizationError:
            continue
        if any(term[0] == "<" and "\\u" in term for quad in quads for term in quad if term):
            continue  # what no IRI may hold we escape (N-Quads, IRIREF), and Oxigraph writes raw
        written = "".join(line(quad, {}) for quad in quads)
        theirs = ox.Dataset(ox.parse(written, format=ox.RdfFormat.N_QUADS, lenient=True))
        theirs.canonicalize(algorithm)
        lines = "".join(sorted(f"{quad} .\n" for quad in theirs))
        ours = rdfc10(quads, hash_name=hash_name).decode()
        assert lines in (ours, once_for_each(quads, hash_name)), f"seed {SEED}: {document}"
        compared += 1
    assert compared > DOCUMENTS // PARTS // 4


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(
            [{"@value": "a", "@language": "en", "@direction": way} for way in ("ltr", "rtl")],
            id="two directions",
        ),
        pytest.param(
            [{"@value": [one], "@type": "@json"} for one in (1, True)], id="JSON equal to Python"
        ),
    ],
)
def test_pyld_drops_one_of_two_values_and_the_tables_keep_both(values):
    """JSON-LD 1.1, section 8.4 (node map generation), compares whole values."""
    document = {"@context": ["https://www.w3.org/ns/credentials/v2"], "id": "urn:x", "name": values}
    assert by_tables(document, shipped.initial()).count(b"\n") == 2
    assert by_pyld(document).count(b"\n") == 1
