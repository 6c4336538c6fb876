"""`mintmark people`: adds the first person, and prints a sign-in link where no mail is set up."""

import argparse
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from contexts.errors import DONE, NOT_YET, UsageError
from issuer.home import addresses
from issuer.home.command_line import Commands
from issuer.home.issuer import Issuer
from issuer.people import register, roles
from issuer.people.roles import Role, RoleError
from issuer.people.roster import keeping, plan, table
from issuer.people.roster.plan import RosterFate
from issuer.people.signing_in import sign_in
from issuer.people.tables import BuildingRow, PersonRow
from verifier import clock


def add_commands(commands: Commands) -> None:
    """Add `people` and what belongs to it to a parser."""
    people = commands.add_parser("people", help="people, their roles, and links to sign in")
    parts = people.add_subparsers(dest="people_command", metavar="COMMAND", required=True)
    invite = parts.add_parser("invite", help="add a person or a role, and print a link to sign in")
    invite.add_argument("address", nargs="+", metavar="ADDRESS", help="their e-mail address")
    invite.add_argument("--name", help="the name as credentials sign it; needed for a new person")
    roles = [role.value for role in Role]
    invite.add_argument("--role", choices=roles, help="what they are here, as of today")
    invite.add_argument("--building", metavar="CODE", help="the building for which they are that")
    invite.set_defaults(run=_invite)
    imported = parts.add_parser("import", help="say what a file of people would change, or do it")
    imported.add_argument("file", type=Path, metavar="FILE", help="CSV, XLSX or a OneRoster zip")
    imported.add_argument("--apply", action="store_true", help="change what needs no decision")
    imported.add_argument("--mend", type=Path, metavar="CSV", help="write there what needs one")
    imported.set_defaults(run=_import)


def _invite(args: argparse.Namespace, issuer: Issuer) -> int:
    if args.name and len(args.address) > 1:
        raise UsageError("--name is of one person: give one address with it")
    hours = int(sign_in.INVITED.total_seconds()) // 3600
    print(f"each link signs its person in once, within {hours} hours:")
    with issuer.database.writing() as session:
        lines = [_invited(session, issuer, args, address) for address in args.address]
    print("\n".join(lines))
    if issuer.settings.mail:
        print(f"later by mail: {issuer.settings.public_url}/sign-in")
    return DONE


def _invited(session: Session, issuer: Issuer, args: argparse.Namespace, address: str) -> str:
    """Return who is invited, what they are here, and their link."""
    now = clock.now()
    today = issuer.settings.local(now).date()
    person = _person(session, address, args.name, now=now)
    if args.role:
        building = _building(session, args.building)
        roles.grant(session, person, Role(args.role), first_day=today, building=building, now=now)
    link = addresses.sign_in(
        issuer.settings, sign_in.invite(session, issuer.settings, person, now=now)
    )
    here = [grant.role for grant in roles.roles_of(session, person, today=today)]
    return f"{person.name} ({', '.join(here) or 'no role yet'}): {link}"


def _import(args: argparse.Namespace, issuer: Issuer) -> int:
    """Print the fate of every row that changes something or waits."""
    now = clock.now()
    today = issuer.settings.local(now).date()
    roster = keeping.read(args.file.read_bytes())
    opened = issuer.database.writing if args.apply else issuer.database.reading
    with opened() as session:
        changes = plan.of(session, roster, by=None, may_name_roles=True, today=today)
        for one in changes.rows:
            if one.fate is not RosterFate.SAME:
                print(f"row {one.row.number}: {one.fate}, {one.row.name}{_why(one)}")
        for person in changes.missing:
            print(f"not in the file, and left as they are: {person.name}")
        if args.apply:
            plan.carry_out(session, changes, by=None, now=now, today=today)
    if args.mend:
        args.mend.write_bytes(table.written(plan.to_mend(changes), table.REASON))
    parts = [f"{changes.buildings} building{'s' if changes.buildings != 1 else ''}"]
    parts += [f"{number} {role}" for role, number in changes.by_role.items()]
    print(f"in the file: {', '.join(parts)}")
    counts = ", ".join(f"{changes.count(fate)} {fate}" for fate in RosterFate)
    print(f"{counts}; {changes.left_out} students and families left out")
    if not args.apply:
        print("nothing is changed yet (--apply does it)")
    return NOT_YET if changes.count(RosterFate.DECIDE) else DONE


def _why(one: plan.PlannedRow) -> str:
    return f" ({one.why or ', '.join(map(str, one.changes))})" if one.reason or one.changes else ""


def _person(session: Session, address: str, name: str | None, *, now: datetime) -> PersonRow:
    """Return whose address it is, or a new person of that name."""
    row = register.of_address(session, address)
    if row is not None:
        return session.get_one(PersonRow, row.person_pk)
    if not name:
        raise register.RegisterError("nobody has this address", remedy="give a new person a --name")
    person = register.add(session, name, now=now)
    register.add_address(session, person, address, verified_at=now)
    return person


def _building(session: Session, code: str | None) -> BuildingRow | None:
    if code is None:
        return None
    building = session.scalar(select(BuildingRow).where(BuildingRow.code == code))
    if building is None:
        raise RoleError(f"there is no building {code!r}", remedy="it comes with an import")
    return building
