"""The `Credential` view, from which decisions are made and pages are rendered (D2).

`verifier.credential.view` builds it from a document. Names follow Open Badges 3.0, appendix B.

>>> instant("2027-01-31T00:00:00Z")
datetime.datetime(2027, 1, 31, 0, 0, tzinfo=datetime.timezone.utc)
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from contexts.json_types import Json


@dataclass(frozen=True, slots=True)
class Identifier:
    """An `IdentifierEntry`: a number somebody else gave, such as a provider number."""

    identifier: str
    type: str


@dataclass(frozen=True, slots=True)
class Profile:
    """An issuer, a creator, or the body that assessed (B.1.15)."""

    id: str
    name: str | None = None
    url: str | None = None
    description: str | None = None
    email: str | None = None
    image: str | None = None
    identifiers: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """An `IdentityObject`: who earned it, plain or as `sha256$…` of value and salt (OB-35)."""

    type: str
    value: str
    hashed: bool
    salt: str = ""


@dataclass(frozen=True, slots=True)
class RubricCriterionLevel:
    """A `RubricCriterionLevel`. `level` and `points` are text; order means nothing (OB-46)."""

    id: str
    name: str
    description: str | None = None
    level: str | None = None
    points: str | None = None


@dataclass(frozen=True, slots=True)
class ResultDescription:
    """What a result could have been: one criterion of a rubric, or one kind of value (OB-40)."""

    id: str
    name: str
    result_type: str
    levels: tuple[RubricCriterionLevel, ...] = ()
    required_level: str | None = None
    required_value: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What was achieved; `description` and `level` are resolved within the same achievement."""

    description: ResultDescription | None
    level: RubricCriterionLevel | None = None
    value: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Alignment:
    """A framework item the achievement speaks to, such as a CASE item (OB-48)."""

    target_name: str
    target_url: str
    target_code: str | None = None
    target_framework: str | None = None
    target_type: str | None = None


@dataclass(frozen=True, slots=True)
class EarnedAchievement:
    """What was earned (OB-26)."""

    id: str
    name: str
    description: str | None = None
    criteria: str | None = None
    criteria_url: str | None = None
    type: str | None = None
    version: str | None = None
    in_language: str | None = None
    image: str | None = None
    tags: tuple[str, ...] = ()
    alignments: tuple[Alignment, ...] = ()
    result_descriptions: tuple[ResultDescription, ...] = ()
    creator: Profile | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence: an address when public, a digest when sealed (D9)."""

    id: str | None = None
    name: str | None = None
    description: str | None = None
    narrative: str | None = None
    genre: str | None = None
    audience: str | None = None
    digest: str | None = None
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """The content of one credential; dates that are absent or unreadable are None.

    Dates keep the offset they were written with, because it decides which day the issuer meant.
    `unreadable` names the dates that are present but cannot be read.
    """

    id: str | None
    types: tuple[str, ...]
    issuer: Profile
    name: str | None = None
    description: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    awarded_date: datetime | None = None
    subject_id: str | None = None
    identities: tuple[Identity, ...] = ()
    achievement: EarnedAchievement | None = None
    results: tuple[Result, ...] = ()
    activity_start: datetime | None = None
    activity_end: datetime | None = None
    credits_earned: float | None = None
    narrative: str | None = None
    role: str | None = None
    term: str | None = None
    license_number: str | None = None
    source: Profile | None = None
    evidence: tuple[Evidence, ...] = ()
    endorsement_comment: str | None = None
    unreadable: tuple[str, ...] = ()
    document: Json = field(default_factory=dict, repr=False)

    @property
    def recipient_name(self) -> str | None:
        """The name the issuer signed for the earner, or None where it signed none in plain, or
        several that differ."""
        plain = [it.value for it in self.identities if it.type == "name" and not it.hashed]
        return plain[0] if len({*map(folded_name, plain)}) == 1 else None

    @property
    def criteria(self) -> tuple[ResultDescription, ...]:
        """The criteria of the achievement's rubric, in its order."""
        described = () if self.achievement is None else self.achievement.result_descriptions
        return tuple(
            criterion for criterion in described if criterion.result_type == "RubricCriterionLevel"
        )

    @property
    def criteria_without_result(self) -> tuple[ResultDescription, ...]:
        """The criteria without a result: withheld by the holder, or never judged."""
        with_result = {result.description.id for result in self.results if result.description}
        return tuple(criterion for criterion in self.criteria if criterion.id not in with_result)

    @property
    def criteria_results(self) -> tuple[Result, ...]:
        """The results that are levels of a rubric, in the order of the achievement's criteria."""
        order = {} if self.achievement is None else self.achievement.result_descriptions
        places = {description.id: place for place, description in enumerate(order)}
        rubric = [result for result in self.results if result.level and result.description]
        return tuple(sorted(rubric, key=lambda r: places[r.description.id] if r.description else 0))

    @property
    def amounts(self) -> tuple[tuple[str, str], ...]:
        """Hours and credits as (unit, value): the results whose type is `ext:<unit>` (D8)."""
        return tuple(
            (result.description.result_type.removeprefix("ext:"), result.value)
            for result in self.results
            if result.description and result.value
            if result.description.result_type.startswith("ext:")
        )

    @property
    def statuses(self) -> tuple[tuple[str, str], ...]:
        """What the issuer states as reached, as (name, value): `("Signed off by", "coach")`. These
        are the completed results of the type `Status` that have a value."""
        return tuple(
            (result.description.name, result.value)
            for result in self.results
            if result.description and result.description.result_type == "Status"
            if result.status == "Completed" and result.value
        )


