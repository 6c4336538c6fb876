"""The register of people: who is in it, under which names and addresses.

with issuer.database.writing() as session:
    person = register.add(session, "Jordan Example", now=clock.now())
    register.add_address(session, person, "jordan@school.example", verified_at=None)
"""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from contexts.errors import MintmarkError
from issuer.issuance.records.search import fold
from issuer.people import acts, roles
from issuer.people.tables import (
    LONGEST_ADDRESS,
    LONGEST_NAME,
    LONGEST_STAFF_NUMBER,
    BuildingRow,
    FormerAddressRow,
    OtherNameRow,
    PersonAddressRow,
    PersonRow,
)
from verifier.checks.recipient import folded_address
from verifier.wording.words import N_

_ID_BYTES: Final = 16
BAD_NAME: Final = N_("a name has 1 to 200 characters, on one line")
BAD_NUMBER: Final = N_("a staff number has at most 50 letters and digits, in one line")


class RegisterError(MintmarkError):
    """The register does not take this entry; the message says why."""


def new_id() -> str:
    """Return 22 letters that nobody can guess."""
    return secrets.token_urlsafe(_ID_BYTES)


def folded(address: str) -> str:
    """Return an address as it is compared: no two people have one address in two spellings."""
    return folded_address(address.strip())


def add(
    session: Session,
    name: str,
    *,
    now: datetime,
    by: PersonRow | None = None,
    staff_number: str | None = None,
) -> PersonRow:
    """Put a person into the register; `by` is None for the command line. Raises `RegisterError`."""
    person = PersonRow(public_id=new_id(), created_at=now, staff_number=staff_number)
    person.name, person.folded = _name(name), fold(name)
    session.add(person)
    session.flush()
    acts.tell(session, by, "added", person, now=now)
    return person


def add_with_address(
    session: Session, name: str, address: str, *, now: datetime, by: PersonRow
) -> PersonRow:
    """Put a person with a verified address into the register; return who has both already, as
    where a button was pressed twice. Raises `RegisterError`.
    """
    row = of_address(session, address)
    there = session.get_one(PersonRow, row.person_pk) if row else None
    if there is not None and there.folded == fold(name):
        return there
    person = add(session, name, now=now, by=by)
    add_address(session, person, address, verified_at=now)
    return person


def rename(
    session: Session, person: PersonRow, name: str, *, now: datetime, by: PersonRow | None = None
) -> None:
    """Give a person another name to sign; the one until now is kept among the others.

    Raises `RegisterError`. What was signed stays as it was.
    """
    name = _name(name)
    if name == person.name:
        return
    _keep_name(person, person.name)
    person.name, person.folded = name, fold(name)
    session.flush()
    acts.tell(session, by, "renamed", person, now=now)


def add_name(
    session: Session, person: PersonRow, name: str, *, now: datetime, by: PersonRow | None = None
) -> None:
    """Keep one more name of a person, under which a credential may have come to them.

    Raises `RegisterError`.
    """
    if _keep_name(person, _name(name)):
        session.flush()
        acts.tell(session, by, "name-added", person, now=now)


def _keep_name(person: PersonRow, name: str) -> bool:
    """Keep a name among the others; False if it is there."""
    is_new = name not in {row.name for row in person.other_names}
    if is_new:
        person.other_names.append(OtherNameRow(name=name))
    return is_new


def add_address(
    session: Session, person: PersonRow, address: str, *, verified_at: datetime | None
) -> PersonAddressRow:
    """Give a person an address; the first becomes the primary one. One they have stays as it is.

    Raises `RegisterError` if it is not an address, or is somebody else's.
    """
    address = address.strip()
    if not is_address(address):
        raise RegisterError(N_("this is not an e-mail address"))
    row = session.scalar(select(PersonAddressRow).where(PersonAddressRow.folded == folded(address)))
    if row is None:
        row = PersonAddressRow(
            address=address, folded=folded(address), is_primary=not person.addresses
        )
        person.addresses.append(row)
    elif row.person_pk != person.id:
        raise RegisterError(N_("this address is somebody else's"))
    row.verified_at = row.verified_at or verified_at
    session.flush()
    return row


