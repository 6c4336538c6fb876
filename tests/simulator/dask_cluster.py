"""A Dask cluster on this machine: a scheduler, and worker processes that can be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from ports import free_port

HERE = str(Path(__file__).parent)


class Cluster:
    """`address`, and the workers, each below a nanny that starts another if it dies."""

    def __init__(self, workers: int, folder: Path, **environment: str) -> None:
        self._environment = os.environ | {"PYTHONPATH": HERE} | environment
        port = free_port()
        self.address = f"tcp://127.0.0.1:{port}"
        own = ("--host", "127.0.0.1", "--no-dashboard")
        start = ("-m", "distributed.cli.dask_scheduler", *own, "--port", str(port))
        self._scheduler = self._started(*start, cwd=folder)
        start = ("-m", "distributed.cli.dask_worker", self.address, *own, "--nthreads", "1")
        start += ("--nworkers", str(workers), "--local-directory", str(folder))
        self._nannies = self._started(*start, "--memory-limit", "0", cwd=folder)

    def _started(self, *start: str, cwd: Path) -> "subprocess.Popen[bytes]":
        command = [sys.executable, *start]
        return subprocess.Popen(
            command, cwd=cwd, env=self._environment, stderr=subprocess.DEVNULL, text=False
        )

    def kill_a_worker(self) -> int:
        """End one worker as a machine that loses power does; return its process id."""
        worker = max(_workers(self._nannies.pid))
        os.kill(worker, signal.SIGKILL)
        return worker

    def stop(self) -> None:
        """End all of it, also what never came up."""
        for process in (self._nannies, self._scheduler):
            below = psutil.Process(process.pid).children(recursive=True)
            for one in (*below, process):
                one.kill()
            process.wait()


def _workers(nannies: int) -> list[int]:
    below = psutil.Process(nannies).children(recursive=True)
    return [one.pid for one in below if "resource_tracker" not in str(one.cmdline())]


@contextmanager
def running(workers: int, folder: Path, **environment: str) -> Iterator[Cluster]:
    """Give a cluster whose workers are there."""
    from distributed import Client

    cluster = Cluster(workers, folder, **environment)
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                with Client(cluster.address, timeout=10, set_as_default=False) as client:
                    client.wait_for_workers(workers, timeout=60)
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.2)
        yield cluster
    finally:
        cluster.stop()
