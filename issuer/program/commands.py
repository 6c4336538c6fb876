"""`mintmark program`: the invariants, proved."""

import argparse
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from sqlalchemy.orm import Session

from contexts.errors import DONE, FAILED, USAGE
from issuer.home.command_line import Commands
from issuer.home.issuer import Issuer
from issuer.program.evidence.file_store import FileStore
from issuer.program.invariants import Invariant, breaches


def add_commands(
    commands: Commands,
    *,
    more: Iterable[Invariant] = (),
    unset: Callable[[Session], Sequence[str]] = lambda session: (),
) -> None:
    """Add `program check`. Rooms above add invariants (`more`), and name what must be set first."""
    program = commands.add_parser("program", help="the program before the approval")
    what = program.add_subparsers(required=True, metavar="WHAT")
    check = what.add_parser("check", help="prove on the database that nothing is amiss")
    check.set_defaults(run=partial(_check, more=more, unset=unset))


def _check(
    args: argparse.Namespace,
    issuer: Issuer,
    *,
    more: Iterable[Invariant],
    unset: Callable[[Session], Sequence[str]],
) -> int:
    with issuer.database.reading() as session:
        evidence = FileStore(issuer.settings.home / "evidence")
        flaws = list(breaches(session, evidence=evidence, more=more))
        not_set = unset(session)
    for breach in flaws:
        print(f"{breach.invariant}: project {breach.about} {breach.what}")
    for rule in not_set:
        print(f"not set: {rule}")
    if flaws:
        print("1 breach" if len(flaws) == 1 else f"{len(flaws)} breaches")
        return FAILED
    if not_set:
        print("no window for proposals opens until it is set, at Program, What the contract says")
        return USAGE
    print("the program is sound")
    return DONE
