"""One person in one building, as read from any kind of file."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from contexts.errors import MintmarkError
from issuer.people.roles import Role


class RosterError(MintmarkError):
    """The file cannot be read as people; the message says what to do."""


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One row. A person with two buildings has two, with the same staff number or address.

    `decision` is what the office wrote into the column of that name; `unknown_roles` are words in
    the column of roles that are none. `cells` is the row as it came, for the file to mend.
    """

    number: int
    name: str = ""
    addresses: tuple[str, ...] = ()
    staff_number: str = ""
    building: str = ""
    building_name: str = ""
    grades: str = ""
    subjects: str = ""
    roles: tuple[Role, ...] = ()
    unknown_roles: tuple[str, ...] = ()
    decision: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Roster:
    """The people of a file; of students and their families there is only how many were left out."""

    rows: tuple[RosterRow, ...]
    left_out: int = 0
