"""The `Credential` view: the one thing that decisions and pages read of a credential (D2).

`view` reads a document that the gate let through and takes only what has the expected
shape; it never raises on a foreign document, because what is odd is for the gate and the
shape checks to say. Names follow Open Badges 3.0, appendix B.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = Mapping[str, Any]


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
class Level:
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
    levels: tuple[Level, ...] = ()
    required_level: str | None = None
    required_value: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What was achieved; `description` and `level` are resolved within the same achievement."""

    description: ResultDescription | None
    level: Level | None = None
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
class Achievement:
    """What was earned (OB-26)."""

    id: str
    name: str
    description: str | None = None
    criteria: str | None = None
    criteria_url: str | None = None
    type: str | None = None
    version: str | None = None
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
    """What one credential says. Dates are UTC; absent and unreadable dates are None."""

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
    achievement: Achievement | None = None
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
    document: Json = field(default_factory=dict, repr=False)

    @property
    def recipient_name(self) -> str | None:
        """The name the issuer signed for the earner, or None where it signed none in plain."""
        for identity in self.identities:
            if identity.type == "name" and not identity.hashed:
                return identity.value
        return None

    @property
    def criteria(self) -> tuple[ResultDescription, ...]:
        """The criteria of the achievement's rubric, in its order."""
        described = () if self.achievement is None else self.achievement.result_descriptions
        return tuple(each for each in described if each.result_type == "RubricCriterionLevel")

    @property
    def criteria_without_result(self) -> tuple[ResultDescription, ...]:
        """The criteria of which nothing is said: kept back by the holder, or never judged."""
        judged = {result.description.id for result in self.results if result.description}
        return tuple(criterion for criterion in self.criteria if criterion.id not in judged)

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


def view(document: Json) -> Credential:
    """Return the view of a credential document, by the names of data model 2.0 or 1.1.

    Where both names of a date are there, the stricter date counts: no reader is misled.
    """
    subject = _object(document.get("credentialSubject"))
    achievement = _achievement(_only(subject.get("achievement")))
    return Credential(
        id=_text(document.get("id")),
        types=_texts(document.get("type")),
        issuer=_profile(document.get("issuer")) or Profile(id=""),
        name=_text(document.get("name")),
        description=_text(document.get("description")),
        valid_from=max(_dates(document, "validFrom", "issuanceDate"), default=None),
        valid_until=min(_dates(document, "validUntil", "expirationDate"), default=None),
        awarded_date=_date(document.get("awardedDate")),
        subject_id=_text(subject.get("id")),
        identities=tuple(map(_identity, _objects(subject.get("identifier")))),
        achievement=achievement,
        results=tuple(_result(item, achievement) for item in _objects(subject.get("result"))),
        activity_start=_date(subject.get("activityStartDate")),
        activity_end=_date(subject.get("activityEndDate")),
        credits_earned=_number(subject.get("creditsEarned")),
        narrative=_text(subject.get("narrative")),
        role=_text(subject.get("role")),
        term=_text(subject.get("term")),
        license_number=_text(subject.get("licenseNumber")),
        source=_profile(subject.get("source")),
        evidence=tuple(map(_evidence, _objects(document.get("evidence")))),
        endorsement_comment=_text(subject.get("endorsementComment")),
        document=document,
    )


def issuer_id(document: Json) -> str:
    """Return the issuer's id as `view` reads it, without reading anything else."""
    issuer = _profile(document.get("issuer"))
    return "" if issuer is None else issuer.id


def _achievement(value: Any) -> Achievement | None:
    if not isinstance(value, dict):
        return None
    criteria = _object(value.get("criteria"))
    return Achievement(
        id=_text(value.get("id")) or "",
        name=_text(value.get("name")) or "",
        description=_text(value.get("description")),
        criteria=_text(criteria.get("narrative")),
        criteria_url=_text(criteria.get("id")),
        type=_text(value.get("achievementType")),
        version=_text(value.get("version")),
        image=_reference(value.get("image")),
        tags=_texts(value.get("tag")),
        alignments=tuple(map(_alignment, _objects(value.get("alignment")))),
        result_descriptions=tuple(
            map(_result_description, _objects(value.get("resultDescription")))
        ),
        creator=_profile(value.get("creator")),
    )


