"""The desk's tasks: errors that teachers report, each with a prepared correction."""

from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from issuer import issuance
from issuer.home.issuer import current_issuer
from issuer.people import acts
from issuer.people.access import gate, rules
from issuer.people.access.gate import MenuEntry
from issuer.sharing.holder import reports
from issuer.sharing.holder.tables import LONGEST_WORDS, ReportRow
from issuer.staff import DESK
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from verifier import clock
from verifier.wording.words import N_

tasks = Blueprint("tasks", __name__)
ANSWERED: Final = N_("Somebody else has answered meanwhile. Your own words were not sent.")
CHANGED: Final = N_(
    "The teacher has changed this meanwhile: read it once more. What you typed is still here."
)
NAVIGATION: Final = (MenuEntry("tasks.list_all", N_("Tasks"), DESK),)


@tasks.get("/desk/tasks")
@needs("task", "list")
def list_all() -> Response:
    """List what waits for an answer, and what was answered last."""
    visible = rules.visible(gate.whoever().me, "task", "list", gate.kinds())
    with current_issuer().database.reading() as session:
        rows = {
            "waiting": reports.waiting(session, visible),
            "settled": reports.settled(session, visible),
        }
    return page("desk/tasks.html", **rows)


@tasks.get("/desk/tasks/<task>")
@needs("task", "settle", key="task")
def show(task: str) -> Response:
    """Show one task, with the way to the correction."""
    return _page(task)


@tasks.post("/desk/tasks/<task>")
@needs("task", "settle", key="task")
def settle(task: str) -> AnyResponse:
    """Answer the teacher, as done or as declined; once, and what the form was made from."""
    issuer, answer = current_issuer(), request.form.get("answer", "").strip()
    is_done = request.form.get("as") == "done"
    if not answer or len(answer.replace("\r\n", "\n")) > LONGEST_WORDS:
        return _page(task, wrong=N_("Write the teacher a few words, 2,000 characters at most."))
    with issuer.database.writing() as session:
        row = or_404(reports.locked(session, task))
        overtaken = _overtaken(row, is_done=is_done, answer=answer)
        if row.settled_at is None and not overtaken:
            held = issuance.newest(issuer, row.credential.public_id)
            reports.settle(
                session,
                row,
                is_done=is_done,
                answer=answer,
                led_to=held.public_id if held else row.credential.public_id,
                host=issuer.settings.host if issuer.settings.mail else None,
                by=acts.actor(gate.whoever().person),
                now=clock.now(),
            )
    if overtaken:
        return _page(task, overtaken=overtaken)
    return redirect(url_for("tasks.list_all", done=1), 303)


def _overtaken(row: ReportRow, *, is_done: bool, answer: str) -> str:
    """Return what came before this answer: another, or other words of the teacher; '' if nothing,
    as where a button was pressed twice."""
    if row.settled_at is not None:
        return "" if (row.is_done, row.answer) == (is_done, answer) else ANSWERED
    return "" if request.form.get("version") == row.version else CHANGED


def _page(task: str, *, wrong: str = "", overtaken: str = "") -> Response:
    with current_issuer().database.reading() as session:
        row = _row(session, task)
    response = page(
        "desk/task.html",
        row=row,
        wrong=wrong,
        overtaken=overtaken,
        typed=request.form.get("answer"),
    )
    response.status_code = 422 if wrong or overtaken else 200
    return response


def _row(session: Session, task: str) -> ReportRow:
    return or_404(reports.find(session, task))
