"""A limit on the unusual work for one file, with all the credentials in it and inside them (T23).

Reading by the tables takes time in proportion to the size, and is not counted. The rest is: the
reference processor, contexts without a shipped table, and blank nodes that look alike.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from contexts.errors import WorkLimitError

BASE, BYTES = 300, 56
"""A file may take some `BASE` units, and one more for each `BYTES` of the credentials in it. A unit
is some 10 microseconds: about four times what the tables take for as many bytes."""

_budget: ContextVar["Budget | None"] = ContextVar("budget", default=None)


class Budget:
    """The units that are left for a file."""

    def __init__(self) -> None:
        self.left = BASE


@contextmanager
def limited(size: int, budget: Budget | None = None) -> Iterator[None]:
    """Limit the work that `spend` counts in this thread until the block ends: to what is left of
    the `budget` of a file, and what `size` more bytes of it add. Without a `budget`, those bytes
    are the whole file."""
    token = _budget.set(budget or Budget())
    try:
        add(size)
        yield
    finally:
        _budget.reset(token)


def add(size: int) -> None:
    """Raise the limit for `size` more bytes, also those that were fetched."""
    if (budget := _budget.get()) is not None:
        budget.left += size // BYTES


def spend(units: int) -> None:
    """Count work that is about to be done. Raises `WorkLimitError` if less than that is left; then
    nothing is counted."""
    budget = _budget.get()
    if budget is None:
        return
    if units > budget.left:
        raise WorkLimitError("it takes more work than an honest credential does")
    budget.left -= units
