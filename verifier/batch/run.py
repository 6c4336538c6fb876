"""Check all submissions: resume where the last run stopped, use every core, keep a record.

The journal holds one line for each file that is done, so a run that is killed loses only the
files that it was working on. The record is written last: a folder with a record is finished.

Workers are those of any `concurrent.futures.Executor` (`verifier.options.executors`). Decoders run
in yet another process (`verifier.intake.sandbox`), so a file cannot crash a worker. If a worker of
this machine ends all the same, the check stops, and the same command resumes it; a cluster replaces
it and goes on.
"""

import gc
import hashlib
import json
import os
import pickle
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from threading import local
from typing import TypeAlias

from verifier import clock
from verifier.batch import sheet
from verifier.batch.applicants import Submissions
from verifier.batch.checker import Checker, Content, Task
from verifier.batch.files import BatchError, UnreadableError
from verifier.batch.row import Row, line, of_line
from verifier.batch.sheet import RecordedFile
from verifier.batch.sources import SourceFiles, source_files
from verifier.batch.table import ApplicantFile
from verifier.options import executors
from verifier.report import Answer

JOURNAL, RECORD = "progress.jsonl", "record.json"
AT_A_TIME = 16
"""Files that a worker gets at once, and at most has to check again after a stop."""
BYTES_AT_A_TIME = 4 * 1024 * 1024
"""Bytes that a worker is sent at once, unless one file is larger: small enough that every worker
gets a part."""
Part: TypeAlias = list[tuple[ApplicantFile, Content | None]]
"""Some files, each with its content if workers are sent the content."""
_worker = local()
"""For each thread of a worker, also in a cluster: its checker, and the task that it was made
for."""


@dataclass(frozen=True, slots=True)
class BatchJob:
    """What to check, how, and what goes into the record, in which it is called `source`."""

    submissions: Submissions
    task: Task
    source: str
    title: str
    files: tuple[RecordedFile, ...]
    options: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """Return a digest that is equal only for the same submissions, rules and options, whoever
        does the work."""
        parts = (str(self.task.source), *self.files, *self.options, _made_by())
        return hashlib.sha256(repr(parts).encode()).hexdigest()


def run(
    job: BatchJob,
    out: Path,
    *,
    executor: Executor,
    carry: bool = False,
    tell: Callable[[int, int, int], None],
) -> list[Row]:
    """Check what is not done yet and write results, sheet and record to `out`; return the rows.

    The workers of `executor` read the files themselves, where they lie; with `carry` they are sent
    the bytes. `tell` is called with how many were done before, are done now, and there are. Raises
    `BatchError` if the folder holds another check, or a finished one, and `WorkersEndedError`.
    """
    begun, done = _open(job, out)
    files, things = source_files(job.task.source), job.submissions.lines
    todo = [thing for thing in things if not _is_done(done.get(thing), files)]
    before = number = len(things) - len(todo)
    tell(before, number, len(things))
    with (out / JOURNAL).open("ab", buffering=0) as journal:
        carried = files if carry else None
        for lines in check_all(todo, job.task, executor, carried):
            journal.write(b"".join(lines))
            done |= {rows[0].thing: rows for rows in map(of_line, lines)}
            number += len(lines)
            tell(before, number, len(things))
    rows = settle([row for thing in things for row in done[thing]])
    finished = clock.now()
    written = {
        "results.csv": sheet.as_csv(rows),
        "by-applicant.csv": sheet.by_applicant_as_csv(rows),
        "sheet.html": sheet.as_html(rows, job.title, finished, job.files, job.submissions.unnamed),
    }
    times = {"begun": begun, "finished": finished.isoformat()}
    for name, data in (*written.items(), (RECORD, _record(job, rows, times, written))):
        write_whole(out / name, data)
    (out / JOURNAL).unlink()
    return rows


def check_all(
    things: Sequence[ApplicantFile],
    task: Task,
    executor: Executor,
    carried: SourceFiles | None = None,
) -> Iterator[list[bytes]]:
    """Yield the lines of the rows for some files at a time, as they are done. Workers are sent the
    bytes of `carried`, or read the files themselves."""
    made_by, packed = _made_by(), pickle.dumps(task)
    inputs = ((made_by, packed, part) for part in _parts(things, carried))
    yield from executors.unordered(
        executor, check_part, inputs, size=lambda _version, _task, part: _size(part)
    )


def _parts(things: Sequence[ApplicantFile], carried: SourceFiles | None) -> Iterator[Part]:
    """Yield the parts that workers get, each read when a worker asks for it."""
    part: Part = []
    for thing in things:
        part.append((thing, _content(thing, carried)))
        if len(part) == AT_A_TIME or _size(part) >= BYTES_AT_A_TIME:
            yield part
            part = []
    if part:
        yield part


def _size(part: Part) -> int:
    return sum(len(content[0]) for _, content in part if isinstance(content, tuple))


def _content(thing: ApplicantFile, files: SourceFiles | None) -> Content | None:
    if files is None or thing.is_link or not thing.source:
        return None
    try:
        return files.read(thing.source)
    except UnreadableError as exc:
        return exc


