"""Each rule of the contract in words: its clause by choice, and a worked example of it.

The figures of an example are reckoned by the same functions that reckon a teacher's cap.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from issuer.program.compensation.reckoning.cap import (
    Claim,
    PayRecord,
    Use,
    base_salary,
    cap_for,
    carried,
    left,
    use_of,
)
from issuer.program.compensation.reckoning.cents import dollars
from issuer.program.compensation.reckoning.contract import NOT_ASKED, Contract, read_contract
from issuer.program.compensation.reckoning.fiscal_year import fiscal_year, next_year
from verifier.wording.words import N_

_SAMPLE: Final = {
    "given": "salary",
    "threshold": "75,000.00",
    "below": "2,000.00",
    "above": "600.00",
    "at_threshold": "A",
    "as_of": "year_start",
    "basis": "actual",
    "year_start": "07-01",
    "counts_in": "approval",
    "cap_counts": "application",
    "mid_year_hire": "none",
    "carry_over": "none",
    "release": "never",
    "effect": "next_year",
}
"""What examples reckon with where the district has not said anything yet. Never in force."""
_SOME_DAY: Final = date(2026, 12, 31)

Figures = Mapping[str, object]


@dataclass(frozen=True)
class RuleInWords:
    """A rule: its title, the clause of each choice, and an example whose figures are reckoned.

    A rule that is an amount or a day has one clause, under "".
    """

    title: str
    clauses: Mapping[str, str]
    example: str = ""
    figures: Callable[[Contract], Figures] = field(default=lambda contract: {})


@dataclass(frozen=True)
class Clause:
    """One choice of a rule, in words, with its worked example."""

    choice: str
    text: str
    example: str
    figures: Figures


def clauses_of(rule: str, settings: Mapping[str, str]) -> list[Clause]:
    """Return the choices of a rule, each with what it would come to beside the other settings."""
    words = RULES[rule]
    clauses = []
    for choice, text in words.clauses.items():
        settled = {**_SAMPLE, **settings, "given": "salary"}
        if choice and rule != "given":
            settled[rule] = choice
        clauses.append(Clause(choice, text, words.example, words.figures(read_contract(settled))))
    return clauses


def in_force(settings: Mapping[str, str]) -> list[tuple[str, str, Clause]]:
    """Return the rules that are set: each with its name, its title, and the clause chosen."""
    not_asked = NOT_ASKED.get(settings.get("given", ""), frozenset())
    shown = []
    for rule, words in RULES.items():
        if rule in settings and rule not in not_asked:
            clauses = {clause.choice: clause for clause in clauses_of(rule, settings)}
            shown.append((rule, words.title, clauses.get(settings[rule]) or clauses[""]))
    return shown


def _limits(contract: Contract) -> tuple[int, int, int]:
    """Return threshold and caps; in examples they are always there."""
    return contract.threshold or 0, contract.below or 0, contract.above or 0


def _around_the_threshold(contract: Contract) -> Figures:
    threshold = _limits(contract)[0]
    return {"less": dollars(threshold - 1_00), "more": dollars(threshold + 1_00)}


def _part_of(amount: int) -> Figures:
    part = amount * 2 // 5
    return {"asked": dollars(part), "left": dollars(amount - part)}


def _exactly(contract: Contract) -> Figures:
    threshold, year = _limits(contract)[0], fiscal_year(_SOME_DAY, contract.year_start)
    most = cap_for(contract, [PayRecord(year.first, threshold)], year, year.first)
    return {"salary": dollars(threshold), "cap": dollars(most.amount)}


def _rise(contract: Contract) -> Figures:
    threshold, below, _ = _limits(contract)
    year = fiscal_year(_SOME_DAY, contract.year_start)
    later = year.first + timedelta(days=184)
    records = [PayRecord(year.first, threshold - 800_00), PayRecord(later, threshold + 1_000_00)]
    claims = [Claim(below * 3 // 4, year.first, approved=year.first)]
    most = cap_for(contract, records, year, later)
    return {
        "before": dollars(threshold - 800_00),
        "after": dollars(threshold + 1_000_00),
        "approved": dollars(claims[0].amount),
        "left": dollars(left(contract, most, use_of(contract, claims, year, later))),
    }


def _half_time(contract: Contract) -> Figures:
    salary, year = _limits(contract)[0] * 11 // 20, fiscal_year(_SOME_DAY, contract.year_start)
    record = PayRecord(year.first, salary, Fraction(1, 2))
    most = cap_for(contract, [record], year, year.first)
    return {"salary": dollars(salary), "cap": dollars(most.amount)}


def _year(contract: Contract) -> Figures:
    year = fiscal_year(_SOME_DAY, contract.year_start)
    return {"first": year.first, "last": year.last}


def _across_the_year(contract: Contract) -> Figures:
    year = fiscal_year(_SOME_DAY, contract.year_start)
    later = next_year(year)
    claim = Claim(1, year.first, approved=year.last, completed=later.first)
    counted = year if use_of(contract, [claim], year, later.first).earned else later
    return {"year": year.name, "counted": counted.name}


def _applied_for(contract: Contract) -> Figures:
    below, year = _limits(contract)[1], fiscal_year(_SOME_DAY, contract.year_start)
    most = cap_for(contract, [PayRecord(year.first, 0)], year, year.first)
    rest = left(contract, most, Use(applied=below * 3 // 4))
    return {"cap": dollars(below), "asked": dollars(below * 3 // 4), "left": dollars(rest)}


def _hired_late(contract: Contract) -> Figures:
    year = fiscal_year(_SOME_DAY, contract.year_start)
    hired = year.first + timedelta(days=215)
    most = cap_for(contract, [PayRecord(hired, 0, hired=hired)], year, hired)
    return {"day": hired, "cap": dollars(most.amount)}


def _left_over(contract: Contract) -> Figures:
    below, year = _limits(contract)[1], fiscal_year(_SOME_DAY, contract.year_start)
    records = [PayRecord(year.first, 0)]
    most = cap_for(contract, records, year, year.first)
    rest = carried(contract, most, Use(earned=below * 3 // 4))
    new = cap_for(contract, records, next_year(year), year.last, from_last_year=rest)
    return {"left": dollars(below - below * 3 // 4), "cap": dollars(new.amount)}


def _unfinished(contract: Contract) -> Figures:
    year = fiscal_year(_SOME_DAY, contract.year_start)
    later = next_year(year)
    claim = Claim(300_00, year.first, approved=year.first)
    counted = sum(use_of(contract, [claim], y, later.first).approved for y in (year, later))
    return {"approved": dollars(300_00), "counted": dollars(counted)}


def _effective(contract: Contract) -> Figures:
    year = fiscal_year(_SOME_DAY, contract.year_start)
    claim, record = Claim(1, year.first, completed=_SOME_DAY), PayRecord(year.first, 0)
    day = _SOME_DAY
    if not base_salary(contract, record, day, [claim]):
        day = next_year(year).first
    return {"completed": _SOME_DAY, "day": day}


RULES: Final[Mapping[str, RuleInWords]] = {
    "given": RuleInWords(
        N_("What payroll hands over"),
        {
            "salary": N_("Payroll hands over salaries, and the tier follows from them."),
            "tier": N_("Payroll hands over each person’s tier. Salaries are never asked for."),
            "cap": N_(
                "Payroll hands over each person’s cap. Neither salary nor tier is asked for."
            ),
        },
    ),
    "year_start": RuleInWords(
        N_("The fiscal year"),
        {"": N_("The fiscal year begins on this day, written as 07-01.")},
        N_("One year is %(first)s to %(last)s."),
        _year,
    ),
    "threshold": RuleInWords(
        N_("The salary between the tiers"),
        {"": N_("Below it is tier A, above it tier B.")},
        N_("Whoever earns %(less)s is in tier A, whoever earns %(more)s in tier B."),
        _around_the_threshold,
    ),
    "at_threshold": RuleInWords(
        N_("Exactly at that salary"),
        {
            "A": N_("Whoever earns exactly that much is in tier A."),
            "B": N_("Whoever earns exactly that much is in tier B."),
        },
        N_("Whoever earns %(salary)s may ask for up to %(cap)s a year."),
        _exactly,
    ),
    "below": RuleInWords(
        N_("The cap in tier A"),
        {"": N_("In tier A, micro-credentials bring up to this much a year.")},
        N_("Whoever asked for %(asked)s has %(left)s left."),
        lambda contract: _part_of(_limits(contract)[1]),
    ),
    "above": RuleInWords(
        N_("The cap in tier B"),
        {"": N_("In tier B, micro-credentials bring up to this much a year.")},
        N_("Whoever asked for %(asked)s has %(left)s left."),
        lambda contract: _part_of(_limits(contract)[2]),
    ),
    "as_of": RuleInWords(
        N_("The day whose salary counts"),
        {
            "year_start": N_("The salary on the first day of the fiscal year counts all year."),
            "application": N_("The salary on the day of the application counts."),
            "completion": N_("The salary on the day of completion counts; until then, today’s."),
        },
        N_(
            "Whoever earns %(before)s, then %(after)s after half the year, with %(approved)s"
            " approved, has %(left)s left then. Nothing is taken back."
        ),
        _rise,
    ),
    "basis": RuleInWords(
        N_("Part-time salaries"),
        {
            "actual": N_("The salary as it is paid counts."),
            "annualized": N_("The salary counts as if it were full-time."),
        },
        N_("Whoever is paid %(salary)s at half time may ask for up to %(cap)s a year."),
        _half_time,
    ),
    "counts_in": RuleInWords(
        N_("The year that a project counts in"),
        {
            "approval": N_("A project counts in the year in which its proposal is approved."),
            "completion": N_("A project counts in the year in which it is completed."),
        },
        N_("Approved at the end of %(year)s and completed after it: it counts in %(counted)s."),
        _across_the_year,
    ),
    "cap_counts": RuleInWords(
        N_("From when on a project counts against the cap"),
        {
            "application": N_("What is applied for counts against the cap at once."),
            "approval": N_("Only what is approved counts against the cap."),
        },
        N_("With a cap of %(cap)s, and %(asked)s applied for but not approved, %(left)s is left."),
        _applied_for,
    ),
    "mid_year_hire": RuleInWords(
        N_("Who is hired during the year"),
        {
            "none": N_("Whoever is hired during the year has the whole cap."),
            "days": N_("Whoever is hired during the year has the cap for the days that remain."),
            "months": N_(
                "Whoever is hired during the year has the cap for the months that remain."
            ),
        },
        N_("Whoever is hired on %(day)s in tier A may ask for up to %(cap)s in that year."),
        _hired_late,
    ),
    "carry_over": RuleInWords(
        N_("What is left at the end of the year"),
        {
            "none": N_("What is left of a cap ends with its year."),
            "one_year": N_("What is left of a cap is added to that of the next year."),
        },
        N_("With %(left)s left in tier A, the next year’s cap is %(cap)s."),
        _left_over,
    ),
    "release": RuleInWords(
        N_("Projects that run on after the year"),
        {
            "never": N_("What is approved counts until its project is finished or closed."),
            "year_end": N_("What is approved and not finished when the year ends counts no more."),
        },
        N_("Of %(approved)s approved and not finished, %(counted)s counts after the year ends."),
        _unfinished,
    ),
    "effect": RuleInWords(
        N_("When an increment takes effect"),
        {
            "completion": N_("What is earned is part of the base salary at once."),
            "next_year": N_("What is earned is part of the base salary from the next year on."),
        },
        N_("Completed on %(completed)s: part of the base salary from %(day)s on."),
        _effective,
    ),
}
"""Every rule, in the order in which it is asked for."""
