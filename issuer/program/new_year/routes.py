"""The page for a new year: plan its windows and ask for new declarations; projects continue."""

from typing import Final
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from issuer.audit.log import record
from issuer.database.pressed_twice import add_once
from issuer.home.issuer import current_issuer, local_today
from issuer.people import acts
from issuer.people.access import gate
from issuer.people.access.gate import MenuEntry
from issuer.people.roles import TITLES
from issuer.program.new_year import plan
from issuer.program.projects import declarations
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow
from issuer.program.windows.form_time import moment_in
from issuer.program.windows.tables import WRITTEN, WindowRow
from issuer.program.windows.window import WindowRefused
from issuer.web.access import needs
from issuer.web.answers import page
from verifier import clock
from verifier.wording.words import N_

new_year = Blueprint("new_year", __name__)
NAVIGATION: Final = (MenuEntry("new_year.show", N_("A new year"), part="set-up"),)
RUNNING: Final = (State.PROPOSED, State.ACTIVE, State.SUBMITTED)


@new_year.get("/program/new-year")
@needs("program", "set-up")
def show() -> Response:
    """Show what a new year takes over, and what it asks again."""
    return _page()


@new_year.post("/program/new-year/windows")
@needs("program", "set-up")
def plan_windows() -> AnyResponse:
    """Plan the windows that are checked, at the times in the form: all of them, or none."""
    form, number = request.form, ""
    try:
        with current_issuer().database.writing() as session:
            gate.acting(session)
            for number in form.getlist("window"):
                like = session.get(WindowRow, int(number)) if number.isdecimal() else None
                if like is not None:
                    add_once(session, _planned(session, like, number), *WRITTEN)
    except WindowRefused as exc:
        return _page(wrong={f"{exc.field}-{number}": str(exc)})
    return redirect(url_for("new_year.show", done=len(form.getlist("window"))), 303)


@new_year.post("/program/new-year/ask")
@needs("program", "set-up")
def ask_again() -> AnyResponse:
    """Ask everybody again whom they must not judge, and evaluators for confidentiality: once, from
    a page that knows when they were asked last."""
    now = clock.now()
    with current_issuer().database.writing() as session:
        by, last = gate.acting(session), declarations.asked_again_at(session)
        if request.form.get("last_asked", "") == (last.isoformat() if last else ""):
            declarations.ask_everybody_again(session, by=by, now=now)
            about, action = "program", "program.asked-again"
            record(session, by=acts.actor(by), action=action, about=about, now=now)
    return redirect(url_for("new_year.show", done="asked"), 303)


def _planned(session: Session, like: WindowRow, number: str) -> WindowRow:
    """Return the window that the form plans after another. Raises `WindowRefused`."""
    form, zone = request.form, ZoneInfo(like.zone)
    opens, closes = (
        moment_in({name: form.get(f"{name}-{number}", "")} | _which(name, number), name, zone)
        for name in ("opens", "closes")
    )
    row = WindowRow(
        name=form.get(f"name-{number}", "").strip()[:100] or like.name,
        purpose=like.purpose,
        opens=opens,
        closes=closes,
        zone=like.zone,
        grace_minutes=like.grace_minutes,
        days_to_decide=like.days_to_decide,
        created_at=clock.now(),
    )
    row.exceptions = []
    _ = row.window  # raises `WindowRefused` for a window that cannot be
    differs = (WindowRow.closes != row.closes) | (WindowRow.name != row.name)
    then = select(WindowRow).where(WindowRow.purpose == row.purpose, WindowRow.opens == row.opens)
    if session.scalar(then.where(differs).limit(1)) is not None:
        raise WindowRefused("opens", N_("Another window already opens then."))
    return row


def _which(name: str, number: str) -> dict[str, str]:
    """Return which time is meant where clocks show it twice."""
    return {f"{name}_occurrence": request.form.get(f"{name}_occurrence-{number}", "")}


def _page(*, wrong: dict[str, str] | None = None) -> Response:
    today = local_today()
    with current_issuer().database.reading() as session:
        windows = session.scalars(select(WindowRow)).all()
        return page(
            "program/new_year.html",
            copies=plan.copies(windows),
            ending=plan.roles_that_end(session, today),
            titles=TITLES,
            running=_running(session),
            asked_at=declarations.asked_again_at(session),
            typed=request.form,
            wrong=wrong or {},
            done=request.args.get("done"),
        )


def _running(session: Session) -> int:
    rows = select(func.count()).select_from(ProjectRow).where(ProjectRow.state.in_(RUNNING))
    return session.scalar(rows) or 0
