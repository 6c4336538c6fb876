"""The partners whose badges count as input, as the district lists them (R20).

partners.add(session, "Digital Promise", "https://badges.partner.example", now=now)
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.home.problem import FieldError
from issuer.program.partner_badges.tables import PartnerBadgeRow, PartnerRow
from verifier.wording.words import N_

_SCHEMES: Final = ("https://", "did:")


class PartnerRefused(FieldError):
    """The partner is not listed; `field` names what to change."""


def add(session: Session, name: str, issuer: str, *, now: datetime) -> PartnerRow:
    """List a partner, or list it again. Raises `PartnerRefused`."""
    name, issuer = " ".join(name.split()), issuer.strip()
    if not 0 < len(name) <= 200:
        raise PartnerRefused("name", N_("Write a name of 1 to 200 characters."))
    if not issuer.startswith(_SCHEMES) or len(issuer) > 500 or len(issuer.split()) != 1:
        raise PartnerRefused(
            "issuer",
            N_("Write the issuer as the report names it: it begins with https:// or did:."),
        )
    row = session.scalar(select(PartnerRow).where(PartnerRow.issuer == issuer))
    if row is None:
        row = PartnerRow(issuer=issuer, name=name, created_at=now)
        session.add(row)
    row.name, row.ended_at = name, None
    session.flush()
    return row


def listed(session: Session) -> Sequence[PartnerRow]:
    """Return the partners whose badges count, by name."""
    rows = select(PartnerRow).where(PartnerRow.ended_at.is_(None))
    return session.scalars(rows.order_by(PartnerRow.name, PartnerRow.id)).all()


def by_issuer(session: Session) -> dict[str, str]:
    """Return the names of the listed partners, by the id of their issuer."""
    return {row.issuer: row.name for row in listed(session)}


def unlisted(session: Session) -> Sequence[str]:
    """Return the issuers of authentic badges that teachers added, and that are no partner's."""
    partners = select(PartnerRow.issuer).where(PartnerRow.ended_at.is_(None))
    rows = select(PartnerBadgeRow.issuer).where(
        PartnerBadgeRow.issuer != "",
        PartnerBadgeRow.issuer.not_in(partners),
        PartnerBadgeRow.removed_at.is_(None),
    )
    return session.scalars(rows.distinct().order_by(PartnerBadgeRow.issuer)).all()


def end(session: Session, partner_pk: int, *, now: datetime) -> None:
    """Count a partner's badges no more."""
    row = session.get(PartnerRow, partner_pk)
    if row is not None and row.ended_at is None:
        row.ended_at = now
