"""Build the `Credential` view of a document that passed the structure gate.

Members of an unexpected shape are left out, and nothing raises; the gate and the shape checks
report them.

>>> view({"name": "Reading", "issuer": {"id": "did:web:d.example"}}).issuer.id
'did:web:d.example'
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from contexts.content import remembered
from contexts.json_types import Json
from verifier.credential.model import (
    Alignment,
    Credential,
    EarnedAchievement,
    Evidence,
    Identifier,
    Identity,
    Profile,
    Result,
    ResultDescription,
    RubricCriterionLevel,
    instant,
    listed,
    only,
)

_DATES = ("validFrom", "issuanceDate", "validUntil", "expirationDate", "awardedDate")


def view(document: Json) -> Credential:
    """Return the view of a credential document, by the names of data model 2.0 or 1.1.

    Where both names of a date are there, the stricter date counts: no reader is misled.
    """
    subject = _object(document.get("credentialSubject"))
    achievement = _achievement(only(subject.get("achievement")))
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
        identities=(*map(_identity, _objects(subject.get("identifier"))), *_own_name(subject)),
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
        unreadable=unreadable(document, *_DATES),
        document=document,
    )


def general_view(document: Json) -> Credential:
    """Return the view of a credential that is no badge. Of the subject it holds only who it is:
    everything else is in the issuer's own terms, even a member that is named like one of a
    badge."""
    subject = _object(document.get("credentialSubject"))
    known = {name: subject[name] for name in ("id", "name") if name in subject}
    if "name" not in known and (full := _full_name(subject)):
        known["name"] = full
    whole = {**_in_one_language(document, "name", "description"), "credentialSubject": known}
    if isinstance(issuer := only(document.get("issuer")), dict):
        whole["issuer"] = _in_one_language(issuer, "name")
    return replace(view(whole), document=document)


def _full_name(subject: Json) -> str | None:
    """Return a name that stands in two parts, by the terms of schema.org or OpenID Connect."""
    for terms in (("givenName", "familyName"), ("given_name", "family_name")):
        parts = [_text(subject.get(term)) for term in terms]
        if all(parts):
            return " ".join(filter(None, parts))
    return None


def _in_one_language(node: Json, *members: str) -> dict[str, Any]:
    """Return a node with its texts in English, where they are in several languages, else in the
    first (VCDM 2.0, section 11.1)."""
    chosen = dict(node)
    for member in members:
        texts = _objects(node[member]) if isinstance(node.get(member), list) else []
        english = (it for it in texts if str(it.get("@language")).casefold().startswith("en"))
        if texts:
            chosen[member] = next(english, texts[0])
    return chosen


def _achievement(value: Any) -> EarnedAchievement | None:
    return _read_achievement(value) if isinstance(value, dict) else None


@remembered
def _read_achievement(value: Json) -> EarnedAchievement:
    criteria = _object(value.get("criteria"))
    return EarnedAchievement(
        id=_text(value.get("id")) or "",
        name=_text(value.get("name")) or "",
        description=_text(value.get("description")),
        criteria=_text(criteria.get("narrative")),
        criteria_url=_text(criteria.get("id")),
        type=_text(value.get("achievementType")),
        version=_text(value.get("version")),
        in_language=_text(value.get("inLanguage")),
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
            RubricCriterionLevel(
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


def _result(value: Json, achievement: EarnedAchievement | None) -> Result:
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
    value = only(value)
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


def _own_name(subject: Json) -> tuple[Identity, ...]:
    """Return the name that stands in the subject itself, as some issuers write it."""
    name = (_text(subject.get("name")) or "").strip()
    return (Identity("name", name, hashed=False),) if name else ()


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
    if type(value) is str or value is None:
        return value
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


def unreadable(document: Json, *members: str) -> tuple[str, ...]:
    """Return the members that are present but hold no time."""
    return tuple(
        member
        for member in members
        if _date(document.get(member)) is None
        and any(item is not None for item in listed(document.get(member)))
    )


def _reference(value: Any) -> str | None:
    value = only(value)
    return value if isinstance(value, str) else _text(_object(value).get("id"))


def _object(value: Any) -> Json:
    """Return the object, or the one of a list of one. Of several none: their order is not signed,
    so which comes first is anybody's choice. An address alone is an object with that id."""
    value = only(value)
    return value if isinstance(value, dict) else {"id": value} if isinstance(value, str) else {}


def _plain(value: Any) -> Any:
    value = only(value)
    return value.get("@value") if isinstance(value, dict) else value


def _objects(value: Any) -> list[Json]:
    return [_object(item) for item in listed(value) if isinstance(item, dict | str)]
