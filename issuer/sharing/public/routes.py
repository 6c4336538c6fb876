"""What people and machines fetch of a credential: its page, its forms, the holder's page."""

from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from issuer.home import addresses
from issuer.home.issuer import current_issuer
from issuer.home.problem import Problem
from issuer.sharing.credential_page import credential_page, public
from issuer.sharing.forms import FORMS, disclosed, file_name, make_form, note
from issuer.sharing.problems import FORM_WITHHELD
from issuer.sharing.shared import Shared
from issuer.web.access import open_to_all
from issuer.web.answers import accepted, file, to_page
from verifier import clock
from verifier.checks import recipient
from verifier.web.limits import limiter_for

PAGE: Final = "text/html"
OFFERS: Final = {
    **dict.fromkeys(FORMS["json"].media_types, "json"),
    PAGE: "html",
    **dict.fromkeys(("application/jwt", "application/vc+jwt", "text/plain"), "jwt"),
}
"""What the plain address of a credential answers to, in the order that settles a tie."""
LONGEST_EMAIL: Final = 320

sharing = Blueprint("sharing", __name__)
limiter = limiter_for(sharing)


@sharing.get("/credentials/<name>")
@open_to_all
def credential(name: str) -> Response:
    """Answer with a credential in the form that the suffix fixes, else in the one accepted."""
    public_id, dot, suffix = name.partition(".")
    record = public(public_id)
    if not dot:
        suffix = _best_form(record)
        if suffix == "html":
            return to_page(addresses.credential(current_issuer().settings, public_id))
    if suffix == "html":
        return credential_page(record)
    if suffix not in record.whole_forms:
        raise NotFound
    if suffix not in record.forms:
        raise Problem(FORM_WITHHELD)
    issuer, form = current_issuer(), FORMS[suffix]
    now = clock.now()
    shown = disclosed(record, issuer, now=now)
    data = make_form(suffix, shown, issuer.settings, request.args, now=now)
    media_type = request.accept_mimetypes.best_match(form.media_types, form.media_types[0])
    return file(data, media_type, file_name(record.shown, suffix, note(suffix, request.args)))


def _best_form(record: Shared) -> str:
    """Return the accepted form: one that is offered before one that is withheld."""
    there, offered = (
        {kind: form for kind, form in OFFERS.items() if form in ("html", *forms)}
        for forms in (record.whole_forms, record.forms)
    )
    best = request.accept_mimetypes.best_match(offered)
    return offered[best] if best else accepted(there)


@sharing.post("/credentials/<public_id>/confirm")
@open_to_all
@limiter.limit("10/minute;50/hour")
def confirm(public_id: str) -> Response:
    """Say on the page whether the credential belongs to the e-mail address that was typed.

    The address is compared with the salted hashes and forgotten: it stands in no log.
    """
    record = public(public_id)
    email = request.form.get("email", "").strip()[:LONGEST_EMAIL]
    verdict = recipient.judge(record.shown, email) if "@" in email else None
    response = credential_page(record, asked=True, theirs=verdict)
    response.headers["Cache-Control"] = "no-store"
    return response