def check_part(made_by: str, packed: bytes, things: Part) -> list[bytes]:
    """Return the lines of the rows for some files: the work of one worker."""
    checker = _checker(made_by, packed)
    lines = []
    for thing, content in things:
        try:
            rows = checker.check(thing, content)
        except Exception:  # a fault of ours: its row says that a person has to look
            rows = [checker.unchecked(thing, "could_not_finish")]
        lines.append(line(rows))
    return lines


def _checker(made_by: str, packed: bytes) -> Checker:
    """Return the checker of this thread, which remembers issuers' documents and status lists."""
    if getattr(_worker, "sent", None) != (made_by, packed):
        if made_by != _made_by():
            raise BatchError(f"the workers have {_made_by()}, not {made_by}: install the same")
        task: Task = pickle.loads(packed)  # noqa: S301 - from whoever started this worker
        _worker.sent, _worker.checker = (made_by, packed), Checker(task)
        gc.freeze()  # what every check uses lives as long as the worker
    checker: Checker = _worker.checker
    return checker


def settle(rows: list[Row]) -> list[Row]:
    """Return the rows after comparing all of them: a credential that is used twice counts once.

    If two applicants use it, it counts for neither, unless it was issued to an address of exactly
    one of them. If one applicant submits it twice, it counts once.
    """
    users: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in sorted(rows, key=lambda row: (row.answer is not Answer.YES, not row.theirs)):
        if row.same:
            users[row.same].setdefault(row.thing.applicant, row)
    return [_settled(row, users.get(row.same, {})) for row in rows]


def _settled(row: Row, users: dict[str, Row]) -> Row:
    own = row.thing.applicant
    first = users.get(own)
    if first is not None and first is not row:
        return row.with_reason(Answer.NO, "handed_in_twice", source=first.thing.source)
    others = [name for name in users if name != own]
    if not others:
        return row
    owners = [user.thing.applicant for user in users.values() if user.theirs]
    answer = Answer.YES if owners == [own] else Answer.COULD_NOT_CHECK
    who = ", ".join(others[:5]) + (" …" if len(others) > 5 else "")
    return row.with_reason(answer, "used_by_another", who=who[:200])


def _open(job: BatchJob, out: Path) -> tuple[str, dict[ApplicantFile, list[Row]]]:
    """Return when the check in `out` was begun and what is done of it; begin it if it is new."""
    if (out / RECORD).exists():
        raise BatchError(
            "{out} holds a finished check: give another folder with --out", out=str(out)
        )
    journal = out / JOURNAL
    if not journal.exists():
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        begun = clock.now().isoformat()
        write_whole(journal, json.dumps({"of": job.fingerprint, "begun": begun}).encode() + b"\n")
        return begun, {}
    head, *lines = journal.read_bytes().splitlines(keepends=True)
    first = json.loads(head)
    if first["of"] != job.fingerprint:
        raise BatchError(
            "{out} holds a check that was begun with other applicants, rules or options: "
            "give another folder with --out",
            out=str(out),
        )
    if lines and not lines[-1].endswith(b"\n"):  # torn when the run was killed
        os.truncate(journal, journal.stat().st_size - len(lines.pop()))
    return first["begun"], {rows[0].thing: rows for rows in map(of_line, lines)}


def _is_done(rows: list[Row] | None, files: SourceFiles) -> bool:
    """Whether there are rows, and the file is still the one that was checked."""
    if not rows:
        return False
    row = rows[0]
    if row.thing.is_link or not row.thing.source:
        return True
    try:
        return files.read(row.thing.source)[1] == row.sha256
    except UnreadableError:
        return not row.sha256


def _record(
    job: BatchJob, rows: list[Row], times: dict[str, str], written: dict[str, bytes]
) -> bytes:
    """Return the record: what was checked, when, by which rules, and with which responses of
    others, each by its SHA-256."""
    asked = sorted({request for row in rows for request in row.asked})
    places = {request: place for place, request in enumerate(asked)}
    record = {
        "type": "MintmarkBatchRecord",
        "version": 1,
        "made by": _made_by(),
        **times,
        "source": job.source,
        "options": job.options,
        "files": [request._asdict() for request in job.files],
        "asked": [
            {"url": url, "for": kind, "sha256": digest or None} for url, kind, digest in asked
        ],
        "inputs": [
            {
                "applicant": row.thing.applicant,
                "source": row.thing.source,
                "sha256": row.sha256 or None,
                "checked": row.at,
                "answer": row.answer,
                "asked": [places[request] for request in row.asked],
            }
            for row in rows
        ],
        "not named by the table": job.submissions.unnamed,
        "written": {name: hashlib.sha256(data).hexdigest() for name, data in written.items()},
    }
    return json.dumps(record, indent=1).encode() + b"\n"


def _made_by() -> str:
    return f"mintmark {version('mintmark')}"


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; only its owner reads it, because it names people."""
    new = path.with_name(path.name + ".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    new.replace(path)
