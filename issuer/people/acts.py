"""Entries in the audit log about people: by number, in the transaction of the change."""

from datetime import datetime

from sqlalchemy.orm import Session

from issuer.audit.log import COMMAND, record
from issuer.people.tables import PersonRow


def actor(person: PersonRow | None) -> str:
    """Return what the log calls a person; None is the command line."""
    return COMMAND if person is None else f"person:{person.id}"


def tell(
    session: Session,
    by: PersonRow | None,
    action: str,
    person: PersonRow,
    *,
    now: datetime,
    **details: object,
) -> None:
    """Write down what somebody did to the record of a person."""
    record(
        session,
        by=actor(by),
        action=f"person.{action}",
        about=f"person:{person.id}",
        now=now,
        details={name: str(value) for name, value in details.items() if value is not None} or None,
    )
