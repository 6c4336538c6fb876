"""Offerings on pages: of the catalog, of a partner, or made of a project that was approved."""

from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response as AnyResponse

from issuer.catalog import versions
from issuer.home.issuer import current_issuer, local_today
from issuer.people import register, roles
from issuer.people.access import gate
from issuer.people.roles import Role
from issuer.people.tables import PersonRow
from issuer.program.evaluation.issuing import credential_of
from issuer.program.partner_badges import partners
from issuer.program.projects import drafts
from issuer.program.projects.offerings import (
    PREFILLED,
    Offered,
    OfferingRefused,
    OfferingSource,
    offer,
)
from issuer.program.projects.submission import newest_version_of
from issuer.program.projects.tables import OfferingRow, ProjectRow, TopicRow
from issuer.program.projects.words import FIELDS
from issuer.program.windows.window import Purpose
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from verifier import clock
from verifier.wording.words import N_

offering = Blueprint("offering", __name__)
SOURCES: Final = {
    OfferingSource.DISTRICT: N_("Of the district"),
    OfferingSource.PARTNER: N_("Of a partner"),
    OfferingSource.OWN: N_("Of a teacher’s own idea"),
}


@offering.get("/program/offerings")
@needs("program", "set-up")
def list_all() -> Response:
    """List what is offered, and show the form for more."""
    return _page()


@offering.post("/program/offerings")
@needs("program", "set-up")
def add() -> AnyResponse:
    """Offer something of the catalog, or of a partner."""
    form = request.form
    is_partner = form.get("source") == OfferingSource.PARTNER
    try:
        with current_issuer().database.writing() as session:
            gate.acting(session)
            source = OfferingSource.PARTNER if is_partner else OfferingSource.DISTRICT
            achievement, leader = form.get("achievement", ""), form.get("leader", "")
            person = register.find(session, leader)
            offer(session, _offered(session, source, achievement, person), now=clock.now())
    except OfferingRefused as exc:
        return _page(wrong=exc)
    return redirect(url_for("offering.list_all", done=1), 303)


@offering.post("/program/offerings/<int:other>/retire")
@needs("program", "set-up")
def retire(other: int) -> AnyResponse:
    """Offer it no more; projects that began with it keep it."""
    with current_issuer().database.writing() as session:
        row = session.get(OfferingRow, other)
        if row is not None and row.retired_at is None:
            row.retired_at = clock.now()
    return redirect(url_for("offering.list_all", done=1), 303)


@offering.get("/projects/<project>/offer")
@needs("project", "steer", key="project")
def form_of(project: str) -> Response:
    """Show the form for an offering that is made of a project, filled in."""
    return _page(project=project)


@offering.post("/projects/<project>/offer")
@needs("project", "steer", key="project")
def offer_project(project: str) -> AnyResponse:
    """Offer what a teacher has done to others, led by her (R21)."""
    try:
        with current_issuer().database.writing() as session:
            gate.acting(session)
            row = _project(session, project)
            offered = _offered(session, OfferingSource.OWN, _earned(session, row), row.person)
            offer(session, offered, now=clock.now())
    except OfferingRefused as exc:
        return _page(project=project, wrong=exc)
    return redirect(url_for("offering.list_all", done=1), 303)


def _offered(
    session: Session, source: OfferingSource, achievement: str, leader: PersonRow | None
) -> Offered:
    """Return the offering that the form describes."""
    form = request.form
    topic = select(TopicRow).where(
        TopicRow.name == form.get("topic", ""), TopicRow.retired_at.is_(None)
    )
    return Offered(
        source=source,
        title=form.get("title", ""),
        about=form.get("about", ""),
        achievement=achievement,
        topic=session.scalar(topic),
        leader=leader,
        partner=_partner(session) if source is OfferingSource.PARTNER else "",
        prefill={name: form.get(name, "") for name in PREFILLED},
    )


def _partner(session: Session) -> str:
    """Return the name of the listed partner that was chosen, or ''."""
    chosen = request.form.get("partner", "")
    return chosen if any(chosen == row.name for row in partners.listed(session)) else ""


def _earned(session: Session, project: ProjectRow) -> str:
    """Return the id of what a project earned. Raises `OfferingRefused`."""
    credential = credential_of(session, project)
    if credential is None:
        raise OfferingRefused("project", N_("Only what was earned can be offered to others."))
    return credential.approval.achievement_version.achievement_id


def _page(*, project: str = "", wrong: OfferingRefused | None = None) -> Response:
    with current_issuer().database.reading() as session:
        made_of = _project(session, project) if project else None
        values = dict(request.form) if wrong else _filled_in(session, made_of)
        return page(
            "program/offerings.html",
            made_of=made_of,
            offerings=() if made_of else _offerings(session),
            gone=versions.retired(session),
            achievements=() if made_of else versions.listed(session),
            topics=session.scalars(
                select(TopicRow).where(TopicRow.retired_at.is_(None)).order_by(TopicRow.name)
            ).all(),
            partners=() if made_of else partners.listed(session),
            leaders=() if made_of else _leaders(session),
            sources=SOURCES,
            prefilled=[(name, *FIELDS[name]) for name in PREFILLED],
            values=values,
            wrong={wrong.field: str(wrong)} if wrong else {},
            done=request.args.get("done"),
        )


def _filled_in(session: Session, project: ProjectRow | None) -> dict[str, str]:
    """Return what the form begins with: of a project, what its teacher wrote."""
    if project is None:
        return {}
    version = newest_version_of(session, project, Purpose.PROPOSAL)
    wrote = version.answers if version else project.proposal
    about, title = wrote.get("skill", ""), wrote.get("title", "")
    topic = project.topic.name if project.topic else ""
    return {**wrote, "title": title, "about": about, "topic": topic}


def _offerings(session: Session) -> list[OfferingRow]:
    rows = select(OfferingRow).where(OfferingRow.retired_at.is_(None))
    loads = joinedload(OfferingRow.topic), joinedload(OfferingRow.leader)
    return list(session.scalars(rows.options(*loads).order_by(OfferingRow.title)))


def _leaders(session: Session) -> list[PersonRow]:
    coaches = roles.everybody(session, Role.COACH, today=local_today(), with_buildings=True)
    return sorted(coaches, key=lambda person: person.folded)


def _project(session: Session, public_id: str) -> ProjectRow:
    person, topic = joinedload(ProjectRow.person), joinedload(ProjectRow.topic)
    return or_404(drafts.find(session, public_id, person, topic))
