"""A calendar of windows and due dates, at an address of one's own to subscribe to."""

import hmac
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.home.link_tokens import LinkTokens
from issuer.people.access import gate
from issuer.people.tables import PersonRow
from issuer.program.evaluation.tables import AssignmentRow, ReviewRow
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow
from issuer.program.reminders.tables import CalendarLinkRow
from issuer.program.windows.calendar import Appointment, feed
from issuer.program.windows.tables import WindowRow
from issuer.program.windows.window import Purpose
from issuer.web.access import needs, open_to_all
from issuer.web.answers import page
from issuer.wording import language
from verifier import clock
from verifier.wording.words import N_

calendars = Blueprint("calendars", __name__)
A_YEAR: Final = timedelta(days=366)
_PURPOSE: Final = "mintmark calendar"
_TITLES: Final = {
    Purpose.PROPOSAL: N_("Proposals are open"),
    Purpose.COMPLETION: N_("Completed projects are taken"),
}
_DUE: Final = N_("Due: %(title)s")
_TO_JUDGE: Final = N_("Reviews are due: %(count)d")
Say: TypeAlias = Callable[[str], str]
"""Says a sentence of ours in a language."""


@calendars.get("/calendar")
@needs("account", "read")
def show() -> Response:
    """List what stands in the signed-in person's own calendar, and tell its address."""
    person, now = gate.whoever().person, clock.now()
    with current_issuer().database.reading() as session:
        token = _token(session, person)
        entries = _entries(session, person, language.gettext)
    coming = [entry for entry in entries if entry.ends is None or entry.ends > now]
    path = url_for("calendars.file", person=person.public_id, token=token)
    address = f"{current_issuer().settings.origin}{path}"
    return page(
        "program/calendar.html",
        address=address,
        coming=sorted(coming, key=_first_day),
        done=request.args.get("done"),
    )


@calendars.post("/calendar")
@needs("account", "bind")
def renew() -> AnyResponse:
    """Give one's calendar another address; the one before opens nothing any more."""
    person = gate.whoever().person
    with current_issuer().database.writing() as session:
        row = session.get(CalendarLinkRow, person.id, with_for_update=True)
        if row is None:
            row = CalendarLinkRow(person_pk=person.id, generation=0)
            session.add(row)
        row.generation += 1
    return redirect(url_for("calendars.show", done=1), 303)


@calendars.get("/calendar/<person>/<token>.ics")
@open_to_all
def file(person: str, token: str) -> Response:
    """Hand out a calendar to whoever has its address."""
    issuer = current_issuer()
    with issuer.database.reading() as session:
        row = session.scalar(select(PersonRow).where(PersonRow.public_id == person))
        if row is None or not row.is_here:
            raise NotFound
        if not hmac.compare_digest(token.encode(), _token(session, row).encode()):
            raise NotFound
        entries = _entries(session, row, _tongue_of(row))
    response = Response(
        feed(entries, issuer.settings.issuer_name, clock.now()),
        content_type="text/calendar; charset=utf-8",
    )
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _token(session: Session, person: PersonRow) -> str:
    row = session.get(CalendarLinkRow, person.id)
    tokens = LinkTokens(current_issuer().settings, _PURPOSE)
    return tokens.make(person.public_id, row.generation if row else 0)


def _entries(session: Session, person: PersonRow, say: Say) -> list[Appointment]:
    """Return everything in a person's calendar, in the language of `say`."""
    return [
        *_windows(session, person, say),
        *_projects(session, person, say),
        *_reviews(session, person, say),
    ]


def _first_day(entry: Appointment) -> date:
    begins = entry.begins
    return (
        current_issuer().settings.local(begins).date() if isinstance(begins, datetime) else begins
    )


def _windows(session: Session, person: PersonRow, say: Say) -> Iterator[Appointment]:
    rows = select(WindowRow).where(WindowRow.closes > clock.now() - A_YEAR)
    rows = rows.options(selectinload(WindowRow.exceptions)).order_by(WindowRow.opens)
    for row in session.scalars(rows):
        title, closes = say(_TITLES[Purpose(row.purpose)]), row.closes_for(person.id)
        yield Appointment(_id(f"window-{row.id}"), title, row.opens, closes, text=row.name)


def _projects(session: Session, person: PersonRow, say: Say) -> Iterator[Appointment]:
    rows = select(ProjectRow).where(
        ProjectRow.person_pk == person.id, ProjectRow.state == State.ACTIVE
    )
    for row in session.scalars(rows):
        if row.due_on is not None:
            title = say(_DUE) % {"title": row.proposal.get("title", "")}
            yield _day(f"project-{row.id}", title, row.due_on)


def _reviews(session: Session, person: PersonRow, say: Say) -> Iterator[Appointment]:
    """Yield the days on which reviews are due: a count, and never whose they are."""
    rows = (
        select(AssignmentRow.due_on)
        .outerjoin(ReviewRow, ReviewRow.assignment_pk == AssignmentRow.id)
        .where(AssignmentRow.evaluator_pk == person.id, AssignmentRow.ended_at.is_(None))
        .where(ReviewRow.given_at.is_(None))
    )
    days = list(session.scalars(rows))
    for day in sorted(set(days)):
        title = say(_TO_JUDGE) % {"count": days.count(day)}
        yield _day(f"reviews-{person.id}-{day:%y%m%d}", title, day)


def _day(id: str, title: str, day: date) -> Appointment:
    return Appointment(_id(id), title, day)


def _id(name: str) -> str:
    return f"{name}@{current_issuer().settings.host}"


def _tongue_of(person: PersonRow) -> Say:
    """Return what says a sentence in the language that a person chose."""
    mail = current_issuer().settings.mail
    return language.catalog(
        language.of(person.language, otherwise=mail.language if mail else "en")
    ).gettext
