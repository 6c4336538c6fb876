"""Turn the parameters of the desk's search into a query of the records.

query = asked_for(request.args, where=visible)
choices(session).buildings  # what a form offers to choose from
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from issuer.catalog.tables import AchievementVersion
from issuer.issuance.records.approval_tables import AddressRow, ApprovalRow
from issuer.issuance.records.find import Query, Sort
from issuer.people.tables import BuildingRow, PersonAddressRow, PostRow
from issuer.wording.days import FIRST_YEAR, LAST_YEAR
from verifier.wording.words import N_

SORTS: Final = {Sort.NEWEST: N_("Newest first"), Sort.TEACHER: N_("By name")}


def asked_for(asked: Mapping[str, str], where: ColumnElement[bool]) -> Query:
    """Return the query for what is asked; what makes no sense narrows nothing."""
    year, sort = _year(asked.get("year", "")), asked.get("sort", "")
    if code := asked.get("building", ""):
        where = where & _of_building(code)
    return Query(
        text=asked.get("q", ""),
        achievement=asked.get("achievement", ""),
        awarded_from=date(year, 1, 1) if year else None,
        awarded_until=date(year, 12, 31) if year else None,
        state=asked.get("state", ""),
        where=where,
        sort=Sort(sort) if sort in SORTS else Sort.NEWEST,
    )


def _year(text: str) -> int:
    is_year = text.isascii() and text.isdigit() and len(text) == len("2026")
    return int(text) if is_year and FIRST_YEAR <= int(text) <= LAST_YEAR else 0


def _of_building(code: str) -> ColumnElement[bool]:
    """Return the condition that somebody who works in a building has the address of an approval."""
    theirs = (
        select(AddressRow.approval_pk)
        .join(PersonAddressRow, PersonAddressRow.folded == AddressRow.address)
        .join(PostRow, PostRow.person_pk == PersonAddressRow.person_pk)
        .join(PostRow.building)
        .where(BuildingRow.code == code)
    )
    return ApprovalRow.id.in_(theirs)


@dataclass(frozen=True, slots=True)
class Choices:
    """The filters that the search form offers: each value with its title."""

    achievements: Mapping[str, str]
    buildings: Mapping[str, str]
    years: Mapping[int, int]


def choices(session: Session) -> Choices:
    """Return what there is to choose: achievements of the catalog, buildings, years of awards."""
    buildings = session.scalars(select(BuildingRow).order_by(BuildingRow.name))
    return Choices(
        achievements=titles(session),
        buildings={row.code: row.name for row in buildings},
        years={year: year for year in _years(session)},
    )


def titles(session: Session) -> Mapping[str, str]:
    """Return what each achievement of the catalog is called, by its id, in the order of names."""
    columns = (AchievementVersion.achievement_id, AchievementVersion.content)
    listed = select(*columns).where(AchievementVersion.listed).order_by(AchievementVersion.version)
    names = {name: str(content["name"]) for name, content in session.execute(listed)}
    return dict(sorted(names.items(), key=lambda one: one[1].casefold()))


def _years(session: Session) -> Sequence[int]:
    """Return every year from the newest award to the oldest."""
    ends = select(func.max(ApprovalRow.awarded_on), func.min(ApprovalRow.awarded_on))
    newest, oldest = session.execute(ends).one()
    return range(newest.year, oldest.year - 1, -1) if newest and oldest else ()
