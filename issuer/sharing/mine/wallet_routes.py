"""A wallet of one's own: its DID is proven by a presentation that it signs, and never typed."""

from datetime import timedelta
from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.people.access import gate
from issuer.people.account import own_addresses
from issuer.people.register import RegisterError
from issuer.sharing.own_fetch import fetch_own
from issuer.web.access import needs
from issuer.web.answers import page
from issuer.wording.language import gettext
from verifier import clock, verify_presentation
from verifier.fetching.fetch import Fetch, WebFetch
from verifier.report import Answer, Verdict
from verifier.web.limits import limiter_for
from verifier.wording import words
from verifier.wording.words import N_

wallet = Blueprint("wallet", __name__)
limiter = limiter_for(wallet)
OFTEN: Final = "60/10 minutes"
LASTS: Final = timedelta(minutes=30)
"""How long a challenge waits for its answer."""
MOST_BYTES: Final = 1024 * 1024
TOO_OLD: Final = N_("That challenge is too old. Let your wallet sign the new one below.")
NOTHING: Final = N_("Paste what your wallet signed, or choose its file.")
SIGN_AGAIN: Final = N_("Let your wallet sign the challenge and the domain below.")
UNPROVEN: Final = N_("What you handed in is not a presentation that its own wallet signed.")
REASONS: Final = {
    "no_presentation": UNPROVEN,
    "challenge_differs": N_("Your wallet signed another challenge."),
    "domain_differs": N_("Your wallet signed for another site."),
    "presentation_unproved": N_("Your wallet did not sign what you handed in."),
}
"""What is wrong with a presentation, by the code of its check, said to whose wallet it is."""
_PURPOSE: Final = "mintmark wallet challenge"


@wallet.get("/my-credentials/wallet")
@needs("account", "read")
def show() -> Response:
    """Show what the wallet is to sign: a challenge, for this site."""
    return _page()


@wallet.post("/my-credentials/wallet")
@needs("account", "change", most_bytes=MOST_BYTES)
@limiter.limit(OFTEN)
def prove() -> AnyResponse:
    """Name the DID of the wallet that signed the challenge; say why not, if it did not."""
    challenge = request.form.get("challenge", "")
    if not _is_ours(challenge):
        return _page(wrong=gettext(TOO_OLD))
    file, pasted = request.files.get("file"), request.form.get("presentation", "").strip()
    presentation = pasted.encode() or (file.read() if file else b"")
    if not presentation:
        return _page(challenge, wrong=gettext(NOTHING))
    report = verify_presentation(
        presentation, make_fetch=_fetch, now=clock.now(), challenge=challenge, domain=_domain()
    )
    if report.holder is None or report.held.answer is not Answer.YES:
        return _page(challenge, wrong=_wrong(report.held), presentation=pasted)
    try:
        _name(report.holder)
    except RegisterError as exc:
        return _page(challenge, wrong=gettext(exc.args[0]), presentation=pasted)
    return redirect(url_for("wallet.show", done="proven"), 303)


@wallet.post("/my-credentials/wallet/none")
@needs("account", "change")
def forget() -> AnyResponse:
    """Name no wallet from now on."""
    _name("")
    return redirect(url_for("wallet.show", done="none"), 303)


def _name(did: str) -> None:
    with current_issuer().database.writing() as session:
        person = gate.person(session)
        own_addresses.name_did(session, person, did, now=clock.now())


def _page(challenge: str = "", *, wrong: str = "", presentation: str = "") -> Response:
    return page(
        "mine/wallet.html",
        challenge=challenge or _challenges().dumps(gate.whoever().person.public_id),
        domain=_domain(),
        did=gate.whoever().person.did,
        minutes=int(LASTS.total_seconds() // 60),
        presentation=presentation,
        wrong=wrong,
    )


def _wrong(held: Verdict) -> str:
    """Return what a presentation lacks, and what to do next."""
    other = UNPROVEN if held.answer is Answer.NO else words.text(held, gettext)
    reason = gettext(REASONS.get(held.code, other))
    return f"{reason} {gettext(SIGN_AGAIN)}"


def _is_ours(challenge: str) -> bool:
    """True if whoever is signed in was asked this, and not too long ago."""
    try:
        whose = _challenges().loads(challenge, max_age=int(LASTS.total_seconds()))
    except BadSignature:
        return False
    return bool(whose == gate.whoever().person.public_id)


def _challenges() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_issuer().settings.secret_file.read_bytes(), salt=_PURPOSE)


def _domain() -> str:
    return current_issuer().settings.public_url


def _fetch() -> Fetch:
    issuer = current_issuer()
    return fetch_own(issuer, WebFetch(allow=issuer.settings.allow_hosts))
