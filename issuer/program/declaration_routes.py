"""The page where everybody declares once a year whom they must not judge or be judged by."""

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.people import relations
from issuer.people.access import gate, rules
from issuer.people.register import of_address
from issuer.people.tables import PersonRow
from issuer.program.projects import declarations
from issuer.web.access import needs
from issuer.web.answers import page
from verifier import clock

declaring = Blueprint("declarations", __name__)


@declaring.get("/declaration")
@needs("declaration", "read")
def show() -> Response:
    """Show whom the person who is signed in has named, and ask for the yearly answer."""
    return _page()


@declaring.post("/declaration")
@needs("declaration", "write")
def answer() -> AnyResponse:
    """Note the yearly answer."""
    with current_issuer().database.writing() as session:
        confidential = "confidential" in request.form
        declarations.declare(session, _me(session), confidential=confidential, now=clock.now())
    back = request.form.get("back", "")
    return redirect(gate.local_path(back) if back else url_for("declarations.show", done=1), 303)


@declaring.post("/declaration/people")
@needs("declaration", "write")
def name() -> AnyResponse:
    """Name somebody by address."""
    address = request.form.get("address", "")
    with current_issuer().database.writing() as session:
        me, row = _me(session), of_address(session, address)
        if row is None or row.person_pk == me.id:
            return _page(wrong=True)
        reason = request.form.get("reason", "").strip()[:500]
        relations.tell(
            session, me, session.get_one(PersonRow, row.person_pk), reason, now=clock.now()
        )
    return redirect(url_for("declarations.show", back=request.form.get("back") or None), 303)


@declaring.post("/declaration/people/<int:other>/end")
@needs("declaration", "write")
def take_back(other: int) -> AnyResponse:
    """Take back whom one named; what the superintendent pinned stays."""
    with current_issuer().database.writing() as session:
        relations.take_back(session, _me(session), other)
    return redirect(url_for("declarations.show"), 303)


def _page(*, wrong: bool = False) -> Response:
    issuer, visitor = current_issuer(), gate.whoever()
    today = issuer.settings.local(clock.now()).date()
    with issuer.database.reading() as session:
        named = relations.named(session, visitor.person.id)
        may_judge = declarations.may_judge(session, visitor.person.id, today=today)
        is_declared = declarations.is_declared(session, visitor.person.id, today=today)
    return page(
        "program/declaration.html",
        named=named,
        judges=rules.may(visitor.me, "assignment", "list"),
        may_judge=may_judge,
        is_declared=is_declared,
        wrong=wrong,
        back=request.values.get("back", ""),
        typed=request.form,
    )


def _me(session: Session) -> PersonRow:
    return session.scalars(select(PersonRow).where(PersonRow.id == gate.whoever().person.id)).one()
