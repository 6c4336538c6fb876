"""`mintmark-verify batch`: a folder of applicants' credentials, checked by a district's policy."""

import argparse
import hashlib
import os
import sys
import time
from datetime import datetime
from pathlib import Path

from contexts.errors import DONE, FAILED, NOT_YET
from verifier import clock
from verifier.batch import policy
from verifier.batch.applicants import read_submissions
from verifier.batch.checker import Task
from verifier.batch.files import BatchError
from verifier.batch.run import BatchJob
from verifier.batch.run import run as run_job
from verifier.batch.sheet import ANSWERS, RecordedFile
from verifier.batch.table import ApplicantTable, is_table
from verifier.credential.model import instant
from verifier.options import pinned, web_options
from verifier.parsing.strict_toml import TomlError
from verifier.report import Answer
from verifier.trust import TrustListError
from verifier.trust_lists import given, store
from verifier.wording.printed import printable

INTERRUPTED = 130
_OPTIONS = ("offline", "at", "allow_host", "unsafe_loopback_http")
"""Options that can change an answer, as the policy can."""


def run(args: argparse.Namespace) -> int:
    """Check the folder; return 0 if all count, 1 if something does not, 3 if something is to be
    looked at, 130 if it was interrupted. Raises `BatchError` if it cannot start."""
    source = Path(args.source).resolve()
    out = Path(args.out or f"{source.stem}-checked").resolve()
    try:
        if out == source or source in out.parents:
            raise BatchError(f"{out} lies in what is checked: give another folder with --out")
        rows = run_job(_job(args, source), out, workers=args.workers, tell=_Progress())
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
    answers = [row.answer for row in rows]
    for answer, (mark, _, several, _) in ANSWERS.items():
        print(f"{mark} {answers.count(answer):>6,} {several}")
    print(f"{out / 'sheet.html'}")
    if Answer.NO in answers:
        return FAILED
    return NOT_YET if Answer.COULD_NOT_CHECK in answers else DONE


def parser() -> argparse.ArgumentParser:
    """Return the parser of what follows `batch`."""
    parser = argparse.ArgumentParser(
        prog="mintmark-verify batch",
        description="Check the credentials of many applicants and say what each is worth here.",
        epilog="Exit status: 0 all count, 1 something does not, 3 something is to be looked at, "
        "2 wrong usage. A run that was stopped goes on with the same command.",
    )
    add = parser.add_argument
    add("source", metavar="FOLDER|ZIP|TABLE", help="what was handed in; by whom: applicants.csv")
    add("--policy", metavar="FILE", help="policy.toml: lists, age, levels, achievements, exchange")
    add("--out", metavar="FOLDER", help="where results go; default: NAME-checked")
    add("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="default: all cores")
    web_options.add_offline(parser)
    add("--at", type=_time, metavar="TIME", help="judge dates as of this time")
    web_options.add_options(parser)
    pinned.add_option(parser)
    return parser


def _time(text: str) -> datetime:
    if (moment := instant(text, zone=None)) is None:
        raise argparse.ArgumentTypeError("give a time with its zone: 2027-01-31T00:00:00Z")
    return moment


def _job(args: argparse.Namespace, source: Path) -> BatchJob:
    file = Path(args.policy or "").resolve()
    text = file.read_bytes() if args.policy else b""
    try:
        places = policy.list_files(text, file.parent) or _followed_lists(args)
        lists = tuple(place.read_bytes() for place in places)
        rules = policy.parse(text, lists)
    except (TomlError, TrustListError) as exc:
        raise BatchError(f"{args.policy}: {exc}" if args.policy else str(exc)) from exc
    files = [_recorded("Policy", args.policy, text)] if args.policy else []
    for place, data, listed in zip(places, lists, rules.lists, strict=True):
        about = f"List “{listed.name}”, as of {listed.updated:%Y-%m-%d}"
        files.append(_recorded(about, place, data))
    pins = pinned.read(args)
    files += [_recorded(f"Context {pin.url}", pin.file, pin.data) for pin in pins]
    submissions = read_submissions(source, {file, *(place.resolve() for place in places)})
    if submissions.table_sha256 and submissions.table:
        files.append(RecordedFile(submissions.table_name, submissions.table_sha256, "Applicants"))
        _tell_columns(submissions.table_name, submissions.table)
    if source.is_file() and not is_table(source.name):
        with source.open("rb") as zipped:
            digest = hashlib.file_digest(zipped, "sha256").hexdigest()
        files.append(RecordedFile(source.name, digest, "Zip"))
    chosen = {name: value for name, value in vars(args).items() if name in _OPTIONS and value}
    options = tuple(f"{name.replace('_', ' ')}: {value}" for name, value in chosen.items())
    task = Task(source, text, lists, web_options.asking(args), args.at, pins)
    return BatchJob(submissions, task, rules.name or source.name, tuple(files), options)


def _recorded(about: str, place: str | Path, data: bytes) -> RecordedFile:
    return RecordedFile(str(place), hashlib.sha256(data).hexdigest(), about)


def _followed_lists(args: argparse.Namespace) -> tuple[Path, ...]:
    """Return the files of the lists that `mintmark-verify trust` follows, refreshed if old."""
    given.followed(args, now=clock.now())
    home = store.default_folder(os.environ)
    return tuple(home / followed.file for followed in store.subscriptions(home))


def _tell_columns(name: str, table: ApplicantTable) -> None:
    """Print which column is used for what, and which columns are not used."""
    used = "; ".join(f"“{head}” as {use}" for head, use in table.used)
    print(printable(f"{name}: {used}"), file=sys.stderr)
    if table.unused:
        unused = ", ".join(f"“{head}”" for head in table.unused)
        print(printable(f"{name}, not used: {unused}"), file=sys.stderr)


class _Progress:
    """Prints how many are checked; without a terminal, once a minute."""

    def __init__(self) -> None:
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
        again = "" if terminal and done < whole else "\n"
        print(f"\r{line:<70}" if terminal else line, end=again, file=sys.stderr)
