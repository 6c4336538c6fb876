"""Where everybody stands: for payroll and the superintendent, in a list and one by one."""

from typing import Any, Final

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import func, select, union
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from issuer.audit.log import person as actor
from issuer.audit.log import record
from issuer.home.issuer import current_issuer
from issuer.issuance.records.search import fold
from issuer.people import register
from issuer.people.access import gate, rules
from issuer.people.access.gate import MenuEntry
from issuer.people.tables import PersonRow
from issuer.program.compensation import ledger, standing, steps, titles
from issuer.program.compensation.imports.kinds import KINDS
from issuer.program.compensation.pages.account import account_of
from issuer.program.compensation.pages.where_paid import agreement_in_force, only_where_paid, pays
from issuer.program.compensation.tables import LedgerRow, PayRecordRow
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from issuer.web.row_numbers import whole_number
from verifier import clock
from verifier.wording.words import N_

pay_people = Blueprint("pay_people", __name__)
pay_people.before_request(only_where_paid)
NAVIGATION: Final = (
    MenuEntry("pay_people.overview", N_("Pay"), shown=pays, lands=3),
    MenuEntry("pay_people.list_all", N_("Where everybody stands"), part="pay"),
)
PAGE: Final = 50


@pay_people.get("/pay")
@needs("pay", "read")
def overview() -> Response:
    """Show what there is about pay for whoever asks, and what waits."""
    hands_in = rules.may(gate.whoever().me, "pay table", "add")
    return page("pay/overview.html", tables=KINDS if hands_in else {})


@pay_people.get("/pay/people")
@needs("pay", "read")
def list_all() -> Response:
    """List everybody with a pay record or an amount, a page at a time, by name."""
    text, number = request.args.get("q", ""), max(1, request.args.get("page", 1, type=whole_number))
    issuer = current_issuer()
    today = issuer.settings.local(clock.now()).date()
    with issuer.database.reading() as session:
        known = union(select(PayRecordRow.person_pk), select(LedgerRow.person_pk)).subquery()
        rows = select(PersonRow).where(PersonRow.id.in_(select(known.c.person_pk)))
        if text.strip():
            rows = rows.where(PersonRow.folded.contains(fold(text.strip()), autoescape=True))
        total = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
        pages = max(1, -(-total // PAGE))
        number = min(number, pages)
        ordered = rows.order_by(PersonRow.folded, PersonRow.id).limit(PAGE)
        listed = session.scalars(ordered.offset((number - 1) * PAGE)).all()
        agreement, books = agreement_in_force(session), standing.books_of(session, listed)
        accounts = [(person, account_of(agreement, books[person.id], today)) for person in listed]
    values = {"total": total, "number": number, "pages": pages, "text": text}
    return page("pay/people.html", accounts=accounts, books=books, **values)


@pay_people.get("/pay/people/<person>")
@needs("pay", "read")
def show(person: str) -> Response:
    """Show where one person stands, with the arithmetic, the sums and the records."""
    issuer = current_issuer()
    today = issuer.settings.local(clock.now()).date()
    with issuer.database.reading() as session:
        row = _find(session, person)
        own = standing.books(session, row.id)
        account = account_of(agreement_in_force(session), own, today)
        called = titles.titles_of(session, account["balances"])
    return page(
        "pay/person.html",
        person=row,
        own=own,
        called=called,
        writes=rules.may(gate.whoever().me, "pay record", "write"),
        done=request.args.get("done"),
        **account,
    )


@pay_people.post("/pay/people/<person>/records/<int:record>")
@needs("pay record", "write", again_at="pay_people.show")
def hold(person: str, record: int) -> AnyResponse:
    """Say which of the records of one day holds; the others are replaced (E59)."""
    now = clock.now()
    with current_issuer().database.writing() as session:
        row, by = _find(session, person), gate.person(session)
        ledger.lock(session, row.id)
        _let_hold(session, row, record, by, now)
        steps.settle(session, row.id, now=now, by=by)
    return redirect(url_for("pay_people.show", person=person, done=1), 303)


def _let_hold(session: Session, person: PersonRow, number: int, by: PersonRow, now: Any) -> None:
    records = standing.books(session, person.id).records
    holding = or_404(next((row for row in records if row.id == number), None))
    others = [row for row in records if row.since == holding.since and row is not holding]
    if not others:
        return  # pressed twice
    for other in others:
        other.replaced_at = now
    session.flush()
    about = f"person:{person.id}"
    record(session, by=actor(by.id), action="pay.record-chosen", about=about, now=now)


def _find(session: Session, public_id: str) -> PersonRow:
    return or_404(register.find(session, public_id))
