"""What offerings and own ideas are worth: the superintendent says it, payroll reads it."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from contexts.errors import MintmarkError
from issuer.home.issuer import current_issuer
from issuer.people.access import gate, rules
from issuer.people.access.gate import MenuEntry
from issuer.people.tables import PersonRow
from issuer.program.compensation import ledger, steps, titles, values
from issuer.program.compensation.pages.where_paid import only_where_paid, pays
from issuer.program.compensation.reckoning.cents import cents_of
from issuer.program.projects.drafts import locked
from issuer.program.projects.states import State
from issuer.program.projects.tables import OfferingRow, ProjectRow
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from verifier import clock
from verifier.wording.words import N_

pay_values = Blueprint("pay_values", __name__)
pay_values.before_request(only_where_paid)
NAVIGATION: Final = (
    MenuEntry("pay_values.show", N_("What they are worth"), part="pay"),
    MenuEntry("pay_values.show", N_("What they are worth"), part="offerings", shown=pays),
    MenuEntry("pay_values.show", N_("What own ideas are worth"), part="decisions", shown=pays),
)
TO_VALUE: Final = (State.PROPOSED, State.ACTIVE, State.SUBMITTED, State.APPROVED, State.ISSUED)
"""The states in which the superintendent says what an own idea is worth."""
APPROVED: Final = TO_VALUE[1:]
"""Of these payroll knows, too: what is only proposed is nobody's business but the program's."""


class ValueRefused(MintmarkError):
    """This cannot be worth so much; the message says why."""


@pay_values.get("/pay/values")
@needs("value", "read")
def show() -> Response:
    """Show what each offering, and each own idea that has no amount, is worth."""
    return _page()


@pay_values.post("/pay/values/offerings/<offering>")
@needs("value", "write", again_at="pay_values.show")
def of_offering(offering: str) -> AnyResponse:
    """Let an offering be worth so much from now on (E60)."""
    return _set(offering, _offering)


@pay_values.post("/pay/values/projects/<project>")
@needs("value", "write", again_at="pay_values.show")
def of_project(project: str) -> AnyResponse:
    """Let an own idea be worth so much: once, before or after its release."""
    return _set(project, _own_idea)


def _set(public_id: str, find: Callable[[Session, str], OfferingRow | ProjectRow]) -> AnyResponse:
    typed, now = request.form.get("amount", "").strip(), clock.now()
    try:
        cents = cents_of(typed)
    except ValueError:
        wrong = N_("Write an amount such as 300.00, or 0 for nothing.")
        return _page(public_id, typed, wrong)
    try:
        with current_issuer().database.writing() as session:
            by, about = gate.acting(session), find(session, public_id)
            _let_be_worth(session, about, cents, by, now)
    except ValueRefused as exc:
        return _page(public_id, typed, str(exc))
    return redirect(url_for("pay_values.show", done=1), 303)


def _let_be_worth(
    session: Session, about: OfferingRow | ProjectRow, cents: int, by: PersonRow, now: datetime
) -> None:
    """Set a value, once also where the button is pressed twice. An own idea without a sum gets it
    now, if there is room under the cap by now even by the value that it had."""
    is_new = values.newest(session, about) != cents
    if isinstance(about, ProjectRow) and _has_sum(session, about):
        if is_new:
            raise ValueRefused(N_("It was approved with an amount, so that amount stays."))
        return
    if is_new:
        values.set_value(session, about, cents, by=by, now=now)
    if isinstance(about, ProjectRow):
        steps.value_own_idea(session, about, now=now, by=by)


def _has_sum(session: Session, project: ProjectRow) -> bool:
    ledger.lock(session, project.person_pk)
    return any(steps.balance_of(session, project).sums.values())


def _offering(session: Session, public_id: str) -> OfferingRow:
    return or_404(session.scalar(select(OfferingRow).where(OfferingRow.public_id == public_id)))


def _own_idea(session: Session, public_id: str) -> ProjectRow:
    row = locked(session, public_id)
    if row is None or row.offering_pk is not None or row.state not in TO_VALUE:
        raise NotFound
    return row


def _page(changed: str = "", typed: str = "", wrong: str = "") -> Response:
    writes = rules.may(gate.whoever().me, "value", "write")
    with current_issuer().database.reading() as session:
        offerings = session.scalars(
            select(OfferingRow).where(OfferingRow.retired_at.is_(None)).order_by(OfferingRow.title)
        ).all()
        own = _without_sum(session, TO_VALUE if writes else APPROVED)
        return page(
            "pay/values.html",
            offerings=offerings,
            worth=values.of_offerings(session),
            own=own,
            asks=values.of_projects(session, own),
            title_of=titles.title_of,
            writes=writes,
            changed=changed,
            typed=typed,
            wrong=wrong,
            done=request.args.get("done"),
        )


def _without_sum(session: Session, states: tuple[State, ...]) -> list[ProjectRow]:
    """Return the own ideas in some states that have no sum in the ledger."""
    rows = (
        select(ProjectRow)
        .where(ProjectRow.offering_pk.is_(None), ProjectRow.state.in_(states))
        .where(ProjectRow.public_id.not_in(ledger.with_sums()))
        .options(joinedload(ProjectRow.person))
        .order_by(ProjectRow.changed_at.desc())
    )
    return list(session.scalars(rows))
