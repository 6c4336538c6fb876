"""The page of deliveries: webhook messages and their results, waiting approvals, unsent mails."""

from collections.abc import Mapping, Set
from itertools import islice
from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from issuer.approvals.webhook import deliveries
from issuer.audit import log as audit
from issuer.home.issuer import current_issuer
from issuer.issuance import finish
from issuer.issuance.records.tables import UNFINISHED, CredentialRow
from issuer.outbox import queue
from issuer.outbox.tables import MessageState
from issuer.people import acts
from issuer.people.access import gate, rules
from issuer.people.access.gate import MenuEntry
from issuer.staff import DESK, names
from issuer.staff.names import NamedReference
from issuer.web.access import needs
from issuer.web.answers import page
from issuer.web.row_numbers import whole_number
from verifier import clock
from verifier.wording.words import N_

delivering = Blueprint("delivering", __name__)
NAVIGATION: Final = (MenuEntry("delivering.show", N_("Deliveries"), DESK),)
REPLAYED: Final = "outbox.replayed"
SIZE: Final = 50
KINDS: Final = {
    "issued": N_("A credential was issued"),
    "corrected": N_("A credential was corrected"),
    "withdrawn": N_("A credential was withdrawn"),
    "ending": N_("A credential will end"),
    "renewed": N_("A new address of the holder’s page"),
    "answered": N_("An answer about something that is wrong"),
    "claim-answered": N_("An answer to a name question"),
    "links": N_("Links to somebody’s credentials"),
    "sign-in": N_("A link to sign in"),
    "address": N_("A link to add an address"),
    "table": N_("A table of approvals, issued row by row"),
    "program-approval": N_("An approval of the program"),
}
"""What a message tells. Others, all of the program, are shown to whoever may know of attempts, or
runs the server: a mail that waits since a decision would tell the office that something came back
(I12)."""
STATES: Final = {
    "issued": N_("issued"),
    "prepared": N_("waits to be signed"),
    "quarantined": N_("held back"),
    "superseded": N_("replaced by a corrected one"),
}


@delivering.get("/desk/deliveries")
@needs("delivery", "list")
def show() -> Response:
    """Show refused messages, waiting approvals and unsent mails, then accepted messages."""
    shows_all = _shows_all()
    kinds = None if shows_all else KINDS
    with current_issuer().database.reading() as session:
        waiting = session.execute(_UNSIGNED.limit(SIZE)).all()
        mails = {
            state: queue.undelivered(session, state, kinds=kinds, size=SIZE)
            for state in (MessageState.DEAD, MessageState.WAITING)
        }
        accepted = deliveries.accepted(session, before=_number("before"), size=SIZE)
        ids = {row.public_id for row in accepted} | {row.public_id for row in waiting}
        ids |= {row.about for rows in mails.values() for row in rows}
        values = {
            "refused": deliveries.refused(session, size=SIZE),
            "counted": queue.count_undelivered(session, kinds=kinds),
            "unsigned": session.scalar(select(func.count()).where(UNFINISHED)),
            "known": _known(session, ids),
        }
    return page(
        "desk/deliveries.html",
        accepted=accepted,
        waiting=waiting,
        mails=mails,
        kinds=KINDS,
        shows_all=shows_all,
        states=STATES,
        done=request.args.get("done"),
        replays=rules.may(gate.whoever().me, "delivery", "replay"),
        more=len(accepted) == SIZE,
        **values,
    )


@delivering.post("/desk/deliveries/mails")
@needs("delivery", "replay")
def replay() -> AnyResponse:
    """Send one mail again that could not be delivered, or all; and those that wait for a try."""
    number, now = request.form.get("number", ""), clock.now()
    if number and not (number.isascii() and number.isdecimal() and len(number) < 10):
        return redirect(url_for("delivering.show"), 303)
    with current_issuer().database.writing() as session:
        count = queue.replay(session, int(number) if number else None, now=now)
        if not number:
            count += queue.hasten(session, now=now)
        by = acts.actor(gate.whoever().person)
        details = {"mails": count}
        audit.record(session, by=by, action=REPLAYED, about="outbox", details=details, now=now)
    return redirect(url_for("delivering.show", done="mails"), 303)


@delivering.post("/desk/deliveries/credentials")
@needs("delivery", "replay")
def sign() -> AnyResponse:
    """Sign what is approved and waits: so many as one request has the time for."""
    tried = islice(finish.finish_pending(current_issuer(), now=clock.now), finish.TOGETHER)
    done = "waits" if any(error is not None for _, error in tried) else "signed"
    return redirect(url_for("delivering.show", done=done), 303)


_UNSIGNED = (
    select(
        CredentialRow.public_id,
        CredentialRow.state,
        CredentialRow.problem,
        CredentialRow.prepared_at,
    )
    .where(UNFINISHED)
    .order_by(CredentialRow.id)
)


def _shows_all() -> bool:
    me = gate.whoever().me
    return rules.may(me, "program", "run") or rules.may(me, "installation", "read")


def _known(session: Session, ids: Set[str]) -> Mapping[str, NamedReference]:
    """Return whose credentials these are, for somebody who may know."""
    return names.of(session, ids) if rules.may(gate.whoever().me, "credential", "list") else {}


def _number(name: str) -> int | None:
    return request.args.get(name, type=whole_number)
