"""The office's page: whose is a credential on which another name stands?"""

from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.people.access import gate
from issuer.people.access.gate import MenuEntry
from issuer.sharing.owned import claims
from issuer.sharing.owned.claims import ClaimError
from issuer.web.access import needs
from issuer.web.answers import page
from verifier import clock
from verifier.wording.words import N_

claiming = Blueprint("claiming", __name__)
NAVIGATION: Final = (MenuEntry("claiming.list_open", N_("Name questions")),)
_ANSWERS: Final = {"theirs": True, "not-theirs": False}


@claiming.get("/claims")
@needs("claim", "list")
def list_open() -> Response:
    """List the requests that wait for an answer."""
    return _page()


@claiming.post("/claims/<claim>")
@needs("claim", "answer", key="claim")
def answer(claim: str) -> AnyResponse:
    """Confirm a request, or decline it."""
    is_theirs = _ANSWERS.get(request.form.get("answer", ""))
    try:
        if is_theirs is None:
            raise ClaimError(N_("choose one of the two answers"))
        issuer = current_issuer()
        host = issuer.settings.host if issuer.settings.mail else None
        with issuer.database.writing() as session:
            by = gate.person(session)
            row = claims.find(session, claim)
            claims.answer(session, row, is_theirs=is_theirs, by=by, host=host, now=clock.now())
    except ClaimError as exc:
        return _page(wrong=exc)
    return redirect(url_for("claiming.list_open", done=1), 303)


def _page(*, wrong: ClaimError | None = None) -> Response:
    with current_issuer().database.reading() as session:
        waiting = claims.open_ones(session)
    me = gate.whoever().person.id
    return page("mine/claims.html", waiting=waiting, wrong=wrong, me=me)
