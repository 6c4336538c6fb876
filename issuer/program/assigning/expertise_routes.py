"""The page where the superintendent enters who knows which field."""

from collections import defaultdict

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer, local_today
from issuer.program.assigning import expertise, plans
from issuer.web.access import needs
from issuer.web.answers import page

expertise_pages = Blueprint("expertise", __name__)


@expertise_pages.get("/program/expertise")
@needs("program", "run")
def show() -> Response:
    """List evaluators and coaches, each with the fields to check."""
    with current_issuer().database.reading() as session:
        people = expertise.people(session, today=local_today())
        return page(
            "program/expertise.html",
            people=people,
            fields=expertise.fields(session),
            known=plans.expertise(session, [person.id for person in people]),
            done=request.args.get("done"),
        )


@expertise_pages.post("/program/expertise")
@needs("program", "run")
def change() -> AnyResponse:
    """Store what is checked, of the people on the page; others stay as they are."""
    shown = set(request.form.getlist("person"))
    with current_issuer().database.writing() as session:
        offered = expertise.fields(session)
        names = {str(topic.id): topic.name for topic in offered}
        here = [
            one for one in expertise.people(session, today=local_today()) if str(one.id) in shown
        ]
        known: dict[int, set[str]] = defaultdict(set)
        for person in here:
            checked = request.form.getlist(f"knows-{person.id}")
            known[person.id] = {names[topic] for topic in checked if topic in names}
        expertise.know(session, [person.id for person in here], known, offered)
    return redirect(url_for("expertise.show", done=1), 303)
