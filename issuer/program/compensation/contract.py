"""The rules on which contracts differ, each a setting without a default (R24 to R26).

    contract = read_contract({"threshold": "75000.00", "below": "2000.00", …})

As long as one is missing, `NotSet` names it, and windows in which money is asked for do not open.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final

from contexts.errors import MintmarkError
from issuer.program.compensation.cents import cents_of
from issuer.program.compensation.fiscal_year import YearStart, read_year_start


class Tier(StrEnum):
    """A: salaries below the threshold. B: salaries above it."""

    A = "A"
    B = "B"


class AsOf(StrEnum):
    """The day whose salary decides the tier of a claim."""

    YEAR_START = "year_start"
    APPLICATION = "application"
    COMPLETION = "completion"


class Basis(StrEnum):
    """The salary that is compared with the threshold: as paid, or as if full-time."""

    ACTUAL = "actual"
    ANNUALIZED = "annualized"


class CountsIn(StrEnum):
    """The fiscal year that a claim counts in."""

    APPROVAL = "approval"
    COMPLETION = "completion"


class CapCounts(StrEnum):
    """When a claim is held against the cap."""

    APPLICATION = "application"
    APPROVAL = "approval"


class MidYearHire(StrEnum):
    """How the cap of someone hired during the year is reduced."""

    NONE = "none"
    DAYS = "days"
    MONTHS = "months"


class CarryOver(StrEnum):
    """Whether what is left of a cap is added to the next year's."""

    NONE = "none"
    ONE_YEAR = "one_year"


class Release(StrEnum):
    """When an approved sum whose project is unfinished stops counting."""

    NEVER = "never"
    YEAR_END = "year_end"


class Effect(StrEnum):
    """When an earned sum becomes part of the base salary."""

    COMPLETION = "completion"
    NEXT_YEAR = "next_year"


@dataclass(frozen=True)
class Contract:
    """A district's answers. Amounts are cents a year."""

    threshold: int
    below: int
    above: int
    at_threshold: Tier
    as_of: AsOf
    basis: Basis
    year_start: YearStart
    counts_in: CountsIn
    cap_counts: CapCounts
    mid_year_hire: MidYearHire
    carry_over: CarryOver
    release: Release
    effect: Effect


class NotSet(MintmarkError):
    """Rules of the contract are missing or cannot be read; `settings` names them."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        told = "; ".join(f"{name}: {problem}" for name, problem in settings.items())
        super().__init__(f"The contract's rules are not complete. {told}")
        self.settings = dict(settings)


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "threshold": cents_of,
    "below": cents_of,
    "above": cents_of,
    "at_threshold": Tier,
    "as_of": AsOf,
    "basis": Basis,
    "year_start": read_year_start,
    "counts_in": CountsIn,
    "cap_counts": CapCounts,
    "mid_year_hire": MidYearHire,
    "carry_over": CarryOver,
    "release": Release,
    "effect": Effect,
}


def read_contract(settings: Mapping[str, str]) -> Contract:
    """Return the contract. `NotSet` names every rule that is missing or cannot be read."""
    values, problems = {}, {}
    for rule in fields(Contract):
        reader = _READERS[rule.name]
        text = settings.get(rule.name)
        if text is None:
            problems[rule.name] = f"not set; {_choices(reader)}"
            continue
        try:
            values[rule.name] = reader(text)
        except ValueError:
            problems[rule.name] = f"{text!r} cannot be read; {_choices(reader)}"
    if problems:
        raise NotSet(problems)
    return Contract(**values)


def _choices(reader: Callable[[str], Any]) -> str:
    """Return what may be written."""
    if isinstance(reader, type) and issubclass(reader, StrEnum):
        return "write " + " or ".join(choice.value for choice in reader)
    return "write an amount such as 2000.00" if reader is cents_of else "write a day such as 07-01"
