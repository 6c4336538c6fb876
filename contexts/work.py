"""How much unusual work one verification may ask for, with all the credentials inside it (T23).

What the tables read takes time in proportion to its size, and is not counted. What is counted
takes more: the reference processor, contexts that no table is shipped for, and blank nodes that
look alike.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from contexts.errors import WorkLimitError

MAX_WORK = 4_000
"""Units of some 10 microseconds: the hardest graph of the W3C suite takes 3,840, the fullest badge
of the specification 2,000 by the reference processor, an honest badge none."""

_left: ContextVar[list[int] | None] = ContextVar("left", default=None)


@contextmanager
def limited(most: int = MAX_WORK) -> Iterator[None]:
    """While it lasts, `spend` in this thread has `most` units in all."""
    token = _left.set([most])
    try:
        yield
    finally:
        _left.reset(token)


def spend(units: int) -> None:
    """Count work that is about to be done. Raises `WorkLimitError` once there is too much."""
    left = _left.get()
    if left is None:
        return
    left[0] -= units
    if left[0] < 0:
        raise WorkLimitError("it takes more work than an honest credential does")
