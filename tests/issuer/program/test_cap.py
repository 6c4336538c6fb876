"""What is left of a cap: every figure of play B 8, to the cent (R24 to R26, I9)."""

from datetime import date
from fractions import Fraction

import pytest
from paying import SETTINGS

from issuer.program.compensation.reckoning.cap import (
    Claim,
    LineKind,
    NoPayRecord,
    PayRecord,
    Use,
    base_salary,
    cap_for,
    carried,
    left,
    use_of,
)
from issuer.program.compensation.reckoning.cents import cents_of, dollars
from issuer.program.compensation.reckoning.contract import NotSet, Tier, read_contract
from issuer.program.compensation.reckoning.fiscal_year import (
    FiscalYear,
    YearStart,
    fiscal_year,
    next_year,
)

FY27 = FiscalYear(date(2026, 7, 1), date(2027, 6, 30))
FY28 = next_year(FY27)
START = FY27.first
NOVEMBER = date(2026, 11, 8)
JULY = date(2027, 7, 15)


def contract(**changes):
    return read_contract(SETTINGS | changes)


def paid(salary, since=START, **more):
    return PayRecord(since, cents_of(salary), **more)


def left_under_cap(rules, record, claims=(), year=FY27, day=NOVEMBER):
    records = record if isinstance(record, list) else [record]
    return dollars(
        left(rules, cap_for(rules, records, year, day), use_of(rules, claims, year, day))
    )


def claim(amount, applied="2026-09-10", approved=None, completed=None, paid_on=None):
    days = (date.fromisoformat(day) if day else None for day in (approved, completed, paid_on))
    return Claim(cents_of(amount), date.fromisoformat(applied), *days)


def test_ana_is_told_300_left_and_reaches_2000_exactly():
    ana = paid("62,480")
    first = [claim("800", approved="2026-10-14"), claim("900", applied="2026-11-02")]
    assert left_under_cap(contract(), ana, first) == "300.00"
    whole = [*first, claim("300", applied="2027-03-02")]
    assert left_under_cap(contract(), ana, whole) == "0.00"
    assert sum(c.amount for c in whole) == cents_of("2,000.00")


ANA = [
    claim("800", approved="2026-10-14", completed="2026-12-10"),
    claim("900", applied="2026-11-02", approved="2026-12-08", completed="2027-05-10"),
    claim("300", applied="2027-03-02", approved="2027-04-10"),
]


def test_anas_unfinished_sum_stays_in_the_year_of_its_approval():
    rules = contract(counts_in="approval")
    assert use_of(rules, ANA, FY27, JULY) == Use(approved=300_00, earned=1_700_00)
    assert use_of(rules, ANA, FY28, JULY) == Use()


def test_anas_unfinished_sum_opens_the_next_year_where_completion_counts():
    rules = contract(counts_in="completion")
    assert use_of(rules, ANA, FY27, JULY) == Use(earned=1_700_00)
    assert use_of(rules, ANA, FY28, JULY) == Use(approved=300_00)
    assert left_under_cap(rules, paid("62,480"), ANA, FY28, JULY) == "1,700.00"


def test_an_unfinished_sum_is_released_at_the_end_of_the_year_where_the_contract_says_so():
    rules = contract(counts_in="completion", release="year_end")
    assert use_of(rules, ANA, FY28, JULY) == Use()
    assert use_of(rules, ANA, FY27, FY27.last).approved == 300_00


def test_ben_above_the_threshold_has_600():
    ben = paid("81,950")
    assert left_under_cap(contract(), ben) == "600.00"
    assert left_under_cap(contract(), ben, [claim("600")]) == "0.00"
    assert left_under_cap(contract(), ben, [claim("600"), claim("0.01")]) == "0.00"


@pytest.mark.parametrize(("tier", "expected"), [("A", "2,000.00"), ("B", "600.00")])
def test_cy_exactly_at_the_threshold_is_what_the_district_says(tier, expected):
    assert left_under_cap(contract(at_threshold=tier), paid("75,000.00")) == expected


@pytest.mark.parametrize(("as_of", "expected"), [("year_start", "500.00"), ("application", "0.00")])
def test_dee_whose_salary_rises_during_the_year(as_of, expected):
    dee = [paid("74,200"), paid("76,000", since=date(2027, 1, 15))]
    claims = [claim("1,500", approved="2026-10-14")]
    assert left_under_cap(contract(as_of=as_of), dee, claims, day=date(2027, 3, 2)) == expected
    assert use_of(contract(), claims, FY27, date(2027, 3, 2)).approved == 1_500_00


@pytest.mark.parametrize(
    ("rule", "expected"), [("none", "2,000.00"), ("days", "821.92"), ("months", "833.33")]
)
def test_eve_hired_on_february_1(rule, expected):
    hired = date(2027, 2, 1)
    eve = paid("60,000", since=hired, hired=hired)
    assert left_under_cap(contract(mid_year_hire=rule), eve, day=date(2027, 3, 2)) == expected


