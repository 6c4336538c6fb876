"""`mintmark-verify derive`: a holder makes a copy of a credential that shows less."""

import argparse
import sys
from pathlib import Path

from contexts.errors import DONE, UsageError
from verifier.checks.disclosure import CHOICES, choices, derive
from verifier.intake.carriers import read_submission
from verifier.intake.submission import MAX_CREDENTIAL_BYTES, IntakeError
from verifier.options.files import add_out, write
from verifier.parsing import strict_json
from verifier.report import Check, Outcome
from verifier.wording import printed, words


def run(args: argparse.Namespace) -> int:
    """Write the copy. Raises `UsageError` when there is nothing to make."""
    try:
        document = _document(args.source)
        copy = derive(document, [p for chosen in args.show for p in _pointers(chosen, document)])
    except IntakeError as exc:
        check = Check("intake", Outcome.COULD_NOT_CHECK, exc.code, exc.params)
        raise UsageError(f"{args.source}: {words.text(check)}") from exc
    except ValueError as exc:
        raise UsageError(f"{args.source}: {exc}") from exc
    write(printed.dumps(copy) + "\n", args.out)
    return DONE


def parser() -> argparse.ArgumentParser:
    """Return the parser of what follows `derive`."""
    parser = argparse.ArgumentParser(
        prog="mintmark-verify derive",
        description="Make a copy of a credential that shows less. What identifies and limits it "
        "is always shown. Needs the file “to share less” that the issuer gave its holder.",
    )
    parser.add_argument("source", metavar="FILE|-", help="the credential to show less of")
    parser.add_argument(
        "--show",
        nargs="+",
        action="extend",
        default=[],
        metavar="POINTER",
        help=f"what to show besides: JSON Pointers such as /evidence/0, or {', '.join(CHOICES)}",
    )
    add_out(parser)
    return parser


def _document(name: str) -> dict[str, object]:
    if name == "-":
        data = sys.stdin.buffer.read(MAX_CREDENTIAL_BYTES + 1)
    else:
        with Path(name).open("rb") as file:
            data = file.read(MAX_CREDENTIAL_BYTES + 1)
    submission = read_submission(data)
    if not submission.text.lstrip().startswith("{"):
        raise ValueError("it is not the JSON form: only that can be shown in parts")
    return strict_json.loads_object(submission.text)


def _pointers(chosen: str, document: dict[str, object]) -> tuple[str, ...]:
    """Return the pointers of a name in `CHOICES` that the document has, or `chosen` itself."""
    if chosen not in CHOICES:
        return (chosen,)
    offered = {choice.name: choice.pointers for choice in choices(document)}
    if chosen not in offered:
        raise ValueError(f"it has no {chosen}; it has: {', '.join(offered) or 'nothing to choose'}")
    return offered[chosen]