def end_address(
    session: Session,
    person: PersonRow,
    row: PersonAddressRow,
    *,
    now: datetime,
    by: PersonRow | None = None,
) -> None:
    """Remove an address from this person, so that somebody else can get it.

    Credentials already sent to it stay theirs.
    """
    session.merge(FormerAddressRow(person_pk=person.id, folded=row.folded, until=now))
    person.addresses.remove(row)
    session.delete(row)
    session.flush()
    if row.is_primary and person.addresses:
        person.addresses[0].is_primary = True
    acts.tell(session, by, "address-ended", person, now=now)


def number(
    session: Session, person: PersonRow, text: str, *, now: datetime, by: PersonRow | None = None
) -> None:
    """Give a person the staff number that payroll matches by; none for an empty text.

    Raises `RegisterError` if it is not a number, or is somebody else's.
    """
    typed = text.strip() or None
    if typed and not is_staff_number(typed):
        raise RegisterError(BAD_NUMBER)
    theirs = select(PersonRow.id).where(PersonRow.staff_number == typed, PersonRow.id != person.id)
    if typed and session.scalar(theirs):
        raise RegisterError(N_("this staff number is somebody else's"))
    if typed != person.staff_number:
        person.staff_number = typed
        session.flush()
        acts.tell(session, by, "numbered", person, now=now)


def is_address(text: str) -> bool:
    """Return whether a text has the form of an e-mail address."""
    local, at, domain = text.rpartition("@")
    fits = bool(local and at and domain) and len(text) <= LONGEST_ADDRESS
    return fits and text.isprintable() and not any(map(str.isspace, text))


def leaves(
    session: Session, person: PersonRow, *, now: datetime, today: date, by: PersonRow | None = None
) -> None:
    """Record that a person left: everything is kept, no role is in force. Raises `RoleError`."""
    if person.left_at is None:
        roles.refuse_without_superintendent(session, person.id, today=today)
        person.left_at = now
        acts.tell(session, by, "left", person, now=now)


def comes_back(
    session: Session, person: PersonRow, *, now: datetime, by: PersonRow | None = None
) -> None:
    """Record that a person came back, with the roles that have no end."""
    if person.left_at is not None:
        person.left_at = None
        acts.tell(session, by, "came-back", person, now=now)


def verified_addresses(person: PersonRow) -> list[str]:
    """Return the verified addresses of a person, the preferred one first."""
    verified = [row for row in person.addresses if row.verified_at]
    return [row.address for row in sorted(verified, key=lambda row: not row.is_primary)]


def of_address(session: Session, address: str) -> PersonAddressRow | None:
    """Return the row of an address, however it is spelled; None if nobody has it."""
    return session.scalar(
        select(PersonAddressRow).where(PersonAddressRow.folded == folded(address))
    )


def find(session: Session, public_id: str) -> PersonRow | None:
    """Return the person whose page has this id; of a merged record, the one it went into."""
    person = session.scalar(select(PersonRow).where(PersonRow.public_id == public_id))
    while person is not None and person.merged_into is not None:
        person = session.get(PersonRow, person.merged_into)
    return person


def present(session: Session, public_id: str) -> PersonRow | None:
    """Return the person as `find` does; None for one who was erased."""
    person = find(session, public_id)
    return person if person is not None and person.erased_at is None else None


def primary_address(person: PersonRow) -> PersonAddressRow | None:
    """Return the address that mail goes to; None if there is none."""
    return next(iter(sorted(person.addresses, key=lambda row: not row.is_primary)), None)


def buildings(session: Session) -> Sequence[BuildingRow]:
    """Return every building, by name."""
    return session.scalars(select(BuildingRow).order_by(BuildingRow.name)).all()


def building(session: Session, code: str) -> BuildingRow:
    """Return the building with a code. Raises `RegisterError` if there is none."""
    row = session.scalar(select(BuildingRow).where(BuildingRow.code == code))
    if row is None:
        raise RegisterError(N_("choose a building"))
    return row


def is_name(text: str) -> bool:
    """Return whether a text can stand as somebody's name."""
    return 1 <= len(name := " ".join(text.split())) <= LONGEST_NAME and name.isprintable()


def is_staff_number(text: str) -> bool:
    """Return whether a text can stand as a staff number."""
    return len(text) <= LONGEST_STAFF_NUMBER and text.isprintable()


def _name(text: str) -> str:
    if not is_name(text):
        raise RegisterError(BAD_NAME)
    return " ".join(text.split())
