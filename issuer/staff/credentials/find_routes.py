"""The desk's first page: search all credentials, page by page or as a table."""

from typing import Final

from flask import Blueprint, Response, request
from sqlalchemy import ColumnElement

from issuer.audit import log as audit
from issuer.home.issuer import current_issuer
from issuer.issuance.records import find, register
from issuer.people import acts
from issuer.people.access import gate, rules
from issuer.people.access.gate import MenuEntry
from issuer.staff import DESK
from issuer.staff.credentials import search, words
from issuer.web.access import needs
from issuer.web.answers import page
from verifier import clock
from verifier.wording.words import N_

finding = Blueprint("finding", __name__)
NAVIGATION: Final = (
    MenuEntry("finding.show", N_("Desk"), lands=8),
    MenuEntry("finding.show", N_("Credentials"), DESK),
)
EXPORTED: Final = "credentials.exported"


@finding.get("/desk")
@needs("credential", "list")
def show() -> Response:
    """Show the credentials that fit what is asked."""
    issuer, asked = current_issuer(), request.args
    query = search.asked_for(asked, where=_visible())
    with issuer.database.reading() as session:
        result = find.page(
            session, issuer.settings, query, now=clock.now(), after=asked.get("after", "")
        )
        choices = search.choices(session)
    narrowed = {
        name: asked[name] for name in asked if name not in ("after", "done") and asked[name]
    }
    return page(
        "desk/find.html",
        result=result,
        counted=find.COUNTED,
        choices=choices,
        states=words.STATES,
        sorts=search.SORTS,
        asked=narrowed,
        done=words.DONE.get(asked.get("done", "")),
        to_tell=words.TO_TELL,
        revokes=rules.may(gate.whoever().me, "credential", "revoke"),
    )


@finding.get("/desk/credentials.csv")
@needs("credential", "list")
def table() -> Response:
    """Send what `show` shows as a table, all of it, as it is read; the log says who took it."""
    issuer, query = current_issuer(), search.asked_for(request.args, where=_visible())
    with issuer.database.writing() as session:
        by = acts.actor(gate.whoever().person)
        audit.record(session, by=by, action=EXPORTED, about="credentials", now=clock.now())
    lines = register.csv_lines(register.matching(issuer, query, now=clock.now()))
    response = Response((line.encode() for line in lines), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="credentials.csv"'
    return response


def _visible() -> ColumnElement[bool]:
    return rules.visible(gate.whoever().me, "credential", "list", gate.kinds())
