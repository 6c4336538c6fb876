"""A file of people, stored between its preview and the import."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from issuer.database.pressed_twice import alike
from issuer.people.register import new_id
from issuer.people.roster import oneroster, table
from issuer.people.roster.rows import Roster
from issuer.people.tables import ImportRow


def read(data: bytes) -> Roster:
    """Return the people of a file of any kind that is read here. Raises `RosterError`."""
    return oneroster.read(data) if oneroster.is_one(data) else table.read(data)


def keep(session: Session, person_pk: int, roster: Roster, *, now: datetime) -> str:
    """Store a roster for the person who uploaded it, once, and return its id."""
    row = ImportRow(public_id=new_id(), person_pk=person_pk, created_at=now)
    rows = [[row.number, dict(row.cells)] for row in roster.rows]
    row.roster = {"rows": rows, "left_out": roster.left_out}
    if earlier := alike(session, row, "person_pk", "roster"):
        return earlier[0].public_id
    session.add(row)
    return row.public_id


def find(session: Session, public_id: str) -> Roster | None:
    """Return a roster that is kept; None if there is none."""
    row = session.scalar(select(ImportRow).where(ImportRow.public_id == public_id))
    if row is None:
        return None
    rows = tuple(table.row_of(number, cells) for number, cells in row.roster["rows"])
    return Roster(rows, row.roster["left_out"])


def empty(session: Session, public_id: str, added: int, changed: int) -> tuple[int, int]:
    """Keep no row of a roster, but how many people it added and changed, and return that: a second
    press of the button finds it."""
    row = session.scalars(select(ImportRow).where(ImportRow.public_id == public_id)).one()
    if not added and not changed:
        added, changed = row.roster.get("added", 0), row.roster.get("changed", 0)
    row.roster = {"rows": [], "left_out": 0, "added": added, "changed": changed}
    return added, changed


def forget(session: Session, public_id: str) -> None:
    """Keep nothing of a roster; who came in by it stays."""
    session.execute(delete(ImportRow).where(ImportRow.public_id == public_id))
