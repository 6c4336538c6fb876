"""The minimum-cost maximum flow through a network, exact and in whole numbers.

The method is primal-dual with blocking flows: the nodes get potentials so that no edge with room
has a negative reduced cost; as much as fits is sent along the edges of reduced cost zero; then
the potentials rise to the next shortest distance. It takes one round for each distance that
occurs, and with a handful of different costs those are few, however much flows.

    network = Network(4)
    cheap = network.connect(0, 1, room=1, cost=0)
    network.connect(0, 2, room=1, cost=5)
    network.connect(1, 3, room=1, cost=0)
    network.connect(2, 3, room=1, cost=0)
    network.fill(0, 3)      # 2
    network.flow(cheap)     # 1
"""

from collections import deque
from heapq import heappop, heappush

_UNREACHED = -1


class Network:
    """A directed network. Edge ``e`` and its way back ``e + 1`` stand side by side."""

    def __init__(self, nodes: int) -> None:
        self._edges_of: list[list[int]] = [[] for _ in range(nodes)]
        self._head: list[int] = []
        self._room: list[int] = []
        self._cost: list[int] = []
        self._potential = [0] * nodes

    def connect(self, tail: int, head: int, *, room: int, cost: int) -> int:
        """Add an edge that takes up to ``room`` at ``cost`` each, and return its number.

        Raises ``ValueError`` for a negative room or cost.
        """
        if room < 0 or cost < 0:
            raise ValueError(f"room {room} and cost {cost} must not be negative")
        edge = len(self._head)
        for node, end, free, price in ((tail, head, room, cost), (head, tail, 0, -cost)):
            self._edges_of[node].append(len(self._head))
            self._head.append(end)
            self._room.append(free)
            self._cost.append(price)
        return edge

    def flow(self, edge: int) -> int:
        """Return how much flows through an edge."""
        return self._room[edge + 1]

    def fill(self, source: int, sink: int) -> int:
        """Send as much as can be sent from source to sink, at the least cost; return how much."""
        total = 0
        while self._raise_potentials(source, sink):
            while (levels := self._levels(source, sink)) is not None:
                total += self._block(source, sink, levels)
        return total

    def _raise_potentials(self, source: int, sink: int) -> bool:
        """Make the shortest way to the sink cost nothing; False if there is no way."""
        distances = self._distances(source, sink)
        if (farthest := distances.get(sink)) is None:
            return False
        for node in range(len(self._potential)):
            self._potential[node] += min(distances.get(node, farthest), farthest)
        return True

    def _distances(self, source: int, sink: int) -> dict[int, int]:
        """Return the reduced distance of each node that is no farther than the sink (Dijkstra)."""
        head, room, cost, potential = self._head, self._room, self._cost, self._potential
        distances: dict[int, int] = {}
        best, queue = {source: 0}, [(0, source)]
        while queue:
            distance, node = heappop(queue)
            if node in distances:
                continue
            distances[node] = distance
            if node == sink:
                break
            base = distance + potential[node]
            for edge in self._edges_of[node]:
                if room[edge]:
                    end = head[edge]
                    reached = base + cost[edge] - potential[end]
                    if reached < best.get(end, reached + 1):
                        best[end] = reached
                        heappush(queue, (reached, end))
        return distances

    def _open(self, node: int, edge: int) -> bool:
        """True if an edge has room and its reduced cost is zero."""
        return (
            self._room[edge] > 0
            and self._cost[edge] + self._potential[node] == self._potential[self._head[edge]]
        )

    def _levels(self, source: int, sink: int) -> list[int] | None:
        """Return each node's number of open edges from the source; None if the sink is cut off."""
        levels = [_UNREACHED] * len(self._edges_of)
        levels[source] = 0
        queue = deque([source])
        while queue:
            node = queue.popleft()
            for edge in self._edges_of[node]:
                end = self._head[edge]
                if levels[end] == _UNREACHED and self._open(node, edge):
                    levels[end] = levels[node] + 1
                    queue.append(end)
        return levels if levels[sink] != _UNREACHED else None

    def _block(self, source: int, sink: int, levels: list[int]) -> int:
        """Send a blocking flow along the levels; return how much."""
        tried = [0] * len(self._edges_of)
        path: list[int] = []
        total, node = 0, source
        while True:
            if node == sink:
                total += self._send(path)
                path, node = [], source
                continue
            edge = self._next(node, levels, tried)
            if edge is not None:
                path.append(edge)
                node = self._head[edge]
            elif path:
                node = self._head[path.pop() ^ 1]
                tried[node] += 1
            else:
                return total

    def _send(self, path: list[int]) -> int:
        """Send as much along a path as it has room for; return how much."""
        amount = min(self._room[edge] for edge in path)
        for edge in path:
            self._room[edge] -= amount
            self._room[edge ^ 1] += amount
        return amount

    def _next(self, node: int, levels: list[int], tried: list[int]) -> int | None:
        """Return the next open edge one level on, skipping those that led nowhere."""
        edges = self._edges_of[node]
        while tried[node] < len(edges):
            edge = edges[tried[node]]
            if levels[self._head[edge]] == levels[node] + 1 and self._open(node, edge):
                return edge
            tried[node] += 1
        return None
