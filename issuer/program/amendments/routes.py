"""The plan of a project on a page: what was approved, and what changed since."""

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.outbox import queue
from issuer.people.access import gate
from issuer.program.amendments import amendments
from issuer.program.amendments.amendments import AmendmentRefused
from issuer.program.projects import answers, drafts, history, words
from issuer.program.projects.states import State
from issuer.program.windows.window import Purpose
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from verifier import clock

plan_pages = Blueprint("plan", __name__)


@plan_pages.get("/projects/<project>/plan")
@needs("project", "read", key="project")
def show(project: str) -> Response:
    """Show the proposal of a project with its plan as it holds now.

    Whoever sees no attempts sees what the project's outline shows (I12).
    """
    return _page(project)


@plan_pages.post("/projects/<project>/plan")
@needs("project", "write", key="project")
def amend(project: str) -> AnyResponse:
    """Change the plan, and tell who approved it."""
    form, now, host = request.form, clock.now(), current_issuer().settings.host
    try:
        with current_issuer().database.writing() as session:
            row = or_404(drafts.locked(session, project))
            plan, why = form.get("plan", ""), form.get("why", "")
            amendment = amendments.amend(session, row, plan, why, now=now)
            if amendment is not None:
                payload = {"amendment": amendment.id}
                queue.put(session, amendments.AMENDED, project, host=host, now=now, payload=payload)
    except AmendmentRefused as exc:
        return _page(project, wrong=exc)
    return redirect(url_for("plan.show", project=project, done=1), 303)


def _page(public_id: str, *, wrong: AmendmentRefused | None = None) -> Response:
    issuer = current_issuer()
    with issuer.database.reading() as session:
        project = or_404(drafts.find(session, public_id))
        visitor = gate.whoever()
        is_mine = project.person_pk == visitor.person.id
        if history.sees_attempts(visitor.me, project):
            changes = amendments.of_project(session, project)
            approved = amendments.approved(session, project)
            plan = amendments.plan_of(session, project)
        else:
            changes = amendments.before_completion(session, project)
            approved = dict(history.written_of(session, project).proposal)
            plan = changes[-1].plan if changes else approved.get("plan", "").strip()
        return page(
            "program/plan.html",
            project=project,
            teacher=project.person,
            is_mine=is_mine,
            may_amend=is_mine and project.state == State.ACTIVE,
            fields=answers.FIELDS[Purpose.PROPOSAL],
            approved=approved,
            changes=changes,
            plan=plan,
            words=words,
            typed=request.form,
            wrong={wrong.field: str(wrong)} if wrong else {},
            done=request.args.get("done"),
        )
