"""The rules on which contracts differ, each a setting without a default (R24 to R26).

    contract = read_contract({"threshold": "75000.00", "below": "2000.00", …})

As long as one is missing, `NotSet` names it, and windows in which money is asked for do not open.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final

from contexts.errors import MintmarkError
from issuer.program.compensation.reckoning.cents import cents_of
from issuer.program.compensation.reckoning.fiscal_year import YearStart, read_year_start


class Tier(StrEnum):
    """A: salaries below the threshold. B: salaries above it."""

    A = "A"
    B = "B"


class HandedOver(StrEnum):
    """What payroll hands over of a person. With a tier, or a cap, salaries are never asked for."""

    SALARY = "salary"
    TIER = "tier"
    CAP = "cap"


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
    """A district's answers. Amounts are cents a year. None is what is not asked (`NOT_ASKED`)."""

    given: HandedOver
    threshold: int | None
    below: int | None
    above: int | None
    at_threshold: Tier | None
    as_of: AsOf
    basis: Basis | None
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
        text = "; ".join(f"{name}: {problem}" for name, problem in settings.items())
        super().__init__(f"The contract's rules are not complete. {text}")
        self.settings = dict(settings)


READERS: Final[dict[str, Callable[[str], Any]]] = {
    "given": HandedOver,
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


_OF_SALARIES: Final = frozenset({"threshold", "at_threshold", "basis"})
NOT_ASKED: Final[Mapping[str, frozenset[str]]] = {
    HandedOver.TIER: _OF_SALARIES,
    HandedOver.CAP: _OF_SALARIES | {"below", "above"},
}
"""The rules that say nothing where payroll hands over the tier, or the cap."""


def read_contract(settings: Mapping[str, str]) -> Contract:
    """Return the contract. `NotSet` names every rule that is missing or cannot be read."""
    values: dict[str, Any] = {}
    problems = {}
    not_asked = NOT_ASKED.get(settings.get("given", ""), frozenset())
    for rule in fields(Contract):
        if rule.name in not_asked:
            values[rule.name] = None
            continue
        reader = READERS[rule.name]
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