@pytest.mark.parametrize(
    ("basis", "tier", "expected"),
    [("actual", Tier.A, "2,000.00"), ("annualized", Tier.B, "600.00")],
)
def test_fay_at_half_time(basis, tier, expected):
    fay = paid("41,000", full_time=Fraction(1, 2))
    cap = cap_for(contract(basis=basis), [fay], FY27, NOVEMBER)
    assert (cap.tier, dollars(cap.amount)) == (tier, expected)
    if basis == "annualized":
        assert dollars(cap.lines[1].amount) == "82,000.00"


@pytest.mark.parametrize(("tier", "expected"), [("A", "2,000.00"), ("B", "600.00")])
def test_gus_whose_increments_lift_him_to_the_threshold(tier, expected):
    gus = paid("74,400")
    earned = [claim("200", completed=day) for day in ("2026-12-10", "2027-01-20", "2027-05-10")]
    rules = contract(at_threshold=tier)
    assert dollars(base_salary(rules, gus, FY27.last, earned)) == "74,400.00"
    assert dollars(base_salary(rules, gus, FY28.first, earned)) == "75,000.00"
    cap = cap_for(rules, [gus], FY28, FY28.first, earned=earned)
    assert (cap.tier, dollars(cap.amount)) == (tier, expected)
    assert [line.kind for line in cap.lines] == [LineKind.SALARY, LineKind.INCREMENTS, LineKind.CAP]


def test_an_increment_is_not_counted_twice_where_payroll_has_it_in_a_newer_record():
    earned = [claim("600", completed="2026-12-10")]
    assert (
        base_salary(contract(), paid("75,000", since=FY28.first), FY28.first, earned) == 75_000_00
    )


def test_what_is_applied_for_counts_only_where_the_contract_says_so():
    claims = [claim("1,500")]
    assert left_under_cap(contract(cap_counts="application"), paid("60,000"), claims) == "500.00"
    assert left_under_cap(contract(cap_counts="approval"), paid("60,000"), claims) == "2,000.00"


@pytest.mark.parametrize(("rule", "amount"), [("one_year", 300_00), ("none", 0)])
def test_what_was_left_of_the_year_before_is_carried_where_the_contract_says_so(rule, amount):
    rules = contract(carry_over=rule)
    last = cap_for(rules, [paid("60,000")], FY27, NOVEMBER)
    rest = carried(rules, last, Use(earned=1_700_00))
    assert rest == amount
    cap = cap_for(rules, [paid("60,000")], FY28, JULY, from_last_year=rest)
    assert cap.amount == 2_000_00 + amount
    assert any(line.kind is LineKind.CARRIED for line in cap.lines) is (rule == "one_year")


@pytest.mark.parametrize(
    ("record", "expected"),
    [(PayRecord(START, tier=Tier.B), "600.00"), (PayRecord(START, cap=1_250_00), "1,250.00")],
    ids=["a tier", "a cap"],
)
def test_payroll_may_give_the_tier_or_the_cap_instead_of_a_salary(record, expected):
    assert left_under_cap(contract(), record) == expected
    assert base_salary(contract(), record, NOVEMBER, ANA) is None


@pytest.mark.parametrize(
    "values",
    [{}, {"salary": 1, "cap": 1}, {"salary": 1, "full_time": Fraction(0)}],
    ids=["nothing", "salary and cap", "no time"],
)
def test_a_pay_record_that_contradicts_itself_is_refused(values):
    with pytest.raises(ValueError, match=r"pay record|full-time"):
        PayRecord(START, **values)


def test_without_a_pay_record_nobody_guesses():
    with pytest.raises(NoPayRecord):
        cap_for(contract(), [paid("60,000", since=date(2028, 1, 1))], FY27, NOVEMBER)


@pytest.mark.parametrize("rule", SETTINGS)
def test_each_rule_is_asked_for_by_name(rule):
    with pytest.raises(NotSet) as refused:
        read_contract({name: text for name, text in SETTINGS.items() if name != rule})
    assert list(refused.value.settings) == [rule]
    with pytest.raises(NotSet, match=rule):
        contract(**{rule: "whatever"})


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("0.01", 1),
        ("62480", 6_248_000),
        ("62,480.5", None),
        ("1,50", None),
        ("-3.00", None),
        ("$1,283.47", 128_347),
        ("1.283,47", None),
        ("", None),
        ("NaN", None),
        ("1e3", None),
        ("9,999,999.99", 999_999_999),
        ("10,000,000", None),
        ("99999999", None),
    ],
)
def test_an_amount_is_read_exactly_or_not_at_all(text, cents):
    if cents is None:
        with pytest.raises(ValueError, match="not an amount"):
            cents_of(text)
    else:
        assert cents_of(text) == cents


def test_a_fiscal_year_begins_on_its_day_and_has_a_name():
    assert fiscal_year(date(2027, 6, 30), YearStart(7, 1)) == FY27
    assert fiscal_year(date(2027, 7, 1), YearStart(7, 1)) == FY28
    assert FY27.name == "2026–27"
    assert (FY27.days, FY28.days) == (365, 366)
    assert fiscal_year(date(2026, 3, 1), YearStart(1, 1)).name == "2026"
