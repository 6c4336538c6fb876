"""The pages for a file of people: choose it, see the fate of each row, carry it out."""

from datetime import date, datetime
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.people import register, roles
from issuer.people.access import gate, rules
from issuer.people.roster import keeping, plan, table
from issuer.people.roster.plan import RosterFate, RosterPlan
from issuer.people.roster.rows import RosterError
from issuer.people.tables import PersonRow
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from issuer.web.row_numbers import whole_number
from verifier import clock

roster = Blueprint("roster", __name__)
MOST_BYTES: Final = 50 * 1024 * 1024
"""An export of a district with its students, packed."""
SHOWN: Final = 200
"""Rows on the page; the file to mend has all that wait."""


@roster.get("/people/import")
@needs("import", "add")
def choose() -> Response:
    """Ask for the file."""
    return _choose()


@roster.post("/people/import")
@needs("import", "add", most_bytes=MOST_BYTES)
def upload() -> AnyResponse:
    """Read the file, and lead to what it would change."""
    file = request.files.get("file")
    try:
        read = keeping.read(file.read() if file else b"")
    except RosterError as exc:
        return _choose(wrong=exc)
    with current_issuer().database.writing() as session:
        import_id = keeping.keep(session, gate.acting(session).id, read, now=clock.now())
    return redirect(url_for("roster.look", file=import_id), 303)


@roster.get("/people/import/template.csv")
@needs("import", "add")
def template() -> Response:
    """Hand out the table to fill in."""
    return _csv(table.template(), "people.csv")


@roster.get("/people/import/<file>")
@needs("import", "read", key="file")
def look(file: str) -> Response:
    """Show what the file would change."""
    with current_issuer().database.reading() as session:
        changes = _plan(session, file)
    waiting = [one for one in changes.rows if one.fate is RosterFate.DECIDE]
    others = [one for one in changes.rows if one.fate not in (RosterFate.DECIDE, RosterFate.SAME)]
    return page(
        "people/import_look.html",
        file=file,
        plan=changes,
        fates=RosterFate,
        titles=roles.TITLES,
        waiting=waiting[:SHOWN],
        others=others[:SHOWN],
        added=request.args.get("added", 0, type=whole_number),
        changed=request.args.get("changed", 0, type=whole_number),
        unshown=max(0, len(waiting) - SHOWN) + max(0, len(others) - SHOWN),
    )


@roster.post("/people/import/<file>")
@needs("import", "carry-out", key="file")
def carry_out(file: str) -> AnyResponse:
    """Bring what needs no decision into the register."""
    now = clock.now()
    with current_issuer().database.writing() as session:
        by = gate.acting(session)
        changes = _plan(session, file)
        plan.carry_out(session, changes, by=by, now=now, today=_today(now))
        added, changed = changes.count(RosterFate.NEW), changes.people_changed
        left = changes.count(RosterFate.DECIDE)
        if not left:
            added, changed = keeping.empty(session, file, added, changed)
    counts = {"done": "yes", "added": str(added), "changed": str(changed)}
    page_after = url_for("roster.look", file=file) if left else url_for("people.list_all")
    return redirect(f"{page_after}?{urlencode(counts)}", 303)


@roster.post("/people/import/<file>/forget")
@needs("import", "forget", key="file")
def forget(file: str) -> AnyResponse:
    """Keep nothing of the file, whatever of it is in the register."""
    with current_issuer().database.writing() as session:
        keeping.forget(session, file)
    return redirect(url_for("roster.choose", done="forgotten"), 303)


@roster.get("/people/import/<file>/mend.csv")
@needs("import", "read", key="file")
def mend(file: str) -> Response:
    """Hand out the rows that wait for a decision, each with its reason."""
    with current_issuer().database.reading() as session:
        rows = plan.to_mend(_plan(session, file))
    return _csv(table.written(rows, table.REASON), "people-to-fix.csv")


def _plan(session: Session, file: str) -> RosterPlan:
    roster = or_404(keeping.find(session, file))
    visitor = gate.whoever()
    by = session.get_one(PersonRow, visitor.person.id)
    may = rules.may(visitor.me, "person", "roles")
    return plan.of(session, roster, by=by, may_name_roles=may, today=_today(clock.now()))


def _choose(*, wrong: RosterError | None = None) -> Response:
    with current_issuer().database.reading() as session:
        buildings = register.buildings(session)
    return page("people/import.html", wrong=wrong, titles=roles.TITLES, buildings=buildings)


def _csv(data: bytes, name: str) -> Response:
    response = Response(data, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _today(now: datetime) -> date:
    return current_issuer().settings.local(now).date()
