"""Which building a row of a file means: by its code, or by the name where one building has it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from issuer.issuance.records.search import fold
from issuer.people.roster.rows import RosterRow
from verifier.wording.words import N_

NO_CODE: Final = N_("a building of this name is not here yet: write a code under building, too")
SEVERAL: Final = N_("several buildings have this name: write the code of one of them: %(codes)s")
OTHER_CODE: Final = N_(
    "there is a building of this name with the code %(codes)s: write that code, or another name"
)
NO_BUILDING: Final = N_("grades and subjects need a building: write its code under building")


@dataclass(frozen=True, slots=True)
class Placed:
    """A row with the code of its building. `reason` says what to decide first, about `codes`."""

    row: RosterRow
    reason: str = ""
    codes: str = ""


class Buildings:
    """Every building of the register, with the name it has there, and those that a file adds."""

    def __init__(self, register: Mapping[str, str], rows: Iterable[RosterRow]) -> None:
        """Take the names in the register by their codes, and the rows of the file."""
        self._register = register
        self._names = dict(register)
        self._spelled = {code.casefold(): code for code in register}
        self._codes: dict[str, list[str]] = defaultdict(list)
        for code, name in register.items():
            self._codes[fold(name)].append(code)
        for row in rows:
            self._add(row.building, row.building_name)

    def _add(self, code: str, name: str) -> None:
        """Note a building of the file, unless its code or its name is there already."""
        if code and name and not self._code(code) and fold(name) not in self._codes:
            self._names[code] = name
            self._codes[fold(name)].append(code)

    def _code(self, written: str) -> str:
        """Return a code as it is here, whatever its capitals; '' if no building has it."""
        return written if written in self._names else self._spelled.get(written.casefold(), "")

    def placed(self, row: RosterRow) -> Placed:
        """Return the row with its building, or what somebody has to decide about it first.

        A name may stand in the column of codes. A code that is here may get another name by the
        file, but not the name of another building.
        """
        if not row.building and not row.building_name:
            return Placed(row, NO_BUILDING if row.grades or row.subjects else "")
        if code := self._code(row.building):
            others = [other for other in self._named(row.building_name) if other != code]
            is_other = fold(row.building_name) != fold(self._names[code])
            if others and is_other:
                return Placed(row, OTHER_CODE, ", ".join(others))
            return Placed(replace(row, building=code))
        if row.building and row.building_name:
            return Placed(row, OTHER_CODE, ", ".join(self._named(row.building_name)))
        return self._by_name(row)

    def _named(self, name: str) -> list[str]:
        return self._codes.get(fold(name), []) if name else []

    def _by_name(self, row: RosterRow) -> Placed:
        """Return a row that has one text for its building, which is a name or a new code.

        A name that is known renames nothing, whatever its capitals.
        """
        codes = self._named(row.building_name or row.building)
        if len(codes) > 1:
            return Placed(row, SEVERAL, ", ".join(codes))
        if not codes:
            return Placed(row, "" if row.building else NO_CODE)
        name = "" if codes[0] in self._register else self._names[codes[0]]
        return Placed(replace(row, building=codes[0], building_name=name))
