"""Documents that libraries canonicalize differently, and that are therefore never signed here.

A verifier reads such documents by the letter of the specification; an issuer that signs
them makes credentials which are true in one library and forged in the next.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from contexts.canonicalize import canonicalize
from contexts.errors import CanonicalizationError

MAX_DIGITS = 15
MIN_FLOAT = 1e-6

_CONTROL = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_ABOVE_SURROGATES = re.compile("[\ue000-\uffff]")


class DivergenceError(CanonicalizationError):
    """The value at `detail` has more than one canonical form in the field."""

    code = "canonical_forms_differ"


def refuse_divergent(value: Any) -> None:
    """Raise `DivergenceError`, naming the place, for control characters other than line ends,
    for numbers with more than 15 digits, under 1e-6, or beyond 1e21, for lists in which texts,
    numbers, truth values and objects stand mixed, and for a document whose statements stand in
    another order where characters are compared as UTF-16."""
    not_ascii: list[str] = []
    try:
        _refuse(value, not_ascii)
    except DivergenceError as exc:
        raise DivergenceError(exc.detail.removeprefix(".")) from None
    if isinstance(value, Mapping) and "@context" in value and _two_orders("".join(not_ascii)):
        lines = canonicalize(value).decode().splitlines()
        if lines != sorted(lines, key=lambda line: line.encode("utf-16-be")):
            raise DivergenceError("a rare character and an emoji in the same place of two texts")


def _refuse(value: Any, not_ascii: list[str]) -> None:
    """Gather the texts in which characters may be ordered in two ways; an error is given its
    place on the way back."""
    if isinstance(value, str):
        if not value.isascii():
            not_ascii.append(value)
        if not value.isprintable() and (control := _CONTROL.search(value)):
            raise DivergenceError(f": the control character U+{ord(control[0]):04X}")
    elif isinstance(value, (list, tuple)):
        if len(value) > 1 and len(set(map(_kind, value))) > 1:
            # Each is written by the rules of its own kind, which is where libraries part.
            raise DivergenceError(": values of different kinds in one list")
        _refuse_each(enumerate(value), not_ascii)
    elif isinstance(value, float):
        digits = repr(value).replace(".", "").lstrip("-0").split("e")[0].rstrip("0")
        if len(digits) > MAX_DIGITS or 0 < abs(value) < MIN_FLOAT or abs(value) >= 1e21:
            raise DivergenceError(f": the number {value!r}, use at most 15 digits")
    elif isinstance(value, (dict, Mapping)):  # a dict is quicker seen to be one
        _refuse("".join(value), not_ascii)
        _refuse_each(value.items(), not_ascii)


def _refuse_each(items: Iterable[tuple[str | int, Any]], not_ascii: list[str]) -> None:
    for place, item in items:
        if type(item) is str and item.isascii() and item.isprintable():
            continue
        try:
            _refuse(item, not_ascii)
        except DivergenceError as exc:
            at = f"[{place}]" if isinstance(place, int) else f".{place}"
            raise DivergenceError(at + exc.detail) from None


def _kind(value: Any) -> type:
    return float if type(value) is int else type(value)


def _two_orders(text: str) -> bool:
    """Whether code points and UTF-16, which JavaScript sorts by, may order the text differently:
    what lies beyond U+FFFF is written there with lower units than U+E000 to U+FFFF have."""
    return bool(_ASTRAL.search(text) and _ABOVE_SURROGATES.search(text))
