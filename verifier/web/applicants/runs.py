"""The checks of many applicants, each a folder on disk, so that all processes of a server see them.

A folder is named by a digest of the secret in the check's address: no list of processes and no
error tells it. Whoever works on a check holds a lock on its file `alive`. Where nobody holds it and
there is no result, the check is lost.
"""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from threading import Thread
from typing import Any

from contexts.errors import MintmarkError
from verifier import clock
from verifier.batch.row import Row, line, of_line
from verifier.batch.run import write_whole
from verifier.wording.words import N_

KEPT = timedelta(days=1)
SWEEP_SECONDS = 600
AT_ONCE = 4
MOST_FILES = 2_000
MOST_BYTES = 200 * 1024 * 1024
RESERVE = 1024 * 1024 * 1024
"""Bytes that must stay free on the disk: other programs use it, and other visitors submit files
meanwhile."""
GOING_ON = (
    N_("A check from your address is still going on."),
    N_("Wait until it has ended, or open its page and stop it there. Then hand in the next."),
)
ALL_TAKEN = (
    N_("As many checks are going on as this site runs at a time."),
    N_("Nothing was kept. Hand it in again in some minutes."),
)
NO_ROOM = (
    N_("There is no room on the disk of this site for what you handed in."),
    N_("Nothing was kept. Tell whoever runs this site; until then, hand in fewer files at a time."),
)
_ABOUT, _PROGRESS, _REFUSAL, _ROWS = "about.json", "progress.json", "refusal.json", "rows.jsonl"
_ALIVE, _VISITOR, _INPUT = "alive", "visitor", "input"


class NotTakenError(MintmarkError):
    """Nothing is checked; `wrong` and `remedy` are sentences with `params`."""

    def __init__(self, row: tuple[str, str], **params: str | int) -> None:
        self.wrong, remedy = row
        self.params = params
        super().__init__(self.wrong, remedy=remedy)


class RunState(StrEnum):
    """How far a check is."""

    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    LOST = "lost"


class Run:
    """One check, as its folder has it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.input, self.out = folder / _INPUT, folder / "out"

    @property
    def state(self) -> RunState:
        """How far it is."""
        if (self.folder / _REFUSAL).exists():
            return RunState.REFUSED
        if (self.folder / _ROWS).exists():
            return RunState.DONE
        return RunState.RUNNING if self.is_alive() else RunState.LOST

    @property
    def visitor(self) -> str:
        """The network address it was handed in from, while it runs."""
        return (self.folder / _VISITOR).read_text() if (self.folder / _VISITOR).exists() else ""

    def is_alive(self) -> bool:
        """Whether a process works on it."""
        try:
            with (self.folder / _ALIVE).open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def begin(self, visitor: str) -> int:
        """Make the folder, and return the lock that its worker holds."""
        self.input.mkdir(mode=0o700, parents=True)
        self.folder.chmod(0o700)
        (self.folder / _VISITOR).write_text(visitor)
        alive = os.open(self.folder / _ALIVE, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(alive, fcntl.LOCK_EX)
        return alive

    def is_by_this_process(self) -> None:
        """Note that this process works on it."""
        (self.folder / _ALIVE).write_text(str(os.getpid()))

    def tell(self, **about: Any) -> None:
        """Note what is checked, and by what."""
        write_whole(self.folder / _ABOUT, json.dumps(self.about() | about).encode())

    def about(self) -> dict[str, Any]:
        """Return what was noted."""
        return self._read(_ABOUT)

    def count(self, done: int, whole: int) -> None:
        """Note how many are done."""
        write_whole(self.folder / _PROGRESS, json.dumps({"done": done, "whole": whole}).encode())

    def progress(self) -> dict[str, int]:
        """Return `done` and `whole`; empty before the first is checked."""
        return self._read(_PROGRESS)

    def refuse(self, wrong: str, remedy: str, params: Mapping[str, str | int]) -> None:
        """Note why nothing is checked."""
        refusal = {"wrong": wrong, "remedy": remedy, "params": params}
        write_whole(self.folder / _REFUSAL, json.dumps(refusal).encode())

    def refusal(self) -> dict[str, Any]:
        """Return what `refuse` noted."""
        return self._read(_REFUSAL)

    def finish(self, rows: list[Row]) -> None:
        """Note the results: it is done."""
        write_whole(self.folder / _ROWS, b"".join(line([row]) for row in rows))

    def rows(self) -> list[Row]:
        """Return the results."""
        lines = (self.folder / _ROWS).read_bytes().splitlines()
        return [row for text in lines for row in of_line(text)]

    def forget_input(self) -> None:
        """Delete what was handed in, and who handed it in."""
        shutil.rmtree(self.input, ignore_errors=True)
        (self.folder / _VISITOR).unlink(missing_ok=True)

    def delete(self) -> None:
        """Delete all of it; end its worker."""
        end = time.monotonic() + 5
        while self.is_alive() and time.monotonic() < end:
            with suppress(OSError, ValueError):
                os.kill(int((self.folder / _ALIVE).read_text()), signal.SIGKILL)
            time.sleep(0.05)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _read(self, name: str) -> dict[str, Any]:
        try:
            return dict(json.loads((self.folder / name).read_bytes()))
        except FileNotFoundError:
            return {}


class RunStore:
    """All checks of a server, in a folder that is theirs alone."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def begin(self, visitor: str, size: int, now: datetime) -> tuple[str, Run, int]:
        """Return a new check with the secret of its address and its lock, for `size` bytes.

        Raises `NotTakenError` if there are too many, or there is no room.
        """
        with self._alone():
            going = [run for run in self._runs() if run.state is RunState.RUNNING]
            if any(run.visitor == visitor for run in going):
                raise NotTakenError(GOING_ON)
            if len(going) >= AT_ONCE:
                raise NotTakenError(ALL_TAKEN)
            if shutil.disk_usage(self.home).free < size + RESERVE:
                raise NotTakenError(NO_ROOM)
            secret = secrets.token_urlsafe(24)
            run = Run(self._folder(secret))
            alive = run.begin(visitor)
            run.tell(begun=now.isoformat())
            return secret, run, alive

    def find(self, secret: str) -> Run | None:
        """Return the check at an address, or None if there is none."""
        run = Run(self._folder(secret))
        return run if run.folder.is_dir() else None

    def sweep(self, now: datetime) -> None:
        """Delete checks that are older than a day, and the submitted files of lost checks."""
        with self._alone():
            for run in self._runs():
                if run.state is RunState.RUNNING:
                    continue
                run.forget_input()
                begun = run.about().get("begun")
                if begun is None or now - datetime.fromisoformat(begun) > KEPT:
                    run.delete()

    def keep_tidy(self) -> None:
        """Sweep now, and from time to time until this process ends."""
        self.sweep(clock.now())
        Thread(target=self._sweep_often, daemon=True).start()

    def _sweep_often(self) -> None:
        while True:
            time.sleep(SWEEP_SECONDS)
            with suppress(OSError):
                self.sweep(clock.now())

    def _folder(self, secret: str) -> Path:
        return self.home / hashlib.sha256(secret.encode()).hexdigest()[:32]

    def _runs(self) -> list[Run]:
        return [Run(folder) for folder in self.home.iterdir() if folder.is_dir()]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep every other process of the server out while the block lasts."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.home / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
