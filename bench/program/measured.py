"""What a measurement found, beside what it may be."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine, event


@dataclass(frozen=True, slots=True)
class Figure:
    """A value in a unit, and the most that it may be."""

    value: float
    unit: str
    limit: float

    @property
    def is_within(self) -> bool:
        """True unless the value is above its limit."""
        return self.value <= self.limit


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures of one thing; `processor` is the time of this process's processor, in seconds, where
    that is known: on a busy machine it says more than a clock."""

    name: str
    figures: tuple[Figure, ...]
    processor: float | None = None

    @property
    def is_within(self) -> bool:
        """True if every figure is."""
        return all(figure.is_within for figure in self.figures)

    def line(self) -> str:
        """Return what is printed while measuring."""
        mark = " " if self.is_within else "!"
        used = "" if self.processor is None else f" (processor {self.processor:.3f} s)"
        return f"{mark} {self.name:55} {self._values()} of {self._limits()}{used}"

    def row(self) -> str:
        """Return a line of the table."""
        return f"| {self.name} | {self._values()} | {self._limits()} |"

    def _values(self) -> str:
        return ", ".join(f"{one.value:.3g} {one.unit}" for one in self.figures)

    def _limits(self) -> str:
        return ", ".join(f"{one.limit:g} {one.unit}" for one in self.figures)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a piece of work took, in seconds by the clock and of the processor."""

    seconds: float
    processor: float


def taken(work: Callable[[], object]) -> Taken:
    """Do a piece of work, and return what it took."""
    began, used = time.perf_counter(), time.process_time()
    work()
    return Taken(time.perf_counter() - began, time.process_time() - used)


def nearly_all(values: list[float]) -> float:
    """Return the value that 95 of 100 do not exceed."""
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]


@contextmanager
def counting_queries(engine: Engine) -> Iterator[list[str]]:
    """Give the list of what is asked of the database until the block ends; beginning a transaction
    is no question."""
    statements: list[str] = []

    def note(*arguments: object) -> None:
        if not str(arguments[2]).startswith("BEGIN"):
            statements.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
