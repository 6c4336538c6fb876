"""Who judges which request (R29, R30), against networkx as the oracle."""

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issuer.program.assigning.assignment import (
    Evaluator,
    Ground,
    Load,
    Place,
    Request,
    assign,
    even_load,
)
from issuer.program.assigning.flow import Network

TOPICS = ("design thinking", "personalized learning", "STEM", "technology")


def window(requests=142, evaluators=15):
    """The second account's window: every evaluator knows one topic, and may not judge a few."""
    return (
        [
            Request(f"p{n:04}", TOPICS[n % 4], conflicts=frozenset({f"e{n % evaluators:03}"}))
            for n in range(requests)
        ],
        [Evaluator(f"e{n:03}", frozenset({TOPICS[n % 4]})) for n in range(evaluators)],
    )


@pytest.mark.parametrize(
    ("judges", "load", "loads"),
    [
        pytest.param(1, Load(9, 10), {9: 8, 10: 7}, id="play B 2: one each"),
        pytest.param(2, Load(18, 19), {18: 1, 19: 14}, id="play B 2: two each"),
        pytest.param(1, even_load(142, 15), {9: 8, 10: 7}, id="an even load is 9 to 10"),
        pytest.param(2, even_load(142, 15, 2), {18: 1, 19: 14}, id="an even load is 18 to 19"),
    ],
)
def test_a_window_is_shared_out_within_the_loads(judges, load, loads):
    requests, evaluators = window()
    plan = assign(requests, evaluators, load, judges=judges)
    assert not plan.missing
    counts = sorted(plan.loads.values())
    assert {load: counts.count(load) for load in counts} == loads
    conflicts = {(r.id, e) for r in requests for e in r.conflicts}
    pairs = [(place.request, place.evaluator) for place in plan.places]
    assert not conflicts & set(pairs)
    assert len(set(pairs)) == len(pairs) == 142 * judges


def test_work_outside_a_field_is_taken_only_where_nobody_in_it_has_room():
    requests = [Request(f"p{n}", "STEM") for n in range(3)]
    evaluators = [Evaluator("a", frozenset({"STEM"})), Evaluator("b", frozenset({"design"}))]
    assert assign(requests, evaluators, Load(0, 3)).loads == {"a": 3}
    plan = assign(requests, evaluators, Load(0, 2))
    assert sorted(place.ground for place in plan.places) == [
        Ground.IN_FIELD,
        Ground.IN_FIELD,
        Ground.OUTSIDE_FIELD,
    ]


def test_a_least_load_comes_before_the_field():
    requests = [Request(f"p{n}", "STEM") for n in range(4)]
    evaluators = [Evaluator("a", frozenset({"STEM"})), Evaluator("b", frozenset({"design"}))]
    assert assign(requests, evaluators, Load(2, 4)).loads == {"a": 2, "b": 2}


def test_what_stays_is_kept_and_counts_against_the_load():
    """E23: a second run keeps what was begun or moved by hand."""
    requests = [
        Request("p1", "STEM", stays=frozenset({"b"})),
        Request("p2", "STEM"),
        Request("p3", "STEM"),
    ]
    evaluators = [Evaluator("a", frozenset({"STEM"})), Evaluator("b", frozenset({"design"}))]
    plan = assign(requests, evaluators, Load(0, 2))
    assert Place("p1", "b", Ground.STAYS) in plan.places
    assert plan.loads == {"a": 2, "b": 1}
    full = assign(requests, evaluators, Load(0, 1))
    assert full.loads == {"a": 1, "b": 1}
    assert sum(full.missing.values()) == 1


def test_where_evaluators_are_short_the_missing_places_are_told():
    """E27: supply < demand."""
    requests = [Request("p1", "STEM", conflicts=frozenset({"a"})), Request("p2", "STEM")]
    evaluators = [Evaluator("a", frozenset({"STEM"}))]
    assert assign(requests, evaluators, Load(0, 9)).missing == {"p1": 1}
    assert assign(requests, [], Load(0, 0), judges=2).missing == {"p1": 2, "p2": 2}


def test_the_same_input_gives_the_same_plan():
    assert assign(*window(), Load(9, 10)) == assign(*window(), Load(9, 10))


@pytest.mark.parametrize(("least", "greatest"), [(-1, 3), (4, 3)])
def test_a_load_that_cannot_be_is_refused(least, greatest):
    with pytest.raises(ValueError, match="least load"):
        Load(least, greatest)


