"""What senders write that cannot do otherwise: blanks for fields they cannot leave out, and
numbers as text.

An optional field that is `null` or `""` is absent, and so is what holds nothing else; where a
number belongs, `"12"` is 12. Everything else stays as it is, for the schema to judge.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Json = Mapping[str, Any]

_NUMBER: Final = re.compile(r"(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a schema says of a value's make-up: which fields there are, and which must be."""

    is_number: bool
    required: frozenset[str]
    fields: Mapping[str, "Shape"]
    other_fields: "Shape | None"
    items: "Shape | None"


def shape(schema: Json) -> Shape:
    """Return the shape in a schema without references."""
    parts = list(_parts(schema))
    branches = [one[key] for one in parts for key in ("then", "else") if key in one]
    fields: dict[str, Json] = {}
    for part in (*(inner for branch in branches for inner in _parts(branch)), *parts):
        fields |= part.get("properties", {})
    others, items = (
        next((part[key] for part in parts if isinstance(part.get(key), dict)), None)
        for key in ("additionalProperties", "items")
    )
    return Shape(
        is_number=any(part.get("type") in ("number", "integer") for part in parts),
        required=frozenset(name for part in parts for name in part.get("required", ())),
        fields={name: shape(field) for name, field in fields.items()},
        other_fields=others and shape(others),
        items=items and shape(items),
    )


def _parts(schema: Json) -> Iterator[Json]:
    yield schema
    for part in schema.get("allOf", ()):
        yield from _parts(part)


def as_meant(value: Any, expected: Shape | None) -> Any:
    """Return `value` without its blanks and with numbers for their texts, as its shape allows."""
    if expected is None:
        return value
    if isinstance(value, list):
        return [as_meant(item, expected.items) for item in value if not _is_blank(item)]
    if isinstance(value, dict):
        return dict(_fields(value, expected))
    if isinstance(value, str) and expected.is_number and _NUMBER.fullmatch(value):
        return json.loads(value)
    return value


def _fields(value: Json, expected: Shape) -> Iterator[tuple[str, Any]]:
    for name, item in value.items():
        inner = expected.fields.get(name, expected.other_fields)
        if inner is None or name in expected.required or not _is_blank(item):
            yield name, as_meant(item, inner)


def _is_blank(value: Any) -> bool:
    if isinstance(value, dict | list):
        inside = value.values() if isinstance(value, dict) else value
        return bool(value) and all(map(_is_blank, inside))
    return value is None or value == ""
