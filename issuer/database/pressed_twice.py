"""A button that is pressed twice adds one row: the second press finds the first one's.

row = WindowRow(name=…, opens=…)
if add_once(session, row, "name", "opens"): …
"""

from typing import TypeVar

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from issuer.database.database import Base

Row = TypeVar("Row", bound=Base)


def add_once(session: Session, row: Base, *columns: str) -> bool:
    """Add a row, unless one says the same in these columns; return whether it was added.

    Both presses come from one person, whom `gate.acting` locks: the second one waits for the first.
    """
    if alike(session, row, *columns):
        return False
    session.add(row)
    session.flush()
    return True


def alike(session: Session, row: Row, *columns: str) -> list[Row]:
    """Return the rows that say the same as this new one in these columns, the first one first."""
    table, values = type(row), {name: getattr(row, name) for name in columns}
    rows = select(table).where(
        *(
            getattr(table, name).is_not_distinct_from(value)
            for name, value in values.items()
            if not isinstance(value, dict)  # kept as bytes, with members in any order
        )
    )
    return [
        other
        for other in session.scalars(rows.order_by(*inspect(table).primary_key))
        if all(getattr(other, name) == value for name, value in values.items())
    ]
