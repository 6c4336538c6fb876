"""The cadre on pages: the directory, one's own entry, and questions with their answers."""

from typing import Any, Final

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.outbox import queue
from issuer.people.access import gate, rules
from issuer.people.access.gate import MenuEntry
from issuer.people.tables import BuildingRow, PersonRow
from issuer.program import policy as policies
from issuer.program.cadre import directory, letters
from issuer.program.cadre.directory import CadreRefused
from issuer.program.cadre.tables import CadreQuestionRow, CadreRow
from issuer.web.access import needs, open_to_all
from issuer.web.answers import or_404, page
from issuer.web.row_numbers import whole_number
from verifier import clock
from verifier.wording.words import N_

cadre = Blueprint("cadre", __name__)
NAVIGATION: Final = (MenuEntry("cadre.show", N_("Cadre")),)
PAGE: Final = 50


@cadre.get("/program/cadre")
@needs("cadre", "read")
def show() -> Response:
    """Show the district who wants to be found."""
    return _page(is_public=False)


@cadre.get("/cadre")
@open_to_all
def for_everybody() -> Response:
    """Show everybody who wants to be found by everybody, if the district wants that."""
    with current_issuer().database.reading() as session:
        policy = policies.current(session)
    if policy is None or not policy.cadre_public:
        raise NotFound
    return _page(is_public=True)


@cadre.post("/program/cadre/me")
@needs("cadre", "join")
def join() -> AnyResponse:
    """Be found, by the district or by everybody; or be found no more."""
    form = request.form
    try:
        with current_issuer().database.writing() as session:
            me = gate.person(session)
            if form.get("seen") in ("district", "everybody"):
                is_public, offers = form["seen"] == "everybody", form.get("offers", "")
                directory.join(session, me, is_public=is_public, offers=offers, now=clock.now())
            else:
                directory.leave(session, me)
    except CadreRefused as exc:
        return _page(is_public=False, wrong=str(exc))
    return redirect(url_for("cadre.show", done="me"), 303)


@cadre.post("/program/cadre/ask")
@needs("cadre", "ask")
def ask() -> AnyResponse:
    """Send a question to somebody who wants to be found, without showing an address."""
    issuer, now, form = current_issuer(), clock.now(), request.form
    try:
        with issuer.database.writing() as session:
            me = gate.acting(session)
            whom = select(PersonRow).where(PersonRow.public_id == form.get("person", ""))
            other = session.scalar(whom)
            if other is None:
                raise CadreRefused(N_("This person does not take questions."))
            row, is_new = directory.ask(session, me, other, form.get("text", ""), now=now)
            if is_new:
                _tell(session, letters.ASKED, row)
    except CadreRefused as exc:
        return _page(is_public=False, wrong=str(exc))
    return redirect(url_for("cadre.question", question=row.public_id, done="asked"), 303)


@cadre.get("/program/cadre/questions/<question>")
@needs("cadre question", "read", key="question")
def question(question: str) -> Response:
    """Show a question and its answer to the two whom it concerns."""
    return _question(question)


@cadre.post("/program/cadre/questions/<question>")
@needs("cadre question", "read", key="question")
def answer(question: str) -> AnyResponse:
    """Answer a question that one was asked, once."""
    text = request.form.get("text", "").strip()
    if not 0 < len(text) <= 2000:
        return _question(question, wrong=N_("Write 1 to 2,000 characters."))
    with current_issuer().database.writing() as session:
        row = _row(session, question)
        if row.to_pk == gate.whoever().person.id and row.answer is None:
            row.answer, row.answered_at = text, clock.now()
            _tell(session, letters.ANSWERED, row)
    return redirect(url_for("cadre.question", question=question, done="answered"), 303)


def _tell(session: Session, kind: str, row: CadreQuestionRow) -> None:
    host, now = current_issuer().settings.host, clock.now()
    queue.put(session, kind, row.public_id, host=host, now=now, payload={"question": row.id})


def _page(*, is_public: bool, wrong: str = "") -> Response:
    asked, visitor = request.args, gate.signed_in()
    number = max(1, asked.get("page", 1, type=whole_number))
    with current_issuer().database.reading() as session:
        fitting = directory.find(
            session,
            is_public=is_public,
            words=asked.get("words", ""),
            grades=asked.get("grades", ""),
            building=asked.get("building", ""),
        )
        if wrong and (asked_one := request.form.get("person")):  # on whatever page they were
            fitting = [row for row in fitting if row.person.public_id == asked_one]
        pages = max(1, -(-len(fitting) // PAGE))
        number = min(number, pages)
        values: dict[str, Any] = {
            "listed": fitting[(number - 1) * PAGE : number * PAGE],
            "buildings": session.scalars(select(BuildingRow).order_by(BuildingRow.name)).all(),
        }
        if not is_public and visitor:
            values["questions"] = directory.questions(session, visitor.person.id)
        if not is_public and visitor and rules.may(visitor.me, "cadre", "join"):
            values["mine"] = session.get(CadreRow, visitor.person.id)
            values["may_join"] = directory.may_join(session, visitor.person.id)
    return page(
        "program/cadre.html",
        is_public=is_public,
        is_search=any(asked.get(name) for name in ("words", "grades", "building")),
        sees_evidence=bool(visitor and rules.may(visitor.me, "shared evidence", "list")),
        me=visitor.person.public_id if visitor else "",
        wrong=wrong,
        typed=request.form,
        number=number,
        pages=pages,
        **values,
    )


def _question(public_id: str, *, wrong: str = "") -> Response:
    with current_issuer().database.reading() as session:
        row = _row(session, public_id)
        asker, asked = row.asker, row.asked
    is_mine = row.to_pk == gate.whoever().person.id
    return page(
        "program/cadre_question.html",
        question=row,
        asker=asker,
        asked=asked,
        is_mine=is_mine,
        wrong=wrong,
        done=request.args.get("done"),
    )


def _row(session: Session, public_id: str) -> CadreQuestionRow:
    rows = select(CadreQuestionRow).where(CadreQuestionRow.public_id == public_id)
    return or_404(session.scalar(rows))
