"""A limit on the unusual work of one verification, with all the credentials inside it (T23).

Reading by the tables takes time in proportion to the size, and is not counted. The rest is: the
reference processor, contexts without a shipped table, and blank nodes that look alike.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from contexts.errors import WorkLimitError

BASE, BYTES = 300, 50
"""A verification may take some `BASE` units, and one more for each `BYTES` of what is verified. A
unit is some 10 microseconds: about four times what the tables take for as many bytes."""

_left: ContextVar[list[int] | None] = ContextVar("left", default=None)


@contextmanager
def limited(size: int) -> Iterator[None]:
    """Limit what `spend` may count in this thread, while the context lasts, by `size` bytes."""
    token = _left.set([BASE + size // BYTES])
    try:
        yield
    finally:
        _left.reset(token)


def add(size: int) -> None:
    """Raise the limit for `size` more bytes, which were fetched."""
    if (left := _left.get()) is not None:
        left[0] += size // BYTES


def spend(units: int) -> None:
    """Count work that is about to be done. Raises `WorkLimitError` once there is too much."""
    left = _left.get()
    if left is None:
        return
    left[0] -= units
    if left[0] < 0:
        raise WorkLimitError("it takes more work than an honest credential does")
