"""Match requests with evaluators by field and load, never in a conflict of interest (R29, R30).

plan = assign(
    [Request("p1", topic="stem", conflicts=frozenset({"e1"}))],
    [Evaluator("e1", frozenset({"stem"})), Evaluator("e2", frozenset({"design"}))],
    Load(least=0, greatest=10),
)
plan.places     # (Place("p1", "e2", Ground.OUTSIDE_FIELD),)
plan.missing    # {}
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from issuer.program.assigning.flow import Network


class Ground(StrEnum):
    """Why an evaluator has a request."""

    IN_FIELD = "in_field"
    OUTSIDE_FIELD = "outside_field"
    STAYS = "stays"


@dataclass(frozen=True)
class Request:
    """A proposal or completion to be judged.

    ``conflicts`` names those who must not judge it: the teacher, whoever is related, members of
    the same cohort, and everyone whose declaration is unanswered (I2). ``stays`` names those who
    have it already, because somebody moved it by hand or the review was begun (E23).
    """

    id: str
    topic: str
    conflicts: frozenset[str] = frozenset()
    stays: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Evaluator:
    """Someone who judges, and the topics of their field."""

    id: str
    topics: frozenset[str]


@dataclass(frozen=True)
class Load:
    """How many requests one evaluator gets: at least, if there are enough, and at most."""

    least: int
    greatest: int

    def __post_init__(self) -> None:
        if not 0 <= self.least <= self.greatest:
            raise ValueError(f"the least load {self.least} is above the greatest {self.greatest}")


@dataclass(frozen=True)
class Place:
    """One request with one of its evaluators."""

    request: str
    evaluator: str
    ground: Ground


@dataclass(frozen=True)
class Plan:
    """All places, and by request how many evaluators are missing (E27: supply < demand)."""

    places: tuple[Place, ...]
    missing: Mapping[str, int] = field(default_factory=dict)

    @property
    def loads(self) -> Counter[str]:
        """How many requests each evaluator has."""
        return Counter(place.evaluator for place in self.places)


def even_load(requests: int, evaluators: int, judges: int = 1) -> Load:
    """Return the load that differs by one at most from evaluator to evaluator."""
    if not evaluators:
        return Load(0, 0)
    least, rest = divmod(requests * judges, evaluators)
    return Load(least, least + bool(rest))


def assign(
    requests: Sequence[Request], evaluators: Sequence[Evaluator], load: Load, *, judges: int = 1
) -> Plan:
    """Return the plan that gives each request ``judges`` evaluators, as well as can be.

    In this order: as many places as possible are filled; as many as possible of the evaluators'
    least loads are reached; as little work as possible is outside the evaluator's field. No
    evaluator judges in a conflict, twice the same, or more than the greatest load; what stays
    counts against that load and is never taken away.
    """
    market = _Market(requests, evaluators, load, judges)
    market.network.fill(market.source, market.sink)
    places = [
        Place(request.id, evaluator, Ground.STAYS)
        for request in requests
        for evaluator in sorted(request.stays)
    ]
    places += market.places()
    filled = Counter(place.request for place in places)
    return Plan(
        places=tuple(sorted(places, key=lambda place: (place.request, place.evaluator))),
        missing={
            request.id: judges - filled[request.id]
            for request in requests
            if filled[request.id] < judges
        },
    )


class _Market:
    """The network from requests to evaluators: one edge for each pair without a conflict."""

    def __init__(
        self,
        requests: Sequence[Request],
        evaluators: Sequence[Evaluator],
        load: Load,
        judges: int,
    ) -> None:
        self.source = len(requests) + len(evaluators)
        self.sink = self.source + 1
        self.network = Network(self.sink + 1)
        self._pairs: dict[int, Place] = {}
        staying = Counter(evaluator for request in requests for evaluator in request.stays)
        for node, request in enumerate(requests):
            wanted = max(0, judges - len(request.stays))
            self.network.connect(self.source, node, room=wanted, cost=0)
            if wanted:
                self._offer(node, request, evaluators, first=len(requests))
        # One unit above a least load costs more than all work outside its field together.
        above_least = len(requests) * judges + 1
        for node, evaluator in enumerate(evaluators, start=len(requests)):
            least = max(0, load.least - staying[evaluator.id])
            greatest = max(0, load.greatest - staying[evaluator.id])
            self.network.connect(node, self.sink, room=min(least, greatest), cost=0)
            self.network.connect(node, self.sink, room=max(0, greatest - least), cost=above_least)

    def _offer(
        self, node: int, request: Request, evaluators: Iterable[Evaluator], *, first: int
    ) -> None:
        for other, evaluator in enumerate(evaluators, start=first):
            if evaluator.id in request.conflicts | request.stays:
                continue
            in_field = request.topic in evaluator.topics
            edge = self.network.connect(node, other, room=1, cost=0 if in_field else 1)
            ground = Ground.IN_FIELD if in_field else Ground.OUTSIDE_FIELD
            self._pairs[edge] = Place(request.id, evaluator.id, ground)

    def places(self) -> list[Place]:
        return [place for edge, place in self._pairs.items() if self.network.flow(edge)]
