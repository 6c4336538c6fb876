"""What a file of people would change, row by row, and carrying it out.

    changes = plan.of(session, roster, by=None, may_name_roles=True, today=today)
    plan.carry_out(session, changes, by=None, now=now, today=today)

People are matched by staff number, then by address, never by name (E49): where only the name
matches, or two records do, somebody decides in the column `decision`. Nobody is removed for being
absent from the file (E47).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from issuer.issuance.records.search import fold
from issuer.people import register, roles
from issuer.people.roles import Role
from issuer.people.roster import differences
from issuer.people.roster.buildings import Buildings
from issuer.people.roster.differences import Change
from issuer.people.roster.rows import Roster, RosterRow
from issuer.people.tables import (
    LONGEST_CODE,
    LONGEST_GRADES,
    LONGEST_NAME,
    LONGEST_SUBJECTS,
    BuildingRow,
    PersonRow,
    PostRow,
)
from verifier.wording.words import N_


class RosterFate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    DECIDE = "decide"


SAME_PERSON: Final = "same"
ANOTHER: Final = "new"
"""What the column `decision` may say: it is the person of that name, or another one."""
NO_NAME: Final = N_("there is no name")
TOO_LONG: Final = N_(
    "a building has at most 100 letters, its name and the grades 200, the subjects 500"
)
NO_ADDRESS: Final = N_("there is no e-mail address")
BAD_ADDRESS: Final = N_("the address is not an e-mail address")
TWO_RECORDS: Final = N_("staff number and address are those of two different people")
OTHER_NUMBER: Final = N_("the person with this address has another staff number")
TWO_NAMES: Final = N_("the file gives this person two names")
NAMESAKE: Final = N_(
    "somebody of this name is here: write “same” under decision if it is that person, else “new”"
)
HAS_LEFT: Final = N_("this person has left: write “same” under decision if they are back")
UNKNOWN_ROLE: Final = N_("there is no such role")
NOT_YOURS: Final = N_("you may not grant this role, or change the addresses of who has it")
NEEDS_BUILDING: Final = N_("this role needs a building")


@dataclass(slots=True)
class PlannedRow:
    """One row with its fate; `reason` says what to decide, about the buildings with these `codes`;
    `changes` what is changed."""

    row: RosterRow
    fate: RosterFate
    reason: str = ""
    person: PersonRow | None = None
    changes: list[Change] = field(default_factory=list)
    codes: str = ""

    @property
    def why(self) -> str:
        """The reason in English, with the codes in it."""
        return self.reason % {"codes": self.codes}


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """The fate of every row; `missing` are people of its buildings whom the file leaves out.

    `buildings_here` and `new_buildings` have the names of those that are here, and of those that
    the file adds, by code.
    """

    rows: list[PlannedRow]
    missing: list[PersonRow]
    left_out: int
    buildings_here: Mapping[str, str]
    new_buildings: Mapping[str, str]

    def count(self, fate: RosterFate) -> int:
        """Return how many rows have this fate."""
        return Counter(planned.fate for planned in self.rows)[fate]

    @property
    def people_changed(self) -> int:
        """How many people of the register the file changes; whoever has two rows counts once."""
        changed = [one.person for one in self.rows if one.fate is RosterFate.CHANGED]
        return len({person.id for person in changed if person})

    @property
    def buildings(self) -> int:
        """How many buildings the file names."""
        return len({planned.row.building for planned in self.rows if planned.row.building})

    @property
    def by_role(self) -> dict[Role, int]:
        """How many people the file gives each role; whoever has two rows counts once."""
        people = {
            (role, next(iter(_keys(planned.row)), planned.row.number))
            for planned in self.rows
            for role in planned.row.roles
        }
        counts = Counter(role for role, _ in people)
        return {role: counts[role] for role in Role if role in counts}


class _Known:
    """Everybody who is in the register, and in the rows before this one, as they are looked up."""

    def __init__(self, session: Session) -> None:
        everybody = select(PersonRow).where(PersonRow.merged_into.is_(None))
        everybody = everybody.where(PersonRow.erased_at.is_(None)).options(
            selectinload(PersonRow.addresses),
            selectinload(PersonRow.posts).selectinload(PostRow.building),
            selectinload(PersonRow.grants),
        )
        self.people = session.scalars(everybody).all()
        self.by_number = {p.staff_number: p for p in self.people if p.staff_number}
        self.by_address = {row.folded: p for p in self.people for row in p.addresses}
        self.by_name = {p.folded: p for p in self.people}
        self.buildings = {row.code: row.name for row in session.scalars(select(BuildingRow))}
        self.first_row: dict[str, PlannedRow] = {}
        self.names: dict[str, RosterRow] = {}

    def named_before(self, row: RosterRow) -> PlannedRow | None:
        """Return the first row of the file that is about the same person."""
        return next((self.first_row[k] for k in _keys(row) if k in self.first_row), None)

    def note(self, planned: PlannedRow) -> None:
        for key in _keys(planned.row):
            self.first_row.setdefault(key, planned)
        self.names.setdefault(fold(planned.row.name), planned.row)


def _keys(row: RosterRow) -> list[str]:
    number = [f"number {row.staff_number}"] if row.staff_number else []
    return [*number, *(f"address {register.folded(address)}" for address in row.addresses)]


def of(
    session: Session, roster: Roster, *, by: PersonRow | None, may_name_roles: bool, today: date
) -> RosterPlan:
    """Return what a roster would change; nothing is changed."""
    known = _Known(session)
    buildings = Buildings(known.buildings, roster.rows)
    planned = []
    for row in roster.rows:
        placed = buildings.placed(row)
        if placed.reason and not _flaw(row):
            one = PlannedRow(row, RosterFate.DECIDE, placed.reason, codes=placed.codes)
        else:
            one = _fate(known, placed.row, by, may_name_roles, today)
        known.note(one)
        planned.append(one)
    new = _new_buildings(known, planned)
    return RosterPlan(planned, _missing(known, planned), roster.left_out, known.buildings, new)


def _new_buildings(known: _Known, planned: Iterable[PlannedRow]) -> Mapping[str, str]:
    """Return the buildings that rows without a decision add, each code with its name."""
    new: dict[str, str] = {}
    for one in planned:
        code = one.row.building
        if one.fate is not RosterFate.DECIDE and code and code not in known.buildings:
            new[code] = one.row.building_name or new.get(code, code)
    return new


def _fate(
    known: _Known, row: RosterRow, by: PersonRow | None, may_name_roles: bool, today: date
) -> PlannedRow:
    if reason := _flaw(row) or _needs_building(row):
        return PlannedRow(row, RosterFate.DECIDE, reason)
    before = known.named_before(row)
    if before is not None and fold(before.row.name) != fold(row.name):
        return PlannedRow(row, RosterFate.DECIDE, TWO_NAMES)
    if before is not None and before.fate is RosterFate.DECIDE:
        return PlannedRow(row, RosterFate.DECIDE, before.reason, codes=before.codes)
    person, reason = _known_person(known, row, is_new=before is None)
    if not reason:
        reason = _forbidden(person, row, today, by=by, may_name_roles=may_name_roles)
    if reason:
        return PlannedRow(row, RosterFate.DECIDE, reason, person)
    if person is None:
        return PlannedRow(row, RosterFate.CHANGED if before else RosterFate.NEW)
    name = row.building_name or known.buildings.get(row.building, row.building)
    changes = differences.of(person, row, name, today)
    return PlannedRow(row, RosterFate.CHANGED if changes else RosterFate.SAME, "", person, changes)


def _flaw(row: RosterRow) -> str:
    """Return what is wrong with a row by itself; '' if nothing is."""
    if not row.name:
        return NO_NAME
    if not register.is_name(row.name):
        return register.BAD_NAME
    if not register.is_staff_number(row.staff_number):
        return register.BAD_NUMBER
    if any(len(text) > most for text, most in _lengths(row)):
        return TOO_LONG
    if not row.addresses:
        return NO_ADDRESS
    if not all(map(register.is_address, row.addresses)):
        return BAD_ADDRESS
    return UNKNOWN_ROLE if row.unknown_roles else ""


def _needs_building(row: RosterRow) -> str:
    needing = roles.OF_A_BUILDING.intersection(row.roles)
    return NEEDS_BUILDING if needing and not row.building else ""


def _lengths(row: RosterRow) -> Iterable[tuple[str, int]]:
    """Yield what a row says of a post, with the most letters of each."""
    yield row.building, LONGEST_CODE
    yield row.building_name, LONGEST_NAME
    yield row.grades, LONGEST_GRADES
    yield row.subjects, LONGEST_SUBJECTS


def _known_person(known: _Known, row: RosterRow, *, is_new: bool) -> tuple[PersonRow | None, str]:
    """Return whom a row is about, None for a new person; and what is to be decided first."""
    by_number = known.by_number.get(row.staff_number) if row.staff_number else None
    people = {
        person.id: person
        for address in row.addresses
        if (person := known.by_address.get(register.folded(address)))
    }
    if by_number is not None:
        people[by_number.id] = by_number
    if len(people) > 1:
        return None, TWO_RECORDS
    person = next(iter(people.values()), None)
    if person is None:
        return _namesake(known, row) if is_new else (None, "")
    if row.staff_number and person.staff_number not in (None, row.staff_number):
        return person, OTHER_NUMBER
    return person, HAS_LEFT if person.left_at and row.decision != SAME_PERSON else ""


def _namesake(known: _Known, row: RosterRow) -> tuple[PersonRow | None, str]:
    """Return the person of this name whom somebody must tell from a new one, or has.

    Two people with two staff numbers are two, whatever they are called.
    """
    person, other = known.by_name.get(fold(row.name)), known.names.get(fold(row.name))
    if person is not None and row.decision == SAME_PERSON:
        return person, ""
    numbers = {record.staff_number for record in (person, other) if record is not None}
    apart = bool(row.staff_number) and all(n and n != row.staff_number for n in numbers)
    return None, "" if not numbers or apart or row.decision == ANOTHER else NAMESAKE


def _forbidden(
    person: PersonRow | None,
    row: RosterRow,
    today: date,
    *,
    by: PersonRow | None,
    may_name_roles: bool,
) -> str:
    """Return why the person who imports may not do what a row says; '' if they may.

    Nobody grants themself a role. Since an address signs in, only people who grant roles may add
    one to a person with more than a teacher's role.
    """
    held = {role for role, _building in differences.held(person, today)}
    wanted = set(row.roles) - held - {Role.TEACHER}
    theirs = {register.folded(r.address) for r in (person.addresses if person else [])}
    addresses = {register.folded(address) for address in row.addresses} - theirs
    if may_name_roles:
        to_self = by is not None and person is not None and by.id == person.id
        return NOT_YOURS if to_self and set(row.roles) - held else ""
    return NOT_YOURS if wanted or (addresses and held - {Role.TEACHER}) else ""


def _missing(known: _Known, planned: Iterable[PlannedRow]) -> list[PersonRow]:
    """Return who works in a building of the file, has not left, and is not in the file."""
    rows = list(planned)
    there = {one.person.id for one in rows if one.person}
    codes = {one.row.building for one in rows if one.row.building}
    return [
        person
        for person in known.people
        if person.id not in there
        and person.left_at is None
        and codes.intersection(post.building.code for post in person.posts)
    ]


def carry_out(
    session: Session, plan: RosterPlan, *, by: PersonRow | None, now: datetime, today: date
) -> None:
    """Do what a plan says, all of it or nothing."""
    buildings = {row.code: row for row in session.scalars(select(BuildingRow))}
    people: dict[str, PersonRow] = {}
    for planned in plan.rows:
        if planned.fate not in (RosterFate.NEW, RosterFate.CHANGED):
            continue
        row = planned.row
        person = planned.person or next((people[k] for k in _keys(row) if k in people), None)
        if person is None:
            person = register.add(session, row.name, now=now, by=by)
        people |= dict.fromkeys(_keys(row), person)
        _fill(session, person, row, buildings, by=by, now=now, today=today)


def _fill(
    session: Session,
    person: PersonRow,
    row: RosterRow,
    buildings: dict[str, BuildingRow],
    *,
    by: PersonRow | None,
    now: datetime,
    today: date,
) -> None:
    register.rename(session, person, row.name, now=now, by=by)
    register.comes_back(session, person, now=now, by=by)
    person.staff_number = row.staff_number or person.staff_number
    for address in row.addresses:
        register.add_address(session, person, address, verified_at=now)
    building = _building(session, row, buildings)
    if building is not None:
        _post(session, person, row, building)
    held = differences.held(person, today)
    for role in row.roles:
        where = building if role in roles.OF_A_BUILDING else None
        if (role, where and where.id) in held:
            continue
        roles.grant(session, person, role, now=now, first_day=today, building=where, by=by)


def _building(
    session: Session, row: RosterRow, buildings: dict[str, BuildingRow]
) -> BuildingRow | None:
    if not row.building:
        return None
    if row.building not in buildings:
        added = BuildingRow(code=row.building, name=row.building_name or row.building)
        session.add(added)
        session.flush()
        buildings[row.building] = added
    buildings[row.building].name = row.building_name or buildings[row.building].name
    return buildings[row.building]


def _post(session: Session, person: PersonRow, row: RosterRow, building: BuildingRow) -> None:
    post = next((p for p in person.posts if p.building_pk == building.id), None)
    if post is None:
        post = PostRow(building_pk=building.id, building=building, grades="", subjects="")
        person.posts.append(post)
    post.grades, post.subjects = row.grades or post.grades, row.subjects or post.subjects


def to_mend(plan: RosterPlan) -> list[Mapping[str, str]]:
    """Return the rows that wait for a decision, each with its reason, to mend and load again."""
    return [
        {**planned.row.cells, "reason": planned.why}
        for planned in plan.rows
        if planned.fate is RosterFate.DECIDE
    ]
