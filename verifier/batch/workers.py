"""The workers: one process for each core, each at a desk of its own.

What only a decoder can read is read by yet another process (`verifier.sandbox`), so no file ends
a worker. Should one end all the same, the check stops there, and goes on when it is begun again.
"""

import gc
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children, get_context

from verifier.batch.applicants import HandedIn
from verifier.batch.desk import Desk, Task
from verifier.report import Answer

AT_A_TIME = 8
_desks: list[Desk] = []


class WorkersError(ValueError):
    """A worker ended, through no fault of any file. The message says what to do."""


def check_all(things: Sequence[HandedIn], task: Task, workers: int) -> Iterator[bytes]:
    """Yield the line of a row for each thing, in the order in which they are done."""
    parts = [things[start : start + AT_A_TIME] for start in range(0, len(things), AT_A_TIME)]
    pool = ProcessPoolExecutor(
        workers or 1, get_context("spawn"), initializer=_sit_down, initargs=(task,)
    )
    try:
        for done in as_completed([pool.submit(_check, part) for part in parts]):
            yield from done.result()
    except BrokenProcessPool as exc:
        raise WorkersError(
            "a worker was ended: is there memory enough? The same command goes on from here, with"
            " --workers 1 in less memory"
        ) from exc
    finally:
        for worker in active_children():
            worker.kill()  # all is done, or what is in hand will be begun again
        pool.shutdown(cancel_futures=True)


def _sit_down(task: Task) -> None:
    """Make the desk that this process checks at."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it stops it
    _desks.append(Desk(task))
    gc.freeze()  # what every check uses lives as long as the worker


def _check(things: Sequence[HandedIn]) -> list[bytes]:
    (desk,) = _desks
    found = []
    for thing in things:
        try:
            row = desk.check(thing)
        except Exception:  # a fault of ours: its row says that a person has to look
            row = desk.task.row(thing).with_reason(Answer.COULD_NOT_CHECK, "could_not_finish")
        found.append(row.line())
    return found
