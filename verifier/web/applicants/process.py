"""The process that checks what one visitor handed in, so that the service answers meanwhile.

It does what `mintmark-verify batch` does, by the same functions. It ends with the server that
started it: its standard input is a pipe that the server holds.
"""

import errno
import json
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from verifier import clock
from verifier.batch import job, run
from verifier.batch.files import PRACTICE, BatchError, Zip
from verifier.batch.run import BatchJob
from verifier.fetching.fetch import Fetch
from verifier.options import executors
from verifier.options.pinned import Pin
from verifier.trust_lists import following
from verifier.web.applicants.receive import HandedIn
from verifier.web.applicants.runs import MOST_BYTES, MOST_FILES, NO_ROOM, Run
from verifier.web.problems import places
from verifier.wording.words import N_

MOST_SECONDS = 3600
NICE = 5
"""The pages come first; with more, a reader of photos would run out of its time on a busy machine.
Each check has one worker, so there are as many as there may be checks."""
OFTEN = 0.3
"""Seconds between two notes of how far it is."""
_PROGRAM = (
    f"import json, sys; sys.path[:] = json.loads(sys.argv[1]); from {__name__} import main; main()"
)
_FAULT = (
    N_("The check ended by a fault of this site."),
    N_("Hand it in again. If it ends like this once more, tell whoever runs this site."),
)
_MEMORY = (
    N_("The check needed more memory than this site has."),
    N_("Hand in fewer files at a time."),
)
_TOO_LONG = N_(
    "the check took longer than an hour, most likely because sites of issuers are slow: check it "
    "in parts"
)
_TOO_MANY = N_("there are more than {most} files or links: check them in parts")
_TOO_LARGE = N_("unpacked it has more than {most} MB: check it in parts")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a check may use: how it fetches, which contexts are pinned, and which lists count if a
    policy names none: the files `lists`, by name, or the lists in the folder `followed`."""

    ask: Callable[[], Fetch]
    pins: tuple[Pin, ...] = ()
    lists: tuple[tuple[str, bytes], ...] = ()
    followed: Path | None = None
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """One check: the folder of its `Run`, what was handed in, and the world."""

    folder: Path
    handed_in: HandedIn
    world: Allowed


def practice() -> HandedIn:
    """Return the practice folder as if a visitor had submitted it."""
    rules = {file.name: file for file in PRACTICE.iterdir() if file.is_file()}
    return HandedIn(PRACTICE / "applicants", "practice", rules)


def start(work: Work, alive: int) -> None:
    """Begin the check in a process of its own, which takes over the lock `alive`."""
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, json.dumps([place for place in sys.path if place])],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        pass_fds=[alive],
    )
    Thread(target=_hand_over, args=(process, pickle.dumps(work)), daemon=True).start()


def _hand_over(process: "subprocess.Popen[bytes]", work: bytes) -> None:
    """Tell the process what to do, and hold its pipe until it has ended."""
    with process.stdin or nullcontext() as pipe:
        if pipe is not None:
            pipe.write(work)
            pipe.flush()
        process.wait()


def main() -> None:
    """Do the work that is read from standard input."""
    work: Work = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own server
    Thread(target=_end_with_server, daemon=True).start()
    os.nice(NICE)
    carry_out(work)


def _end_with_server() -> None:
    os.read(sys.stdin.fileno(), 1)  # nothing more comes: it ends when the server does
    os._exit(1)


def carry_out(work: Work) -> None:
    """Check the files, write the results, or why there are none, into the folder, and delete the
    files."""
    here = Run(work.folder)
    here.is_by_this_process()
    try:
        batch = _job(work, here)
        with executors.local(1) as executor:
            rows = run.run(batch, here.out, executor=executor, tell=_Progress(here))
        here.finish(rows)
    except executors.WorkersEndedError:
        _refuse(here, *_MEMORY)
    except BatchError as exc:
        params = {name: _called(value, work.handed_in) for name, value in exc.params.items()}
        _refuse(here, exc.sentence, params=params)
    except OSError as exc:
        _report(exc)
        _refuse(here, *(NO_ROOM if exc.errno == errno.ENOSPC else _FAULT))
    except Exception as exc:
        _report(exc)
        _refuse(here, *_FAULT)
    finally:
        here.forget_input()


def _job(work: Work, here: Run) -> BatchJob:
    source = work.handed_in.source
    if source.is_file() and Zip(source).size() > MOST_BYTES:
        raise BatchError(_TOO_LARGE, most=MOST_BYTES // 1024**2)
    handed_in = {name: place.read_bytes() for name, place in work.handed_in.policy.items()}
    file, text, lists = job.rules_among(handed_in)
    rules = job.rules(file, text, lists or _own_lists(work.world))
    batch = job.make(
        source, rules, ask=work.world.ask, pins=work.world.pins, name=work.handed_in.name
    )
    if len(batch.submissions.lines) > MOST_FILES:
        raise BatchError(_TOO_MANY, most=f"{MOST_FILES:,}")
    table = batch.submissions.table
    here.tell(
        title=batch.title,
        policy=file,
        lists=len(rules.lists),
        table=batch.submissions.table_name,
        used=table.used if table else (),
        unused=table.unused if table else (),
        unnamed=batch.submissions.unnamed,
        files=[recorded._asdict() for recorded in batch.files],
    )
    return batch


def _own_lists(world: Allowed) -> Sequence[tuple[str, bytes]]:
    if world.followed is None:
        return world.lists
    asking = None if world.offline else world.ask
    following.current_lists(world.followed, ask=asking, now=clock.now())
    files = following.files(world.followed)
    return [(url, file.read_bytes()) for url, file in files.items()]


class _Progress:
    """Notes now and then how far it is."""

    def __init__(self, here: Run) -> None:
        self._here = here
        self._begun = time.monotonic()
        self._noted = 0.0

    def __call__(self, _before: int, done: int, whole: int) -> None:
        now = time.monotonic()
        if now - self._begun > MOST_SECONDS:
            raise BatchError(_TOO_LONG)
        if now - self._noted > OFTEN or done == whole:
            self._noted = now
            self._here.count(done, whole)


def _called(value: str | int, handed_in: HandedIn) -> str | int:
    """Return what the visitor calls a file, for what it is called on this disk."""
    return handed_in.name if value == handed_in.source.name else value


def _refuse(
    here: Run, wrong: str, remedy: str = "", params: Mapping[str, str | int] | None = None
) -> None:
    here.forget_input()  # which makes room to write this
    try:
        here.refuse(wrong, remedy, params or {})
    except OSError as exc:  # then it counts as lost
        _report(exc)


def _report(error: BaseException) -> None:
    print(places(error), file=sys.stderr, end="")
