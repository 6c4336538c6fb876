"""What a row of a file would change of somebody who is in the register: from what, to what."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from issuer.people import register, roles
from issuer.people.roster.rows import RosterRow
from issuer.people.tables import PersonRow, PostRow


@dataclass(frozen=True, slots=True)
class Change:
    """What a row changes, with its values until now and from now on; roles are those of `Role`.

    That somebody is back has no values.
    """

    what: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the change in English, for a terminal."""
        if self.before == self.after:
            return self.what
        before, after = (", ".join(values) or "none" for values in (self.before, self.after))
        return f"{self.what}: {before} -> {after}"


def of(person: PersonRow, row: RosterRow, building_name: str, today: date) -> list[Change]:
    """Return what a row changes of its person; `building_name` is that of the row's building."""
    changes = [
        change
        for change in (
            *_of_record(person, row),
            *_of_post(person, row, building_name),
            _of_roles(person, row, today),
        )
        if change.before != change.after
    ]
    return [*changes, Change("back")] if person.left_at else changes


def held(person: PersonRow | None, today: date) -> list[tuple[str, int | None]]:
    """Return the roles that somebody has, each with its building if it is of one."""
    return [
        (grant.role, grant.building_pk if grant.role in roles.OF_A_BUILDING else None)
        for grant in (person.grants if person else [])
        if grant.last_day is None or grant.last_day >= today
    ]


def _of_record(person: PersonRow, row: RosterRow) -> Iterator[Change]:
    yield Change("name", (person.name,), (" ".join(row.name.split()),))
    number = person.staff_number or ""
    yield Change("staff number", _filled(number), _filled(row.staff_number or number))
    theirs = {address.folded for address in person.addresses}
    before = tuple(address.address for address in person.addresses)
    more = (address for address in row.addresses if register.folded(address) not in theirs)
    yield Change("address", before, (*before, *more))


def _of_post(person: PersonRow, row: RosterRow, building_name: str) -> Iterator[Change]:
    """Yield what changes of where they work: nobody leaves a building by a file."""
    if not row.building:
        return
    post = _post(person, row)
    if post is None:
        before = tuple(post.building.name for post in person.posts)
        yield Change("building", before, (*before, building_name))
        return
    yield Change("building name", (post.building.name,), (building_name,))
    yield Change("grades", _filled(post.grades), _filled(row.grades or post.grades))
    yield Change("subjects", _filled(post.subjects), _filled(row.subjects or post.subjects))


def _of_roles(person: PersonRow, row: RosterRow, today: date) -> Change:
    post, theirs = _post(person, row), held(person, today)
    building = post.building_pk if post else None
    wanted = [(role, building if role in roles.OF_A_BUILDING else None) for role in row.roles]
    before = tuple(role for role, _ in theirs)
    return Change("roles", before, (*before, *(one[0] for one in wanted if one not in theirs)))


def _post(person: PersonRow, row: RosterRow) -> PostRow | None:
    return next((post for post in person.posts if post.building.code == row.building), None)


def _filled(text: str) -> tuple[str, ...]:
    return (text,) if text else ()
