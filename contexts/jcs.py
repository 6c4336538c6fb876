"""JSON Canonicalization Scheme (RFC 8785): one way to write a JSON value, for `*-jcs-*` suites."""

import json
from collections.abc import Mapping
from typing import Any

from contexts.errors import CanonicalizationError


def canonicalize_json(value: Any) -> bytes:
    """Return the canonical bytes of a JSON value.

    Raises `CanonicalizationError` for what RFC 8785 has no form for: NaN, infinity, lone
    surrogates, and numbers that no double holds.
    """
    try:
        return _write(value).encode("utf-8")
    except UnicodeEncodeError as exc:
        raise CanonicalizationError("a string holds a lone surrogate") from exc


def _write(value: Any) -> str:
    if isinstance(value, Mapping):
        members = sorted(
            value.items(), key=lambda item: item[0].encode("utf-16-be", "surrogatepass")
        )
        return "{" + ",".join(f"{_string(key)}:{_write(item)}" for key, item in members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_write, value)) + "]"
    if isinstance(value, str):
        return _string(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int | float):
        return number(value)
    raise CanonicalizationError(f"not JSON: {type(value).__name__}")


def _string(text: str) -> str:
    """Escapes as section 3.2.2.2 asks; Python's are the same once DEL and others stay raw."""
    return json.dumps(text, ensure_ascii=False)


def number(value: int | float) -> str:
    """Return a number as ECMAScript writes it (section 3.2.2.3): the shortest digits that
    give the same double, plain from 1e-6 up to 1e21, with an exponent beyond."""
    try:
        double = float(value)
    except OverflowError as exc:
        raise CanonicalizationError("a number that no double holds") from exc
    if double in (float("inf"), float("-inf")) or double != double:
        raise CanonicalizationError("a number that JSON has no form for")
    if double == 0:
        return "0"
    sign = "-" if double < 0 else ""
    mantissa, _, exponent = repr(abs(double)).replace("E", "e").partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    point = len(whole) + int(exponent or 0)
    digits = (whole + fraction).lstrip("0")
    point -= len(whole + fraction) - len(digits)
    digits = digits.rstrip("0")
    return sign + _place(digits, point)


def _place(digits: str, point: int) -> str:
    """Write `0.digits × 10^point`."""
    if len(digits) <= point <= 21:
        return digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    text = digits[0] + (f".{digits[1:]}" if len(digits) > 1 else "")
    return f"{text}e{point - 1:+d}"
