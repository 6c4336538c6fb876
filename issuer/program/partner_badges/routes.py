"""Pages of partners' badges: a teacher adds them to a project, the district lists the partners."""

from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.people.access import gate
from issuer.program.partner_badges import badges, checking, partners
from issuer.program.partner_badges.badge_views import STANDINGS, badge_views
from issuer.program.partner_badges.badges import BadgeRefused
from issuer.program.partner_badges.partners import PartnerRefused
from issuer.program.projects import drafts
from issuer.program.projects.states import EDITABLE, State
from issuer.program.projects.tables import ProjectRow
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from verifier import clock
from verifier.wording.words import N_

partner_badge_pages = Blueprint("partner_badges", __name__)
MOST_BYTES: Final = badges.MOST_BYTES + 64 * 1024


@partner_badge_pages.get("/projects/<project>/badges")
@needs("project", "evidence", key="project")
def show(project: str) -> Response:
    """Show the partners' badges of a project, each with what our verifier found."""
    return _page(project)


@partner_badge_pages.post("/projects/<project>/badges")
@needs("project", "write", key="project", most_bytes=MOST_BYTES)
def add(project: str) -> AnyResponse:
    """Add a badge: its file, or the link to it."""
    now, file = clock.now(), request.files.get("file")
    data = file.read(badges.MOST_BYTES + 1) if file is not None and file.filename else b""
    data = data or request.form.get("link", "").strip().encode()
    try:
        with current_issuer().database.writing() as session:
            row = badges.add(session, _written(session, project), data, now=now)
            if row is not None:
                checking.ask(session, row, host=current_issuer().settings.host, now=now)
    except BadgeRefused as exc:
        return _page(project, wrong=str(exc))
    return redirect(url_for("partner_badges.show", project=project, done=1), 303)


@partner_badge_pages.post("/projects/<project>/badges/<badge>")
@needs("project", "write", key="project")
def change(project: str, badge: str) -> AnyResponse:
    """Check a badge again, or take it out; what was handed in keeps it."""
    now = clock.now()
    try:
        with current_issuer().database.writing() as session:
            row = or_404(badges.of_project(session, _written(session, project), badge))
            if request.form.get("act") == "remove":
                row.removed_at = row.removed_at or now
            elif row.removed_at is None:
                checking.ask(session, row, host=current_issuer().settings.host, now=now)
    except BadgeRefused as exc:
        return _page(project, wrong=str(exc))
    return redirect(url_for("partner_badges.show", project=project, done=1), 303)


@partner_badge_pages.get("/program/partners")
@needs("program", "set-up")
def list_partners() -> Response:
    """List the partners whose badges count."""
    return _partners()


@partner_badge_pages.post("/program/partners")
@needs("program", "set-up")
def add_partner() -> AnyResponse:
    """List a partner."""
    form = request.form
    try:
        with current_issuer().database.writing() as session:
            name, issuer = form.get("name", ""), form.get("issuer", "")
            partners.add(session, name, issuer, now=clock.now())
    except PartnerRefused as exc:
        return _partners(wrong=exc)
    return redirect(url_for("partner_badges.list_partners", done=1), 303)


@partner_badge_pages.post("/program/partners/<int:other>/end")
@needs("program", "set-up")
def end_partner(other: int) -> AnyResponse:
    """Count a partner's badges no more."""
    with current_issuer().database.writing() as session:
        partners.end(session, other, now=clock.now())
    return redirect(url_for("partner_badges.list_partners", done=1), 303)


def _page(public_id: str, *, wrong: str = "") -> Response:
    with current_issuer().database.reading() as session:
        project = or_404(drafts.find(session, public_id))
        return page(
            "program/badges.html",
            project=project,
            badges=badge_views(session, badges.current(session, project)),
            standings=STANDINGS,
            blind=str,
            partners=partners.listed(session),
            is_editable=project.person_pk == gate.whoever().person.id
            and State(project.state) in EDITABLE,
            wrong=wrong,
            typed=request.form,
            done=request.args.get("done"),
        )


def _partners(*, wrong: PartnerRefused | None = None) -> Response:
    with current_issuer().database.reading() as session:
        return page(
            "program/partners.html",
            partners=partners.listed(session),
            unlisted=partners.unlisted(session),
            wrong={wrong.field: str(wrong)} if wrong else {},
            typed=request.form,
            done=request.args.get("done"),
        )


def _written(session: Session, public_id: str) -> ProjectRow:
    """Return a project that its teacher is writing. Raises `BadgeRefused`."""
    project = or_404(drafts.locked(session, public_id))
    if State(project.state) not in EDITABLE:
        raise BadgeRefused(N_("Badges are added while you write a proposal or do the project."))
    return project
