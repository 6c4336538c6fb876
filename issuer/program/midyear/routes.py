"""The page for a table of running projects: choose it, see what it would change, carry it out."""

from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.people.access import gate
from issuer.people.roster.rows import RosterError
from issuer.program.midyear import running_projects
from issuer.program.midyear.running_projects import COLUMNS, EXAMPLE, ProjectFate
from issuer.web.access import needs
from issuer.web.answers import page
from issuer.web.row_numbers import whole_number
from issuer.web.spreadsheet import spreadsheet
from verifier import clock
from verifier.wording.words import N_

midyear = Blueprint("midyear", __name__)
MOST_BYTES: Final = 5 * 1024 * 1024
_MOST_TEXT: Final = MOST_BYTES - 64 * 1024
"""What a table may be as text: the button to carry it out sends it once more, in a form."""


@midyear.get("/program/running")
@needs("program", "run")
def choose() -> Response:
    """Ask for the table."""
    return _page()


@midyear.get("/program/running/template.csv")
@needs("program", "run")
def template() -> Response:
    """Hand out the table to fill in."""
    return spreadsheet("running-projects.csv", COLUMNS, [EXAMPLE])


@midyear.post("/program/running")
@needs("program", "run", most_bytes=MOST_BYTES)
def look_or_carry_out() -> AnyResponse:
    """Show what a table would change; with the button for it, change it."""
    form, file, now = request.form, request.files.get("file"), clock.now()
    applies = form.get("act") == "apply"
    try:
        data = form.get("rows", "").encode() if applies else file.read() if file else b""
        rows = running_projects.read(data)
        text = running_projects.written(rows)
        if len(text.encode()) > _MOST_TEXT:
            raise RosterError(N_("the table is too long"), remedy="bring it in as several tables")
    except RosterError as exc:
        return _page(wrong=exc)
    today = current_issuer().settings.local(now).date()
    if not applies:
        with current_issuer().database.reading() as session:
            planned = running_projects.plan(session, rows, today=today)
            return _page(planned=planned, text=text)
    with current_issuer().database.writing() as session:
        by = gate.person(session)
        planned = running_projects.plan(session, rows, today=today)
        done = running_projects.carry_out(session, planned, by=by, now=now)
    return redirect(url_for("midyear.choose", done=done), 303)


def _page(
    *,
    planned: list[running_projects.PlannedProject] | None = None,
    text: str = "",
    wrong: RosterError | None = None,
) -> Response:
    counts = {fate: sum(one.fate is fate for one in planned or ()) for fate in ProjectFate}
    return page(
        "program/running.html",
        planned=planned,
        counts=counts,
        fates=ProjectFate,
        text=text,
        needed=running_projects.NEEDED,
        wrong=wrong,
        done=request.args.get("done", type=whole_number),
    )
