"""The contract: the superintendent writes its rules down, whomever they concern reads them."""

from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.people.access import gate
from issuer.people.access.gate import MenuEntry
from issuer.program.compensation import agreements
from issuer.program.compensation.pages.where_paid import agreement_in_force
from issuer.program.compensation.reckoning.cents import dollars
from issuer.program.compensation.reckoning.contract import NOT_ASKED, NotSet
from issuer.program.compensation.reckoning.worked_examples import RULES, clauses_of, in_force
from issuer.web.access import needs
from issuer.web.answers import page
from verifier import clock
from verifier.web.language import day
from verifier.wording.words import N_

contract = Blueprint("contract", __name__)
contract.add_app_template_filter(dollars, "dollars")
contract.add_app_template_filter(
    lambda figures: {name: day(f) if isinstance(f, date) else f for name, f in figures.items()},
    "days_in_words",
)
LONGEST_CLAUSE: Final = 300


NAVIGATION: Final = (
    MenuEntry("contract.ask", N_("Pay for micro-credentials"), part="set-up"),
    MenuEntry("contract.rules", N_("The rules about money"), part="pay"),
)


@contract.get("/pay/contract")
@needs("contract", "write")
def ask() -> Response:
    """Show each rule with its choices, and what each would come to."""
    return _page()


@contract.post("/pay/contract")
@needs("contract", "write", again_at="contract.ask")
def write() -> AnyResponse:
    """Put the rules in force. One that is left out is asked for until it is set."""
    form, issuer = request.form, current_issuer()
    typed = {rule: form.get(rule, "")[:40] for rule in RULES}
    clauses = {rule: form.get(f"clause-{rule}", "").strip()[:LONGEST_CLAUSE] for rule in RULES}
    try:
        with issuer.database.writing() as session:
            agreements.change(
                session,
                settings=typed,
                clauses=clauses,
                by=gate.acting(session),
                zone=issuer.settings.timezone or ZoneInfo("UTC"),
                now=clock.now(),
            )
    except NotSet as exc:
        return _page(typed=typed, clauses=clauses, wrong=exc.settings)
    return redirect(url_for("contract.ask", done=1), 303)


@contract.get("/pay/rules")
@needs("contract", "read")
def rules() -> Response:
    """Show the rules in force, each with its clause and a worked example."""
    with current_issuer().database.reading() as session:
        agreement = agreement_in_force(session)
    return page("pay/rules.html", agreement=agreement, rules=in_force(agreement.settings))


def _page(
    *,
    typed: dict[str, str] | None = None,
    clauses: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
) -> Response:
    with current_issuer().database.reading() as session:
        agreement = agreements.current(session)
    stored = agreement.settings if agreement else {}
    readable = {rule: text for rule, text in stored.items() if rule not in (wrong or {})}
    return page(
        "pay/contract.html",
        agreement=agreement,
        rules={rule: (words, clauses_of(rule, readable)) for rule, words in RULES.items()},
        chosen=stored if typed is None else typed,
        clauses=(agreement.clauses if agreement else {}) if clauses is None else clauses,
        not_asked=NOT_ASKED.get(stored.get("given", ""), frozenset()),
        wrong=wrong or {},
        done=request.args.get("done"),
    )
