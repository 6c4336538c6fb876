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

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

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
    keyword, schema = str(error.validator), cast("Mapping[str, Any]", error.schema)
    wanted, value = cast("Any", error.validator_value), cast("Any", error.instance)
    path = [str(part) for part in error.absolute_path]
    fields = schema.get("properties", {})
    remedy = schema.get("description", "")
    if keyword == "required":
        for name in wanted:
            if name not in value:
                remedy = fields[name].get("description", "")
                yield _flaw("missing", [*path, name], "is missing", remedy)
    elif keyword == "additionalProperties":
        for name in islice((name for name in value if name not in fields), MAX_FLAWS):
            known = f"the fields here are {', '.join(fields)}"
            yield _flaw("unknown_field", [*path, name], "is not a field of this message", known)
    else:
        if "propertyNames" in error.absolute_schema_path:
            path.append(value)
        yield _flaw(keyword, path, _DETAILS[keyword](wanted, value), remedy)


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

_formats = FormatChecker(formats=())


@_formats.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or bool(date.fromisoformat(value))


@_formats.checks("date-time", raises=ValueError)
def _is_time(value: object) -> bool:
    return not isinstance(value, str) or bool(instant(value))


@_formats.checks("visible")
def _is_visible(value: object) -> bool:
    """True if the text shows at least one letter: a zero-width space is not a name."""
    return not isinstance(value, str) or any(map(_shows, value))


def _shows(character: str) -> bool:
    kind = unicodedata.category(character)
    return kind[0] not in "CMZ" and character not in _BLANK_LETTERS


@_formats.checks("uri")
def _is_address(value: object) -> bool:
    """True for an address with a host and without a user name, which would be published."""
    return not isinstance(value, str) or web_address.read(value) is not None


def _fields(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from _fields(part)


def _without_references(part: Any) -> Any:
    """Return a part of the schema with its references resolved: jsonschema resolves each again for
    every value, which takes as long as all the rest."""
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
_VALIDATOR: Final = Draft202012Validator(WHOLE, format_checker=_formats)
