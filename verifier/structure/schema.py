"""Our own strict schema of Open Badges 3.0, from the tables of its appendix B (OB-5…48).

The published JSON schemas accept what the tables forbid: a `type` that names no class, an
unanchored `ext:` value, an empty `criteria`, a result that refers to nothing. A mistake is noted
and decides nothing, because it does not change what the badge says.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from contexts.content import remembered
from contexts.json_types import Json
from verifier.credential.model import instant, listed, only
from verifier.report import Check, Outcome

LANGUAGE = "[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?"
"""Open Badges 3.0, LanguageCode: a tag such as `es` or `en-US`."""
_CANONICAL = re.compile(
    r"https://purl\.imsglobal\.org/spec/ob/v3p0/schema/json(-ld)?/"
    r"ob_v3p0_(any)?achievementcredential_schema\.json"
)
_SCHEMA_TYPES = ("1EdTechJsonSchemaValidator2019", "JsonSchema", "JsonSchemaValidator2018")
MAX_SCHEMAS = 10
"""An honest credential names one or two."""

# Of each class its members. `!` must be there, `[…]` is an array, a capital is another class.
_PERSON = dict.fromkeys(
    ("familyName", "givenName", "additionalName", "patronymicName", "honorificPrefix",
     "honorificSuffix", "familyNamePrefix", "dateOfBirth"), "text")  # fmt: skip
_ENDORSED = {"endorsement": "[object]", "endorsementJwt": "[text]"}
_CLASSES: dict[str, dict[str, str]] = {
    "Credential": _ENDORSED | {
        "id": "uri!", "name": "text!", "description": "text", "image": "Image",
        "issuer": "Profile!", "awardedDate": "time", "validFrom": "time", "validUntil": "time",
        "credentialSubject": "AchievementSubject!", "evidence": "[Evidence]",
        "credentialSchema": "Typed", "credentialStatus": "Typed", "refreshService": "Typed",
        "termsOfUse": "Typed",
    },
    "Typed": {"id": "uri", "type": "name!"},
    "AchievementSubject": {
        "id": "uri", "activityStartDate": "time", "activityEndDate": "time",
        "creditsEarned": "number", "achievement": "Achievement!",
        "identifier": "[IdentityObject]", "image": "Image", "licenseNumber": "text",
        "narrative": "text", "result": "[Result]", "role": "text", "source": "Profile",
        "term": "text",
    },
    "Achievement": _ENDORSED | {
        "id": "uri!", "name": "text!", "description": "text!", "criteria": "Criteria!",
        "achievementType": "achievementType", "alignment": "[Alignment]", "creator": "Profile",
        "creditsAvailable": "number", "fieldOfStudy": "text", "humanCode": "text",
        "image": "Image", "inLanguage": "language", "otherIdentifier": "[IdentifierEntry]",
        "related": "[Related]", "resultDescription": "[ResultDescription]",
        "specialization": "text", "tag": "[text]", "version": "text",
    },
    "Criteria": {"id": "uri", "narrative": "text"},
    "Related": {"id": "uri!", "inLanguage": "language", "version": "text"},
    "Profile": _ENDORSED | _PERSON | {
        "id": "uri!", "name": "text", "url": "uri", "phone": "text", "description": "text",
        "image": "Image", "email": "text", "address": "Address",
        "otherIdentifier": "[IdentifierEntry]", "official": "text", "parentOrg": "Profile",
    },
    "Address": {"addressCountry": "text", "addressLocality": "text", "postalCode": "text"},
    "Image": {"id": "uri!", "type": "name!", "caption": "text"},
    "IdentifierEntry": {
        "type": "name!", "identifier": "text!", "identifierType": "identifierType!",
    },
    "IdentityObject": {
        "type": "name!", "hashed": "boolean!", "identityHash": "text!",
        "identityType": "identifierType!", "salt": "text",
    },
    "Evidence": {
        "id": "uri", "name": "text", "description": "text", "narrative": "text",
        "genre": "text", "audience": "text",
    },
    "ResultDescription": {
        "id": "uri!", "name": "text!", "resultType": "resultType!", "alignment": "[Alignment]",
        "allowedValue": "[text]", "requiredLevel": "uri", "requiredValue": "text",
        "rubricCriterionLevel": "[RubricCriterionLevel]", "valueMin": "text", "valueMax": "text",
    },
    "RubricCriterionLevel": {
        "id": "uri!", "name": "text!", "alignment": "[Alignment]", "description": "text",
        "level": "text", "points": "text",
    },
    "Result": {
        "resultDescription": "uri", "achievedLevel": "uri", "value": "text", "status": "status",
        "alignment": "[Alignment]",
    },
    "Alignment": {
        "targetName": "text!", "targetUrl": "uri!", "targetCode": "text",
        "targetDescription": "text", "targetFramework": "text", "targetType": "targetType",
    },
}  # fmt: skip
_MEMBERS = [(name, text) for table in _CLASSES.values() for name, text in table.items()]
LISTS = {name for name, text in _MEMBERS if text.startswith("[")}
"""Members that are arrays, however many values they have."""
SINGLE = {name for name, text in _MEMBERS if text.strip("!") != "Typed"} - LISTS
"""Members that hold one value."""
_CLOSED = {"Image", "IdentifierEntry", "IdentityObject"}
_UNTYPED = {"Credential", "Criteria", "Typed"}

_ENUMS = {
    "achievementType": """Achievement ApprenticeshipCertificate Assessment Assignment
        AssociateDegree Award Badge BachelorDegree Certificate CertificateOfCompletion
        Certification CommunityService Competency Course CoCurricular Degree Diploma
        DoctoralDegree Fieldwork GeneralEducationDevelopment JourneymanCertificate
        LearningProgram License Membership ProfessionalDoctorate QualityAssuranceCredential
        MasterCertificate MasterDegree MicroCredential ResearchDoctorate SecondarySchoolDiploma""",
    "identifierType": """name sourcedId systemId productId userName accountId emailAddress
        nationalIdentityNumber isbn issn lisSourcedId oneRosterSourcedId sisSourcedId
        ltiContextId ltiDeploymentId ltiToolId ltiPlatformId ltiUserId identifier""",
    "resultType": """GradePointAverage LetterGrade Percent PerformanceLevel PredictedScore
        RawScore Result RubricCriterion RubricCriterionLevel RubricScore ScaledScore Status""",
    "status": "Completed Enrolled Failed InProgress OnHold Provisional Withdrew",
    "targetType": """ceasn:Competency ceterms:Credential CFItem CFRubric CFRubricCriterion
        CFRubricCriterionLevel CTDL""",
}
_EXTENDED = "ext:[A-Za-z0-9._-]+"


def _one_of(name: str) -> Callable[[Any], bool]:
    values, extended = set(_ENUMS[name].split()), _matches(_EXTENDED)
    return lambda value: (
        isinstance(value, str) and (value in values or (name != "status" and extended(value)))
    )


def _is_text(value: Any) -> bool:
    """A text, or a text with its language or type."""
    if type(value) is str:
        return bool(value)
    text = value.get("@value") if isinstance(value, dict) else value
    return isinstance(text, str) and bool(text)


def _matches(pattern: str) -> Callable[[Any], bool]:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and bool(compiled.fullmatch(value))


_SCALARS: dict[str, Callable[[Any], bool]] = {
    "text": _is_text,
    "name": lambda value: bool(value) and all(isinstance(item, str) for item in listed(value)),
    "object": lambda value: isinstance(value, dict),
    "uri": _matches(r"[A-Za-z][A-Za-z0-9+.-]*:\S+"),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "time": lambda value: (
        _is_text(value)
        and instant(value if isinstance(value, str) else value["@value"], zone=None) is not None
    ),
    "language": _matches(LANGUAGE),
    **{name: _one_of(name) for name in _ENUMS},
}


class _Rule(NamedTuple):
    """What one member should be: something that `fits`, or an object of the class `kind`."""

    kind: str
    fits: Callable[[Any], bool] | None
    is_array: bool


def _rule(text: str) -> _Rule:
    kind = text.strip("[]!")
    return _Rule(kind, _SCALARS.get(kind), text.startswith("["))


_RULES = {
    kind: {name: _rule(text) for name, text in table.items()} for kind, table in _CLASSES.items()
}
_REQUIRED = {
    kind: {name for name, text in table.items() if text.endswith("!")}
    for kind, table in _CLASSES.items()
}


def check_schemas(document: Json) -> tuple[Check, ...]:
    """Return a check for each schema that a credential names (OB-80).

    The published schema of Open Badges 3.0 is replaced by the one here; no schema is fetched.
    """
    entries = listed(document.get("credentialSchema"))[:MAX_SCHEMAS]
    return tuple(_check_schema(entry, document) for entry in entries)


def _check_schema(entry: Any, document: Json) -> Check:
    url, kind = (entry.get("id"), entry.get("type")) if isinstance(entry, dict) else (entry, None)
    where = {"url": str(url)[:200]}
    supported = len(listed(kind)) == 1 and listed(kind)[0] in _SCHEMA_TYPES
    if not supported or not isinstance(url, str) or not _CANONICAL.fullmatch(url):
        return Check("schema", Outcome.COULD_NOT_CHECK, "schema_not_held", where)
    code = "schema_differs" if notes(document) else "schema_fits"
    return Check("schema", Outcome.PASSED, code, where)


def notes(document: Json) -> list[str]:
    """Return the members that are not as Open Badges 3.0 asks, each by its path."""
    amiss: list[str] = []
    _object(document, "Credential", "", amiss)
    subject = only(document.get("credentialSubject"))
    achievement = only(subject.get("achievement")) if isinstance(subject, dict) else None
    places = [_short(path) for path in amiss]
    return (
        [*places, *_references(subject, achievement)] if isinstance(achievement, dict) else places
    )


def _short(path: str) -> str:
    short = path.removeprefix("credentialSubject.")
    return short if short.startswith(("achievement.", "result")) else path


def _object(value: Json, kind: str, path: str, amiss: list[str]) -> None:
    """Add to `amiss` the paths of what is not as it should be in one object of a class."""
    rules, required = _RULES[kind], _REQUIRED[kind]
    before = f"{path}." if path else ""
    if kind not in _UNTYPED and kind not in listed(value.get("type")):
        amiss.append(f"{before}type")
    if kind == "Criteria" and not any(value.get(name) for name in rules):
        amiss.append(path)
        return
    if kind in _CLOSED:
        amiss.extend(f"{before}{name}" for name in value.keys() - rules.keys())
    if not required <= value.keys():
        for name in required - value.keys():
            _member(None, rules[name], f"{before}{name}", amiss)
    for name, item in value.items():
        if rule := rules.get(name):
            one = item[0] if type(item) is list and len(item) == 1 else item
            if type(one) is str and rule.fits and (one is not item or not rule.is_array):
                if not rule.fits(one):
                    amiss.append(f"{before}{name}")
            else:
                _member(item, rule, f"{before}{name}", amiss)


@remembered
def _achievement(value: Json) -> list[str]:
    """Return what is amiss in an achievement, which is the same in a class of credentials."""
    amiss: list[str] = []
    _object(value, "Achievement", "", amiss)
    return [f".{path}" for path in amiss]


def _member(value: Any, rule: _Rule, path: str, amiss: list[str]) -> None:
    items = value if rule.is_array and isinstance(value, list) else [only(value)]
    if not items or (rule.is_array and not isinstance(value, list)):
        amiss.append(path)
        return
    for item in items:
        if rule.fits:
            if not rule.fits(item):
                amiss.append(path)
        elif rule.kind == "Achievement" and isinstance(item, dict):
            amiss.extend(path + below for below in _achievement(item))
        elif isinstance(item, dict):
            _object(item, rule.kind, path, amiss)
        elif isinstance(item, str) and rule.kind == "Criteria":  # an address says as much
            continue
        elif rule.kind == "Typed" and isinstance(item, list):
            _member(item, rule._replace(is_array=True), path, amiss)
        else:
            amiss.append(f"{path}.type" if path == "issuer" else path)


def _references(subject: Json, achievement: Json) -> Iterator[str]:
    """Yield what points nowhere or lacks what its kind asks for (OB-40…44; no schema says so)."""
    described = {
        item.get("id"): item
        for item in listed(achievement.get("resultDescription"))
        if isinstance(item, dict) and isinstance(item.get("id"), str)
    }
    for item in described.values():
        required, allowed = item.get("requiredValue"), listed(item.get("allowedValue"))
        if item.get("requiredLevel") is not None and item["requiredLevel"] not in _levels(item):
            yield "achievement.resultDescription.requiredLevel"
        if required is not None and allowed and required not in allowed:
            yield "achievement.resultDescription.requiredValue"
    for result in listed(subject.get("result")):
        if isinstance(result, dict):
            yield from _reference(result, described)


def _reference(result: Json, described: Mapping[Any, Json]) -> Iterator[str]:
    wanted, level = only(result.get("resultDescription")), only(result.get("achievedLevel"))
    description = described.get(wanted, {}) if isinstance(wanted, str) else {}
    if wanted is not None and not description:
        yield "result.resultDescription"
    elif level is not None and level not in _levels(description):
        yield "result.achievedLevel"
    if description.get("resultType") == "Status" and result.get("status") is None:
        yield "result.status"


def _levels(description: Json) -> list[Any]:
    levels = listed(description.get("rubricCriterionLevel"))
    return [level.get("id") for level in levels if isinstance(level, dict)]
