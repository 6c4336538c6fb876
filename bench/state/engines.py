"""PostgreSQL, servers and a Dask cluster of this machine, and what they take of it."""

import os
import resource
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil
import sqlalchemy
from distributed import Client

POSTGRESQL = Path("/usr/lib/postgresql")
SAMPLE_SECONDS = 0.5
START_SECONDS = 600
"""How long a server may take to start: the machine may be busy."""


class PostgreSQL:
    """A cluster of databases in a folder of its own, written through to the disk as by default."""

    def __init__(self, folder: Path) -> None:
        self._bin = sorted(POSTGRESQL.glob("*/bin"))[-1]
        self._user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
        self.folder = folder
        folder.mkdir()
        if self._user:
            shutil.chown(folder, self._user)
        self._run("initdb", "--auth=trust", "--username=mintmark")
        options = f"-k {folder} -c listen_addresses= -c max_connections=80"
        self._run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        self.pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])

    def database(self) -> str:
        """Return the address of a new database."""
        name = f"state_{secrets.token_hex(4)}"
        engine = sqlalchemy.create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        engine.dispose()
        return self._url(name)

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://mintmark@/{name}?host={self.folder}"

    def stop(self) -> None:
        """End it."""
        self._run("pg_ctl", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), "-D", str(self.folder / "data"), *arguments]
        out = subprocess.DEVNULL
        subprocess.run(command, user=self._user, cwd=self.folder, check=True, stdout=out)


class Server:
    """`mintmark serve` with one worker, in a home of its own."""

    def __init__(self, home: Path, port: int) -> None:
        self.url = f"http://localhost:{port}"
        command = [sys.executable, "-m", "issuer", "--home", str(home), "serve"]
        self._command = [*command, "--port", str(port), "--workers", "1"]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(
            self._command, start_new_session=True, stdout=subprocess.DEVNULL
        )
        self.pid = self._process.pid
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/readyz").status_code == 200:
                    return
            time.sleep(0.1)
        raise AssertionError("a server did not start")

    def kill(self) -> None:
        """End it as a machine that loses power does, if it runs."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


class Cluster:
    """A Dask scheduler, and two workers below a nanny that starts another where one dies."""

    def __init__(self, folder: Path, home: Path) -> None:
        port = free_port()
        self.address = f"tcp://127.0.0.1:{port}"
        environment = os.environ | {"MINTMARK_HOME": str(home)}
        own = ("--host", "127.0.0.1", "--no-dashboard")
        scheduler = ("dask_scheduler", *own, "--port", str(port))
        workers = ("dask_worker", self.address, *own, "--nthreads", "1", "--nworkers", "2")
        workers += ("--memory-limit", "0", "--local-directory", str(folder))
        self._processes = [
            subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{program}", *arguments],
                env=environment,
                stderr=subprocess.DEVNULL,
            )
            for program, *arguments in (scheduler, workers)
        ]
        self.pids = [process.pid for process in self._processes]
        self.await_workers()

    def await_workers(self) -> None:
        """Return when the scheduler knows both workers, also one that takes another's place."""
        with Client(self.address, timeout=START_SECONDS, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=START_SECONDS)

    def kill_a_worker(self) -> None:
        """End one worker as a machine that loses power does."""
        self._workers()[-1].kill()

    def _workers(self) -> list[psutil.Process]:
        below = psutil.Process(self.pids[1]).children(recursive=True)
        return [one for one in below if "resource_tracker" not in str(one.cmdline())]

    def stop(self) -> None:
        """End it."""
        for process in reversed(self._processes):
            process.terminate()
            process.wait()


class Watch:
    """What processes and all that they start take: seconds of processor, and the most memory.

    Of `command`, a process that the caller starts and waits for, the memory alone.
    """

    def __init__(self, *pids: int, command: int | None = None) -> None:
        self._pids = pids
        self._command = () if command is None else (command,)
        self._seconds: dict[int, float] = {}
        self._before = 0.0
        self.most_bytes = 0
        self._stop = threading.Event()
        self._look()
        self._before = sum(self._seconds.values())
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def _keep(self) -> None:
        while not self._stop.wait(SAMPLE_SECONDS):
            self._look()

    def _look(self) -> None:
        used = 0
        for pid in (*self._pids, *self._command):
            with suppress(psutil.Error):
                top, seconds = psutil.Process(pid), 0.0
                for one in (top, *top.children(recursive=True)):
                    with suppress(psutil.Error):
                        # With its children that have ended: nothing is lost between two looks.
                        seconds += sum(one.cpu_times()[:4])
                        used += one.memory_info().rss
                if pid in self._pids:
                    self._seconds[pid] = max(seconds, self._seconds.get(pid, 0.0))
        self.most_bytes = max(self.most_bytes, used)

    def end(self) -> float:
        """Stop looking; return the seconds of processor since the beginning."""
        self._stop.set()
        self._thread.join()
        self._look()
        return sum(self._seconds.values()) - self._before


def reaped_seconds() -> float:
    """Return the seconds of processor of all commands that this process waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def room() -> Iterator[Path]:
    """Give a folder that every user of this machine may enter, as PostgreSQL's has to."""
    folder = Path(tempfile.mkdtemp(prefix="mintmark-state-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
