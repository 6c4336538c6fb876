"""What a piece of work takes: its time, the processor's, and the queries it sends."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import event

from issuer.home.issuer import Issuer

TIMES = 4
"""How often work is done; the least counts, since what else runs only ever adds."""


class Taken(NamedTuple):
    """The least seconds that something took, those of the processor, and the queries it sent."""

    seconds: float
    processor: float
    queries: int

    def line(self) -> str:
        """Return it in columns."""
        wall, processor = (f"{1000 * seconds:6.0f} ms" for seconds in self[:2])
        return f"{wall}  {processor} of processor  {self.queries:>5} queries"


def least(issuer: Issuer, work: Callable[[], Any]) -> Taken:
    """Do work a few times; return the least of each column."""
    taken = [_once(issuer, work) for _ in range(TIMES)]
    return Taken(
        min(one.seconds for one in taken),
        min(one.processor for one in taken),
        min(one.queries for one in taken),
    )


def _once(issuer: Issuer, work: Callable[[], Any]) -> Taken:
    queries: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            queries.append(statement)

    event.listen(issuer.database.engine, "before_cursor_execute", note)
    began, worked = time.perf_counter(), time.process_time()
    work()
    taken = Taken(time.perf_counter() - began, time.process_time() - worked, len(queries))
    event.remove(issuer.database.engine, "before_cursor_execute", note)
    return taken