def folded_name(name: str) -> str:
    """Return a name as people compare it: without regard to case, spacing and how accents are
    composed."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def listed(value: Any) -> list[Any]:
    """Return a JSON member as a list: OB 3.0 lets one item stand without its brackets."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def only(value: Any) -> Any:
    """Return the item of a list of one, and any other value as it is: in JSON-LD both are one
    statement."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def instant(text: str, *, zone: tzinfo | None = UTC) -> datetime | None:
    """Return an XML Schema `dateTime` at its own offset, or None for any other text.

    A time without an offset must be read as UTC (VCDM 2.0, section 5.8); with `zone` None it is
    none. 24:00 is the begin of the next day, a leap second the end of its own. What is after the
    year 9999 is read as the end of that year.
    """
    read = _instant if len(text) <= _USUAL_LENGTH else _instant.__wrapped__
    return read(text, zone)


def readable_instant(value: Any) -> datetime | None:
    """Return the time in a JSON value, or None if the value is not a time."""
    return instant(value) if isinstance(value, str) else None


_USUAL_LENGTH = 40
_FAR_YEAR = re.compile(r"^\+?[1-9]\d{4,}-", re.ASCII)
_END_OF_DAY = re.compile(r"T24:00(?::00(?:\.0+)?)?(?![\d:.])")
_LEAP_SECOND = re.compile(r"(?<=T\d\d:[0-5]9):60(?:\.\d+)?(?!\d)", re.ASCII)


@lru_cache(maxsize=1024)  # a credential's dates are read in several steps, and alike in many files
def _instant(text: str, zone: tzinfo | None) -> datetime | None:
    text, is_far = _FAR_YEAR.subn("2000-", text.upper())
    if "T" not in text:
        return None
    text, ends_a_day = _END_OF_DAY.subn("T00:00:00", text)
    text = _LEAP_SECOND.sub(":59.999999", text)
    try:
        moment = datetime.fromisoformat(text) + timedelta(days=ends_a_day)
    except (ValueError, OverflowError):  # not a time, or none that a datetime can hold
        return None
    zone = moment.tzinfo or zone
    if zone is None:
        return None
    return datetime.max.replace(tzinfo=UTC) if is_far else _within_utc(moment.replace(tzinfo=zone))


def _within_utc(moment: datetime) -> datetime:
    """Return a time that has a year in UTC as well: in the first and the last hours of all time the
    offset is left out, which keeps the day."""
    try:
        moment.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)
    return moment
