"""Results cached by content, never by name, for parts that many credentials share."""

import marshal
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from contexts.json_types import Json

MAX_REMEMBERED = 256
MAX_CONTENT = 32 * 1024
"""Larger parts are seldom the same; so what is remembered stays under 10 MB of content."""
_VERSION = 2
"""The last format of marshal that writes equal values equally, however they are kept in memory."""

_Result = TypeVar("_Result")


def content_of(value: Json) -> bytes:
    """Return bytes that are equal exactly when the JSON is equal (`1` and `true` differ).

    Raises `ValueError` if the value is not JSON.
    """
    return marshal.dumps(dict(value), _VERSION)


def remembered(make: Callable[[Json], _Result]) -> Callable[[Json], _Result]:
    """Return `make` with a cache of its results, which are shared and must not be changed."""
    results: dict[bytes, _Result] = {}

    @wraps(make)
    def cached(value: Json) -> _Result:
        content = content_of(value)
        if content in results:
            return results[content]
        result = make(value)
        if len(content) <= MAX_CONTENT:
            if len(results) >= MAX_REMEMBERED:
                results.clear()
            results[content] = result
        return result

    return cached
