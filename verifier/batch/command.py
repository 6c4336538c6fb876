"""`mintmark-verify batch`: a folder of applicants' credentials, checked by a district's policy."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from datetime import datetime
from pathlib import Path

from contexts.errors import DONE, FAILED, NOT_YET, UsageError
from verifier import clock
from verifier.batch import job
from verifier.batch.files import PRACTICE, BatchError
from verifier.batch.job import Rules
from verifier.batch.row import Row
from verifier.batch.run import BatchJob
from verifier.batch.run import run as run_job
from verifier.batch.sheet import ANSWERS, items
from verifier.batch.sources import Source, name_of, source_of
from verifier.batch.table import ApplicantTable
from verifier.credential.model import instant
from verifier.options import executors, pinned, web_options
from verifier.report import Answer
from verifier.trust_lists import following, store, trust_option
from verifier.wording.printed import printable

INTERRUPTED = 130
_MOST_NAMED = 20
_OPTIONS = ("offline", "at", "allow_host", "unsafe_loopback_http")
"""Options that can change an answer, as the policy can."""


def run(args: argparse.Namespace) -> int:
    """Check the folder; return 0 if all count, 1 if something does not, 3 if something is to be
    looked at, 130 if it was interrupted. Raises `BatchError` if it cannot start."""
    if args.practice == bool(args.source):
        raise UsageError("name a folder, a zip or a table; or give --practice, and none")
    if args.trust:
        raise UsageError(
            f"--trust {args.trust}: batch reads the lists that a policy names: put "
            'lists = ["districts.json"] into a file, and give that with --policy'
        )
    if args.practice:
        args.source, args.policy = str(PRACTICE / "applicants"), str(PRACTICE / "policy.toml")
    source = source_of(args.source)
    name = "practice" if args.practice else Path(name_of(source)).stem
    out = Path(args.out or f"{name}-checked").resolve()
    try:
        if source in (out, *out.parents):
            inside = "{out} lies in what is checked: give another folder with --out"
            raise BatchError(inside, out=str(out))
        rows = _run(args, _job(args, source), out)
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
    answers = [row.answer for row in rows]
    print(f"{items(rows)}:")
    for answer, (mark, _, several, _) in ANSWERS.items():
        print(f"{mark} {answers.count(answer):>6,} {several}")
    print(f"{out / 'sheet.html'}")
    if args.practice:
        print(f"the files to practice on, with their policy: {PRACTICE}")
    if Answer.NO in answers:
        return FAILED
    return NOT_YET if Answer.COULD_NOT_CHECK in answers else DONE


def _run(args: argparse.Namespace, batch: BatchJob, out: Path) -> list[Row]:
    """Have the workers check, each of which has the files at the same address, or is sent them."""
    if args.shared and not args.cluster:
        raise UsageError("--shared goes with --cluster")
    carry = bool(args.cluster) and not args.shared and isinstance(batch.task.source, Path)
    with executors.chosen(args) as executor:
        return run_job(batch, out, executor=executor, carry=carry, tell=_Progress(executor))


def parser() -> argparse.ArgumentParser:
    """Return the parser of what follows `batch`."""
    parser = argparse.ArgumentParser(
        prog="mintmark-verify batch",
        description="Check the credentials of many applicants and say what each is worth here.",
        epilog="Exit status: 0 all count, 1 something does not, 3 something is to be looked at, "
        "2 wrong usage. A run that was stopped goes on with the same command.",
    )
    add = parser.add_argument
    what = "what was handed in; by whom: applicants.csv"
    add("source", nargs="?", metavar="FOLDER|ZIP|TABLE|s3://…", help=what)
    add("--policy", metavar="FILE", help="policy.toml: lists, age, levels, achievements, exchange")
    add("--practice", action="store_true", help="check the folder to practice on, by its policy")
    add("--trust", help=argparse.SUPPRESS)  # as the other commands have: `run` says what to do
    add("--out", metavar="FOLDER", help="where results go; default: NAME-checked")
    executors.add_options(parser, default=os.cpu_count() or 1)
    add("--shared", action="store_true", help="the cluster reads the files at the same path itself")
    web_options.add_offline(parser)
    add("--at", type=_time, metavar="TIME", help="judge dates as of this time")
    web_options.add_options(parser)
    pinned.add_option(parser)
    return parser


def _time(text: str) -> datetime:
    if (moment := instant(text, zone=None)) is None:
        raise argparse.ArgumentTypeError("give a time with its zone: 2027-01-31T00:00:00Z")
    return moment


def _job(args: argparse.Namespace, source: Source) -> BatchJob:
    chosen = {name: value for name, value in vars(args).items() if name in _OPTIONS and value}
    batch = job.make(
        source,
        _rules(args),
        ask=web_options.asking(args),
        at=args.at,
        pins=pinned.read(args),
        options=tuple(f"{name.replace('_', ' ')}: {value}" for name, value in chosen.items()),
    )
    if batch.submissions.table:
        _tell_columns(batch.submissions.table_name, batch.submissions.table)
    _tell_unnamed(batch.submissions.unnamed)
    return batch


def _rules(args: argparse.Namespace) -> Rules:
    """Return the policy with its lists, else the followed lists."""
    file = Path(args.policy or "").resolve()
    text = file.read_bytes() if args.policy else b""
    named = job.lists_of(text, args.policy or "")
    places = {name: file.parent / name for name in named} or _followed_lists(args)
    lists = [(name, place.read_bytes()) for name, place in places.items()]
    return job.rules(args.policy or "", text, lists)


def _followed_lists(args: argparse.Namespace) -> dict[str, Path]:
    """Return the files of the lists that `mintmark-verify trust` follows, refreshed if old."""
    trust_option.followed(args, now=clock.now())
    return following.files(store.default_folder(os.environ))


def _tell_columns(name: str, table: ApplicantTable) -> None:
    """Print which column is used for what, and which columns are not used."""
    used = "; ".join(f"“{head}” as {use}" for head, use in table.used)
    print(printable(f"{name}: {used}"), file=sys.stderr)
    if table.unused:
        unused = ", ".join(f"“{head}”" for head in table.unused)
        print(printable(f"{name}, not used: {unused}"), file=sys.stderr)


def _tell_unnamed(names: Sequence[str]) -> None:
    """Print the files that no row of the table names, as many as a terminal shows."""
    for name in names[:_MOST_NAMED]:
        print(printable(f"no row names: {name}"), file=sys.stderr)
    if len(names) > _MOST_NAMED:
        print(f"no row names: {len(names) - _MOST_NAMED:,} more files", file=sys.stderr)


class _Progress:
    """Prints how many are checked; without a terminal, once a minute."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._began = self._printed = time.monotonic()

    def __call__(self, before: int, done: int, whole: int) -> None:
        now, terminal = time.monotonic(), sys.stderr.isatty()
        if before == done > 0:
            print(f"going on after {before:,} of {whole:,}", file=sys.stderr)
        if done < whole and now - self._printed < (0.2 if terminal else 60):
            return
        self._printed = now
        line = f"{done:,} of {whole:,} checked"
        if before < done < whole:
            seconds = (now - self._began) / (done - before) * (whole - done)
            line += f", {seconds:,.0f} seconds left"
        if isinstance(self._executor, executors.ClusterExecutor) and done < whole:
            line += f", {self._executor.workers()} workers"
        again = "" if terminal and done < whole else "\n"
        print(f"\r{line:<70}" if terminal else line, end=again, file=sys.stderr)
