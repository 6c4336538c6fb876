"""The term tables of the usual contexts, read from `term-tables.json`: no PyLD, a millisecond.

`python -m contexts.compile` writes the file, and a test holds it to what PyLD says today.
"""

import json
from functools import cache
from pathlib import Path

from contexts.json_types import JsonObject
from contexts.terms import ActiveContext, Declined, Term

TABLES_FILE = "term-tables.json"


@cache
def initial(*, lossy: bool = False) -> ActiveContext:
    """Return the active context outside all `@context`, from which documents set out."""
    tables = json.loads((Path(__file__).parent / TABLES_FILE).read_bytes())
    return (_LossyShipped if lossy else _Shipped)(tables, 0, {})


class _Shipped(ActiveContext):
    """One row of `tables["active"]`: `[previous row, layers, prefixes, {step: row}]`.

    A layer is what one context defines; what a later layer defines, or takes away with null,
    holds over what an earlier one does.
    """

    __slots__ = ("_by_row", "_rows", "_tables")

    def __init__(self, tables: JsonObject, row: int, contexts: "dict[int, _Shipped]") -> None:
        contexts[row] = self
        self._tables, self._by_row = tables, contexts
        previous, layers, prefixes, self._rows = tables["active"][row]
        definitions: JsonObject = {}
        for layer in layers:
            definitions |= tables["layers"][layer]
        terms = {name: Term(*term) for name, term in definitions.items() if term is not None}
        super().__init__(terms, prefixes, None if previous is None else self._row(previous))

    def _row(self, row: int) -> "_Shipped":
        return self._by_row.get(row) or type(self)(self._tables, row, self._by_row)

    def _follow(self, edge: tuple[str, ...]) -> ActiveContext:
        row = self._rows.get(" ".join(edge))
        if row is None:
            raise Declined(" ".join(edge))
        return self._row(row)


class _LossyShipped(_Shipped):
    __slots__ = ()
    lossy = True
