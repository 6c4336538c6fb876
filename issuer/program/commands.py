"""`mintmark program`: the invariants, proved."""

import argparse

from contexts.errors import DONE, FAILED
from issuer.home.command_line import Commands
from issuer.home.issuer import Issuer
from issuer.program.evidence.file_store import FileStore
from issuer.program.invariants import breaches


def add_commands(commands: Commands) -> None:
    """Add `program check`."""
    program = commands.add_parser("program", help="the program before the approval")
    what = program.add_subparsers(required=True, metavar="WHAT")
    check = what.add_parser("check", help="prove on the database that nothing is amiss")
    check.set_defaults(run=_check)


def _check(args: argparse.Namespace, issuer: Issuer) -> int:
    with issuer.database.reading() as session:
        evidence = FileStore(issuer.settings.home / "evidence")
        flaws = list(breaches(session, evidence=evidence))
    for breach in flaws:
        print(f"{breach.invariant}: project {breach.about} {breach.what}")
    if not flaws:
        print("the program is sound")
        return DONE
    print("1 breach" if len(flaws) == 1 else f"{len(flaws)} breaches")
    return FAILED
