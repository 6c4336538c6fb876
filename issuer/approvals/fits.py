"""Whether JSON fits a schema, in a twentieth of the time that jsonschema takes to say so.

Nearly every approval fits. A yes here is a yes there, which the tests compare; a no may be wrong,
and is for jsonschema to decide and to explain.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

Json = Mapping[str, Any]
Test = Callable[[Any], bool]

_TYPES: dict[str, set[type]] = {
    "array": {list},
    "integer": {int},
    "number": {int, float},
    "object": {dict},
    "string": {str},
}
_OF_OBJECTS = {"additionalProperties", "properties", "propertyNames", "required"}
_OTHERS = {"$defs", "$schema", "description", "title", "then", "else"}


def compiled(schema: Json, formats: Mapping[str, Test]) -> Test:
    """Return a test for what fits `schema`. Raises `KeyError` for a keyword it does not know."""
    whole = _Compiler(schema.get("$defs", {}), formats).test(schema)

    def fits(value: Any) -> bool:
        try:
            return whole(value)
        except (TypeError, ValueError):  # of a kind or form that the schema does not ask for
            return False

    return fits


class _Compiler:
    def __init__(self, defs: Json, formats: Mapping[str, Test]) -> None:
        self._defs, self._formats = defs, formats

    def test(self, part: Json) -> Test:
        """Return a test for one part of the schema."""
        names = sorted(part.keys() - _OF_OBJECTS - _OTHERS, key=lambda name: (name != "type", name))
        tests = [self._keyword(name, part[name], part) for name in names]
        if _OF_OBJECTS & part.keys():
            tests.append(self._object(part))

        def fits(value: Any) -> bool:
            for test in tests:  # noqa: SIM110, a generator takes half as long again
                if not test(value):
                    return False
            return True

        return tests[0] if len(tests) == 1 else fits

    def _object(self, part: Json) -> Test:
        required, more = set(part.get("required", ())), part.get("additionalProperties", {})
        members = {name: self.test(one) for name, one in part.get("properties", {}).items()}
        others = (lambda _: False) if more is False else self.test(more)
        is_name = self.test(part.get("propertyNames", {}))
        return lambda value: (
            type(value) is dict
            and required <= value.keys()
            and all(members.get(name, others)(item) for name, item in value.items())
            and all(map(is_name, value))
        )

    def _keyword(self, name: str, wanted: Any, part: Json) -> Test:
        match name:
            case "$ref":
                return self.test(self._defs[wanted.removeprefix("#/$defs/")])
            case "type":
                return lambda value: type(value) in _TYPES[wanted]
            case "if":
                condition = self.test(wanted)
                then, otherwise = self.test(part.get("then", {})), self.test(part.get("else", {}))
                return lambda value: then(value) if condition(value) else otherwise(value)
            case "items":
                item = self.test(wanted)
                return lambda value: type(value) is list and all(map(item, value))
            case "not":
                unwanted = self.test(wanted)
                return lambda value: not unwanted(value)
            case "const" | "enum":
                allowed = [wanted] if name == "const" else wanted
                return lambda value: type(value) is str and value in allowed
            case "format":
                return self._formats[wanted]
            case "pattern":
                search = re.compile(wanted).search
                return lambda value: search(value) is not None
        return _LIMITS[name](wanted)


_LIMITS: dict[str, Callable[[Any], Test]] = {
    "maxItems": lambda most: lambda value: len(value) <= most,
    "maxLength": lambda most: lambda value: len(value) <= most,
    "maxProperties": lambda most: lambda value: len(value) <= most,
    "minItems": lambda least: lambda value: len(value) >= least,
    "maximum": lambda most: lambda value: value <= most,
    "minimum": lambda least: lambda value: value >= least,
}