def test_an_edge_has_no_negative_room_or_cost():
    with pytest.raises(ValueError, match="must not be negative"):
        Network(2).connect(0, 1, room=1, cost=-1)


EDGES = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(0, 6), st.integers(0, 4)).filter(
        lambda edge: edge[0] != edge[1]
    ),
    max_size=30,
    unique_by=lambda edge: edge[:2],
)


@settings(max_examples=300, deadline=None)
@given(EDGES)
def test_any_network_is_filled_as_networkx_fills_it(edges):
    network, oracle = Network(8), networkx.DiGraph()
    oracle.add_nodes_from(range(8))
    numbers = []
    for tail, head, room, cost in edges:
        numbers.append((network.connect(tail, head, room=room, cost=cost), cost))
        oracle.add_edge(tail, head, capacity=room, weight=cost)
    amount = network.fill(0, 7)
    expected = networkx.max_flow_min_cost(oracle, 0, 7)
    assert amount == sum(expected[0].values()) - sum(flows.get(0, 0) for flows in expected.values())
    assert sum(network.flow(number) * cost for number, cost in numbers) == (
        networkx.cost_of_flow(oracle, expected)
    )


PAIRINGS = st.tuples(
    st.lists(
        st.tuples(
            st.sampled_from(TOPICS),
            st.sets(st.integers(0, 4)),
            st.sets(st.integers(0, 4), max_size=2),
        ),
        max_size=9,
    ),
    st.lists(st.sets(st.sampled_from(TOPICS)), min_size=1, max_size=5),
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(1, 2),
)


@settings(max_examples=200, deadline=None)
@given(PAIRINGS)
def test_any_plan_fills_as_many_places_as_can_be_with_the_least_work_outside_a_field(case):
    wishes, fields, least, more, judges = case
    evaluators = [Evaluator(f"e{n}", frozenset(topics)) for n, topics in enumerate(fields)]
    ids = {evaluator.id for evaluator in evaluators}
    requests = [
        Request(
            f"p{n}",
            topic,
            conflicts=frozenset(f"e{e}" for e in conflicts) & ids - {f"e{e}" for e in stays},
            stays=frozenset(f"e{e}" for e in stays) & ids,
        )
        for n, (topic, conflicts, stays) in enumerate(wishes)
    ]
    load = Load(least, least + more)
    plan = assign(requests, evaluators, load, judges=judges)
    new = [place for place in plan.places if place.ground is not Ground.STAYS]
    assert len({(place.request, place.evaluator) for place in plan.places}) == len(plan.places)
    for request in requests:
        assert not request.conflicts & {p.evaluator for p in plan.places if p.request == request.id}
    staying = {e: sum(e in request.stays for request in requests) for e in ids}
    for evaluator, count in plan.loads.items():
        assert count <= max(load.greatest, staying[evaluator])
    assert (
        len(new),
        sum(min(load.least, plan.loads[e]) for e in ids),
        -sum(place.ground is Ground.OUTSIDE_FIELD for place in new),
    ) == best_by_networkx(requests, evaluators, load, judges, staying)


def best_by_networkx(requests, evaluators, load, judges, staying):
    """(places filled, units of the least loads reached, -places outside the field)"""
    graph, dear = networkx.DiGraph(), 1000
    graph.add_nodes_from(["source", "sink"])
    for request in requests:
        graph.add_edge("source", request.id, capacity=max(0, judges - len(request.stays)), weight=0)
        for evaluator in evaluators:
            if evaluator.id not in request.conflicts | request.stays:
                outside = int(request.topic not in evaluator.topics)
                graph.add_edge(request.id, evaluator.id, capacity=1, weight=outside)
    for evaluator in evaluators:
        below = max(0, load.least - staying[evaluator.id])
        room = max(0, load.greatest - staying[evaluator.id])
        below = min(below, room)
        graph.add_edge(evaluator.id, f"{evaluator.id} below", capacity=below, weight=0)
        graph.add_edge(f"{evaluator.id} below", "sink", capacity=below, weight=0)
        graph.add_edge(evaluator.id, "sink", capacity=room - below, weight=dear)
    flows = networkx.max_flow_min_cost(graph, "source", "sink")
    above, outside = divmod(networkx.cost_of_flow(graph, flows), dear)
    filled = sum(flows["source"].values())
    reached = sum(min(load.least, count) for count in staying.values())
    return filled, reached + filled - above, -outside
