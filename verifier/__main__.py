"""`mintmark-verify`: check credentials from the command line.

Exit status: 0 all that is required is yes; 1 something required is no; 3 something required
could not be checked; 2 wrong usage.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path

from contexts import FrozenContexts
from verifier import __version__, clock, trust
from verifier.credential.model import instant
from verifier.fetching.fetch import Fetch
from verifier.intake.submission import MAX_CREDENTIAL_BYTES
from verifier.options import pinned, web_options
from verifier.parsing.old_spelling import current
from verifier.pipeline.pipeline import verify_all
from verifier.pipeline.response_cache import remembering
from verifier.report import Answer, Outcome, Report
from verifier.trust import TrustList, TrustListError
from verifier.trust_lists import following, store
from verifier.trust_lists.following import LiveLists
from verifier.wording import printed

SERVE = "serve"
_COMMANDS = {
    "derive": "verifier.derive",
    "batch": "verifier.batch.command",
    "trust": "verifier.trust_lists.command",
}
"""Read when they are asked for, because most often it is one file to check."""
VERDICTS = ("authentic", "current", "recognized", "theirs")
BADGE, ANY = "badge", "any"
"""What may be required beside verdicts: a badge, which is the default, or any credential."""


class UsageError(Exception):
    """The command cannot run as given; the message says what to change."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and (elsewhere := _COMMANDS.get(arguments[0])):
        status: int = import_module(elsewhere).main(arguments[1:])
        return status
    if arguments[:1] == [SERVE]:
        return serve(arguments[1:])
    args = _parser().parse_args(arguments)
    try:
        lists = _lists(args)
        evidence = tuple(_read_file(path, at_most=-1) for path in args.evidence)
        now = _time(args.at)
        required = _required(args, lists)
        ask = remembering(web_options.asking(args))
        contexts = _contexts(args)
        reports: list[tuple[str, Report]] = []
        for name in args.source:
            results = verify_all(
                _read_source(name),
                make_fetch=ask,
                now=now,
                trust=lists,
                presented_by=args.recipient,
                evidence=evidence,
                contexts=contexts,
                general=True,
            )
            reports += [(name, report) for report in results]
    except UsageError as exc:
        return _refuse(str(exc))
    _print(reports, args)
    return _exit_status([report for _, report in reports], required)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mintmark-verify",
        description="Check Open Badges: authentic, current, and by an issuer you recognize.",
        epilog="Exit status: 0 yes, 1 no, 3 could not check, 2 wrong usage. To make a copy that "
        "shows less: mintmark-verify derive --help. Many at once: mintmark-verify batch --help. As "
        "a page and an API: mintmark-verify serve --help",
    )
    add = parser.add_argument
    add(
        "source",
        nargs="+",
        metavar="FILE|URL|-",
        help="JSON, JWT, PNG, SVG, PDF, or a picture of a code",
    )
    add("--version", action="version", version=f"mintmark-verify {__version__}")
    add("--json", action="store_true", help="print the whole report as JSON")
    add("--details", action="store_true", help="show every check, also those that passed")
    add(
        "--require",
        metavar="NAMES",
        help="verdicts that must be yes: authentic,current,recognized,theirs; with any, also "
        "credentials that are no badges count",
    )
    add("--recipient", metavar="E-MAIL", help="who presented it: e-mail address, name or DID")
    add(
        "--evidence",
        action="append",
        default=[],
        metavar="FILE",
        help="a file to compare with the signed digests",
    )
    add("--at", metavar="TIME", help="judge dates as of this time, such as 2027-01-31T00:00:00Z")
    _add_world(parser)
    return parser


def _add_world(parser: argparse.ArgumentParser) -> None:
    """Add the options for whom a verification may ask and which issuers it recognizes."""
    add = parser.add_argument
    add("--offline", action="store_true", help="ask nobody; use key snapshots in trust lists")
    add(
        "--trust",
        action="append",
        default=[],
        metavar="FILE",
        help="a trust list; may be repeated; without it, those of: mintmark-verify trust",
    )
    web_options.add_options(parser)
    pinned.add_option(parser)


def serve(arguments: Sequence[str]) -> int:
    """Serve the page and the API until interrupted; 2 if it cannot be begun."""
    args = _serve_parser().parse_args(arguments)
    try:
        from verifier.web import app
    except ModuleNotFoundError as exc:
        return _refuse(f"{exc.name} is not installed; in Mintmark's folder: pip install '.[web]'")
    try:
        lists: Sequence[TrustList] = _lists(args)
        if not args.trust:
            lists = LiveLists(store.default_folder(os.environ), _asking(args))
        ask = remembering(web_options.asking(args))
        application = app.create_app(ask, lists, contexts=_contexts(args), name=args.name)
        app.serve(application, bind=args.bind, port=args.port)
    except UsageError as exc:
        return _refuse(str(exc))
    except (OSError, ValueError) as exc:
        return _refuse(f"cannot listen at {args.bind}, port {args.port}: {exc}")
    except KeyboardInterrupt:
        print()
    return 0


