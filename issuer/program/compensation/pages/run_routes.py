"""Pay runs on pages: what is due, locked, handed out, confirmed; and what a person decides."""

from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.people.access import gate, rules
from issuer.people.access.gate import MenuEntry
from issuer.people.tables import PersonRow
from issuer.program.compensation import agreements, titles
from issuer.program.compensation.agreements import COLUMNS
from issuer.program.compensation.pages.where_paid import agreement_in_force, only_where_paid
from issuer.program.compensation.runs import pay_runs, payroll_file, settling
from issuer.program.compensation.runs.due import digest, due, lock_people
from issuer.program.compensation.runs.pay_runs import PayRunRefused
from issuer.program.compensation.runs.settling import MoneyDecision
from issuer.program.compensation.tables import PayRunRow
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from issuer.web.row_numbers import whole_number
from verifier import clock
from verifier.wording.words import N_

running_pay = Blueprint("pay_runs", __name__)
running_pay.before_request(only_where_paid)
NAVIGATION: Final = (
    MenuEntry("pay_runs.show_due", N_("Pay runs"), part="pay"),
    MenuEntry("pay_runs.settle", N_("To decide about money"), part="pay"),
    MenuEntry("pay_runs.columns", N_("Columns of the file for payroll"), part="pay"),
)
HEADS: Final = {
    "staff_number": N_("Staff number"),
    "name": N_("Name"),
    "amount": N_("Amount"),
    "awards": N_("The awards, each with its amount"),
    "run": N_("Id of the pay run"),
}
LONGEST_HEAD: Final = 60


@running_pay.get("/pay/runs")
@needs("pay", "read")
def show_due() -> Response:
    """Show what the next run would pay, who waits and why, and the runs there were."""
    return _due()


@running_pay.post("/pay/runs")
@needs("pay run", "write", again_at="pay_runs.show_due")
def lock() -> AnyResponse:
    """Lock a run of all that is due, if it is what was looked at."""
    now, looked_at = clock.now(), request.form.get("digest", "")
    try:
        with current_issuer().database.writing() as session:
            agreement, by = agreement_in_force(session), gate.person(session)
            run = pay_runs.lock(session, agreement, looked_at, by=by, now=now)
    except PayRunRefused as exc:
        return _due(wrong=str(exc))
    return redirect(url_for("pay_runs.show", run=run.public_id), 303)


@running_pay.get("/pay/runs/<run>")
@needs("pay", "read")
def show(run: str) -> Response:
    """Show a run: its lines, who locked it, and what can be done with it."""
    return _run(run)


