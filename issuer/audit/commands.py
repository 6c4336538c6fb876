"""`mintmark audit`: the log of who did what, as lines of JSON, and whether it is whole."""

import argparse
import csv
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from contexts.errors import DONE, NOT_YET
from issuer.audit import chain, log
from issuer.audit.log import Head
from issuer.home.command_line import Commands
from issuer.home.issuer import Issuer
from verifier import clock


def add_commands(
    commands: Commands, signed_head: Callable[[Issuer, datetime], Head | None]
) -> None:
    """Add `audit export` and `audit check`.

    `signed_head` returns the head that was signed last, None before the first, or raises what keeps
    it from counting.
    """
    audit = commands.add_parser("audit", help="who did what, and when")
    actions = audit.add_subparsers(dest="action", metavar="ACTION", required=True)
    export = actions.add_parser("export", help="print every entry, a line of JSON each")
    export.add_argument("--csv", action="store_true", help="as a table for a spreadsheet instead")
    export.set_defaults(run=_export)
    check = actions.add_parser("check", help="say whether the log is what was recorded")
    check.add_argument("file", type=Path, nargs="?", metavar="FILE", help="an exported one")
    check.set_defaults(run=partial(_check, signed_head=signed_head))


def _export(args: argparse.Namespace, issuer: Issuer) -> int:
    with issuer.database.reading() as session:
        if args.csv:
            table = csv.writer(sys.stdout)
            table.writerow(chain.HEADS)
            table.writerows(map(chain.cells, log.entries(session)))
            return DONE
        for entry, stored in log.entries(session):
            print(chain.line(entry, stored))
    return DONE


def _check(
    args: argparse.Namespace,
    issuer: Issuer,
    *,
    signed_head: Callable[[Issuer, datetime], Head | None],
) -> int:
    signed = signed_head(issuer, clock.now())
    newest = _checked(issuer, args.file, [signed] if signed else [])
    print(f"{newest.number} entries, each in its place")
    if signed is None:
        print("how many there were is signed by nobody (run: mintmark publish)", file=sys.stderr)
        return NOT_YET
    print(f"the first {signed.number} are the ones that were signed")
    return DONE


def _checked(issuer: Issuer, file: Path | None, signed: list[Head]) -> Head:
    if file is not None:
        with file.open("rb") as lines:
            return chain.check(chain.read(lines), signed)
    with issuer.database.reading() as session:
        return chain.check(log.entries(session), [log.head(session), *signed])
