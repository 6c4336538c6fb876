"""The years of the ledger: what is open of each, and closing one."""

from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.people.access import gate, rules
from issuer.people.access.gate import MenuEntry
from issuer.program.compensation.pages.where_paid import agreement_in_force, only_where_paid, pays
from issuer.program.compensation.runs import closing, due
from issuer.program.compensation.runs.pay_runs import PayRunRefused
from issuer.web.access import needs
from issuer.web.answers import page
from verifier import clock
from verifier.wording.words import N_

pay_years = Blueprint("pay_years", __name__)
pay_years.before_request(only_where_paid)
_TITLE: Final = N_("Years of the ledger")
NAVIGATION: Final = (
    MenuEntry("pay_years.show", _TITLE, part="pay"),
    MenuEntry("pay_years.show", N_("Close last year’s ledger"), part="new-year", shown=pays),
)


@pay_years.get("/pay/years")
@needs("pay", "read")
def show() -> Response:
    """Show each year, and what of it is open."""
    return _page()


@pay_years.post("/pay/years")
@needs("pay year", "close", again_at="pay_years.show")
def close() -> AnyResponse:
    """Close a year of which nothing is open."""
    now = clock.now()
    try:
        with current_issuer().database.writing() as session:
            due.lock_people(session)
            agreement = agreement_in_force(session)
            by = gate.person(session)
            closing.close(session, agreement, request.form.get("year", ""), by=by, now=now)
    except PayRunRefused as exc:
        return _page(wrong=str(exc))
    return redirect(url_for("pay_years.show", done=1), 303)


def _page(*, wrong: str = "") -> Response:
    with current_issuer().database.reading() as session:
        agreement = agreement_in_force(session)
        contract, today = agreement.contract, agreement.day(clock.now())
        years = closing.years(session, contract, today) if contract else []
    closes = rules.may(gate.whoever().me, "pay year", "close")
    done = request.args.get("done")
    return page("pay/years.html", years=years, closes=closes, wrong=wrong, done=done)
