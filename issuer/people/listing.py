"""The register as a list: searched, sorted by name, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, selectinload

from issuer.issuance.records.search import has_name
from issuer.people.register import folded
from issuer.people.tables import PersonAddressRow, PersonRow

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the people that were looked for, and how many there are in all."""

    people: Sequence[PersonRow]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


def search(session: Session, visible: ColumnElement[bool], text: str, page: int) -> Listing:
    """Return a page of the people whom `visible` allows; with a text, of those who have it."""
    fits = [visible, PersonRow.merged_into.is_(None), PersonRow.erased_at.is_(None), *_has(text)]
    total = session.scalar(select(func.count()).select_from(PersonRow).where(*fits)) or 0
    rows = select(PersonRow).where(*fits).order_by(PersonRow.folded, PersonRow.id)
    rows = rows.options(selectinload(PersonRow.addresses), selectinload(PersonRow.grants))
    page = min(max(1, page), max(1, -(-total // PAGE)))
    people = session.scalars(rows.limit(PAGE).offset((page - 1) * PAGE)).all()
    return Listing(people, total, page)


def _has(text: str) -> list[ColumnElement[bool]]:
    if not text.strip():
        return []
    address = exists().where(
        PersonAddressRow.person_pk == PersonRow.id,
        PersonAddressRow.folded.contains(folded(text), autoescape=True),
    )
    name = has_name(PersonRow.folded, text)
    return [or_(name, address, PersonRow.staff_number == text.strip())]