@running_pay.post("/pay/runs/<run>/file")
@needs("pay run", "write", again_at="pay_runs.show")
def fetch(run: str) -> AnyResponse:
    """Hand out the file of a run; each time is written down."""
    now = clock.now()
    try:
        with current_issuer().database.writing() as session:
            row = _find(session, run, locked=True)
            data = pay_runs.hand_out(session, row, by=gate.person(session), now=now)
    except PayRunRefused as exc:
        return _run(run, wrong=str(exc))
    response = Response(data, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="pay-run-{run}.csv"'
    return response


@running_pay.post("/pay/runs/<run>/confirm")
@needs("pay run", "write", again_at="pay_runs.show")
def confirm(run: str) -> AnyResponse:
    """Say that payroll paid a run."""
    now = clock.now()
    try:
        with current_issuer().database.writing() as session:
            row, by = _find(session, run, locked=True), gate.person(session)
            pay_runs.confirm(session, agreement_in_force(session), row, by=by, now=now)
    except PayRunRefused as exc:
        return _run(run, wrong=str(exc))
    return redirect(url_for("pay_runs.show", run=run, done=1), 303)


@running_pay.get("/pay/decisions")
@needs("pay", "read")
def settle() -> Response:
    """Show what a person decides: withdrawn credentials that brought something, and who left."""
    with current_issuer().database.reading() as session:
        decisions = settling.waiting(session)
        called = titles.titles_of(session, {item.claim for item in decisions})
    decides = rules.may(gate.whoever().me, "pay run", "decide")
    done = request.args.get("done")
    return page(
        "pay/decisions.html", decisions=decisions, called=called, decides=decides, done=done
    )


@running_pay.post("/pay/decisions")
@needs("pay run", "decide", again_at="pay_runs.settle")
def decide() -> AnyResponse:
    """Carry out what was proposed, or let it stand."""
    form, now = request.form, clock.now()
    with current_issuer().database.writing() as session:
        lock_people(session)
        item = _waiting(session, form.get("key", ""))
        if item is not None:
            carry_out = form.get("act") == "carry-out"
            agreement, by = agreement_in_force(session), gate.person(session)
            settling.decide(session, agreement, item, carry_out=carry_out, by=by, now=now)
    return redirect(url_for("pay_runs.settle", done="1" if item else "late"), 303)


@running_pay.get("/pay/columns")
@needs("pay columns", "write")
def columns() -> Response:
    """Show which columns the file for payroll has, in which order, under which heads."""
    with current_issuer().database.reading() as session:
        chosen = agreement_in_force(session).columns or payroll_file.DEFAULT_HEADS
    done = request.args.get("done")
    return page("pay/columns.html", columns=HEADS, chosen=chosen, places=list(chosen), done=done)


@running_pay.post("/pay/columns")
@needs("pay columns", "write")
def choose_columns() -> AnyResponse:
    """Put columns in force, for runs that are locked from now on."""
    form, settings = request.form, current_issuer().settings
    heads = {name: form.get(f"head-{name}", "").strip()[:LONGEST_HEAD] for name in COLUMNS}
    places = {name: form.get(f"place-{name}", 99, type=whole_number) for name in COLUMNS}
    chosen = [name for name in sorted(COLUMNS, key=lambda name: places[name]) if heads[name]]
    with current_issuer().database.writing() as session:
        by, agreement = gate.acting(session), agreement_in_force(session)
        columns = {name: heads[name] for name in chosen}
        zone = settings.timezone or agreement.zone
        agreements.change(session, columns=columns, by=by, zone=zone, now=clock.now())
    return redirect(url_for("pay_runs.columns", done=1), 303)


def _due(*, wrong: str = "") -> Response:
    with current_issuer().database.reading() as session:
        lines = due(session)
        claims = {claim for line in lines for claim, _ in line.awards}
        called, runs = titles.titles_of(session, claims), pay_runs.newest(session)
    paid = [line for line in lines if not line.blocked]
    return page(
        "pay/runs.html",
        lines=paid,
        blocked=[line for line in lines if line.blocked],
        leavers=[line for line in lines if line.person.left_at],
        total=sum(line.cents for line in paid),
        digest=digest(lines),
        called=called,
        runs=runs,
        writes=rules.may(gate.whoever().me, "pay run", "write"),
        wrong=wrong,
    )


def _run(public_id: str, *, wrong: str = "") -> Response:
    with current_issuer().database.reading() as session:
        run = _find(session, public_id)
        claims = {claim for line in run.lines for claim, _ in line.awards["awards"]}
        called = titles.titles_of(session, claims)
        locked_by = session.get_one(PersonRow, run.locked_by)
    return page(
        "pay/run.html",
        run=run,
        total=sum(line.cents for line in run.lines),
        called=called,
        locked_by=locked_by,
        writes=rules.may(gate.whoever().me, "pay run", "write"),
        wrong=wrong,
        done=request.args.get("done"),
    )


def _waiting(session: Session, key: str) -> MoneyDecision | None:
    """Return the decision that waits under this key; None if it was decided since."""
    return next((item for item in settling.waiting(session) if item.key == key), None)


def _find(session: Session, public_id: str, *, locked: bool = False) -> PayRunRow:
    return or_404(pay_runs.find(session, public_id, locked=locked))
