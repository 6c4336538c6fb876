"""The page to have one's links mailed: where a lost, cut or renewed link leads."""

from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.people.access.gate import signed_in
from issuer.sharing.mine import links
from issuer.web.access import open_to_all
from issuer.web.answers import page
from issuer.web.same_site import refuse_other_sites
from verifier import clock
from verifier.web.language import chosen
from verifier.web.limits import limiter_for

linking = Blueprint("linking", __name__)
linking.before_request(refuse_other_sites)
limiter = limiter_for(linking)
OFTEN: Final = "100/10 minutes"


@linking.get("/my-links")
@open_to_all
def form() -> AnyResponse:
    """Ask for the address; who is signed in has all links on a page of their own."""
    if signed_in():
        return redirect(url_for("mine.show"), 303)
    return _form()


@linking.post("/my-links")
@open_to_all
@limiter.limit(OFTEN)
def ask() -> AnyResponse:
    """Mail the links, and lead to the page that says so, whether anybody has the address or not."""
    issuer, address = current_issuer(), request.form.get("address", "").strip()
    if issuer.settings.mail is None:
        return _form()
    if not 1 <= address.find("@") < len(address) - 1:
        return _form(address, is_wrong=True)
    with issuer.database.writing() as session:
        links.ask(session, issuer.settings, address, language=chosen(), now=clock.now())
    return redirect(url_for("linking.sent"), 303)


@linking.get("/my-links/sent")
@open_to_all
def sent() -> Response:
    """Say that the mail is on its way."""
    return page("mine/links.html", sent=True)


def _form(address: str = "", *, is_wrong: bool = False) -> Response:
    response = page("mine/links.html", address=address, wrong=is_wrong, lost="lost" in request.args)
    response.headers["Cache-Control"] = "no-store"
    return response
