"""`mintmark doctor` as a page: what the last round said, and a button for another."""

from typing import Final

from flask import Blueprint, Response, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.installation.doctor import rounds
from issuer.installation.doctor.finding import PartState
from issuer.people.access.gate import MenuEntry
from issuer.staff import DESK
from issuer.web.access import needs
from issuer.web.answers import page
from verifier import clock
from verifier.wording.words import N_

doctoring = Blueprint("doctoring", __name__)
NAVIGATION: Final = (
    MenuEntry("doctoring.show", N_("Operation"), lands=4),
    MenuEntry("doctoring.show", N_("Is everything working?"), DESK),
)
PATIENCE: Final = 3.0
"""Seconds after which the page is shown with the parts that are known until then."""
STATES: Final = {
    PartState.FAILED: N_("does not work"),
    PartState.WARNING: N_("needs to be seen to"),
    PartState.UNCHECKED: N_("could not be checked"),
    PartState.OK: N_("works"),
}
"""The worst first, as the page has them."""


@doctoring.get("/desk/doctor")
@needs("installation", "read")
def show() -> Response:
    """Show the last round; nothing is asked of anybody by that."""
    settings = current_issuer().settings
    last = rounds.newest(settings)
    order = list(STATES)
    findings = sorted(last.findings, key=lambda one: order.index(one.state)) if last else []
    return page(
        "desk/doctor.html",
        last=last,
        findings=findings,
        goes_on=last is not None and last.goes_on(clock.now()),
        states=STATES,
    )


@doctoring.post("/desk/doctor")
@needs("installation", "check")
def look() -> AnyResponse:
    """Look at every part again."""
    rounds.begin(current_issuer(), patience=PATIENCE)
    return redirect(url_for("doctoring.show"), 303)
