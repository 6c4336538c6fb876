"""The page of one window: move it, without excluding what was handed in (E8), and let people be
late (E6)."""

from datetime import datetime

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.people.access import gate
from issuer.people.register import of_address
from issuer.people.tables import PersonRow
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.windows.form_time import moment_in
from issuer.program.windows.tables import WindowExceptionRow, WindowRow
from issuer.program.windows.window import WindowRefused, moved
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from verifier import clock
from verifier.wording.words import N_

one_window = Blueprint("window", __name__)


@one_window.get("/program/windows/<int:window>")
@needs("program", "set-up")
def show(window: int) -> Response:
    """Show a window, and who may be late in it."""
    return _page(window)


@one_window.post("/program/windows/<int:window>")
@needs("program", "set-up")
def move(window: int) -> AnyResponse:
    """Move a window to other times, in the zone in which it was written."""
    try:
        with current_issuer().database.writing() as session:
            row = _find(session, window)
            zone = row.window.zone
            opens, closes = (moment_in(request.form, name, zone) for name in ("opens", "closes"))
            moved(row.window, opens, closes, _received(session, row))
            row.opens, row.closes = opens, closes
    except WindowRefused as exc:
        return _page(window, wrong=exc)
    return redirect(url_for("window.show", window=window, done=1), 303)


@one_window.post("/program/windows/<int:window>/exceptions")
@needs("program", "set-up")
def let_in(window: int) -> AnyResponse:
    """Allow one person to hand in later, or change until when."""
    form, now = request.form, clock.now()
    try:
        with current_issuer().database.writing() as session:
            row = _find(session, window)
            address = of_address(session, form.get("address", ""))
            if address is None:
                raise WindowRefused("address", N_("Nobody in the register has this address."))
            until = moment_in(form, "until", row.window.zone)
            if until <= row.closes:
                raise WindowRefused("until", N_("Write a time after the window closes."))
            _except(session, row, address.person_pk, until, now)
            _refuse_to_lose(session, row)
    except WindowRefused as exc:
        return _page(window, wrong=exc)
    return redirect(url_for("window.show", window=window, done=1), 303)


@one_window.post("/program/windows/<int:window>/exceptions/<int:other>/end")
@needs("program", "set-up")
def take_back(window: int, other: int) -> AnyResponse:
    """Take an exception back, unless something came in by it."""
    try:
        with current_issuer().database.writing() as session:
            row = _find(session, window)
            row.exceptions = [
                exception for exception in row.exceptions if exception.person_pk != other
            ]
            _refuse_to_lose(session, row)
    except WindowRefused as exc:
        return _page(window, wrong=exc)
    return redirect(url_for("window.show", window=window, done=1), 303)


def _except(
    session: Session, window: WindowRow, person_pk: int, until: datetime, now: datetime
) -> None:
    exception = {row.person_pk: row for row in window.exceptions}.get(person_pk)
    if exception is None:
        by = gate.whoever().person.id
        exception = WindowExceptionRow(person_pk=person_pk, granted_by=by, created_at=now)
        window.exceptions.append(exception)
    exception.until = until


def _refuse_to_lose(session: Session, window: WindowRow) -> None:
    """Raise `WindowRefused` if something that was taken would be late now."""
    moved(window.window, window.opens, window.closes, _received(session, window))


def _received(session: Session, window: WindowRow) -> list[tuple[datetime, int]]:
    """Return when each person handed something in, in this window."""
    with session.no_autoflush:
        rows = (
            select(VersionRow.received_at, ProjectRow.person_pk)
            .join(VersionRow.project)
            .where(VersionRow.window_pk == window.id)
        )
        return [(moment, person) for moment, person in session.execute(rows)]


def _page(number: int, *, wrong: WindowRefused | None = None) -> Response:
    with current_issuer().database.reading() as session:
        row = _find(session, number)
        people = [exception.person_pk for exception in row.exceptions]
        names = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(people))
        return page(
            "program/window.html",
            window=row,
            zone=row.window.zone,
            names=dict(session.execute(names).all()),
            taken=len(_received(session, row)),
            wrong={wrong.field: str(wrong)} if wrong else {},
            typed=request.form,
            done=request.args.get("done"),
        )


def _find(session: Session, number: int) -> WindowRow:
    rows = select(WindowRow).where(WindowRow.id == number)
    return or_404(
        session.scalar(rows.options(selectinload(WindowRow.exceptions)).with_for_update())
    )
