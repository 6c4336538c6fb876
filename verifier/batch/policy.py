"""A district's own rules, `policy.toml`: whose credentials count, which ones, and for how much.

A policy never makes a credential authentic, and it never fills in what a credential does not
declare (R41).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import NamedTuple

from verifier import trust
from verifier.batch.table import ApplicantFile
from verifier.checks import recipient
from verifier.credential.model import Credential, EarnedAchievement, Result
from verifier.parsing import strict_toml
from verifier.parsing.strict_toml import Table, TomlError
from verifier.report import Answer, Report, Verdict
from verifier.structure.shape import GAPS
from verifier.trust import TrustList

LOOK = ("more_than_one", "pages_not_read", "clr_2", *GAPS)
"""Checks that decide nothing but need a person to look: there are credentials that are not judged
here, or the badge leaves something unsaid."""
STRANGERS = ("not_listed", "only_endorsed")
"""Codes for issuers that are neither known nor false (D3)."""
EACH = "each"
"""In `[exchange]`: the points for a credential, whatever it declares."""
_AMOUNT = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class AchievementRule:
    """Achievements that count, by patterns of their ids or names, and the levels they need."""

    match: tuple[str, ...]
    least: tuple[tuple[str, str], ...] = ()

    def is_for(self, achievement: EarnedAchievement) -> bool:
        """Whether the achievement is one of these."""
        name = achievement.name.casefold()
        return any(
            fnmatchcase(achievement.id, pattern) or fnmatchcase(name, pattern.casefold())
            for pattern in self.match
        )


class Worth(NamedTuple):
    """An amount that a credential declares, and the points for one of its unit."""

    value: Decimal
    unit: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class BatchPolicy:
    """The rules of one check. Without a trust list no credential counts by itself, because anybody
    can sign."""

    name: str = ""
    lists: tuple[TrustList, ...] = ()
    greatest_age_days: int | None = None
    achievements: tuple[AchievementRule, ...] = ()
    exchange: tuple[tuple[str, Decimal], ...] = ()
    general: bool = False
    """Whether credentials that are no badges count."""


def list_names(text: bytes) -> tuple[str, ...]:
    """Return the names of the trust list files in a policy, as they are written there;
    `TomlError`."""
    return strict_toml.loads(text).lines("lists")


def parse(text: bytes, lists: tuple[bytes, ...]) -> BatchPolicy:
    """Return the policy in TOML; `lists` are the contents of the files of `list_names`.

    `TomlError` and `TrustListError` name the key and the remedy.
    """
    top = strict_toml.loads(text)
    top.lines("lists")
    age = top.integer("greatest_age_days", default=0)
    if age < 0 or ("greatest_age_days" in top.values and not age):
        raise TomlError("greatest_age_days must be 1 or more (leave it out for any age)")
    if (count := top.line("count", required=False) or "badges") not in ("badges", "any"):
        raise TomlError('count must be "badges", or "any" for credentials of every kind')
    exchange = top.table("exchange")
    policy = BatchPolicy(
        name=top.line("name", required=False),
        lists=tuple(trust.load(data) for data in lists),
        greatest_age_days=age or None,
        achievements=tuple(map(_counted, top.tables("achievements"))),
        exchange=tuple((unit.casefold(), _rate(exchange, unit)) for unit in exchange.values),
        general=count == "any",
    )
    top.refuse_rest()
    return policy


def _counted(table: Table) -> AchievementRule:
    match, least = table.lines("match"), table.table("least_level")
    if not match:
        raise TomlError(f"{table.path('match')} is missing (give ids or names; * stands for any)")
    table.refuse_rest()
    return AchievementRule(
        match, tuple((criterion, least.line(criterion)) for criterion in least.values)
    )


def _rate(exchange: Table, unit: str) -> Decimal:
    rate = exchange.decimal(unit)
    if not 0 < rate <= 1_000_000:
        raise TomlError(f"{exchange.path(unit)} must be more than 0: so many points for one")
    return rate


def judge(
    report: Report, policy: BatchPolicy, thing: ApplicantFile, now: datetime
) -> Iterator[Verdict]:
    """Yield every reason why a credential does not count here (`no`), why a person has to look
    (`could_not_check`), and what is worth knowing though it counts (`yes`)."""
    credential, listed = report.credential, report.recognized
    if report.authentic.answer is not Answer.YES or credential is None:
        yield report.authentic
        return
    if report.current.answer is not Answer.YES:
        params = {name: value for name, value in report.current.params.items() if name != "age"}
        yield replace(report.current, params=params)  # how old an answer was stands in the record
    if listed.code in STRANGERS:
        yield replace(listed, answer=Answer.COULD_NOT_CHECK)
    elif listed.answer is not Answer.YES:
        yield listed
    if report.general and not policy.general:
        yield Verdict(Answer.COULD_NOT_CHECK, "not_a_badge")
    for check in report.checks:
        if check.code in LOOK:
            yield Verdict(Answer.COULD_NOT_CHECK, check.code, check.params)
        elif check.code == "end_may_be_hidden":
            yield Verdict(Answer.YES, check.code)
    yield from _age(credential, policy.greatest_age_days, now)
    if credential.achievement is not None:
        yield from _achievement(credential, credential.achievement, policy.achievements)
    elif report.general and policy.achievements:
        yield Verdict(Answer.COULD_NOT_CHECK, "achievement_missing")
    yield from _whose(credential, thing)
    if policy.exchange and points(credential, policy) is None:
        units = ", ".join(unit for unit, _ in policy.exchange)
        yield Verdict(Answer.COULD_NOT_CHECK, "amount_not_declared", {"units": units})
    for verdict in (listed, report.authentic):  # by the word of another, by a copy of the keys
        if verdict.answer is Answer.YES and verdict.code not in ("listed", "authentic"):
            yield verdict


def awarded(credential: Credential) -> datetime | None:
    """Return the day of the award, or None if the credential states none."""
    return credential.awarded_date or credential.valid_from


def _age(credential: Credential, days: int | None, now: datetime) -> Iterator[Verdict]:
    if days is None:
        return
    day = None if "awardedDate" in credential.unreadable else awarded(credential)
    if day is None:
        yield Verdict(Answer.COULD_NOT_CHECK, "age_unknown")
    elif now - day > timedelta(days=days):
        yield Verdict(Answer.NO, "too_old", {"awarded": day.isoformat(), "days": days})


def _achievement(
    credential: Credential, achievement: EarnedAchievement, counted: tuple[AchievementRule, ...]
) -> Iterator[Verdict]:
    rule = next((entry for entry in counted if entry.is_for(achievement)), None)
    if counted and rule is None:
        yield Verdict(Answer.NO, "achievement_not_counted", {"name": achievement.name[:200]})
    for criterion, wanted in rule.least if rule else ():
        results = [
            result
            for result in credential.criteria_results
            if result.description and result.description.name.casefold() == criterion.casefold()
        ]
        names = {"criterion": criterion, "wanted": wanted}
        if len(results) != 1 or results[0].level is None:
            yield Verdict(Answer.COULD_NOT_CHECK, "level_not_shown", names)
            continue
        reached = _reaches(results[0], wanted)
        names["reached"] = results[0].level.name[:200]
        if reached is None:
            yield Verdict(Answer.COULD_NOT_CHECK, "level_not_comparable", names)
        elif not reached:
            yield Verdict(Answer.NO, "level_below", names)


def _reaches(result: Result, wanted: str) -> bool | None:
    """Whether a level is the wanted one or above it; None if they cannot be compared.

    Levels are compared by their numbers: their order is not signed (D8).
    """
    levels = result.description.levels if result.description else ()
    least = [level for level in levels if level.name.casefold() == wanted.casefold()]
    level = result.level
    if level is None or len(least) != 1:
        return None
    if level == least[0]:
        return True
    for pair in ((level.level, least[0].level), (level.points, least[0].points)):
        reached, needed = map(_number, pair)
        if reached is not None and needed is not None:
            return reached >= needed
    return None


def _number(text: str | None) -> Decimal | None:
    return Decimal(text) if text and _AMOUNT.fullmatch(text) else None


def _whose(credential: Credential, thing: ApplicantFile) -> Iterator[Verdict]:
    """Compare the owner with everything that the applicant gave. People change names and addresses,
    so a difference is for a person to look at."""
    emails = {recipient.judge(credential, email).code for email in thing.emails}
    name = recipient.judge(credential, thing.name).code if thing.name else ""
    differs = name in ("not_theirs", "name_spelled_differently")
    names = {"signed": (credential.recipient_name or "")[:200], "given": thing.name[:200]}
    if "theirs" in emails:
        if differs:
            yield Verdict(Answer.YES, "name_differs_address_fits", names)
    elif differs:
        yield Verdict(Answer.COULD_NOT_CHECK, "name_differs", names)
    elif "not_theirs" in emails:
        yield Verdict(Answer.COULD_NOT_CHECK, "address_differs")
    elif name == "name_only":
        yield Verdict(Answer.YES, "name_only")
    elif name or emails:
        yield Verdict(Answer.COULD_NOT_CHECK, "no_identity_to_compare")
    elif thing.by_table:
        yield Verdict(Answer.COULD_NOT_CHECK, "owner_not_given")


def is_theirs(credential: Credential, thing: ApplicantFile) -> bool:
    """Whether an e-mail address of the applicant's is one it was issued to."""
    return any(recipient.judge(credential, email).code == "theirs" for email in thing.emails)


def points(credential: Credential, policy: BatchPolicy) -> Decimal | None:
    """Return the points of the credential by this policy; None if it declares no unit of it."""
    worth = reckoned(credential, policy)
    return worth and worth.value * worth.rate


def reckoned(credential: Credential, policy: BatchPolicy) -> Worth | None:
    """Return what gives the credential its points: the first unit of the exchange that it declares,
    exactly once. None if it declares none."""
    declared = amounts(credential)
    for unit, rate in policy.exchange:
        values = {_number(value) for name, value in declared if name.casefold() == unit}
        value = Decimal(1) if unit == EACH else values.pop() if len(values) == 1 else None
        if value is not None:
            return Worth(value, unit, rate)
    return None


def amounts(credential: Credential) -> tuple[tuple[str, str], ...]:
    """Return hours and credits as (unit, value). `creditsEarned` names no unit, so it counts as
    credits, and only where nothing else is declared."""
    if credential.amounts or credential.credits_earned is None:
        return credential.amounts
    return (("credits", f"{credential.credits_earned:g}"),)
