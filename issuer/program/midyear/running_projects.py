"""Import projects under way, approved by the district's earlier process, from a table.

planned = plan(session, read(data), today=today)        # the fate of each row, and nothing changed
carry_out(session, planned, by=superintendent, now=now)

The table has no amounts: `compensation` imports those. A row that was imported before stays as
it is, so the same file can be imported twice.
"""

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.audit import log
from issuer.people.register import of_address
from issuer.people.roster import table
from issuer.people.roster.rows import RosterError
from issuer.people.tables import PersonRow
from issuer.program.projects import answers, drafts, history
from issuer.program.projects.offerings import offered_now
from issuer.program.projects.states import Act, Conditions, State
from issuer.program.projects.tables import OfferingRow, ProjectRow, TopicRow
from verifier.wording.words import N_

NEEDED: Final = ("address", "title", "field", "skill", "goal", "measured outcome", "due")
COLUMNS: Final = (*NEEDED, "plan", "offering")
MOST_ROWS: Final = 2_000
EXAMPLE: Final = (
    *("jordan@school.example", "Rhythm by composing", "music", "Teaching rhythm."),
    *("Each student reads eight bars.", "Sight readers, counted weekly.", "2027-06-01"),
    *("Ten weeks.", ""),
)
_TEXTS: Final = {
    "title": "title",
    "skill": "skill",
    "goal": "goal",
    "measured outcome": "measured_outcome",
    "plan": "plan",
}
_DONE_WITH: Final = (State.WITHDRAWN, State.CLOSED)


class ProjectFate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    SAME = "same"
    DECIDE = "decide"


@dataclass(frozen=True)
class RunningProject:
    """One row of the table: its number there, and what its cells say."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class PlannedProject:
    """What becomes of a row, and why if a person has to decide."""

    row: RunningProject
    fate: ProjectFate
    reason: str = ""
    person: PersonRow | None = None
    topic: TopicRow | None = None
    offering: OfferingRow | None = None


def read(data: bytes) -> list[RunningProject]:
    """Return the rows of a table, CSV or XLSX. Raises `RosterError`."""
    rows = table.sheet(data)
    heads = [head.strip().lower().replace("_", " ") for head in rows[0]] if rows else []
    if missing := [name for name in NEEDED if name not in heads]:
        raise RosterError(
            N_("columns are missing"), remedy=f"missing: {', '.join(missing)}; take the template"
        )
    if len(rows) > MOST_ROWS:
        raise RosterError(N_("the table is too long"), remedy=f"at most {MOST_ROWS} rows at once")
    filled = [(number, row) for number, row in enumerate(rows[1:], 2) if any(row)]
    return [
        RunningProject(number, {head: _cell(text) for head, text in zip(heads, row, strict=False)})
        for number, row in filled
    ]


def written(rows: Sequence[RunningProject]) -> str:
    """Return rows as the text of a table, which `read` takes again."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([row.cells.get(head, "") for head in COLUMNS] for row in rows)
    return out.getvalue()


def plan(session: Session, rows: Sequence[RunningProject], *, today: date) -> list[PlannedProject]:
    """Return what would become of each row. Nothing is changed."""
    topics = {
        row.name.casefold(): row
        for row in session.scalars(select(TopicRow).where(TopicRow.retired_at.is_(None)))
    }
    offered = select(OfferingRow).where(*offered_now())
    offerings = {row.title.casefold(): row for row in session.scalars(offered)}
    planned, named = [], set()
    for row in rows:
        one = _planned(session, row, topics, offerings, today)
        key = (one.person.id if one.person else 0, row.cells.get("title", "").casefold())
        if one.fate is ProjectFate.NEW and key in named:
            one = PlannedProject(row, ProjectFate.DECIDE, N_("this project stands here twice"))
        named.add(key)
        planned.append(one)
    return planned


def carry_out(
    session: Session, planned: Sequence[PlannedProject], *, by: PersonRow | None, now: datetime
) -> int:
    """Bring in every new row as a project that is under way; return how many those are.

    A project that somebody else brought in since it was planned is not brought in again.
    """
    new = [(one, one.person) for one in planned if one.fate is ProjectFate.NEW and one.person]
    _lock(session, {person.id for _, person in new})
    new = [
        (one, person)
        for one, person in new
        if not _is_here(session, person, one.row.cells["title"])
    ]
    for one, person in new:
        cells = one.row.cells
        project = drafts.begin(session, person, one.offering, now=now)
        texts = {field: cells[column] for column, field in _TEXTS.items() if cells.get(column)}
        project.proposal, project.topic = {**project.proposal, **texts}, one.topic
        project.due_on = answers.day(cells["due"])
        history.take(session, project, Act.BRING_IN, Conditions(), by=by, now=now)
        log.record(
            session,
            by=log.person(by.id) if by else log.COMMAND,
            action="project.brought-in",
            about=f"project:{project.public_id}",
            now=now,
        )
    return len(new)


def _cell(text: str) -> str:
    """Return a cell without the apostrophe that keeps it from being a formula."""
    return text.strip().removeprefix("'")


def _planned(
    session: Session,
    row: RunningProject,
    topics: Mapping[str, TopicRow],
    offerings: Mapping[str, OfferingRow],
    today: date,
) -> PlannedProject:
    cells = row.cells
    address = of_address(session, cells.get("address", ""))
    person = session.get(PersonRow, address.person_pk) if address else None
    topic = topics.get(cells.get("field", "").casefold())
    offering = offerings.get(cells.get("offering", "").casefold())
    reason = _reason(cells, person, topic, offering, today)
    if reason or person is None:
        return PlannedProject(row, ProjectFate.DECIDE, reason)
    if _is_here(session, person, cells["title"]):
        return PlannedProject(row, ProjectFate.SAME, person=person)
    return PlannedProject(row, ProjectFate.NEW, "", person, topic, offering)


def _reason(
    cells: Mapping[str, str],
    person: PersonRow | None,
    topic: TopicRow | None,
    offering: OfferingRow | None,
    today: date,
) -> str:
    """Return why a person has to look at a row; '' if nobody has to."""
    if person is None or not person.is_here:
        return N_("nobody in the register has this address")
    if any(not cells.get(name) for name in NEEDED):
        return N_("a cell that is needed is empty")
    if topic is None:
        return N_("this field is not among the program's fields")
    if cells.get("offering") and offering is None:
        return N_("nothing of this title is offered")
    if any(len(cells.get(column, "")) > answers.LONGEST_TEXT for column in _TEXTS):
        return N_("a text is longer than there is room for")
    if len(cells["title"]) > answers.LONGEST_LINE:
        return N_("the title is longer than there is room for")
    due = answers.day(cells["due"])
    if due is None or due < today:
        return N_("write the day it is due as 2026-11-30, one that is to come")
    return ""


def _lock(session: Session, person_pks: Collection[int]) -> None:
    """Lock these people's projects against another import until the transaction ends."""
    rows = select(PersonRow.id).where(PersonRow.id.in_(person_pks)).order_by(PersonRow.id)
    session.execute(rows.with_for_update(key_share=True)).all()


def _is_here(session: Session, person: PersonRow, title: str) -> bool:
    rows = select(ProjectRow).where(
        ProjectRow.person_pk == person.id, ProjectRow.state.not_in(_DONE_WITH)
    )
    titles = {str(row.proposal.get("title", "")).casefold() for row in session.scalars(rows)}
    return title.casefold() in titles
