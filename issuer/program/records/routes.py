"""The pages of records: how long they are kept, what is held, what is disposed of, who read what,
and the requests of parents.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response as AnyResponse

from issuer.audit.log import record as note
from issuer.home.issuer import current_issuer
from issuer.people import acts, register
from issuer.people.access import gate
from issuer.people.tables import PersonRow
from issuer.program.evidence.home_files import files
from issuer.program.projects.tables import ProjectRow
from issuer.program.records import disposal, readers, retention
from issuer.program.records.retention import Record, RecordRefused
from issuer.program.records.tables import DisposalRow, HoldRow
from issuer.web.access import needs
from issuer.web.answers import page
from issuer.web.row_numbers import whole_number
from issuer.wording.language import gettext
from verifier import clock
from verifier.wording.words import N_

records = Blueprint("records", __name__)
CLASSES: Final = {
    Record.EVIDENCE: N_("Evidence: files, links, and where consents are filed"),
    Record.TEXTS: N_("What teachers wrote: proposals, completions, study records"),
    Record.COACHING: N_("Entries of coaches"),
    Record.REVIEWS: N_("Comments of evaluators"),
}
EVER: Final = N_("ever")
MOST_SHOWN: Final = 200


@records.get("/program/records")
@needs("record", "keep")
def show() -> Response:
    """Show how long each class is kept, what is held, and what may be disposed of."""
    return _page()


@records.post("/program/records/retention")
@needs("record", "keep")
def choose() -> AnyResponse:
    """Choose for how long each class of record is kept."""
    return _writing(_choose)


@records.post("/program/records/holds")
@needs("record", "keep")
def hold() -> AnyResponse:
    """Keep everything of one person, or of all."""
    return _writing(_hold)


@records.post("/program/records/holds/<int:hold>/end")
@needs("record", "keep")
def end_hold(hold: int) -> AnyResponse:
    """End a hold."""

    def end(session: Session, by: PersonRow, now: datetime) -> None:
        row = session.get(HoldRow, hold)
        if row is not None and row.ended_at is None:
            row.ended_at = now
            note(
                session,
                by=acts.actor(by),
                action="record.hold-ended",
                about=f"hold:{hold}",
                now=now,
            )

    return _writing(end)


@records.post("/program/records/disposal")
@needs("record", "dispose")
def dispose() -> AnyResponse:
    """Dispose of what the list says, if it is the one that was looked at."""
    gone: list[disposal.LeftFiles] = []

    def confirm(session: Session, by: PersonRow, now: datetime) -> None:
        gone.append(disposal.confirm(session, request.form.get("list", ""), by=by, now=now))

    answer = _writing(confirm)
    for left in gone:
        disposal.delete_files(files(), left)
    return answer


@records.get("/program/records/readers")
@needs("record", "keep")
def who_read() -> Response:
    """Show who opened evidence that may show students."""
    with current_issuer().database.reading() as session:
        seen = gate.seen(session, "project")
        rows = readers.readings(session, seen, request.args.get("before", type=whole_number))
    return page("program/readers.html", rows=rows, size=readers.PAGE)


def _choose(session: Session, by: PersonRow, now: datetime) -> None:
    for record in Record:
        text = request.form.get(record, "").strip()
        if text == "":
            continue
        is_ever = text.casefold() in (EVER, gettext(EVER))
        if not is_ever and not text.isdecimal():
            raise RecordRefused(N_("Write a number of years from 0 to 100."))
        years = None if is_ever else int(text[:4])
        retention.choose(session, record, years, by=by, now=now)


def _hold(session: Session, by: PersonRow, now: datetime) -> None:
    address = request.form.get("person", "").strip()
    person = None
    if address:
        known = register.of_address(session, address)
        if known is None:
            raise RecordRefused(N_("Nobody has this address."))
        person = session.get_one(PersonRow, known.person_pk)
    retention.hold(session, person, request.form.get("reason", ""), by=by, now=now)


def _writing(act: Callable[[Session, PersonRow, datetime], None]) -> AnyResponse:
    """Run an action in a transaction and show the page again, with its result or what is wrong."""
    try:
        with current_issuer().database.writing() as session:
            act(session, gate.acting(session), clock.now())
    except RecordRefused as exc:
        return _page(wrong=str(exc))
    return redirect(url_for("records.show", done=1), 303)


def _page(*, wrong: str = "") -> Response:
    with current_issuer().database.reading() as session:
        due = retention.due_list(session, clock.now())
        values = {
            "due": retention.listed(session, due.first(MOST_SHOWN)),
            "chosen": retention.chosen(session),
            "holds": retention.holds(session),
            "disposed": session.scalars(
                select(DisposalRow)
                .options(joinedload(DisposalRow.project).joinedload(ProjectRow.person))
                .order_by(DisposalRow.id.desc())
                .limit(20)
            ).all(),
        }
    return page(
        "program/records.html",
        classes=CLASSES,
        many=len(due),
        digest=due.digest,
        wrong=wrong,
        typed=request.form,
        done=request.args.get("done"),
        **values,
    )
