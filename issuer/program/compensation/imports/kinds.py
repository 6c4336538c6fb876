"""The kinds of table that payroll hands in: their heads, and what each does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from issuer.program.compensation.imports import openings, pay_records
from issuer.program.compensation.imports.sheet import PlannedPayRow, SheetRow
from verifier.wording.words import N_

Plan = Callable[[Session, Mapping[str, str], Sequence[SheetRow]], list[PlannedPayRow]]


@dataclass(frozen=True, slots=True)
class PayTableKind:
    """One kind of table: what it is called, its heads, and what it does."""

    title: str
    about: str
    columns: tuple[str, ...]
    needed: tuple[str, ...]
    example: tuple[str, ...]
    plan: Plan
    carry_out: Callable[..., int]


KINDS: Final[Mapping[str, PayTableKind]] = {
    "records": PayTableKind(
        N_("Pay records"),
        N_("What payroll says about each person from a day on: a salary, or the tier, or the cap."),
        pay_records.COLUMNS,
        pay_records.NEEDED,
        pay_records.EXAMPLE,
        pay_records.plan,
        pay_records.carry_out,
    ),
    "openings": PayTableKind(
        N_("Opening balances"),
        N_("What was approved, earned or paid before this program, and counts against a cap."),
        openings.COLUMNS,
        openings.NEEDED,
        openings.EXAMPLE,
        openings.plan,
        openings.carry_out,
    ),
}
