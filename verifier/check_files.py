"""`mintmark-verify`: check credentials from the command line.

Exit status: 0 all that is required is yes; 1 something required is no; 3 something required
could not be checked; 2 wrong usage.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime

from contexts.errors import DONE, FAILED, NOT_YET, UsageError
from verifier import __version__, clock
from verifier.credential.model import instant
from verifier.intake.submission import MAX_CREDENTIAL_BYTES
from verifier.options import pinned, web_options
from verifier.options.files import WHOLE, read_file
from verifier.parsing.old_spelling import current
from verifier.pipeline.pipeline import verify_all
from verifier.pipeline.response_cache import remembering
from verifier.report import Answer, Outcome, Report
from verifier.trust import TrustList
from verifier.trust_lists import trust_option
from verifier.wording import printed

VERDICTS = ("authentic", "current", "recognized", "theirs")
BADGE, ANY = "badge", "any"
"""What may be required beside verdicts: a badge, which is the default, or any credential."""


def run(args: argparse.Namespace) -> int:
    """Check each source and print the reports. Raises `UsageError` for what to change."""
    now = _time(args.at)
    lists = trust_option.lists(args, now=clock.now())
    evidence = tuple(read_file(path, at_most=WHOLE) for path in args.evidence)
    required = _required(args, lists)
    ask = remembering(web_options.asking(args))
    contexts = pinned.contexts(pinned.read(args))
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
            challenge=args.challenge,
            domain=args.domain,
        )
        reports += [(name, report) for report in results]
    _print(reports, args)
    if BADGE in required:
        _tell_others([name for name, report in reports if report.general])
    asked = ("presentation",) if (args.challenge or args.domain) is not None else ()
    return _exit_status([report for _, report in reports], (*required, *asked))


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
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
    add("--challenge", metavar="TEXT", help="what the holder of a presentation had to sign")
    add("--domain", metavar="TEXT", help="for whom the holder of a presentation had to sign it")
    add("--at", metavar="TIME", help="judge dates as of this time, such as 2027-01-31T00:00:00Z")
    web_options.add_offline(parser)
    trust_option.add_option(parser)
    web_options.add_options(parser)
    pinned.add_option(parser)
    return parser


def _read_source(name: str) -> bytes:
    """Return the bytes to check; a URL is passed on for the pipeline to follow."""
    if name.startswith(("https://", "http://")):
        return name.encode(errors="replace")
    if name == "-":
        return sys.stdin.buffer.read(MAX_CREDENTIAL_BYTES + 1)
    return read_file(name)


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
    outcomes = {
        check.outcome
        for report in reports
        for check in report.checks
        if check.name in ("evidence", *required)
    }
    if Answer.NO in answers or Outcome.FAILED in outcomes:
        return FAILED
    if Answer.COULD_NOT_CHECK in answers or Outcome.COULD_NOT_CHECK in outcomes:
        return NOT_YET
    return DONE


def _tell_others(names: Sequence[str]) -> None:
    """Print which sources hold a credential that does not count because it is no badge."""
    for name in names:
        why = f"{name}: it is no badge, so it does not count; with --require …,{ANY} it does"
        print(printed.printable(why), file=sys.stderr)


def _print(reports: Sequence[tuple[str, Report]], args: argparse.Namespace) -> None:
    if args.json:
        documents = [{"source": name, **printed.as_json(report)} for name, report in reports]
        print(printed.dumps(documents[0] if len(documents) == 1 else documents))
    elif len(reports) == 1:
        print(printed.as_text(*reports[0], details=args.details), end="")
    else:
        print(printed.as_table(reports), end="")
