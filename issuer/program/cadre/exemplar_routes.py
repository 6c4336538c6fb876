"""Exemplars on pages: a teacher offers one, the superintendent looks at it, everybody reads it."""

from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.program.cadre import exemplars
from issuer.program.cadre.exemplars import ExemplarChanged, ExemplarRefused
from issuer.program.projects import drafts
from issuer.program.projects.states import State
from issuer.web.access import needs, open_to_all
from issuer.web.answers import or_404, page
from verifier import clock

exemplar_pages = Blueprint("exemplars", __name__)
_TYPED: Final = ("title", "text", "grades")


@exemplar_pages.get("/exemplars")
@open_to_all
def for_everybody() -> Response:
    """Show everybody the exemplars of this district (`?field=`)."""
    with current_issuer().database.reading() as session:
        field = request.args.get("field", "")
        listed = exemplars.shown(session, field)
        fields = sorted({row.topic.name for row in exemplars.shown(session) if row.topic})
    return page("program/exemplars.html", listed=listed, fields=fields, field=field, offered=None)


@exemplar_pages.get("/program/exemplars")
@needs("program", "run")
def list_all() -> Response:
    """List what teachers offered, to be looked at before everybody sees it."""
    return _list()


@exemplar_pages.post("/program/exemplars/<int:other>")
@needs("program", "run")
def show(other: int) -> AnyResponse:
    """Show an exemplar to everybody, if it is what was looked at; or show it no more."""
    form = request.form
    try:
        with current_issuer().database.writing() as session:
            row = exemplars.locked(session, other)
            if row is not None and form.get("act") == "show":
                exemplars.show(row, form.get("digest", ""), now=clock.now())
            elif row is not None:
                exemplars.hide(row)
    except ExemplarChanged:
        return _list(changed=other)
    return redirect(url_for("exemplars.list_all", done=1), 303)


@exemplar_pages.get("/projects/<project>/exemplar")
@needs("project", "write", key="project")
def write(project: str) -> Response:
    """Show the form for an exemplar of one's own project."""
    return _page(project)


@exemplar_pages.post("/projects/<project>/exemplar")
@needs("project", "write", key="project")
def offer(project: str) -> AnyResponse:
    """Preview an exemplar, offer it, or take it back."""
    form, act = request.form, request.form.get("act")
    title, text, grades = (form.get(name, "") for name in _TYPED)
    try:
        with current_issuer().database.writing() as session:
            row = or_404(drafts.locked(session, project))
            if act == "back":
                exemplars.take_back(session, row)
            elif act == "preview":
                exemplars.check(row, title, text, grades=grades)
                return _page(project, is_previewed=True)
            else:
                exemplars.offer(
                    session,
                    row,
                    title,
                    text,
                    grades=grades,
                    is_checked=bool(form.get("is_checked")),
                    now=clock.now(),
                )
    except ExemplarRefused as exc:
        return _page(project, wrong=exc, is_previewed=exc.field == "is_checked")
    return redirect(url_for("exemplars.write", project=project, done=act), 303)


def _list(*, changed: int | None = None) -> Response:
    with current_issuer().database.reading() as session:
        response = page(
            "program/exemplars.html",
            offered=exemplars.offered(session),
            digest=exemplars.digest,
            changed=changed,
            done=request.args.get("done"),
        )
    response.status_code = 409 if changed else 200
    return response


def _page(
    public_id: str, *, wrong: ExemplarRefused | None = None, is_previewed: bool = False
) -> Response:
    with current_issuer().database.reading() as session:
        project = or_404(drafts.find(session, public_id))
        row = exemplars.of_project(session, project)
        typed = {name: request.form.get(name, "") for name in _TYPED}
        if request.method == "GET":
            typed = (
                {"title": row.title, "text": row.text, "grades": row.grades}
                if row
                else {
                    "title": str(project.proposal.get("title", "")),
                    "text": exemplars.beginning(session, project),
                    "grades": "",
                }
            )
        return page(
            "program/exemplar.html",
            project=project,
            exemplar=row,
            typed=typed,
            is_previewed=is_previewed,
            is_earned=project.state == State.ISSUED,
            wrong={wrong.field: str(wrong)} if wrong else {},
            done=request.args.get("done"),
        )
