"""The page of one achievement as it is shown: its form, with badge and certificate drawn beside."""

import base64
from collections.abc import Mapping
from dataclasses import replace

from flask import Response, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from issuer.catalog import versions
from issuer.catalog.achievement import Achievement
from issuer.catalog.files import ACHIEVEMENT_TYPES
from issuer.catalog.picture import badge
from issuer.home.issuer import current_issuer
from issuer.sharing import samples
from issuer.staff.catalog import achievement_form, rubric_form
from issuer.staff.catalog.borrowed import Borrowed
from issuer.staff.catalog.look_words import ICON_WORDS, PATTERN_WORDS
from issuer.web.answers import page
from issuer.wording.language import gettext
from verifier import clock


def form_of(achievement_id: str, *, picture_wrong: str = "") -> Response:
    """Return the page of an achievement as it is now."""
    with current_issuer().database.reading() as session:
        now = achievement_of(session, achievement_id)
    wrong = {"picture": picture_wrong} if picture_wrong else {}
    return page_of(now, achievement_form.flat(now), wrong=wrong, drawn=now)


def achievement_of(session: Session, achievement_id: str) -> Achievement:
    """Return an achievement of the catalog; `NotFound` if there is none of this id."""
    row = versions.find(session, achievement_id)
    if row is None or not row.listed:
        raise NotFound
    return versions.read(row)


def form_with(borrowed: Borrowed) -> Response:
    """Return the form for a new achievement with what a badge of others says."""
    return page_of(None, borrowed.fields, borrowed=borrowed)


def page_of(
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
    return page(
        "desk/achievement.html",
        before=before,
        gone=gone,
        typed=typed,
        rows=achievement_form.rows(typed),
        wrong=wrong or {},
        rubrics=[(rubric.id, rubric.name) for rubric in rubrics],
        offices={one.office: f"{one.name}, {one.title}" for one in settings.certificate.holders},
        types=_choices(*ACHIEVEMENT_TYPES, before.achievement_type if before else None),
        patterns=[(value, gettext(words)) for value, words in PATTERN_WORDS.items()],
        icons=[(value, gettext(words)) for value, words in ICON_WORDS.items()],
        pictures=pictures,
        borrowed=borrowed,
        rubric_fields=_rubric_fields(borrowed),
        done=request.args.get("done"),
    )


def _rubric_fields(borrowed: Borrowed | None) -> Mapping[str, str]:
    """Return the rubric of a badge as the fields of its form."""
    if borrowed is None or borrowed.rubric is None:
        return {}
    return rubric_form.flat(rubric_form.draft_of(borrowed.rubric))


def _choices(*values: str | None) -> list[tuple[str, str]]:
    return [(value, value) for value in dict.fromkeys(values) if value]


def _inline(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()
