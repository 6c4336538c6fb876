"""The page of coaches: how many projects each has, the credential they became coaches by, and who
else holds such a credential (R12)."""

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer, local_today
from issuer.issuance.records import find
from issuer.issuance.records.find import ListedState, Query
from issuer.people import roles
from issuer.people.access import gate, rules
from issuer.people.roles import Role, RoleError
from issuer.program.coaching import earners, matching
from issuer.program.coaching.earners import NotEarned
from issuer.web.access import needs
from issuer.web.answers import page
from verifier import clock

coaches = Blueprint("coaches", __name__)
MOST: int = 20
"""How many credentials a search shows."""


@coaches.get("/program/coaches")
@needs("program", "run")
def show() -> Response:
    """List the coaches, and the credentials of those who could become one."""
    return _page()


@coaches.post("/program/coaches")
@needs("coaching", "grant")
def become() -> AnyResponse:
    """Make somebody a coach, because the credential that they hold verifies."""
    issuer, now = current_issuer(), clock.now()
    try:
        with issuer.database.writing() as session:
            by, credential = gate.acting(session), request.form.get("credential", "")
            person, is_new = earners.become_coach(
                session, issuer.settings, credential, by=by, today=local_today(), now=now
            )
            host = issuer.settings.host
            if is_new:
                roles.tell(session, person, Role.COACH, is_granted=True, host=host, now=now)
    except (NotEarned, RoleError) as exc:
        return _page(wrong=str(exc))
    return redirect(url_for("coaches.show", done=1), 303)


def _page(*, wrong: str = "") -> Response:
    issuer, now = current_issuer(), clock.now()
    text = request.values.get("q", "").strip()
    query = Query(teacher=text, state=ListedState.ISSUED)
    with issuer.database.reading() as session:
        credentials = (
            find.page(session, issuer.settings, query, now=now, size=MOST) if text else None
        )
        people = roles.everybody(session, Role.COACH, today=local_today())
        return page(
            "program/coaches.html",
            coaches=sorted(people, key=lambda person: person.folded),
            loads=matching.load_of(session),
            grounds=earners.grounds(session, [person.id for person in people]),
            found=credentials,
            text=text,
            grants=rules.may(gate.whoever().me, "coaching", "grant"),
            wrong=wrong,
            done=request.args.get("done"),
        )
