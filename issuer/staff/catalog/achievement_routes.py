"""The page of one achievement: its form, with badge and certificate drawn beside."""

import base64
from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from issuer.catalog import versions
from issuer.catalog.achievement import Achievement
from issuer.catalog.files import ACHIEVEMENT_TYPES
from issuer.catalog.picture import badge
from issuer.drawing.badges.look import ICONS, PATTERNS
from issuer.home.issuer import current_issuer
from issuer.people import acts as people_acts
from issuer.people.access import gate
from issuer.sharing import samples
from issuer.staff.catalog import achievement_form, acts, rubric_form
from issuer.staff.catalog.borrowed import Borrowed
from issuer.staff.catalog.versions_at_once import MEANWHILE, newest_was
from issuer.web.access import needs
from issuer.web.answers import page
from verifier import clock

achieving = Blueprint("achieving", __name__)


@achieving.get("/desk/catalog/achievements/new")
@needs("achievement", "add")
def new() -> Response:
    """Show the form for a new achievement."""
    return _page(None, {"achievement_type": "MicroCredential"})


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


def form_of(achievement_id: str, *, picture_wrong: str = "") -> Response:
    """Return the page of an achievement as it is now."""
    with current_issuer().database.reading() as session:
        now = _read(session, achievement_id)
    wrong = {"picture": picture_wrong} if picture_wrong else {}
    return _page(now, achievement_form.flat(now), wrong=wrong, drawn=now)


def _taken(achievement_id: str | None) -> AnyResponse:
    form, issuer, now = request.form, current_issuer(), clock.now()
    with issuer.database.writing() as session:
        before = _read(session, achievement_id) if achievement_id else None
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
    return _page(before, form, wrong=wrong, drawn=achievement)


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


def _read(session: Session, achievement_id: str) -> Achievement:
    row = versions.find(session, achievement_id)
    if row is None or not row.listed:
        raise NotFound
    return versions.read(row)


def form_with(borrowed: Borrowed) -> Response:
    """Return the form for a new achievement with what a badge of others says."""
    return _page(None, borrowed.fields, borrowed=borrowed)


def _page(
    before: Achievement | None,
    typed: Mapping[str, str],
    *,
    wrong: Mapping[str, str] | None = None,
    drawn: Achievement | None = None,
    borrowed: Borrowed | None = None,
) -> Response:
    """Return the form; with an achievement that can be drawn, as it would look."""
    settings, now = current_issuer().settings, clock.now()
    with current_issuer().database.reading() as session:
        rubrics = versions.rubrics(session)
        gone = before is not None and before.id in versions.retired(session)
    pictures = {}
    if drawn is not None:
        shown = replace(drawn, version=drawn.version or 1)
        pictures = {
            "badge": _inline(badge(shown, settings, "png")),
            "certificate": _inline(samples.picture(shown, settings, now=now)),
        }
    response = page(
        "desk/achievement.html",
        before=before,
        gone=gone,
        typed=typed,
        rows=achievement_form.rows(typed),
        wrong=wrong or {},
        rubrics=[(rubric.id, rubric.name) for rubric in rubrics],
        offices=settings.certificate.known,
        types=_choices(*ACHIEVEMENT_TYPES, before.achievement_type if before else None),
        patterns=_choices(*PATTERNS),
        icons=_choices(*ICONS),
        pictures=pictures,
        borrowed=borrowed,
        rubric_fields=_rubric_fields(borrowed),
        done=request.args.get("done"),
    )
    response.status_code = 422 if wrong else 200
    return response


def _rubric_fields(borrowed: Borrowed | None) -> Mapping[str, str]:
    """Return the rubric of a badge as the fields of its form."""
    if borrowed is None or borrowed.rubric is None:
        return {}
    return rubric_form.flat(rubric_form.draft_of(borrowed.rubric))


def _choices(*values: str | None) -> list[tuple[str, str]]:
    return [(value, value) for value in dict.fromkeys(values) if value]


def _inline(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()
