"""Forms that arrived after their session ended, or that need a fresh sign-in (E10, E44).

What was typed is stored for its author alone, to be reviewed and sent again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from issuer.people.access.guarded import OWN, Guarded, own
from issuer.people.register import new_id
from issuer.people.tables import KeptFormRow

MOST: Final = 500_000
"""Letters of one form; of a longer one the beginning is kept."""
KEPT_FORM: Final = Guarded("kept form", KeptFormRow.public_id, {OWN: own(KeptFormRow.person_pk)})

Field = tuple[str, str]


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form as it was sent: where to, and its fields in their order."""

    path: str
    fields: Sequence[Field]


def keep(
    session: Session, person_pk: int, path: str, fields: Sequence[Field], *, now: datetime
) -> str:
    """Keep a form for its person, and return the id to ask for it by."""
    left = MOST
    whole: list[Field] = []
    for name, value in fields:
        whole.append((name[:100], value[:left]))
        left = max(0, left - len(value))
    row = KeptFormRow(public_id=new_id(), person_pk=person_pk, path=path[:500], created_at=now)
    row.fields = {"fields": whole}
    session.add(row)
    return row.public_id


def find(session: Session, public_id: str) -> KeptForm | None:
    """Return a form that is kept; None if there is none."""
    row = session.scalar(select(KeptFormRow).where(KeptFormRow.public_id == public_id))
    if row is None:
        return None
    return KeptForm(row.path, [(name, value) for name, value in row.fields["fields"]])


def drop(session: Session, person_pk: int, public_id: str) -> None:
    """Keep a form of a person no longer."""
    which = (KeptFormRow.public_id == public_id, KeptFormRow.person_pk == person_pk)
    session.execute(delete(KeptFormRow).where(*which))
