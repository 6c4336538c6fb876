"""Exemplars: anonymous accounts of finished projects by their teachers, for others to read (R14).

row = offer(session, project, "How eight bars …", grades="6-8", is_checked=True, now=now)
show(row, digest(row), now=now)         # a person of the office looked at it: everybody sees it
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from contexts.errors import MintmarkError
from issuer.home.problem import FieldError
from issuer.people.register import new_id
from issuer.program.cadre.tables import ExemplarRow
from issuer.program.evaluation.redactions import covering_person
from issuer.program.projects.states import State
from issuer.program.projects.submission import newest_version_of
from issuer.program.projects.tables import ProjectRow, TopicRow
from issuer.program.reports.awards import is_earned
from issuer.program.windows.window import Purpose
from verifier.wording.words import N_

LONGEST_TEXT: Final = 10_000
LONGEST_GRADES: Final = 100
_PARTS: Final = ("goal", "measured_outcome", "students_learning", "student_work", "reflection")


class ExemplarRefused(FieldError):
    """The exemplar is not taken; `field` names what to change."""


class ExemplarChanged(MintmarkError):
    """Its teacher changed the exemplar since somebody looked at it: it is not shown."""


def check(project: ProjectRow, title: str, text: str, *, grades: str) -> None:
    """Raise `ExemplarRefused` for what cannot be shown: it names its teacher, or is not earned."""
    if project.state != State.ISSUED:
        raise ExemplarRefused("text", N_("Only what was earned becomes an example for others."))
    if not 0 < len(title.strip()) <= 200:
        raise ExemplarRefused("title", N_("Write a title of at most 200 characters."))
    if not 0 < len(text.strip()) <= LONGEST_TEXT:
        raise ExemplarRefused("text", N_("Tell others what you did, in at most 10,000 characters."))
    cover = covering_person(project.person)
    for field, written in (("title", title), ("grades", grades), ("text", text)):
        if cover(written) != written:
            raise ExemplarRefused(
                field, N_("It has your name, an address or your school in it: take that out.")
            )


def offer(
    session: Session,
    project: ProjectRow,
    title: str,
    text: str,
    *,
    grades: str,
    is_checked: bool,
    now: datetime,
) -> ExemplarRow:
    """Offer an exemplar, or change it; it is seen by nobody else before the office shows it.

    `is_checked`: the teacher read the preview, and no student is named. Raises `ExemplarRefused`.
    """
    check(project, title, text, grades=grades)
    if not is_checked:
        wrong = N_("Read it once more, and confirm that no student is named.")
        raise ExemplarRefused("is_checked", wrong)
    row = session.scalar(_of(project).with_for_update())  # nobody shows it meanwhile
    if row is None:
        row = ExemplarRow(public_id=new_id(), project_pk=project.id, created_at=now)
        session.add(row)
    row.title, row.text, row.topic_pk = title.strip(), text.strip(), project.topic_pk
    row.grades, row.shown_at = grades.strip()[:LONGEST_GRADES], None
    session.flush()
    return row


def digest(row: ExemplarRow) -> str:
    """Return what stands for an exemplar as it is written, so that what is shown was looked at."""
    written = json.dumps([row.title, row.grades, row.text])
    return hashlib.sha256(written.encode()).hexdigest()[:32]


def show(row: ExemplarRow, looked_at: str, *, now: datetime) -> None:
    """Show an exemplar to everybody, if it is still what was looked at, by its digest.

    Raises `ExemplarChanged`.
    """
    if digest(row) != looked_at:
        raise ExemplarChanged("its teacher changed this example")
    row.shown_at = now


def hide(row: ExemplarRow) -> None:
    """Show an exemplar no more."""
    row.shown_at = None


def locked(session: Session, exemplar_pk: int) -> ExemplarRow | None:
    """Return an exemplar, its row locked for what `session` writes; None if there is none."""
    return session.get(ExemplarRow, exemplar_pk, with_for_update=True)


def take_back(session: Session, project: ProjectRow) -> None:
    """Take an exemplar back; nothing of it stays."""
    if row := of_project(session, project):
        session.delete(row)
        session.flush()


def of_project(session: Session, project: ProjectRow) -> ExemplarRow | None:
    """Return the exemplar of a project, if its teacher offered one."""
    return session.scalar(_of(project))


def shown(session: Session, field: str = "") -> Sequence[ExemplarRow]:
    """Return what everybody sees, of one field or of all: examples whose credential is in force."""
    rows = select(ExemplarRow).where(ExemplarRow.shown_at.is_not(None))
    rows = rows.join(ProjectRow, ProjectRow.id == ExemplarRow.project_pk).where(is_earned())
    if field:
        rows = rows.join(ExemplarRow.topic).where(TopicRow.name == field)
    loaded = rows.options(joinedload(ExemplarRow.topic))
    return session.scalars(loaded.order_by(ExemplarRow.title, ExemplarRow.id)).all()


def offered(session: Session) -> Sequence[ExemplarRow]:
    """Return all there are, those that wait for the office first."""
    rows = select(ExemplarRow).options(joinedload(ExemplarRow.topic))
    return sorted(session.scalars(rows), key=lambda row: (row.shown_at is not None, row.id))


def beginning(session: Session, project: ProjectRow) -> str:
    """Return the text that an exemplar begins with: what the teacher wrote, without her name."""
    version = newest_version_of(session, project, Purpose.COMPLETION)
    wrote = {**project.proposal, **(version.answers if version else project.completion)}
    text = "\n\n".join(wrote[name].strip() for name in _PARTS if wrote.get(name))
    return covering_person(project.person)(text)


def _of(project: ProjectRow) -> Select[ExemplarRow]:
    return select(ExemplarRow).where(ExemplarRow.project_pk == project.id)
