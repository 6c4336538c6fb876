"""The page of one credential: its record, the teacher's link, and sending its mail again."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from issuer import issuance
from issuer.audit import log as audit
from issuer.home.issuer import current_issuer
from issuer.issuance.letters import send_again
from issuer.issuance.manage import manage_url
from issuer.issuance.status_lists import lists
from issuer.people import acts, register
from issuer.people.access import gate, rules
from issuer.sharing.holder import holder
from issuer.staff import log_words
from issuer.staff.credentials import old_name, record, words
from issuer.staff.issuing.handing_over import LINK_SHOWN
from issuer.web.access import needs
from issuer.web.answers import page
from verifier import clock
from verifier.wording.words import N_

recorded = Blueprint("recorded", __name__)
READ: Final = "credential.read"
NOT_ISSUED: Final = N_("It is not issued yet, so it has no link and no mail.")
NO_MAIL: Final = N_("This server sends no mail: give the teacher the link.")


@recorded.get("/desk/credentials/<credential>")
@needs("credential", "read", key="credential")
def show(credential: str) -> Response:
    """Show one credential; to have looked leaves an entry in the log."""
    _write_down(READ, credential)
    return _page(credential)


@recorded.post("/desk/credentials/<credential>/link")
@needs("credential", "hand-over", key="credential")
def link(credential: str) -> AnyResponse:
    """Show the teacher's link, to be copied; or replace it. The new one goes by mail, or is shown
    where no mail leaves."""
    issuer = current_issuer()
    row = issuance.newest(issuer, credential)
    if row is None:
        return _page(credential, wrong={"link": NOT_ISSUED})
    if request.form.get("what") != "renew":
        _write_down(LINK_SHOWN, row.public_id)
        return _page(row.public_id, link=manage_url(issuer.settings, row))
    new_link = holder.renew_link(issuer, row.public_id, by=_by(), now=clock.now())
    if issuer.settings.mail is not None:
        return _shown(row.public_id, "renewed")
    _write_down(LINK_SHOWN, row.public_id)
    return _page(row.public_id, link=new_link, renewed=True)


@recorded.post("/desk/credentials/<credential>/mail")
@needs("credential", "hand-over", key="credential")
def mail(credential: str) -> AnyResponse:
    """Send the mail that it is ready again, to another address if one is typed."""
    issuer, address = current_issuer(), request.form.get("address", "").strip()
    row = issuance.newest(issuer, credential)
    if row is None or issuer.settings.mail is None:
        return _page(credential, wrong={"link": NOT_ISSUED if row is None else NO_MAIL})
    if address and not register.is_address(address):
        return _page(credential, wrong={"address": N_("This is not an e-mail address.")})
    send_again(current_issuer(), row.public_id, address=address or None, by=_by(), now=clock.now())
    return _shown(row.public_id, "mail")


@recorded.post("/desk/credentials/<credential>/reason")
@needs("credential", "revoke", key="credential")
def reason(credential: str) -> AnyResponse:
    """Replace the reason that the page of a withdrawn credential shows."""
    text = request.form.get("reason", "").strip()
    if flaw := words.flaw_of_reason(text):
        return _page(credential, wrong={"reason": flaw})
    lists.correct_reason(current_issuer(), credential, reason=text, by=_by(), now=clock.now())
    return _shown(credential, "reason")


def _page(
    public_id: str,
    *,
    link: str = "",
    renewed: bool = False,
    wrong: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    issuer, me = current_issuer(), gate.whoever().me
    with issuer.database.reading() as session:
        known = record.find(session, issuer.settings, public_id, now=clock.now())
        if known is None:
            raise NotFound
        people = rules.visible(me, "person", "list", gate.kinds())
        left = old_name.find(session, issuer.settings, known, people, now=clock.now())
    return page(
        "desk/credential.html",
        record=known,
        link=link,
        renewed=renewed,
        old_name=left,
        wrong=wrong,
        typed=request.form,
        done=words.DONE.get(request.args.get("done", "")),
        may={what: rules.may(me, "credential", what) for what in ("correct", "revoke")},
        moment=datetime.fromisoformat,
        words=words,
        actions=log_words.ACTIONS,
        actors=log_words.ACTORS,
    )


def _shown(public_id: str, done: str) -> AnyResponse:
    return redirect(url_for("recorded.show", credential=public_id, done=done), 303)


def _write_down(action: str, public_id: str) -> None:
    with current_issuer().database.writing() as session:
        audit.record(session, by=_by(), action=action, about=public_id, now=clock.now())


def _by() -> str:
    return acts.actor(gate.whoever().person)
