"""The catalog's page, and the actions on an achievement other than editing its form."""

from dataclasses import replace
from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from issuer.catalog import versions
from issuer.drawing.images import MAX_IMAGE_BYTES, ImageError, check_image
from issuer.home.issuer import current_issuer
from issuer.people import acts as people_acts
from issuer.people.access import gate
from issuer.people.access.gate import MenuEntry
from issuer.staff import DESK
from issuer.staff.catalog import achievement_page, acts, borrowed
from issuer.staff.catalog.borrowed import NothingBorrowedError
from issuer.web.access import needs
from issuer.web.answers import page
from verifier import clock
from verifier.fetching.fetch import WebFetch
from verifier.report import Outcome
from verifier.web.language import say
from verifier.wording.words import N_

cataloging = Blueprint("cataloging", __name__)
NAVIGATION: Final = (MenuEntry("cataloging.show", N_("Catalog"), DESK),)


@cataloging.get("/desk/catalog")
@needs("achievement", "list")
def show() -> Response:
    """List achievements and rubrics, also what is offered no more."""
    with current_issuer().database.reading() as session:
        achievements, gone = versions.all_listed(session), versions.retired(session)
        rubrics = versions.rubrics(session)
    used = [achievement.rubric.id for achievement in achievements]
    return page(
        "desk/catalog.html",
        achievements=achievements,
        gone=gone,
        rubrics=rubrics,
        used={rubric.id: used.count(rubric.id) for rubric in rubrics},
        done=request.args.get("done"),
    )


@cataloging.get("/desk/catalog/import")
@needs("achievement", "add")
def choose() -> Response:
    """Ask for a badge of another platform."""
    return page("desk/catalog_import.html", wrong="", typed={})


@cataloging.post("/desk/catalog/import")
@needs("achievement", "add")
def borrow() -> Response:
    """Show what a badge says in the form for a new achievement; nothing is stored."""
    upload, link = request.files.get("badge"), request.form.get("link", "").strip()
    data = (upload.read() if upload else b"") or link.encode()
    fetch = WebFetch(allow=current_issuer().settings.allow_hosts)
    try:
        return achievement_page.form_with(borrowed.read(data, fetch=fetch, now=clock.now()))
    except NothingBorrowedError as exc:
        checks = exc.report.checks
        why = next((one for one in checks if one.outcome is not Outcome.PASSED), checks[0])
        return page("desk/catalog_import.html", wrong=say(why), typed=request.form)


@cataloging.post("/desk/catalog/achievements/<achievement>/offer")
@needs("achievement", "change", key="achievement")
def offer(achievement: str) -> AnyResponse:
    """Offer an achievement no more, or (`again`) again."""
    now, by = clock.now(), people_acts.actor(gate.whoever().person)
    do = acts.offer_again if request.form.get("again") else acts.retire
    with current_issuer().database.writing() as session:
        do(session, achievement, by=by, now=now)
    return redirect(url_for("achieving.edit", achievement=achievement, done="saved"), 303)


@cataloging.post("/desk/catalog/achievements/<achievement>/picture")
@needs("achievement", "change", key="achievement")
def picture(achievement: str) -> AnyResponse:
    """Give an achievement a picture of its own; without a file, the drawn one again."""
    upload = request.files.get("picture")
    data = upload.read(MAX_IMAGE_BYTES + 1) if upload else b""
    now, by = clock.now(), people_acts.actor(gate.whoever().person)
    try:
        if data:
            check_image(data)
        with current_issuer().database.writing() as session:
            row = versions.find(session, achievement)
            if row is None or not row.listed:
                raise NotFound
            acts.save(session, replace(versions.read(row), image=data or None), by=by, now=now)
    except ImageError as exc:
        return achievement_page.form_of(achievement, picture_wrong=str(exc))
    return redirect(url_for("achieving.edit", achievement=achievement, done="saved"), 303)
