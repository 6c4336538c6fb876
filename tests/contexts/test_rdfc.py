"""RDFC-1.0: every published case, and graphs made to be slow (T23)."""

import random
import time
from itertools import combinations

import pytest
from nquads import quads
from published import vectors

from contexts import WorkLimitError, rdfc
from contexts.rdfc import Quad, rdfc10

SOON = 10.0
"""Seconds. Without the defense it would be hours; a slow machine is no flaw."""

CASES = vectors("rdfc10.json")


@pytest.mark.parametrize("case", CASES.values(), ids=[f"{n}-{c['name']}" for n, c in CASES.items()])
def test_a_published_dataset_gets_its_published_canonical_form(case):
    canonical = rdfc10(quads(case["input"]), hash_name=case["hash"])
    assert canonical.decode().split("\n")[:-1] == case["canonical"]


@pytest.mark.parametrize("case", CASES.values(), ids=[f"{n}-{c['name']}" for n, c in CASES.items()])
def test_a_canonical_form_is_its_own_canonical_form(case):
    canonical = case["canonical"]
    assert rdfc10(quads(canonical), hash_name=case["hash"]).decode().split("\n")[:-1] == canonical


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


def trees(count: int) -> set[Quad]:
    return {
        quad
        for number in range(count)
        for quad in (
            ("_:hub", "<urn:p>", f"_:r{number}", ""),
            (f"_:r{number}", "<urn:q>", f"_:a{number}", ""),
            (f"_:a{number}", "<urn:name>", '"x"', ""),
        )
    }


@pytest.mark.parametrize(
    "dataset",
    [
        pytest.param(clique(10), id="clique of 10, as in the withheld test074"),
        pytest.param(clique(60), id="clique of 60"),
        pytest.param(rings(50, 60), id="fifty equal rings of 60"),
    ],
)
def test_a_poisoned_graph_is_refused_within_a_fifth_of_a_second(dataset):
    began = time.process_time()
    with pytest.raises(WorkLimitError):
        rdfc10(dataset)
    assert time.process_time() - began < SOON


@pytest.mark.parametrize(
    "dataset",
    [
        pytest.param(hubs(1000), id="two hubs with a thousand equal children each"),
        pytest.param(trees(40), id="forty equal results with equal alignments"),
    ],
)
def test_equal_blank_nodes_that_only_hang_on_another_are_no_poison(dataset):
    began = time.process_time()
    assert rdfc10(dataset).count(b"\n") == len(dataset)
    assert time.process_time() - began < SOON


class EveryOrder(rdfc._Canonicalizer):
    """RDFC-1.0 by the letter: every order is tried, whatever hangs equal."""

    def alike(self, related, node):
        return [[one] for one in related]

    def one_of_each(self, nodes):
        return (node for node in nodes if node not in self.canonical.names)


def graph(seed: int) -> set[Quad]:
    """A small graph, half of it a tree, so that parts of it are often equal."""
    pick = random.Random(seed)
    nodes = [f"_:n{number}" for number in range(pick.randint(2, 7))]
    quads_of_graph = set()
    for number in range(1, len(nodes)):
        parent = nodes[pick.choice([0, pick.randrange(number)])]
        quads_of_graph.add((parent, pick.choice(["<urn:p>", "<urn:q>"]), nodes[number], ""))
    for _ in range(pick.randint(0, 5)):
        subject, value = pick.choice([*nodes, "<urn:s>"]), pick.choice([*nodes, "<urn:o>", '"x"'])
        quads_of_graph.add(
            (subject, "<urn:p>", value, pick.choice(["", "", "", "<urn:g>", *nodes[:1]]))
        )
    return quads_of_graph


@pytest.mark.parametrize("part", range(4))
def test_trying_fewer_orders_gives_the_same_form_as_trying_all(part):
    for seed in range(part * 300, part * 300 + 300):
        dataset = graph(seed)
        begun = rdfc._BEGUN["sha256"]
        hashes = rdfc._hash_first_degree({}, dataset, begun)
        names = EveryOrder({}, dataset, hashes, begun).canonical_names()
        by_the_letter = "".join(sorted(rdfc.line(quad, names) for quad in dataset))
        assert rdfc10(dataset).decode() == by_the_letter, f"seed {seed}"


def test_a_chain_too_long_to_follow_is_refused():
    chains = {
        (f"_:{chain}{place}", "<urn:p>", f"_:{chain}{place + 1}", "")
        for chain in "ab"
        for place in range(2000)
    }
    with pytest.raises(WorkLimitError):
        rdfc10(chains)


def test_the_names_of_blank_nodes_do_not_matter():
    assert rdfc10(rings(1, 5)) == rdfc10(
        {
            (s.replace("r0", "x"), p, o.replace("r0", "x"), g)
            for s, p, o, g in sorted(rings(1, 5), reverse=True)
        }
    )
