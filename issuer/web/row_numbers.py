"""Numbers of rows in addresses: one that no database can hold names nothing, so it is a 404."""

from typing import Any, Final

from werkzeug.routing import IntegerConverter, Map

LARGEST: Final = 2**31 - 1


class RowNumber(IntegerConverter):
    """What `<int:…>` takes in an address of this application."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **{"max": LARGEST, **kwargs})
