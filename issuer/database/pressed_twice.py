"""A button that is pressed twice adds one row: the second press finds the first one's.

row = WindowRow(name=…, opens=…)
if add_once(session, row, "name", "opens"): …
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.database.database import Base


def add_once(session: Session, row: Base, *columns: str) -> bool:
    """Add a row, unless one says the same in these columns; return whether it was added.

    Both presses come from one person, whom `gate.acting` locks: the second one waits for the first.
    """
    table, values = type(row), {name: getattr(row, name) for name in columns}
    alike = select(table).where(
        *(
            getattr(table, name).is_not_distinct_from(value)
            for name, value in values.items()
            if not isinstance(value, dict)  # kept as bytes, with members in any order
        )
    )
    if any(
        all(getattr(other, name) == value for name, value in values.items())
        for other in session.scalars(alike)
    ):
        return False
    session.add(row)
    session.flush()
    return True
