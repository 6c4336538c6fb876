"""Who does the work of a batch: processes of this machine, or a cluster of many machines.

    with executors.chosen(args) as executor:
        for result in executors.unordered(executor, work, inputs):
            ...

The seam is `concurrent.futures.Executor`, so any other does as well. A cluster is Dask's
(https://distributed.dask.org): it replaces workers that die, and gives their work to others.
"""

import argparse
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from multiprocessing import active_children, get_context, parent_process
from threading import Thread
from typing import Any, Final, ParamSpec, TypeVar

from contexts.errors import USAGE, MintmarkError, UsageError

AHEAD: Final = 64
"""Pieces that are handed out and not done: what is to be done may be larger than the memory."""
MOST_BYTES: Final = 256 * 1024 * 1024
"""Of files that are sent along with those pieces; one piece more may go beyond it."""
_SECONDS: Final = 10
P = ParamSpec("P")
T = TypeVar("T")


class WorkersEndedError(MintmarkError):
    """Workers were ended, most often for want of memory, or the cluster is gone."""

    exit_status = USAGE

    def __init__(self) -> None:
        super().__init__(
            "a worker was ended: is there memory enough? The same command goes on from here, with"
            " --workers 1 in less memory"
        )


def add_options(parser: argparse.ArgumentParser, *, default: int) -> None:
    """Add `--workers` and `--cluster`."""
    whose = "processes that share the work; default: " + ("all cores" if default > 1 else "1")
    parser.add_argument("--workers", type=int, default=default, metavar="N", help=whose)
    parser.add_argument(
        "--cluster", default="", metavar="ADDRESS", help="a Dask scheduler: tcp://scheduler:8786"
    )


@contextmanager
def chosen(args: argparse.Namespace) -> Iterator[Executor]:
    """Give the executor that the options name. Raises `UsageError` if nobody answers there."""
    with cluster(args.cluster) if args.cluster else local(args.workers) as executor:
        yield executor


@contextmanager
def local(workers: int, *, start: str = "spawn") -> Iterator[Executor]:
    """Give processes of this machine, which end with the block, whatever they are doing."""
    pool = ProcessPoolExecutor(max(1, workers), get_context(start), initializer=_begin)
    try:
        yield pool
    finally:
        for worker in active_children():
            worker.kill()  # all is done, or what is in hand will be begun again
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Set up this worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it stops it
    Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    """End this process when the one that started it is killed: nobody wants its work any more."""
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)


@contextmanager
def cluster(address: str) -> Iterator["ClusterExecutor"]:
    """Give the cluster whose scheduler is at `address`."""
    if find_spec("distributed") is None:
        raise UsageError("--cluster needs more: pip install 'mintmark[cluster]'")
    dask = import_module("distributed")
    try:
        client = dask.Client(address, timeout=_SECONDS, set_as_default=False)
    except (OSError, ValueError) as exc:
        raise UsageError(f"no scheduler answers at {address}: {exc}") from exc
    executor = ClusterExecutor(client)
    try:
        yield executor
    finally:
        executor.shutdown(wait=False)
        client.close()


class ClusterExecutor(Executor):
    """A Dask cluster. Bytes that several calls are given travel to each worker once."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._executor = client.get_executor(pure=False)
        self._shared: tuple[bytes, Any] = (b"", None)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Have a worker call `fn`, which it imports, so it needs the same version of Mintmark."""
        future: Future[T] = self._executor.submit(fn, *map(self._once, args), **kwargs)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take on nothing more."""
        self._executor.shutdown(wait=wait and not cancel_futures)

    def workers(self) -> int:
        """Return how many workers the cluster has now."""
        return len(self._client.scheduler_info(n_workers=-1)["workers"])

    def _once(self, value: Any) -> Any:
        if not isinstance(value, bytes):
            return value
        if self._shared[0] is not value:  # what a worker computed is computed again if it dies
            self._shared = (value, self._client.submit(bytes, value, pure=False))
        return self._shared[1]


def unordered(
    executor: Executor,
    work: Callable[..., T],
    inputs: Iterable[tuple[Any, ...]],
    *,
    size: Callable[..., int] = lambda *_: 0,
) -> Iterator[T]:
    """Yield what `work` returns for the arguments in `inputs`, as it is done.

    `size` says of the same arguments how many bytes of files are among them: while `MOST_BYTES` are
    not done, no further ones are taken from `inputs`. Raises `WorkersEndedError`, and what `work`
    raises.
    """
    left, waiting = iter(inputs), dict[Future[T], int]()
    with _telling_ended():
        while True:
            while len(waiting) < AHEAD and sum(waiting.values()) < MOST_BYTES:
                if (arguments := next(left, None)) is None:
                    break
                waiting[executor.submit(work, *arguments)] = size(*arguments)
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                del waiting[future]
                yield future.result()


def ordered(
    executor: Executor, work: Callable[..., T], inputs: Iterable[tuple[Any, ...]]
) -> Iterator[T]:
    """Yield the results of `unordered` in the order of `inputs`."""
    left, waiting = iter(inputs), deque[Future[T]]()
    with _telling_ended():
        while True:
            waiting += [executor.submit(work, *one) for one in islice(left, AHEAD - len(waiting))]
            if not waiting:
                return
            yield waiting.popleft().result()


@contextmanager
def _telling_ended() -> Iterator[None]:
    try:
        yield
    except _ended() as exc:
        raise WorkersEndedError from exc


def _ended() -> tuple[type[Exception], ...]:
    """Return the errors that say that workers ended; Dask's own if Dask is in use."""
    dask = sys.modules.get("distributed")
    killed = () if dask is None else (dask.KilledWorker,)  # one piece killed several
    return (BrokenExecutor, CancelledError, *killed)
