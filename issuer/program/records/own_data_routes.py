"""*My data*: everybody can download everything stored about them, as a zip."""

from datetime import timedelta
from typing import Final

from flask import Blueprint, Response, redirect, send_file, url_for
from sqlalchemy import select
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.people.access import gate
from issuer.people.tables import PersonRow
from issuer.program.records import messages, own_data
from issuer.program.records.tables import DataExportRow
from issuer.web.access import needs
from issuer.web.answers import page
from verifier import clock

own_data_pages = Blueprint("own_data", __name__)
SHOWN: Final = 5
JUST_NOW: Final = timedelta(minutes=1)


@own_data_pages.get("/my-data")
@needs("data export", "ask")
def show() -> Response:
    """Show the zips that were asked for lately, and a button to ask for another."""
    issuer, me = current_issuer(), gate.whoever().person.id
    with issuer.database.reading() as session:
        rows = select(DataExportRow).where(DataExportRow.person_pk == me)
        exports = session.scalars(rows.order_by(DataExportRow.id.desc()).limit(SHOWN)).all()
    there = {row.id: own_data.path(issuer.settings, row).exists() for row in exports}
    return page("program/my_data.html", exports=exports, there=there, days=own_data.KEPT.days)


@own_data_pages.post("/my-data")
@needs("data export", "ask")
def ask() -> AnyResponse:
    """Make the zip, at once or in the background; one that is not finished, or was asked for just
    now, is made once more: whoever made it may have died, or the button was pressed twice."""
    issuer, now = current_issuer(), clock.now()
    with issuer.database.writing() as session:
        person = session.get_one(PersonRow, gate.whoever().person.id, with_for_update=True)
        is_long = own_data.is_long(session, person)
        just_now = DataExportRow.asked_at > (now if is_long else now - JUST_NOW)
        same = DataExportRow.ready_at.is_(None) | just_now
        mine = select(DataExportRow).where(DataExportRow.person_pk == person.id, same)
        export = session.scalar(mine.limit(1)) or own_data.ask(session, person, now=now)
        if is_long and not messages.waits(session, export):
            messages.put(session, export, host=issuer.settings.host, now=now)
    if not is_long:
        own_data.make(issuer, export, now=now)
    return redirect(url_for("own_data.show"), 303)


@own_data_pages.get("/my-data/<export>")
@needs("data export", "read", key="export")
def download(export: str) -> Response:
    """Hand out a zip to the person whose data it holds."""
    issuer = current_issuer()
    with issuer.database.reading() as session:
        row = session.scalar(select(DataExportRow).where(DataExportRow.public_id == export))
    if row is None or not own_data.path(issuer.settings, row).exists():
        raise NotFound
    path = own_data.path(issuer.settings, row)
    return send_file(
        path, mimetype="application/zip", as_attachment=True, download_name="my-data.zip"
    )
