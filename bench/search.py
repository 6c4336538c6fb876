"""What a JSON or JWT costs beside an honest one of its size, and a search for dearer ones.

Processor time of whole verifications, the least of a few, in this process: what was met once is
remembered, for hostile and honest alike. `python -m bench.search 300 7` tries 300 compositions of
seed 7 and prints the dearest; `bench.hostile` prints the known shapes.
"""

import gc
import random
import sys
import time
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from bench import shapes
from bench.whole import NOW
from verifier import verify
from verifier.fetching.fetch import offline

SIZES = (10_000, 93_000)
WORST = [
    ("evidence", "undefined_term", "ten_proofs"),
    ("unusual_value", "look_alikes"),
    *((name,) for name in (*shapes.BEFORE, *shapes.AFTER)),
]
"""What was dear once, and each shape by itself."""
FITTEST = 12
"""Of a search, how many are changed again."""


class Cost(NamedTuple):
    """How many times as long as an honest file of its size a file takes."""

    ratio: float
    seconds: float
    size: int
    jwt: bool
    names: tuple[str, ...]
    code: str


def cost(names: tuple[str, ...], size: int, *, jwt: bool) -> Cost:
    """Return the cost of a file of these shapes."""
    data = shapes.compose(names, size, jwt=jwt)
    seconds, code = _least(data)
    honest = _honest(max(9_000, len(data)) // 3_000, jwt=jwt)
    return Cost(seconds / honest, seconds, len(data), jwt, names, code)


def _least(data: bytes, rounds: int = 3) -> tuple[float, str]:
    seconds = []
    for _ in range(rounds):
        began = time.process_time()
        report = verify(data, fetch=offline, now=NOW)
        seconds.append(time.process_time() - began)
    return min(seconds), report.authentic.code


@cache
def _honest(thousands: int, *, jwt: bool) -> float:
    size = thousands * 3_000
    document = shapes.honest(size * 3 // 4 if jwt else size)
    data = shapes.in_jwt(document) if jwt else shapes.in_json(document)
    seconds, code = _least(data, 7)
    assert code == "authentic", code
    return seconds


def known() -> Iterator[Cost]:
    """Yield the costs of the known shapes, the dearest size and securing of each."""
    for names in WORST:
        yield max(
            cost(names, size, jwt=jwt)
            for size in SIZES
            for jwt in (False, True)
            if not jwt or shapes.BEFORE.keys() & {*names}
        )


def search(tries: int, seed: int) -> list[Cost]:
    """Return the dearest of `tries` files: half drawn at random, half changed from the dearest."""
    choice = random.Random(seed)
    costs: list[Cost] = []
    for number in range(tries):
        names = shapes.draw(choice)
        if number > tries // 2:
            names = shapes.drawn_again(choice.choice(costs[:FITTEST]).names, choice)
        size = int(10 ** choice.uniform(3.5, 5.2))
        jwt = choice.random() < 0.5 and bool(shapes.BEFORE.keys() & {*names})
        costs.append(cost(names, size, jwt=jwt))
        costs.sort(reverse=True)
    return costs


def row(file: Cost) -> str:
    """Return a line of a Markdown table."""
    kind = "JWT" if file.jwt else "JSON"
    shown = ", ".join(file.names).replace("_", " ")
    return (
        f"| {shown} | {kind}, {file.size // 1000} KB | {file.seconds * 1000:.1f} ms "
        f"| {file.ratio:.1f}× | {file.code} |"
    )


def main() -> None:
    """Print the dearest files of a search."""
    tries, seed = (int(number) for number in (*sys.argv[1:], 300, 7)[:2])
    gc.collect()
    gc.freeze()
    for file in search(tries, seed)[:15]:
        print(row(file), flush=True)


if __name__ == "__main__":
    main()
