"""The pages of parents' requests to see records: found, opened, answered."""

import tempfile
from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, request, send_file, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from issuer.audit.log import record as note
from issuer.home.issuer import current_issuer
from issuer.people import acts
from issuer.people.access import gate
from issuer.program.evidence.home_files import files
from issuer.program.evidence.tables import ArtifactRow
from issuer.program.projects.tables import ProjectRow
from issuer.program.records import inspections
from issuer.program.records.retention import RecordRefused
from issuer.program.records.tables import InspectedRow, InspectionRow
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from issuer.wording.days import WRITE_A_DAY, written_day
from verifier import clock

inspecting = Blueprint("inspecting", __name__)


@inspecting.get("/program/records/requests")
@needs("record", "keep")
def listed() -> Response:
    """Find the evidence that a parent asks about, and list the requests."""
    return _requests()


@inspecting.post("/program/records/requests")
@needs("record", "keep")
def begin() -> AnyResponse:
    """Open a request about the evidence that was selected."""
    chosen = request.form.getlist("artifact")
    try:
        with current_issuer().database.writing() as session:
            rows = session.scalars(
                select(ArtifactRow).where(ArtifactRow.public_id.in_(chosen))
            ).all()
            about = request.form.get("about", "")
            by, now = gate.acting(session), clock.now()
            inspection, is_new = inspections.open_request(session, about, rows, by=by, now=now)
            if is_new:
                _note(session, inspection, "opened")
    except RecordRefused as exc:
        return _requests(wrong=str(exc))
    return redirect(url_for("inspecting.show", inspection=inspection.public_id), 303)


@inspecting.get("/program/records/requests/<inspection>")
@needs("record", "keep")
def show(inspection: str) -> Response:
    """Show a request, and what it is about."""
    with current_issuer().database.reading() as session:
        row = _inspection(session, inspection)
    return page("program/inspection.html", inspection=row, done=request.args.get("done"))


@inspecting.post("/program/records/requests/<inspection>")
@needs("record", "keep")
def answer(inspection: str) -> AnyResponse:
    """Hand out the selected evidence, hide it when consent was withdrawn, or close the request."""
    form, now = request.form, clock.now()
    chosen, act = form.getlist("artifact"), form.get("act", "")
    with current_issuer().database.writing() as session:
        gate.acting(session)
        row = _inspection(session, inspection)
        was_closed = row.closed_at is not None
        if act == "withdraw":
            inspections.withdraw_consent(session, row, chosen, now=now)
        elif act == "close":
            row.closed_at = row.closed_at or now
        elif act != "export":
            raise NotFound
        if act != "close" or not was_closed:
            _note(session, row, act)
    if act == "export":
        out = tempfile.TemporaryFile()  # noqa: SIM115 (closed once it is sent)
        hide = form.get("hide", "").split(",")
        inspections.zip_of(files(), row, chosen, hide=hide, out=out)
        out.seek(0)
        return send_file(out, "application/zip", as_attachment=True, download_name="records.zip")
    return redirect(url_for("inspecting.show", inspection=inspection, done=act), 303)


def _requests(*, wrong: str = "") -> Response:
    asked: Mapping[str, str] = request.values
    days, flaws = _days(asked)
    with current_issuer().database.reading() as session:
        artifacts = inspections.matching(
            session,
            reference=asked.get("reference", ""),
            words=asked.get("words", ""),
            zone=current_issuer().settings.timezone or ZoneInfo("UTC"),
            **days,
            seen=gate.seen(session, "project"),
        )
        rows = select(InspectionRow).order_by(InspectionRow.id.desc()).limit(50)
        known = session.scalars(rows).all()
    response = page(
        "program/requests.html",
        found=artifacts,
        known=known,
        asked=asked,
        chosen=request.form.getlist("artifact"),
        wrong=wrong,
        flaws=flaws,
    )
    response.status_code = 422 if wrong or flaws else 200
    return response


def _inspection(session: Session, public_id: str) -> InspectionRow:
    items = joinedload(InspectionRow.items).joinedload(InspectedRow.artifact)
    owner = items.joinedload(ArtifactRow.project).joinedload(ProjectRow.person)
    rows = select(InspectionRow).where(InspectionRow.public_id == public_id).options(owner)
    return or_404(session.scalars(rows).unique().one_or_none())


def _note(session: Session, row: InspectionRow, what: str) -> None:
    about, by = f"inspection:{row.id}", acts.actor(gate.whoever().person)
    note(session, by=by, action=f"inspection.{what}", about=about, now=clock.now())


def _days(asked: Mapping[str, str]) -> tuple[dict[str, date | None], dict[str, str]]:
    """Return the days that are asked for, and what to put right about them, by field."""
    days: dict[str, date | None] = {}
    flaws: dict[str, str] = {}
    for name in ("first", "last"):
        text = asked.get(name, "").strip()
        try:
            days[name] = written_day(text) if text else None
        except ValueError:
            flaws[name] = WRITE_A_DAY
    return days, flaws
