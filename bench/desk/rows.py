"""Credentials and people by the thousand: one of each is made, and its rows are copied."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from issuer.issuance.records.approval_tables import AddressRow, ApprovalRow
from issuer.issuance.records.tables import CredentialRow
from issuer.people import register, roles
from issuer.people.access import sessions
from issuer.people.roles import Role
from issuer.people.roster import table
from issuer.people.tables import BuildingRow, PostRow

TEACHERS: Final = 500
_TOGETHER: Final = 1000
_WITHOUT_FORMS: Final = dict.fromkeys(("document", "json", "jwt", "to_share"), b"{}")


def fill(session: Session, first: int, last: int, *, forms: bool = True) -> None:
    """Copy the rows of the one credential under the numbers from `first` to `last`, each with
    another name, address and day; without `forms`, its signed bytes are left out."""
    approval = dict(session.execute(select(ApprovalRow.__table__).limit(1)).mappings().one())
    credential = dict(session.execute(select(CredentialRow.__table__).limit(1)).mappings().one())
    credential |= {} if forms else _WITHOUT_FORMS
    for begin in range(first, last + 1, _TOGETHER):
        numbers = range(begin, min(begin + _TOGETHER, last + 1))
        session.execute(insert(ApprovalRow), [_approval(approval, n) for n in numbers])
        session.execute(
            CredentialRow.__table__.insert(),  # type: ignore[attr-defined]
            [_credential(credential, n) for n in numbers],
        )
        rows = [{"approval_pk": n, "address": f"t{n % TEACHERS}@school.example"} for n in numbers]
        session.execute(insert(AddressRow), rows)


def _approval(one: dict[str, Any], number: int) -> dict[str, Any]:
    return one | {
        "id": number,
        "approval_id": f"b-{number}",
        "token": f"b{number}",
        "teacher": f"teacher {number % TEACHERS}",
        "awarded_on": date(2005, 1, 1) + timedelta(days=number % 7000),
    }


def _credential(one: dict[str, Any], number: int) -> dict[str, Any]:
    return one | {
        "id": number,
        "approval_pk": number,
        "public_id": f"b{number}",
        "serial": f"S{number}",
        "list_index": 10**6 + number,
        "manage_hash": number.to_bytes(32, "big"),
    }


def people(session: Session, now: datetime) -> str:
    """Let half of the teachers work in building 7, and sign somebody of the office in; return the
    token of the session."""
    building = BuildingRow(code="7", name="Middle School")
    session.add(building)
    for number in range(TEACHERS):
        person = register.add(session, f"Teacher {number}", now=now)
        register.add_address(session, person, f"t{number}@school.example", verified_at=now)
        if number % 2:
            session.add(PostRow(person_pk=person.id, building=building))
    office = register.add(session, "Olive Office", now=now)
    roles.grant(session, office, Role.OFFICE, first_day=date(2020, 1, 1), now=now)
    seen = {"device": "x", "way": "mail", "replacing": None}
    return sessions.begin(session, office, now=now, **seen)  # type: ignore[arg-type]


def table_of_people(count: int) -> bytes:
    """Return a table for the import: teachers of nine buildings, of whom the first are known."""
    return table.written(_teachers(count))


def _teachers(count: int) -> Iterator[dict[str, str]]:
    for number in range(count):
        yield {
            "name": f"Teacher {number}",
            "address": f"t{number}@school.example",
            "staff number": str(number),
            "building": f"B{number % 9}",
            "building name": f"School {number % 9}",
            "grades": "6, 7, 8",
            "subjects": "music",
            "roles": "teacher",
        }
