"""From the raw body of a webhook to an approval.

Forms that senders fill in without code cannot leave a field out, and write numbers as text. So
an optional field that is `null` or `""` is absent, and so is one that holds nothing else; where
a number belongs, `"12"` is 12. Everything else goes to the schema as it is:

    approval = event.read(body)  # None for a `mintmark.check`
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from contexts.json_types import Json
from issuer.approvals import schema
from issuer.issuance.approval import Approval, from_data
from issuer.issuance.problems import Refused
from verifier.parsing import strict_json

MAX_BYTES: Final = 256 * 1024
"""Every field of the schema at its longest, with room; evidence is named, never enclosed."""
APPROVED: Final = "micro_credential.approved"
CHECK: Final = "mintmark.check"
"""The event that tests a sender's address, secret and clock. It is answered, and nothing else is
done."""


_NUMBER: Final = re.compile(r"(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?")


def read(body: bytes) -> Approval | None:
    """Return the approval in `body`, or None if it is a `mintmark.check`.

    Raises `StrictJsonError`, or `Refused` with what the schema finds.
    """
    event = strict_json.loads_object(body, max_bytes=MAX_BYTES)
    if event.get("type") == CHECK:
        return None
    return _approval(event)


def approval_of(data: Json) -> Approval:
    """Return the approval in `data`, read as the webhook reads the `data` of an event.

    Raises `Refused` with what the schema finds.
    """
    return _approval({"type": APPROVED, "timestamp": "2026-01-01T00:00:00Z", "data": data})


def _approval(event: Json) -> Approval:
    event = _as_meant(event, _SHAPE)
    if flaws := schema.flaws(event):
        raise Refused(flaws)
    return from_data(event["data"])


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a schema says of a value's make-up: which fields there are, and which must be."""

    is_number: bool
    required: frozenset[str]
    fields: Mapping[str, "_Shape"]
    other_fields: "_Shape | None"
    items: "_Shape | None"


def _shape(schema: Json) -> _Shape:
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
    return _Shape(
        is_number=any(part.get("type") in ("number", "integer") for part in parts),
        required=frozenset(name for part in parts for name in part.get("required", ())),
        fields={name: _shape(field) for name, field in fields.items()},
        other_fields=others and _shape(others),
        items=items and _shape(items),
    )


def _parts(schema: Json) -> Iterator[Json]:
    yield schema
    for part in schema.get("allOf", ()):
        yield from _parts(part)


def _as_meant(value: Any, expected: _Shape | None) -> Any:
    """Return `value` without its blanks and with numbers for their texts, as its shape allows."""
    if expected is None:
        return value
    if isinstance(value, list):
        return [_as_meant(item, expected.items) for item in value if not _is_blank(item)]
    if isinstance(value, dict):
        return dict(_fields(value, expected))
    if isinstance(value, str) and expected.is_number and _NUMBER.fullmatch(value):
        return json.loads(value)
    return value


def _fields(value: Json, expected: _Shape) -> Iterator[tuple[str, Any]]:
    for name, item in value.items():
        inner = expected.fields.get(name, expected.other_fields)
        if inner is None or name in expected.required or not _is_blank(item):
            yield name, _as_meant(item, inner)


def _is_blank(value: Any) -> bool:
    if isinstance(value, dict | list):
        inside = value.values() if isinstance(value, dict) else value
        return bool(value) and all(map(_is_blank, inside))
    return value is None or value == ""


_SHAPE: Final = _shape(schema.WHOLE)
