"""`mintmark-verify derive`: a holder makes a copy of a credential that shows less."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from verifier.checks.disclosure import CHOICES, choices, derive
from verifier.intake.carriers import read
from verifier.intake.submission import MAX_CREDENTIAL_BYTES, IntakeError
from verifier.parsing import strict_json
from verifier.report import Check, Outcome
from verifier.wording import printed, words

WORD = "derive"


def main(arguments: Sequence[str]) -> int:
    """Run the command on what follows `derive`; return 0, or 2 when there is nothing to make."""
    args = _parser().parse_args(arguments)
    try:
        document = _document(args.source)
        copy = derive(document, [p for chosen in args.show for p in _pointers(chosen, document)])
        text = printed.dumps(copy) + "\n"
        if args.out is None:
            sys.stdout.write(text)
        else:
            with Path(args.out).open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as exc:
        return _refuse(f"{exc.filename}: {exc.strerror}")
    except IntakeError as exc:
        check = Check("intake", Outcome.COULD_NOT_CHECK, exc.code, exc.params)
        return _refuse(f"{args.source}: {words.text(check)}")
    except ValueError as exc:
        return _refuse(f"{args.source}: {exc}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"mintmark-verify {WORD}",
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
    parser.add_argument("--out", metavar="FILE", help="where to write it (a new file)")
    return parser


def _document(name: str) -> dict[str, object]:
    if name == "-":
        data = sys.stdin.buffer.read(MAX_CREDENTIAL_BYTES + 1)
    else:
        with Path(name).open("rb") as file:
            data = file.read(MAX_CREDENTIAL_BYTES + 1)
    submission = read(data)
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


def _refuse(why: str) -> int:
    print(f"mintmark-verify {WORD}: {why}", file=sys.stderr)
    return 2
