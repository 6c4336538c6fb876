"""The routes of one achievement: its form, what it would be, and what is saved."""

from collections.abc import Mapping

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from issuer.catalog import versions
from issuer.home.issuer import current_issuer
from issuer.people import acts as people_acts
from issuer.people.access import gate
from issuer.staff.catalog import achievement_form, acts
from issuer.staff.catalog.achievement_page import achievement_of, form_of, page_of
from issuer.staff.catalog.versions_at_once import MEANWHILE, newest_was
from issuer.web.access import needs
from verifier import clock

achieving = Blueprint("achieving", __name__)


@achieving.get("/desk/catalog/achievements/new")
@needs("achievement", "add")
def new() -> Response:
    """Show the form for a new achievement."""
    return page_of(None, {"achievement_type": "MicroCredential"})


@achieving.post("/desk/catalog/achievements")
@needs("achievement", "add")
def add() -> AnyResponse:
    """Make an achievement, or (`look`) draw what it would be."""
    return _taken(None)


@achieving.get("/desk/catalog/achievements/<achievement>")
@needs("achievement", "change", key="achievement")
def edit(achievement: str) -> Response:
    """Show the form of an achievement as it is now."""
    return form_of(achievement)


@achieving.post("/desk/catalog/achievements/<achievement>")
@needs("achievement", "change", key="achievement")
def change(achievement: str) -> AnyResponse:
    """Make what was typed the next version, or (`look`) draw what it would be."""
    return _taken(achievement)


def _taken(achievement_id: str | None) -> AnyResponse:
    form, issuer, now = request.form, current_issuer(), clock.now()
    with issuer.database.writing() as session:
        before = achievement_of(session, achievement_id) if achievement_id else None
        taken = [] if before else versions.ids(session)
        achievement, wrong = achievement_form.finished(
            form,
            before=before,
            rubrics=versions.rubrics(session),
            offices=issuer.settings.certificate.known,
            taken=taken,
        )
        if form.get("do") == "save" and before is None and (twin := _made_before(session, form)):
            return redirect(url_for("achieving.edit", achievement=twin, done="saved"), 303)
        if form.get("do") == "save" and before and newest_was(form) != before.version:
            wrong = {**wrong, "version": MEANWHILE}
        if form.get("do") == "save" and achievement is not None and not wrong:
            by = people_acts.actor(gate.whoever().person)
            done = "saved" if acts.save(session, achievement, by=by, now=now) else "same"
            where = url_for("achieving.edit", achievement=achievement.id, done=done)
            return redirect(where, 303)
    return page_of(before, form, wrong=wrong, drawn=achievement)


def _made_before(session: Session, form: Mapping[str, str]) -> str | None:
    """Return the achievement that a new one repeats word for word, as where *Save* was pressed
    twice; one that is to have another id is another."""
    again, _ = achievement_form.finished(
        form,
        before=None,
        rubrics=versions.rubrics(session),
        offices=current_issuer().settings.certificate.known,
    )
    twin = versions.equal_to(session, again) if again else None
    return twin if again and (twin == again.id or not form.get("id", "").strip()) else None
