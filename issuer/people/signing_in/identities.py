"""The person bound to a provider's account, (iss, sub)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.people import acts, register
from issuer.people.signing_in.openid import ProviderAccount
from issuer.people.tables import IdentityRow, PersonRow


def person_of(session: Session, account: ProviderAccount, *, now: datetime) -> PersonRow | None:
    """Return the person bound to a provider's account; None if there is none.

    The first sign-in binds it by address, if the district trusts the provider's addresses.
    """
    which = (IdentityRow.iss == account.iss, IdentityRow.sub == account.sub)
    bound = session.scalar(select(IdentityRow).where(*which))
    if bound is not None:
        return _here(session, bound.person_pk)
    row = register.of_address(session, account.address) if account.address else None
    person = _here(session, row.person_pk) if row and row.verified_at else None
    if person is not None:
        _add(session, person, account, now=now)
    return person


def bind(session: Session, person: PersonRow, account: ProviderAccount, *, now: datetime) -> bool:
    """Bind an account to the signed-in person; False if it is somebody else's."""
    which = (IdentityRow.iss == account.iss, IdentityRow.sub == account.sub)
    bound = session.scalar(select(IdentityRow).where(*which))
    if bound is None:
        _add(session, person, account, now=now)
    return bound is None or bound.person_pk == person.id


def of_person(session: Session, person_pk: int) -> set[str]:
    """Return the issuers whose accounts are bound to a person."""
    return set(session.scalars(select(IdentityRow.iss).where(IdentityRow.person_pk == person_pk)))


def _add(session: Session, person: PersonRow, account: ProviderAccount, *, now: datetime) -> None:
    row = IdentityRow(person_pk=person.id, iss=account.iss, sub=account.sub, created_at=now)
    session.add(row)
    session.flush()
    acts.tell(session, person, "identity-bound", person, now=now, iss=account.iss)


def _here(session: Session, person_pk: int) -> PersonRow | None:
    person = session.get(PersonRow, person_pk)
    while person is not None and person.merged_into is not None:
        person = session.get(PersonRow, person.merged_into)
    return None if person is None or person.erased_at else person
