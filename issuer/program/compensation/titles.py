"""What claims are called: looked up where a page shows them, so that it goes with its person."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from issuer.program.compensation.tables import OpeningRow
from issuer.program.projects.tables import ProjectRow

_AT_ONCE: Final = 500


def title_of(project: ProjectRow) -> str:
    """Return what a project's claim is called; "" once its texts are disposed of."""
    return project.offering.title if project.offering else project.proposal.get("title", "")


def titles_of(session: Session, claims: Iterable[str]) -> Mapping[str, str]:
    """Return what claims are called; one whose words are gone is not among them."""
    named = list(claims)
    titles: dict[str, str] = {}
    for first in range(0, len(named), _AT_ONCE):
        some = named[first : first + _AT_ONCE]
        titles |= dict(_of_projects(session, some))
        openings = select(OpeningRow.claim, OpeningRow.title).where(OpeningRow.claim.in_(some))
        titles |= {row.claim: row.title for row in session.execute(openings)}
    return {claim: title for claim, title in titles.items() if title}


def _of_projects(session: Session, claims: list[str]) -> Iterator[tuple[str, str]]:
    rows = select(ProjectRow).where(ProjectRow.public_id.in_(claims))
    for project in session.scalars(rows.options(joinedload(ProjectRow.offering))):
        yield project.public_id, title_of(project)
