"""RDFC-1.0: every published case, and graphs made to be slow (T23)."""

import re
import time
from itertools import combinations

import pytest
from published import vectors

from contexts import WorkLimitError
from contexts.fallback import _LANG_STRING, _term
from contexts.rdfc import Quad, rdfc10

CASES = vectors("rdfc10.json")


_TERM = r'<([^>]*)>|(_:\S+)|"((?:[^"\\]|\\.)*)"(?:@([\w-]+)|\^\^<([^>]*)>)?'
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})|\\(.)", re.DOTALL)
_LETTERS = dict(zip("btnfr", "\b\t\n\f\r", strict=True))
_XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"


def quads(lines: list[str]) -> set[Quad]:
    """Parse N-Quads into the terms that `rdfc10` takes: unescaped, and written anew."""
    found = set()
    for line in filter(None, lines):
        terms = [written(match) for match in re.finditer(_TERM, line, re.DOTALL)]
        found.add((*terms, "") if len(terms) == 3 else tuple(terms))
    return found


def written(match: re.Match[str]) -> str:
    iri, blank, text, language, datatype = match.groups()
    if text is None:
        return _term({"type": "IRI", "value": blank or unescaped(iri)})
    kind = _LANG_STRING if language else unescaped(datatype or _XSD_STRING)
    literal = {"type": "literal", "value": unescaped(text), "datatype": kind}
    return _term(literal | {"language": language or ""})


def unescaped(text: str) -> str:
    return _ESCAPE.sub(
        lambda m: chr(int(m[1] or m[2], 16)) if m[1] or m[2] else _LETTERS.get(m[3], m[3]), text
    )


@pytest.mark.parametrize("case", CASES.values(), ids=[f"{n}-{c['name']}" for n, c in CASES.items()])
def test_a_published_dataset_gets_its_published_canonical_form(case):
    found = rdfc10(quads(case["input"]), hash_name=case["hash"])
    assert found.split("\n")[:-1] == case["canonical"]


@pytest.mark.parametrize("case", CASES.values(), ids=[f"{n}-{c['name']}" for n, c in CASES.items()])
def test_a_canonical_form_is_its_own_canonical_form(case):
    canonical = case["canonical"]
    assert rdfc10(quads(canonical), hash_name=case["hash"]).split("\n")[:-1] == canonical


def test_every_published_case_but_the_withheld_one_is_here():
    assert len(CASES) == 64
    assert {"test044", "test045", "test046", "test060", "test075"} <= CASES.keys()


def clique(size: int) -> set[Quad]:
    nodes = [f"_:e{number}" for number in range(size)]
    pairs = list(combinations(nodes, 2))
    return {(a, "<urn:p>", b, "") for a, b in pairs} | {(b, "<urn:p>", a, "") for a, b in pairs}


def rings(count: int, size: int) -> set[Quad]:
    return {
        (f"_:r{ring}n{place}", "<urn:p>", f"_:r{ring}n{(place + 1) % size}", "")
        for ring in range(count)
        for place in range(size)
    }


def hubs(children: int) -> set[Quad]:
    return {
        (f"_:hub{hub}", "<urn:p>", f"_:h{hub}c{child}", "")
        for hub in (0, 1)
        for child in range(children)
    }


@pytest.mark.parametrize(
    "dataset",
    [
        pytest.param(clique(10), id="clique of 10, as in the withheld test074"),
        pytest.param(clique(60), id="clique of 60"),
        pytest.param(hubs(2000), id="two hubs with 2000 equal children each"),
        pytest.param(rings(50, 60), id="fifty equal rings of 60"),
    ],
)
def test_a_poisoned_graph_is_refused_within_a_second(dataset):
    began = time.process_time()
    with pytest.raises(WorkLimitError):
        rdfc10(dataset)
    assert time.process_time() - began < 1


def test_the_names_of_blank_nodes_do_not_matter():
    assert rdfc10(rings(1, 5)) == rdfc10(
        {
            (s.replace("r0", "x"), p, o.replace("r0", "x"), g)
            for s, p, o, g in sorted(rings(1, 5), reverse=True)
        }
    )
