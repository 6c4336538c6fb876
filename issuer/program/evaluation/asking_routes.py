"""What a teacher asks of those who decide: another look at a decision."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.program import policy as policies
from issuer.program.evaluation import corrections
from issuer.program.evaluation.decisions import NotDecidable
from issuer.program.projects import drafts
from issuer.web.access import needs
from verifier import clock

asking = Blueprint("asking", __name__)


@asking.post("/projects/<project>/look")
@needs("project", "write", key="project")
def another_look(project: str) -> AnyResponse:
    """Ask once for somebody not involved to look at a decision."""
    reason, done = request.form.get("reason", ""), "look"
    try:
        with current_issuer().database.writing() as session:
            row, policy = drafts.locked(session, project), policies.current(session)
            if row is not None and policy is not None:
                corrections.ask(session, row, reason, policy, now=clock.now())
    except NotDecidable:
        done = "no-look"
    return redirect(url_for("projects.show", project=project, done=done), 303)
