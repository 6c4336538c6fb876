"""The moment at which a verification ends, however far it has come.

Whoever answers people sets it once, around all that one request asks for. What waits for others
(a fetch, a reader of files) then waits no longer than that, and what was not reached is reported
as *could not check*. Without one, as on the command line, only the limits of each step hold.

>>> with within(25):
...     0 < left() <= 25
True
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ends: ContextVar[float] = ContextVar("ends", default=math.inf)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Limit this block, in this thread, to so many seconds, or to the limit of a block around it if
    that ends sooner."""
    token = _ends.set(min(_ends.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _ends.reset(token)


def ends() -> float:
    """Return when the verification ends, in seconds of `time.monotonic`; infinity if never."""
    return _ends.get()


def left() -> float:
    """Return how many seconds are left; 0 or less once the time is up."""
    return _ends.get() - time.monotonic()
