"""A full badge, its leaves, and what each can be changed to."""

from copy import deepcopy
from typing import Any

from world import World

_HERE = "https://district.example/achievements/feedback/1"


def full_badge(world: World) -> dict[str, Any]:
    """Return an unsigned badge of the world's issuer with nearly every member that there is."""
    badge = world.badge(
        description="What a teacher does with feedback.",
        validUntil="2030-11-01T00:00:00Z",
        image={"id": f"{_HERE}.png", "type": "Image", "caption": "Two arrows"},
    )
    badge["issuer"] |= {"url": "https://district.example/", "otherIdentifier": [
        {"type": "IdentifierEntry", "identifier": "IL-48", "identifierType": "ext:ProviderNumber"}
    ]}  # fmt: skip
    subject = badge["credentialSubject"]
    subject["source"] = {"id": "did:web:assessor.example", "type": ["Profile"], "name": "Assessor"}
    subject["result"].append({"type": ["Result"], "resultDescription": f"{_HERE}#h", "value": "12"})
    subject["achievement"]["alignment"] = [
        {"type": ["Alignment"], "targetName": "Revises", "targetType": "CFItem"}
        | {"targetUrl": "https://case.example/uri/1"}
    ]
    subject["achievement"]["resultDescription"].append(
        {"id": f"{_HERE}#h", "type": ["ResultDescription"], "name": "Hours"}
        | {"resultType": "ext:hours", "allowedValue": ["6", "12"]}
    )
    badge["evidence"][0] |= {"id": "https://district.example/e/1", "genre": "video"}
    return badge


def leaves(value, place=()):
    """Yield the path of every leaf, and of every array for its members."""
    if isinstance(value, list):
        yield place
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, (*place, key))
    else:
        yield place


def other_values(value):
    """Return what a leaf or an array can be changed to, each with another meaning."""
    if isinstance(value, list):
        more = deepcopy(value[0])
        more = more | {"id": "urn:more"} if isinstance(more, dict) else f"{more}x"
        return [value[1:], value[:-1], [*value, more], []]
    if isinstance(value, bool):
        return [not value, int(value), str(not value), None, {}]
    if isinstance(value, int | float):
        return [value + 1, -value, value * 10, str(value), True, None]
    others = [value + "x", value[1:], "", None, 7, {"id": value + "x"}, [value, "x"]]
    return others + ([value.swapcase()] if value.swapcase() != value else [])


def at(document, place):
    for key in place:
        document = document[key]
    return document
