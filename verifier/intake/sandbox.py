"""A child process for files that only a decoder can read: pictures, SVG, PDF, documents.

A file of some kilobytes can make a decoder run for hours, take gigabytes, or worse (T15, T16,
T31). So each file is decoded in a process of its own with no environment, no way to open a file
or a connection, and limits on memory and time.

Starting Python takes longer than reading a badge. So each process that reads files has one
*supervisor*, a Python with the decoders loaded that does nothing but fork. A file that crashes
the reader delays nobody else. Needs Unix.
"""

import atexit
import codecs
import gc
import json
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from encodings.aliases import aliases
from importlib import import_module
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from threading import BoundedSemaphore, Lock, Timer
from typing import Any

from contexts.errors import MintmarkError
from verifier.fetching import deadline
from verifier.intake import decoders, qr

MAX_MEMORY_BYTES = 1024 * 1024 * 1024
"""A picture of as many pixels as are read at all (`qr.MAX_PIXELS`), with transparency, fits."""
MAX_CPU_SECONDS = 10
"""The largest honest photo takes two."""
MAX_SECONDS = 30
EASY_SECONDS = 0.5
NICE = 10
"""For a reader that takes longer: eight of them take a third of the processors from others, and an
honest photo among them still finishes."""
MAX_AT_ONCE = 8
MAX_ANSWER_BYTES = 8 * 1024 * 1024
_NOBODY = 65534
_TO_START = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""All of the environment that a Python may need to start."""
_PICTURES = (
    *("zxingcpp", "PIL.ImageOps", "PIL.PngImagePlugin", "PIL.JpegImagePlugin"),
    *("PIL.WebPImagePlugin", "PIL.GifImagePlugin", "PIL.BmpImagePlugin", "PIL.PpmImagePlugin"),
    "PIL.TiffImagePlugin",  # reads how a photo was held
)
DECODERS = {
    "png": (),
    "svg": ("defusedxml.ElementTree",),
    "picture": _PICTURES,
    "attachments": ("pypdf.filters",),
    "pages": (*_PICTURES, "pypdfium2"),
    "workbook": ("python_calamine", "verifier.intake.workbook"),
    "sheets": ("python_calamine", "verifier.intake.workbook"),
    "document": ("defusedxml.ElementTree", "verifier.intake.document"),
}
"""What is loaded beforehand to read a kind of file: a reader can open no file to load more."""
_SUPERVISE = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[2]); "
    "from verifier.intake import sandbox; sandbox.supervise(int(sys.argv[1]))"
)


class SandboxError(MintmarkError):
    """Reading needed more time or memory than any honest file, or ended the reader."""


class ReaderBusyError(SandboxError):
    """The reader had too little time by the clock on the wall: another try may have more."""


def read(kind: str, data: bytes) -> Any:
    """Return what `decoders.decode` finds in `data`, run in a process of its own.

    Raises `SandboxError` if it needs more processor time or memory than the limits above, or dies;
    `ReaderBusyError` if it is not done in `MAX_SECONDS`, or the time that this verification has
    left.
    """
    if not _slots.acquire(timeout=_seconds()):
        raise ReaderBusyError("too many are read at once")
    try:
        with _supervisor().child(kind) as pipe:
            return _answer(pipe, data)
    except (OSError, EOFError, ValueError) as exc:
        raise SandboxError("it took too much time or memory") from exc
    finally:
        _slots.release()


def _answer(pipe: Connection, data: bytes) -> Any:
    if not pipe.poll(_seconds()):
        raise ReaderBusyError("no process was started in time")
    reader = int(pipe.recv_bytes(20))  # sent before it gets any of the file
    seconds, began = _seconds(), time.monotonic()
    end = Timer(seconds, _end_of, (reader,))
    end.start()
    try:
        pipe.send_bytes(data)
        if not pipe.poll(EASY_SECONDS):
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, reader, NICE)
        return json.loads(pipe.recv_bytes(MAX_ANSWER_BYTES))
    except (OSError, EOFError) as exc:
        if time.monotonic() - began >= seconds:  # ended by the timer, not by a limit of its own
            raise ReaderBusyError("it was not read in time") from exc
        raise
    finally:
        end.cancel()


def _seconds() -> float:
    return min(MAX_SECONDS, max(0.0, deadline.left()))


def _end_of(reader: int) -> None:
    with suppress(OSError):
        os.kill(reader, signal.SIGKILL)


class _Supervisor:
    """The process that forks readers, as its parent sees it; one for each parent."""

    def __init__(self) -> None:
        self.of = os.getpid()
        self._lock = Lock()
        self._pipe, theirs = Pipe()
        command = [sys.executable, "-I", "-c", _SUPERVISE]
        places = json.dumps([place for place in sys.path if place])
        with theirs:
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno()), places],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _TO_START if name in os.environ},
            )

    @property
    def alive(self) -> bool:
        return self.of == os.getpid() and self._process.poll() is None

    def child(self, kind: str) -> Connection:
        """Return the pipe to a new reader."""
        ours, theirs = Pipe()
        with theirs, self._lock:
            self._pipe.send_bytes(kind.encode())
            send_handle(self._pipe, theirs.fileno(), self._process.pid)
        return ours

    def end(self) -> None:
        """End the supervisor. Its readers run on and end by their own limits."""
        self._pipe.close()
        if self.of == os.getpid():
            self._process.kill()
            self._process.wait()


_slots = BoundedSemaphore(MAX_AT_ONCE)
_begin = Lock()
_supervisors: list[_Supervisor] = []


def _supervisor() -> _Supervisor:
    """Return this process's own supervisor; start one if none is alive."""
    with _begin:
        if _supervisors and not _supervisors[0].alive:
            _supervisors.pop().end()
        if not _supervisors:
            _supervisors.append(_Supervisor())
        return _supervisors[0]


