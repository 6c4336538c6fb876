"""`mintmark program`: check the invariants, and import projects that are already under way."""

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from contexts.errors import DONE, FAILED, NOT_YET, USAGE
from issuer.home.command_line import Commands
from issuer.home.issuer import Issuer
from issuer.program.evidence.file_store import FileStore
from issuer.program.invariants import Invariant, breaches
from issuer.program.midyear import running_projects
from issuer.program.midyear.running_projects import ProjectFate
from verifier import clock


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
    _add_bring_in(what)


def _add_bring_in(what: Commands) -> None:
    """Add `program bring-in`."""
    bring_in = what.add_parser("bring-in", help="bring in projects that run already, from a table")
    bring_in.add_argument("file", type=Path, metavar="FILE", help="CSV or XLSX")
    bring_in.add_argument("--apply", action="store_true", help="change what needs no decision")
    bring_in.set_defaults(run=_bring_in)


def _bring_in(args: argparse.Namespace, issuer: Issuer) -> int:
    """Print what becomes of each row; change it only if asked to."""
    now = clock.now()
    rows = running_projects.read(args.file.read_bytes())
    opened = issuer.database.writing if args.apply else issuer.database.reading
    with opened() as session:
        today = issuer.settings.local(now).date()
        planned = running_projects.plan(session, rows, today=today)
        for one in planned:
            reason = f" ({one.reason})" if one.reason else ""
            print(f"row {one.row.number}: {one.fate}, {one.row.cells.get('title', '')}{reason}")
        if args.apply:
            running_projects.carry_out(session, planned, by=None, now=now)
    counts = Counter(one.fate for one in planned)
    print(", ".join(f"{counts[fate]} {fate}" for fate in ProjectFate))
    if not args.apply:
        print("nothing is changed yet (--apply does it)")
    return NOT_YET if counts[ProjectFate.DECIDE] else DONE


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
