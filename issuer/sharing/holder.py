"""What a holder does with a credential: decide who sees what, and take a holder's link back."""

from datetime import datetime

from sqlalchemy import Select, select, update

from issuer.issuance.manage import manage_url
from issuer.issuance.prepare import available
from issuer.issuance.tables import CredentialRow
from issuer.issuer import Issuer
from issuer.sharing import decision
from issuer.sharing.decision import Decision


def decide(issuer: Issuer, public_id: str, decided: Decision, *, now: datetime) -> None:
    """Show a credential as its holder decided, from now on."""
    with available(), issuer.database.writing() as session:
        row = session.scalars(_one(public_id)).one()
        decision.write(session, row.id, decided, now=now)


def renew_link(issuer: Issuer, public_id: str) -> str:
    """Return a new address of the holder's page; every earlier one opens nothing any more."""
    with available(), issuer.database.writing() as session:
        session.execute(
            update(CredentialRow)
            .where(CredentialRow.public_id == public_id)
            .values(manage_generation=CredentialRow.manage_generation + 1)
        )
        return manage_url(issuer.settings, session.scalars(_one(public_id)).one())


def _one(public_id: str) -> Select[CredentialRow]:
    return select(CredentialRow).where(CredentialRow.public_id == public_id)
