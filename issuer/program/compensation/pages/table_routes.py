"""Tables that payroll hands in: choose a file, see the fate of each row, carry it out."""

from datetime import datetime, timedelta
from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from issuer.audit.log import person as actor
from issuer.audit.log import record
from issuer.database.pressed_twice import alike
from issuer.home.issuer import current_issuer
from issuer.people.access import gate
from issuer.people.tables import PersonRow
from issuer.program.compensation import agreements
from issuer.program.compensation.imports import sheet
from issuer.program.compensation.imports.kinds import KINDS, PayTableKind
from issuer.program.compensation.imports.sheet import PlannedPayRow, RowFate, SheetRow, TableRefused
from issuer.program.compensation.pages.where_paid import only_where_paid
from issuer.program.compensation.tables import PayTableRow
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from issuer.web.row_numbers import whole_number
from issuer.web.spreadsheet import spreadsheet
from verifier import clock

pay_tables = Blueprint("pay_tables", __name__)
pay_tables.before_request(only_where_paid)
SHOWN: Final = 200
WAITS: Final = timedelta(days=1)
"""How long a table waits to be carried out."""


@pay_tables.get("/pay/tables/<kind>")
@needs("pay table", "add")
def choose(kind: str) -> Response:
    """Ask for the file."""
    return _choose(kind)


@pay_tables.post("/pay/tables/<kind>")
@needs("pay table", "add", again_at="pay_tables.choose")
def upload(kind: str) -> AnyResponse:
    """Read the file, and lead to what it would change."""
    file, now = request.files.get("file"), clock.now()
    try:
        rows = sheet.read(file.read() if file else b"", _kind(kind).needed)
    except TableRefused as exc:
        return _choose(kind, wrong=exc)
    cells = {"rows": [[row.number, dict(row.cells)] for row in rows]}
    with current_issuer().database.writing() as session:
        session.execute(delete(PayTableRow).where(PayTableRow.created_at < now - WAITS))
        row = PayTableRow(person_pk=gate.acting(session).id, kind=kind, cells=cells)
        row = next(iter(alike(session, row, "person_pk", "kind", "cells")), row)
        row.created_at = now
        session.add(row)
        session.flush()
    return redirect(url_for("pay_tables.look", table=row.public_id), 303)


@pay_tables.get("/pay/tables/<kind>/template.csv")
@needs("pay table", "add")
def template(kind: str) -> Response:
    """Hand out the table to fill in, with one example."""
    return spreadsheet(f"{kind}.csv", _kind(kind).columns, [_kind(kind).example])


@pay_tables.get("/pay/table/<table>")
@needs("pay table", "read", key="table")
def look(table: str) -> Response:
    """Show what the table would change."""
    with current_issuer().database.reading() as session:
        row = _find(session, table)
        planned = _plan(session, row)
    waiting = [item for item in planned if item.fate is RowFate.DECIDE]
    new = [item for item in planned if item.fate is RowFate.NEW]
    return page(
        "pay/table.html",
        table=table,
        kind=_kind(row.kind),
        name=row.kind,
        waiting=waiting[:SHOWN],
        new=new[:SHOWN],
        counts={"new": len(new), "same": len(planned) - len(new) - len(waiting)}
        | {"decide": len(waiting)},
        unshown=max(0, len(waiting) - SHOWN) + max(0, len(new) - SHOWN),
        done=request.args.get("done", type=whole_number),
    )


@pay_tables.post("/pay/table/<table>")
@needs("pay table", "carry-out", key="table", again_at="pay_tables.look")
def carry_out(table: str) -> AnyResponse:
    """Put in force what waits for no decision; what waits stays here.

    Whoever carries out the same at the same moment waits, and then sees what is there by now.
    """
    now = clock.now()
    with current_issuer().database.writing() as session:
        sheet.lock_people(session, _rows(_find(session, table)))
        by, row = gate.person(session), _locked(session, table)
        planned = _plan(session, row)
        if done := _kind(row.kind).carry_out(session, planned, by=by, now=now):
            _note(session, row, by, now)
        left = [item.row for item in planned if item.fate is RowFate.DECIDE]
        done = done or row.cells.get("done", 0)  # pressed twice: what the first press did
        row.cells = {"rows": [[item.number, dict(item.cells)] for item in left], "done": done}
    if left:
        return redirect(url_for("pay_tables.look", table=table, done=done), 303)
    return redirect(url_for("pay_tables.choose", kind=row.kind, done=done), 303)


@pay_tables.get("/pay/table/<table>/mend.csv")
@needs("pay table", "read", key="table")
def mend(table: str) -> Response:
    """Hand out the rows that wait, each with its reason."""
    with current_issuer().database.reading() as session:
        row = _find(session, table)
        planned = _plan(session, row)
    columns = _kind(row.kind).columns
    lines = [
        [*(item.row.cells.get(column, "") for column in columns), item.reason]
        for item in planned
        if item.fate is RowFate.DECIDE
    ]
    return spreadsheet(f"{row.kind}-to-fix.csv", [*columns, sheet.REASON], lines)


def _plan(session: Session, row: PayTableRow) -> list[PlannedPayRow]:
    agreement = agreements.current(session)
    return _kind(row.kind).plan(session, agreement.settings if agreement else {}, _rows(row))


def _rows(row: PayTableRow) -> list[SheetRow]:
    return [SheetRow(number, cells) for number, cells in row.cells["rows"]]


def _note(session: Session, row: PayTableRow, by: PersonRow, now: datetime) -> None:
    action, about = f"pay.{row.kind}-imported", f"pay-table:{row.public_id}"
    record(session, by=actor(by.id), action=action, about=about, now=now)


def _choose(kind: str, *, wrong: TableRefused | None = None) -> Response:
    return page(
        "pay/tables.html",
        kind=_kind(kind),
        name=kind,
        wrong=wrong,
        done=request.args.get("done", type=whole_number),
    )


def _kind(name: str) -> PayTableKind:
    if name not in KINDS:
        raise NotFound
    return KINDS[name]


def _find(session: Session, public_id: str) -> PayTableRow:
    return _there(session, select(PayTableRow).where(PayTableRow.public_id == public_id))


def _locked(session: Session, public_id: str) -> PayTableRow:
    """Return a table as it is now, for who changes it: what others just carried out is not there.

    It is locked after its people, as where a person is erased.
    """
    rows = select(PayTableRow).where(PayTableRow.public_id == public_id).with_for_update()
    return _there(session, rows.execution_options(populate_existing=True))


def _there(session: Session, rows: Select[PayTableRow]) -> PayTableRow:
    return or_404(session.scalar(rows))
