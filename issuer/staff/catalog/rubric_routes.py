"""The page of one rubric: criteria and levels are added and taken out without a script."""

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from issuer.catalog import versions
from issuer.catalog.achievement import Rubric
from issuer.home.issuer import current_issuer
from issuer.people import acts as people_acts
from issuer.people.access import gate
from issuer.staff.catalog import acts, rubric_form
from issuer.staff.catalog.fields import new_id
from issuer.staff.catalog.rubric_form import RubricDraft
from issuer.staff.catalog.versions_at_once import MEANWHILE, newest_was
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from verifier import clock

judging_by = Blueprint("judging_by", __name__)


@judging_by.get("/desk/catalog/rubrics/new")
@needs("rubric", "add")
def new() -> Response:
    """Show the form for a new rubric, with a first criterion."""
    return _page(None, rubric_form.changed(RubricDraft(), "add-criterion"))


@judging_by.post("/desk/catalog/rubrics")
@needs("rubric", "add")
def add() -> AnyResponse:
    """Make a rubric, or change what is typed of it."""
    return _taken(None)


@judging_by.get("/desk/catalog/rubrics/<rubric>")
@needs("rubric", "change", key="rubric")
def edit(rubric: str) -> Response:
    """Show the form of a rubric as it is now."""
    with current_issuer().database.reading() as session:
        now = _read(session, rubric)
    return _page(now, rubric_form.draft_of(now))


@judging_by.post("/desk/catalog/rubrics/<rubric>")
@needs("rubric", "change", key="rubric")
def change(rubric: str) -> AnyResponse:
    """Make what was typed the next version, or change what is typed of it."""
    return _taken(rubric)


def _taken(rubric_id: str | None) -> AnyResponse:
    draft, what, now = rubric_form.read(request.form), request.form.get("do", ""), clock.now()
    if what != "save":
        with current_issuer().database.reading() as session:
            before = _read(session, rubric_id) if rubric_id else None
        return _page(before, rubric_form.changed(draft, what))
    with current_issuer().database.writing() as session:
        before = _read(session, rubric_id) if rubric_id else None
        own = before.id if before else new_id(draft.name, versions.rubric_ids(session), "rubric")
        rubric, wrong = rubric_form.finished(draft, own)
        if before and newest_was(request.form) != before.version:
            wrong["version"] = MEANWHILE
        if not before and not wrong and (twin := versions.rubric_equal_to(session, rubric)):
            return redirect(url_for("judging_by.edit", rubric=twin, done="saved"), 303)
        if not wrong:
            by = people_acts.actor(gate.whoever().person)
            done = "saved" if acts.save_rubric(session, rubric, by=by, now=now) else "same"
            return redirect(url_for("judging_by.edit", rubric=own, done=done), 303)
    return _page(before, draft, wrong=wrong)


def _read(session: Session, rubric_id: str) -> Rubric:
    return or_404(versions.find_rubric(session, rubric_id))


def _page(
    before: Rubric | None, draft: RubricDraft, *, wrong: dict[str, str] | None = None
) -> Response:
    with current_issuer().database.reading() as session:
        achievements = versions.all_listed(session) if before else []
    return page(
        "desk/rubric.html",
        before=before,
        draft=draft,
        wrong=wrong or {},
        used=[one for one in achievements if before and one.rubric.id == before.id],
        done=request.args.get("done"),
    )