def _result_description(value: Json) -> ResultDescription:
    return ResultDescription(
        id=_text(value.get("id")) or "",
        name=_text(value.get("name")) or "",
        result_type=_text(value.get("resultType")) or "",
        levels=tuple(
            Level(
                id=_text(item.get("id")) or "",
                name=_text(item.get("name")) or "",
                description=_text(item.get("description")),
                level=_text(item.get("level")),
                points=_text(item.get("points")),
            )
            for item in _objects(value.get("rubricCriterionLevel"))
        ),
        required_level=_text(value.get("requiredLevel")),
        required_value=_text(value.get("requiredValue")),
    )


def _result(value: Json, achievement: Achievement | None) -> Result:
    descriptions = achievement.result_descriptions if achievement else ()
    wanted, achieved = _text(value.get("resultDescription")), _text(value.get("achievedLevel"))
    description = next((d for d in descriptions if d.id and d.id == wanted), None)
    levels = description.levels if description else ()
    return Result(
        description=description,
        level=next((level for level in levels if level.id and level.id == achieved), None),
        value=_text(value.get("value")),
        status=_text(value.get("status")),
    )


def _profile(value: Any) -> Profile | None:
    value = _only(value)
    if isinstance(value, str):
        return Profile(id=value)
    if not isinstance(value, dict):
        return None
    return Profile(
        id=_text(value.get("id")) or "",
        name=_text(value.get("name")),
        url=_text(value.get("url")),
        description=_text(value.get("description")),
        email=_text(value.get("email")),
        image=_reference(value.get("image")),
        identifiers=tuple(
            Identifier(identifier=identifier, type=_text(item.get("identifierType")) or "")
            for item in _objects(value.get("otherIdentifier"))
            if (identifier := _text(item.get("identifier")))
        ),
    )


def _identity(value: Json) -> Identity:
    return Identity(
        type=_text(value.get("identityType")) or "",
        value=_text(value.get("identityHash")) or "",
        hashed=_flag(value.get("hashed")),
        salt=_text(value.get("salt")) or "",
    )


def _alignment(value: Json) -> Alignment:
    return Alignment(
        target_name=_text(value.get("targetName")) or "",
        target_url=_text(value.get("targetUrl")) or "",
        target_code=_text(value.get("targetCode")),
        target_framework=_text(value.get("targetFramework")),
        target_type=_text(value.get("targetType")),
    )


def _evidence(value: Json) -> Evidence:
    return Evidence(
        id=_text(value.get("id")),
        name=_text(value.get("name")),
        description=_text(value.get("description")),
        narrative=_text(value.get("narrative")),
        genre=_text(value.get("genre")),
        audience=_text(value.get("audience")),
        digest=_text(value.get("digestMultibase")),
        media_type=_text(value.get("mediaType")),
    )


def _text(value: Any) -> str | None:
    """Return a string, the string of a JSON-LD value object, or the one of a list of one."""
    value = _plain(value)
    return value if isinstance(value, str) else None


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(text for item in listed(value) if (text := _text(item)) is not None)


def _flag(value: Any) -> bool:
    """Return a boolean; its text and its value object are the same statement to a signature."""
    return _plain(value) in (True, "true", "1")


def _number(value: Any) -> float | None:
    value = _plain(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _date(value: Any) -> datetime | None:
    text = _text(value)
    return None if text is None else instant(text)


def _dates(document: Json, *members: str) -> list[datetime]:
    return [date for member in members if (date := _date(document.get(member))) is not None]


def _reference(value: Any) -> str | None:
    value = _only(value)
    return value if isinstance(value, str) else _text(_object(value).get("id"))


def _object(value: Any) -> Json:
    """Return the object, or the one of a list of one. Of several none: their order is not signed,
    so which comes first is anybody's choice."""
    value = _only(value)
    return value if isinstance(value, dict) else {}


def _only(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _plain(value: Any) -> Any:
    value = _only(value)
    return value.get("@value") if isinstance(value, dict) else value


def _objects(value: Any) -> list[Json]:
    return [item for item in listed(value) if isinstance(item, dict)]


def listed(value: Any) -> list[Any]:
    """Return a JSON member as a list: OB 3.0 lets one item stand without its brackets."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def instant(text: str) -> datetime | None:
    """Return an XML Schema `dateTimeStamp` in UTC, or None for any other text.

    A time without an offset could mean any of 26 hours, so it is no instant (VCDM 2.0, 4.9).
    """
    if "T" not in text.upper():
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # not a time, or one before year 1 or after 9999 in UTC
        return None
