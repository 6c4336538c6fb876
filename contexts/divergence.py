"""What libraries are known to canonicalise differently, and so is never signed here.

A verifier reads such documents by the letter of the specification; an issuer that signs
them makes credentials which are true in one library and forged in the next.
"""

from collections.abc import Mapping
from typing import Any

from contexts.errors import CanonicalizationError

MAX_DIGITS = 15
MIN_FLOAT = 1e-6


class DivergenceError(CanonicalizationError):
    """The value at `detail` has more than one canonical form in the field."""

    code = "canonical_forms_differ"


def refuse_divergent(value: Any, at: str = "") -> None:
    """Raise `DivergenceError`, naming the place, for control characters other than line ends,
    and for numbers with more than 15 digits, under 1e-6, or beyond 1e21."""
    if isinstance(value, str):
        for char in value:
            if (char < " " and char not in "\n\r") or char == "\x7f":
                raise DivergenceError(f"{at}: the control character U+{ord(char):04X}")
    elif isinstance(value, float):
        digits = repr(value).replace(".", "").lstrip("-0").split("e")[0].rstrip("0")
        if len(digits) > MAX_DIGITS or 0 < abs(value) < MIN_FLOAT or abs(value) >= 1e21:
            raise DivergenceError(f"{at}: the number {value!r}, use at most 15 digits")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            refuse_divergent(key, at)
            refuse_divergent(item, f"{at}.{key}" if at else key)
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            refuse_divergent(item, f"{at}[{place}]")