def _serve_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"mintmark-verify {SERVE}",
        description="Serve the verifier's page and API, for a browser and for programs.",
        epilog="For more people than yourself put a web server before it that speaks https.",
    )
    add = parser.add_argument
    add("--bind", default="127.0.0.1", metavar="ADDRESS", help="default: 127.0.0.1, this machine")
    add("--port", type=_port, default=8203, metavar="N", help="default: 8203; 0 takes a free one")
    add("--name", default="Mintmark", help="who runs it, at the top of the page")
    _add_world(parser)
    return parser


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError("give a number from 0 to 65535")
    return int(text)


def _refuse(why: str) -> int:
    print(f"mintmark-verify: {printed.printable(why)}", file=sys.stderr)
    return 2


def _read_source(name: str) -> bytes:
    """Return the bytes to check; a URL is passed on for the pipeline to follow."""
    if name.startswith(("https://", "http://")):
        return name.encode(errors="replace")
    if name == "-":
        return sys.stdin.buffer.read(MAX_CREDENTIAL_BYTES + 1)
    return _read_file(name)


def _read_file(name: str, *, at_most: int = MAX_CREDENTIAL_BYTES * 10) -> bytes:
    """Return a file's first bytes; all of them where `at_most` is -1, as evidence may be a film."""
    try:
        with Path(name).open("rb") as file:
            return file.read(at_most)
    except OSError as exc:
        raise UsageError(f"cannot read {name}: {exc.strerror}") from exc


def _lists(args: argparse.Namespace) -> tuple[TrustList, ...]:
    """Return the given trust lists, else the followed ones, with a warning about old copies."""
    if args.trust:
        return tuple(_trust_list(path) for path in args.trust)
    home = store.default_folder(os.environ)
    try:
        lists, warnings = following.current_lists(home, ask=_asking(args), now=clock.now())
    except TrustListError as exc:
        raise UsageError(str(exc)) from exc
    for line in warnings:
        print(f"mintmark-verify: {printed.printable(line)}", file=sys.stderr)
    return lists


def _contexts(args: argparse.Namespace) -> FrozenContexts:
    try:
        return pinned.contexts(pinned.read(args))
    except ValueError as exc:
        raise UsageError(str(exc)) from exc


def _asking(args: argparse.Namespace) -> Callable[[], Fetch] | None:
    return None if args.offline else web_options.asking(args)


def _trust_list(name: str) -> TrustList:
    if name.startswith(("https://", "http://")):
        raise UsageError(
            f"--trust takes a file; a list at an address: mintmark-verify trust add {name}"
        )
    try:
        return trust.load(_read_file(name))
    except TrustListError as exc:
        raise UsageError(f"{name}: {exc}") from exc


def _time(text: str | None) -> datetime:
    if text is None:
        return clock.now()
    moment = instant(text, zone=None) or instant(f"{text}T00:00:00Z")
    if moment is None:
        raise UsageError(f"--at {text}: give a day, or a time with its zone: 2027-01-31T00:00:00Z")
    return moment


def _required(args: argparse.Namespace, lists: Sequence[TrustList]) -> tuple[str, ...]:
    """Return what is required: that it is a badge, authentic and current, and recognized if there
    is a trust list."""
    if args.require is None:
        return (BADGE, "authentic", "current", *(("recognized",) if lists else ()))
    names = tuple(current(name.strip()) for name in args.require.split(",") if name.strip())
    if unknown := [name for name in names if name not in (*VERDICTS, BADGE, ANY)]:
        raise UsageError(f"--require {unknown[0]}: choose from {', '.join((*VERDICTS, ANY))}")
    if not {*names} - {BADGE, ANY}:
        raise UsageError("--require: name at least one verdict, or leave it out")
    if "theirs" in names and args.recipient is None:
        raise UsageError("--require theirs: say who presented it with --recipient")
    return names if ANY in names else (BADGE, *names)


def _exit_status(reports: Sequence[Report], required: tuple[str, ...]) -> int:
    answers = {report.verdicts()[n].answer for report in reports for n in VERDICTS if n in required}
    if BADGE in required and any(report.general for report in reports):
        answers.add(Answer.COULD_NOT_CHECK)
    evidence = {c.outcome for report in reports for c in report.checks if c.name == "evidence"}
    if Answer.NO in answers or Outcome.FAILED in evidence:
        return 1
    if Answer.COULD_NOT_CHECK in answers or Outcome.COULD_NOT_CHECK in evidence:
        return 3
    return 0


def _print(reports: Sequence[tuple[str, Report]], args: argparse.Namespace) -> None:
    if args.json:
        documents = [{"source": name, **printed.as_json(report)} for name, report in reports]
        print(printed.dumps(documents[0] if len(documents) == 1 else documents))
    elif len(reports) == 1:
        print(printed.as_text(*reports[0], details=args.details), end="")
    else:
        print(printed.as_table(reports), end="")


if __name__ == "__main__":
    sys.exit(main())