@atexit.register
def _end() -> None:
    while _supervisors:
        _supervisors.pop().end()


def supervise(door: int) -> None:
    """Fork a reader for each pipe that is sent through `door`; the whole work of a supervisor."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever ends is gone
    qr.dictionary()
    for name in {"charmap", *aliases.values()}:
        with suppress(LookupError):  # some are of other systems
            codecs.lookup(name)
    with Connection(door) as asked, suppress(EOFError):
        while True:
            kind = asked.recv_bytes(20).decode()
            pipe = recv_handle(asked)
            for name in DECODERS[kind]:
                import_module(name)
            gc.freeze()  # so that a fork shares it
            if os.fork() == 0:
                asked.close()
                with suppress(Exception):
                    _read(kind, Connection(pipe), decoders.decode)
                os._exit(0)
            os.close(pipe)


def _read(kind: str, pipe: Connection, decode: Any) -> None:
    pipe.send_bytes(str(os.getpid()).encode())
    data = pipe.recv_bytes()
    missed: list[str] = []
    confine()
    sys.addaudithook(lambda event, _: missed.append(event) if event in ("open", "import") else None)
    result = decode(kind, data)
    if "code" in result and missed:
        return  # a decoder could not load a part of itself, so "nothing found" means nothing
    pipe.send_bytes(json.dumps(result).encode())


def confine() -> None:
    """Take from this process, for good, everything that could do harm: memory, time, new files and
    connections, other processes, and the rights of root to get them back."""
    limits = {
        resource.RLIMIT_AS: MAX_MEMORY_BYTES,
        resource.RLIMIT_CPU: MAX_CPU_SECONDS,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 0,
        resource.RLIMIT_NPROC: 0,
    }
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))
    signal.alarm(MAX_SECONDS)
    if os.getuid() == 0:
        with suppress(OSError):  # a container may know nobody else
            os.setgroups([])
            os.setgid(_NOBODY)
            os.setuid(_NOBODY)
