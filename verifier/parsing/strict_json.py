"""The one parser for JSON from outside (T9).

Python's own parser keeps the last of two equal keys and accepts NaN, lone surrogates and
integers of any length. Each of these lets two readers see different documents in the same bytes.

>>> loads_object('{"a": 1, "a": 2}')
Traceback (most recent call last):
...
verifier.parsing.strict_json.StrictJsonError: the key 'a' stands twice in one object
"""

import json
import re
from typing import Any, NoReturn

from contexts.errors import MintmarkError

MAX_BYTES = 1024 * 1024
"""A credential is some kilobytes; a megabyte leaves room for embedded images."""
MAX_DEPTH = 64
"""Open Badges nest about ten deep; PyLD and the walks over a document recurse."""
MAX_INTEGER = 2**53
"""Beyond this a JavaScript reader sees another number (RFC 8259, section 6)."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_REST_OF_A_WORD = re.compile(r"[\w\s.+-]*")
"""What is left of a text that stops in a word, a number or an escape; else nothing is."""
_CONTAINERS = {dict, list}


class StrictJsonError(MintmarkError, ValueError):
    """The bytes are not the strict JSON of RFC 8259 with unique keys. Says where and why."""


class NotJsonError(StrictJsonError):
    """The text follows no grammar of JSON, so no reader reads anything in it; `is_cut_off` if it
    stops before its end."""

    def __init__(self, message: str, *, is_cut_off: bool) -> None:
        super().__init__(message)
        self.is_cut_off = is_cut_off


def loads(data: bytes | str, *, max_bytes: int = MAX_BYTES) -> Any:
    """Return the JSON value in `data` (UTF-8 when bytes; a byte order mark is ignored, which RFC
    8259, section 8.1, allows).

    Raises `StrictJsonError` for anything a strict reader must refuse: not UTF-8, duplicate
    keys, NaN, an integer beyond 2**53, a lone surrogate, more than `max_bytes` or 64 levels.
    """
    if len(data) > max_bytes:
        raise StrictJsonError(f"larger than {max_bytes} bytes")
    text = _decode(data) if isinstance(data, bytes) else _encodable(data)
    try:
        value = _DECODER.decode(text)
    except StrictJsonError:
        raise
    except RecursionError:
        raise StrictJsonError(f"nested more than {MAX_DEPTH} deep") from None
    except json.JSONDecodeError as exc:
        raise NotJsonError(f"not JSON: {exc}", is_cut_off=_stops_early(exc)) from exc
    _check_depth(value)
    if "\\u" in text and _ESCAPED_SURROGATE.search(text):
        _refuse_surrogates(value)
    return value


def loads_object(data: bytes | str, *, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """Return the JSON object in `data`; as `loads`, and a `StrictJsonError` for any other value."""
    value = loads(data, max_bytes=max_bytes)
    if not isinstance(value, dict):
        raise StrictJsonError("not a JSON object")
    return value


def _stops_early(error: json.JSONDecodeError) -> bool:
    if error.msg.startswith("Unterminated string"):
        return True
    rest = _REST_OF_A_WORD.fullmatch(error.doc, error.pos)
    return rest is not None and error.msg != "Extra data"


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise StrictJsonError(f"not UTF-8 at byte {exc.start}") from exc


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as exc:
        raise StrictJsonError(f"a lone surrogate at character {exc.start}") from exc
    return text


def _check_depth(value: Any) -> None:
    """Go down level by level, so that nothing after this recurses too far."""
    level, depth = [value] if type(value) in _CONTAINERS else [], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise StrictJsonError(f"nested more than {MAX_DEPTH} deep")
        level = [
            item
            for one in level
            for item in (one.values() if type(one) is dict else one)
            if type(item) in _CONTAINERS
        ]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        keys: set[str] = set()
        twice = next(key for key, _ in pairs if key in keys or keys.add(key))  # type: ignore[func-returns-value]
        raise StrictJsonError(f"the key {twice!r} stands twice in one object")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise StrictJsonError(f"{name} is not JSON")


def _parse_int(digits: str) -> int:
    if len(digits) > 17 or abs(value := int(digits)) > MAX_INTEGER:
        raise StrictJsonError(f"the integer {digits[:20]} is beyond 2**53")
    return value


def _parse_float(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise StrictJsonError(f"the number {digits[:20]} is too large")
    return value


def _refuse_surrogates(value: Any) -> None:
    """Refuse `\\ud800` without its partner: it has no UTF-8 and so no canonical bytes."""
    if isinstance(value, str):
        if _SURROGATE.search(value):
            raise StrictJsonError("a string holds a lone surrogate")
    elif isinstance(value, list):
        for item in value:
            _refuse_surrogates(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_surrogates(key)
            _refuse_surrogates(item)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_constant=_refuse_constant,
    parse_int=_parse_int,
    parse_float=_parse_float,
)
