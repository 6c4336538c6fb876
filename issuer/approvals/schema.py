"""The published JSON Schema of an approval. What does not fit it is reported as flaws that a sender
can mend.

for flaw in schema.flaws(event):
    print(flaw.field, flaw.detail, flaw.remedy)
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from importlib.resources import files
from itertools import islice
from typing import Any, Final, cast

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from issuer.home.problem import Flaw
from issuer.issuance.approval import instant
from verifier.parsing import web_address

TEXT: Final = files("issuer.approvals").joinpath("approval.schema.json").read_text("utf-8")
"""The schema exactly as it is served at `/webhooks/approvals.schema.json`."""
SCHEMA: Final[Mapping[str, Any]] = json.loads(TEXT)
MAX_FLAWS: Final = 20
"""More than anybody reads in one answer. It also limits the work that one hostile message can
cause."""


_BLANK_LETTERS: Final = "\u115f\u1160\u2800\u3164\uffa0"
"""Fillers of Hangul and the empty Braille cell: letters or symbols by kind, and no ink."""


def flaws(event: object) -> list[Flaw]:
    """Return the flaws of the parsed JSON `event` by the schema: at most one for each field."""
    flaws: dict[str, Flaw] = {}
    for error in islice(_VALIDATOR.iter_errors(event), MAX_FLAWS):
        for flaw in _flaws(error):
            flaws.setdefault(flaw.field, flaw)
    return list(flaws.values())[:MAX_FLAWS]


def loggable(field: str) -> str:
    """Return `field` with every segment that is the sender's own word replaced by `*`.

    A sender's word, such as the key of a level or of a field we do not know, may be a name.
    """
    known = (part if part in _FIELDS or part.isdecimal() else "*" for part in field.split("."))
    return ".".join(known)


def _flaws(error: ValidationError) -> Iterator[Flaw]:
    path = [str(part) for part in error.instance_path]
    if isinstance(error.kind, ValidationErrorKind.PropertyNames):
        error = error.kind.error
        path.append(str(error.instance))
    kind, value = error.kind, cast("Any", error.instance)
    schema = _schema_at(error.schema_path[:-1])
    fields = schema.get("properties", {})
    if isinstance(kind, ValidationErrorKind.Required):
        remedy = fields[kind.property].get("description", "")
        yield _flaw("missing", [*path, kind.property], "is missing", remedy)
    elif isinstance(kind, ValidationErrorKind.AdditionalProperties):
        for name in islice(kind.unexpected, MAX_FLAWS):
            known = f"the fields here are {', '.join(fields)}"
            yield _flaw("unknown_field", [*path, name], "is not a field of this message", known)
    else:
        detail = _DETAILS[kind.name](schema[kind.name], value)
        yield _flaw(kind.name, path, detail, schema.get("description", ""))


def _schema_at(path: Sequence[str | int]) -> Mapping[str, Any]:
    schema: Any = WHOLE
    for part in path:
        schema = schema[part]
    return cast("Mapping[str, Any]", schema)


def _flaw(code: str, path: Sequence[str], detail: str, remedy: str) -> Flaw:
    # A key may hold anything, and this goes into an answer and onto a terminal: letters of any
    # language stay, what controls a line or its direction does not.
    name = ".".join(path)[:200]
    field = "".join(letter if letter.isprintable() else "?" for letter in name)
    return Flaw(code, field, detail, remedy)


def _describe_pattern(pattern: str, value: str) -> str:
    return "does not have the expected form" if value.strip() else "is blank"


def _describe_control(schema: Mapping[str, str], value: str) -> str:
    control = re.search(schema["pattern"], value)
    return f"holds the control character U+{ord(control[0]):04X}" if control else "cannot be signed"


_IS: Final = {
    str: "text",
    int: "a number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
    type(None): "null",
}
_MUST_BE: Final = {
    "string": "text, in quotation marks",
    "array": "a list, in square brackets",
    "object": "an object, in braces",
    "number": "a number, in digits with at most one dot",
    "integer": "a whole number, in digits",
}
"""What JSON holds, for people who fill in a form that writes it."""

_DETAILS: Final[Mapping[str, Callable[[Any, Any], str]]] = {
    "const": lambda wanted, _: f"must be {wanted}",
    "enum": lambda wanted, _: f"must be one of {', '.join(wanted)}",
    "format": lambda wanted, _: (
        "is blank" if wanted == "visible" else f"is not a {wanted} that exists"
    ),
    "maxItems": lambda most, value: f"has {len(value)} members, at most {most} are allowed",
    "maxLength": lambda most, value: f"has {len(value)} characters, at most {most} are allowed",
    "maxProperties": lambda most, value: f"has {len(value)} members, at most {most} are allowed",
    "maximum": lambda most, _: f"is more than {most}",
    "minItems": lambda least, _: f"needs at least {least} member",
    "minimum": lambda least, _: f"is less than {least}",
    "not": _describe_control,
    "pattern": _describe_pattern,
    "type": lambda wanted, value: f"is {_IS[type(value)]} and must be {_MUST_BE[wanted]}",
}


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_time(text: str) -> bool:
    try:
        return bool(instant(text))
    except ValueError:
        return False


def _is_visible(text: str) -> bool:
    """True if the text shows at least one letter: a zero-width space is not a name."""
    return any(map(_shows, text))


def _shows(character: str) -> bool:
    kind = unicodedata.category(character)
    return kind[0] not in "CMZ" and character not in _BLANK_LETTERS


def _is_address(text: str) -> bool:
    """True for an address with a host and without a user name, which would be published."""
    return web_address.read(text) is not None


def _fields(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from _fields(part)


def _without_references(part: Any) -> Any:
    """Return a part of the schema with its references resolved, so that where a flaw is can be
    followed through it."""
    if isinstance(part, list):
        return [_without_references(one) for one in part]
    if not isinstance(part, dict):
        return part
    members = {name: _without_references(one) for name, one in part.items() if name != "$defs"}
    if "$ref" not in members:
        return members
    target = _without_references(SCHEMA["$defs"][members.pop("$ref").rpartition("/")[2]])
    return {"allOf": [target], **members} if members else target


_FIELDS: Final = frozenset(_fields(SCHEMA))
WHOLE: Final = _without_references(SCHEMA)
"""The schema without references."""
_FORMATS: Final = {
    "date": _is_date,
    "date-time": _is_time,
    "visible": _is_visible,
    "uri": _is_address,
}
_VALIDATOR: Final = Draft202012Validator(WHOLE, validate_formats=True, formats=_FORMATS)
