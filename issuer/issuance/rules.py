"""The rules for a new approval that a schema cannot express: rubric, clock, values that must fit.

They are applied once, before anything is stored. An accepted approval is not judged again by a
later clock or catalog: when it is delivered again, it gets its credential.

    flaws(approval, rubric, now=now)  # [] if it can be issued
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from issuer.catalog.achievement import Criterion, Rubric
from issuer.home.problem import Flaw
from issuer.issuance.approval import Approval, Chosen

CLOCK_SKEW: Final = timedelta(minutes=5)
MAX_DIGITS: Final = 15
"""Up to here, every library writes a double alike; beyond, their signatures differ (OB 5.1, 5)."""


def flaws(approval: Approval, rubric: Rubric, *, now: datetime) -> list[Flaw]:
    """Return what keeps `approval` from being issued under `rubric` at the time `now`."""
    return [
        *_value_flaws(approval),
        *_clock_flaws(approval, now),
        *level_flaws(approval.levels, approval.comments, rubric),
    ]


def level_flaws(
    levels: Mapping[str, str], comments: Mapping[str, str], rubric: Rubric
) -> Iterator[Flaw]:
    """Yield what keeps levels and comments, by criterion, from being issued under `rubric`."""
    criteria = {criterion.id: criterion for criterion in rubric.criteria}
    remedy = f"the rubric {rubric.id} has {', '.join(criteria)}"
    for name, by_criterion in (("levels", levels), ("comments", comments)):
        for key in sorted(by_criterion.keys() - criteria.keys()):
            yield Flaw(
                "unknown_criterion",
                f"data.{name}.{key}",
                "is not a criterion of the rubric",
                remedy,
            )
    for criterion in rubric.criteria:
        yield from _criterion_flaws(criterion, levels.get(criterion.id))


def unknown(chosen: Chosen, *, field: str, id_known: bool) -> Flaw:
    """Return the flaw of an achievement or rubric, at `field`, that the catalog does not have.

    `id_known` is true if only the version is wrong.
    """
    if id_known:
        remedy = "leave the version out for the newest, or use one that was loaded"
        return Flaw("unknown_version", f"{field}.version", "is not in the catalog", remedy)
    remedy = f"load it with mintmark catalog load, or use another id than {chosen.id!r}"
    return Flaw("unknown_id", f"{field}.id", "is not in the catalog", remedy)


def retired(chosen: Chosen) -> Flaw:
    """Return the flaw of a new approval of an achievement that is offered no more."""
    remedy = f"choose another, or offer it again: mintmark catalog offer {chosen.id}"
    return Flaw("retired", "data.achievement.id", "is offered no more", remedy)


def no_reason(revision: int) -> Flaw:
    """Return the flaw of a correction that does not say why."""
    remedy = f"say why revision {revision - 1} is corrected; it is not published"
    return Flaw("missing", "data.reason", "is missing", remedy)


def _value_flaws(approval: Approval) -> Iterator[Flaw]:
    start, end = approval.activity_start, approval.activity_end
    if start and end and end < start:
        yield Flaw("order", "data.activity.end", "is before the start", "exchange the two dates")
    # A day more, as the district's day may be a day ahead of UTC.
    if end and end > approval.approved_at.date() + timedelta(days=1):
        remedy = "approve what has been done, or correct the date"
        yield Flaw("order", "data.activity.end", "is after the approval", remedy)
    seen: set[str] = set()
    for number, credit in enumerate(approval.credits):
        field = f"data.credits.{number}"
        if credit.unit in seen:
            remedy = "send one value for each unit"
            yield Flaw("repeated", f"{field}.unit", "stands twice", remedy)
        seen.add(credit.unit)
        if len(repr(credit.value).replace(".", "").strip("0")) > MAX_DIGITS:
            remedy = f"round it to at most {MAX_DIGITS} digits"
            yield Flaw("digits", f"{field}.value", "has too many digits", remedy)


def _clock_flaws(approval: Approval, now: datetime) -> Iterator[Flaw]:
    times = {"data.approved_at": approval.approved_at}
    times |= {f"data.approvals.{n}.at": sign.at for n, sign in enumerate(approval.approvals)}
    for field, time in times.items():
        if time > now + CLOCK_SKEW:
            yield Flaw("future", field, "is in the future", "send it when it has been given")
    if approval.valid_until is not None and approval.valid_until <= now:
        remedy = "leave it out, or give a later time"
        yield Flaw("past", "data.valid_until", "is in the past", remedy)


def _criterion_flaws(criterion: Criterion, level: str | None) -> Iterator[Flaw]:
    """Compare by points, never by place (OB-46); and say it so that nobody is lacking (R13)."""
    field = f"data.levels.{criterion.id}"
    levels = {level.id: level for level in criterion.levels}
    known = f"its levels are {', '.join(levels)}"
    if level is None:
        yield Flaw("missing", field, "is missing", known)
    elif level not in levels:
        yield Flaw("unknown_level", field, "is not a level of this criterion", known)
    elif levels[level].points < levels[criterion.required].points:
        wanted = levels[criterion.required].name
        remedy = "send the approval once this level has been reached"
        yield Flaw("not_yet", field, f"an approval states “{wanted}” or higher here", remedy)
