"""Numbers in addresses and forms: one that no table can hold names nothing, and is no number.

number = request.form.get("version", 0, type=whole_number)
"""

from typing import Any, Final

from werkzeug.routing import IntegerConverter, Map

LARGEST: Final = 2**31 - 1


class RowNumber(IntegerConverter):
    """What `<int:…>` takes in an address of this application."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **{"max": LARGEST, **kwargs})


def whole_number(text: str) -> int:
    """Return the number that is written. Raises ``ValueError`` for one that no table can hold."""
    number = int(text)
    if abs(number) > LARGEST:
        raise ValueError(f"{text!r} is too large")
    return number
