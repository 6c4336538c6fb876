"""The workers: one process for each core, and a row for everything, whatever it does to them.

A file can kill the process that reads it, or keep it busy for ever. Then the file has a row that
says so, and a new worker goes on with the next.
"""

import gc
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait

from verifier.batch.applicants import HandedIn
from verifier.batch.desk import Desk, Row, Task
from verifier.report import Answer

SECONDS_EACH = 60.0
"""Eight fetches end after 20 seconds; the largest honest photo takes two."""
MAX_MEMORY = 2 * 1024**3
_AT_A_TIME = 16
"""Few enough that neither end ever waits for the other to read."""
_PAUSE = 0.01
"""Until a few more are done, so that this process leaves the cores to the workers."""
_SPAWN = get_context("spawn")


def check_all(things: Iterable[HandedIn], task: Task, workers: int) -> Iterator[bytes]:
    """Yield the line of a row for each thing, in the order in which they are done."""
    todo = iter(things)
    crew = [_Worker(task) for _ in range(workers)]
    try:
        while True:
            for worker in crew:
                worker.give(todo)
            busy = [worker for worker in crew if worker.given]
            if not busy:
                return
            wait([worker.pipe for worker in busy], timeout=1.0)
            time.sleep(_PAUSE)
            for worker in busy:
                while worker.given and worker.pipe.poll() and (line := worker.line()):
                    yield line
                if why := worker.lost():
                    yield _unfinished(worker.given.popleft(), task, why)
                    worker.start_again()
    finally:
        for worker in crew:
            worker.stop()


class WorkersError(ValueError):
    """No worker can be started here, which is no fault of any file."""


class _Worker:
    """One process, and what it has been given and not answered, in order."""

    def __init__(self, task: Task) -> None:
        self.given: deque[HandedIn] = deque()
        self._task = task
        self._start()

    def _start(self) -> None:
        self.pipe, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_work, args=(theirs, self._task), daemon=True)
        ours = signal.signal(signal.SIGINT, signal.SIG_IGN)  # a worker inherits it
        self._process.start()
        signal.signal(signal.SIGINT, ours)
        theirs.close()
        self._ready = self._gone = False
        self._since = time.monotonic()

    def give(self, todo: Iterator[HandedIn]) -> None:
        """Give more, once half of what was given is done."""
        if len(self.given) <= _AT_A_TIME // 2 and (more := list(islice(todo, _AT_A_TIME))):
            if not self.given:
                self._since = time.monotonic()
            self.given += more
            self._send(more)

    def _send(self, things: list[HandedIn]) -> None:
        with suppress(OSError):  # it is gone: `lost` tells
            self.pipe.send(things)

    def line(self) -> bytes:
        """Return the next that is done; nothing where it only says that it is ready, or is gone."""
        try:
            line = self.pipe.recv_bytes()
        except (EOFError, OSError) as exc:
            if not self._ready:
                raise WorkersError("the workers cannot start: is there memory enough?") from exc
            self._gone = True
            return b""
        self._since = time.monotonic()
        if self._ready:
            self.given.popleft()
            return line
        self._ready = True
        return b""

    def lost(self) -> str:
        """Return why the first that was given will not be answered, or ''."""
        if self.given and time.monotonic() - self._since > SECONDS_EACH:
            return "took_too_long"
        return "could_not_finish" if self.given and self._gone else ""

    def start_again(self) -> None:
        """Start a new process with what is left."""
        self.stop()
        self._start()
        self._send(list(self.given))

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self.pipe.close()
        self._process.kill()
        self._process.join()


def _unfinished(thing: HandedIn, task: Task, why: str) -> bytes:
    row = Row(thing.applicant, thing.source, task.now().isoformat(), (), name=thing.name)
    return row.with_reason(Answer.COULD_NOT_CHECK, why).line()


def _work(pipe: Connection, task: Task) -> None:
    """Check what comes through the pipe until nobody is at its other end."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    desk = Desk(task)
    gc.freeze()  # what every check uses lives as long as the worker
    with suppress(EOFError, OSError):
        pipe.send_bytes(b"ready")
        while True:
            for thing in pipe.recv():
                try:
                    line = desk.check(thing).line()
                except Exception:  # a fault of ours: its row says that a person has to look
                    line = _unfinished(thing, task, "could_not_finish")
                pipe.send_bytes(line)
