"""A teacher's own page about money: what is left, line by line, and what each draft asks for."""

from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer, local_today
from issuer.people.access import gate
from issuer.people.access.gate import MenuEntry
from issuer.program.compensation import standing, steps, titles, values
from issuer.program.compensation.pages.account import account_of
from issuer.program.compensation.pages.where_paid import agreement_in_force, only_where_paid, pays
from issuer.program.compensation.reckoning.cents import cents_of
from issuer.program.compensation.reckoning.worked_examples import in_force
from issuer.program.policy import Policy
from issuer.program.projects import drafts
from issuer.program.projects.states import State
from issuer.program.projects.submission import Findings
from issuer.program.projects.tables import ProjectRow
from issuer.program.windows.window import Purpose
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from verifier import clock
from verifier.wording.words import N_

my_money = Blueprint("my_money", __name__)
my_money.before_request(only_where_paid)
NAVIGATION: Final = (
    MenuEntry("my_money.show", N_("My money"), shown=pays),
    MenuEntry("my_money.show", N_("What it asks for"), part="project", shown=pays),
)


@my_money.get("/my-money")
@needs("money", "read")
def show() -> Response:
    """Show whoever is signed in what is left of the cap, with the arithmetic."""
    return _page()


@my_money.post("/my-money/<project>")
@needs("project", "write", key="project", again_at="my_money.show")
def ask(project: str) -> AnyResponse:
    """Write down what a draft asks for: at most what it is worth, and nothing if it says so."""
    typed = request.form.get("amount", "").strip()
    try:
        cents = cents_of(typed or "0")
    except ValueError:
        return _page(project, typed, N_("Write an amount such as 300.00, or 0 for nothing."))
    with current_issuer().database.writing() as session:
        row = or_404(drafts.locked(session, project))
        if row.state != State.DRAFT:
            return _page(project, typed, N_("It was handed in, so what it asks for stays."))
        if cents > values.value_of(session, row):
            return _page(project, typed, N_("This is more than the project is worth."))
        values.ask(session, row, cents, now=clock.now())
    return redirect(url_for("my_money.show", done=1), 303)


def check(session: Session, project: ProjectRow, purpose: Purpose, policy: Policy) -> Findings:
    """Return what a proposal meets here before it is handed in."""
    return steps.check(session, project, purpose, local_today())


def _page(project: str = "", typed: str = "", wrong: str = "") -> Response:
    me, today = gate.whoever().person, local_today()
    with current_issuer().database.reading() as session:
        agreement = agreement_in_force(session)
        drafted = session.scalars(
            select(ProjectRow)
            .where(ProjectRow.person_pk == me.id, ProjectRow.state == State.DRAFT)
            .options(joinedload(ProjectRow.offering))
            .order_by(ProjectRow.changed_at.desc())
        ).all()
        own = standing.books(session, me.id)
        account = account_of(agreement, own, today)
        called = titles.titles_of(session, account["balances"])
        asks = values.of_projects(session, drafted)
    return page(
        "pay/my_money.html",
        agreement=agreement,
        rules=in_force(agreement.settings),
        drafts=drafted,
        asks=asks,
        title_of=titles.title_of,
        called=called,
        project=project,
        typed=typed,
        wrong=wrong,
        done=request.args.get("done"),
        **account,
    )
