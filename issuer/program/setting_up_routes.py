"""The pages that set up the program: the district's choices, its fields of work, its windows."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response as AnyResponse

from issuer.catalog import versions
from issuer.database.pressed_twice import add_once
from issuer.home.issuer import current_issuer
from issuer.people.access import gate
from issuer.people.register import new_id
from issuer.program import policy as policies
from issuer.program.policy import (
    DISTRICT,
    MOST_QUESTIONS,
    PILOT,
    Policy,
    PolicyRefused,
    Question,
    Resubmission,
)
from issuer.program.projects.tables import TopicRow
from issuer.program.windows.form_time import moment_in
from issuer.program.windows.tables import WRITTEN, WindowRow
from issuer.program.windows.window import Purpose, WindowRefused
from issuer.web.access import needs
from issuer.web.answers import page
from issuer.web.row_numbers import whole_number
from verifier import clock
from verifier.wording.words import N_

setting_up = Blueprint("setting_up", __name__)
PRESETS: Final = {"pilot": PILOT, "district": DISTRICT}
MOST_GRACE: Final = 24 * 60
"""Minutes."""
NUMBERS: Final = (
    "proposal_judges",
    "completion_judges",
    "days_to_finish",
    "days_to_decide",
    "days_to_resubmit",
    "days_for_another_look",
)
CHECKBOXES: Final = (
    "rolling",
    "names_hidden",
    "evaluators_shown",
    "three_sign_offs",
    "progress_public",
    "cadre_public",
)
_NO_RUBRIC: Final = N_("Choose a rubric of your catalog, by which projects are judged.")


@setting_up.get("/program/setup")
@needs("program", "set-up")
def show() -> Response:
    """Show the choices in force; before there are any, those of a pilot or a district."""
    return _page()


@setting_up.post("/program/setup")
@needs("program", "set-up")
def change() -> AnyResponse:
    """Put other choices in force."""
    try:
        with current_issuer().database.writing() as session:
            by = gate.acting(session)
            policy = _typed(policies.current(session))
            rubrics = {rubric.id for rubric in versions.rubrics(session)}
            for field in ("proposal_rubric", "completion_rubric"):
                if getattr(policy, field) not in rubrics:
                    raise PolicyRefused(field, _NO_RUBRIC)
            policies.change(session, policy, by=by, now=clock.now())
    except PolicyRefused as exc:
        return _page(typed=policy, wrong={exc.field: str(exc)})
    return redirect(url_for("setting_up.show", done=1), 303)


@setting_up.post("/program/setup/fields")
@needs("program", "set-up")
def add_field() -> AnyResponse:
    """Add a field of work, such as music."""
    name = " ".join(request.form.get("name", "").split())[:100]
    if not name:
        return _page(wrong={"name": N_("Write a name.")})
    with current_issuer().database.writing() as session:
        row = session.scalar(select(TopicRow).where(TopicRow.name == name))
        if row is None:
            session.add(TopicRow(name=name))
        else:
            row.retired_at = None
    return redirect(url_for("setting_up.show", done=1), 303)


@setting_up.post("/program/setup/fields/<int:field>/retire")
@needs("program", "set-up")
def retire_field(field: int) -> AnyResponse:
    """Offer a field no more; projects that have it keep it."""
    with current_issuer().database.writing() as session:
        row = session.get(TopicRow, field)
        if row is not None:
            row.retired_at = clock.now()
    return redirect(url_for("setting_up.show", done=1), 303)


@setting_up.post("/program/setup/windows")
@needs("program", "set-up")
def add_window() -> AnyResponse:
    """Plan a window, in the district's local time."""
    form, settings, now = request.form, current_issuer().settings, clock.now()
    zone = settings.timezone or ZoneInfo("UTC")
    try:
        with current_issuer().database.writing() as session:
            gate.acting(session)
            policy = policies.current(session)
            row = WindowRow(
                name=form.get("window_name", "").strip()[:100] or form.get("opens", "")[:10],
                purpose=Purpose.COMPLETION
                if form.get("purpose") == Purpose.COMPLETION
                else Purpose.PROPOSAL,
                opens=moment_in(form, "opens", zone),
                closes=moment_in(form, "closes", zone),
                zone=zone.key,
                grace_minutes=min(max(0, form.get("grace", 0, type=whole_number)), MOST_GRACE),
                days_to_decide=policy.days_to_decide if policy else PILOT.days_to_decide,
                created_at=now,
            )
            row.exceptions = []
            _ = row.window  # raises `WindowRefused` for a window that cannot be
            add_once(session, row, *WRITTEN)
    except WindowRefused as exc:
        return _page(wrong={exc.field: str(exc)})
    return redirect(url_for("setting_up.show", done=1), 303)


def _typed(in_force: Policy | None) -> Policy:
    """Return the choices that the form makes."""
    form = request.form
    return replace(
        PILOT,
        proposal_rubric=form.get("proposal_rubric", ""),
        completion_rubric=form.get("completion_rubric", ""),
        resubmission=Resubmission.NEXT_WINDOW
        if form.get("resubmission") == Resubmission.NEXT_WINDOW
        else Resubmission.DAYS,
        fidelity=tuple(_lines(form.get("fidelity", ""))),
        questions=tuple(_questions(in_force.questions if in_force else ())),
        **_numbers_and_checkboxes(),
    )


def _numbers_and_checkboxes() -> dict[str, Any]:
    """Return the choices that are a number, or made by a checkbox."""
    form = request.form
    numbers = {name: form.get(name, 0, type=whole_number) for name in NUMBERS}
    return {**numbers, **{name: name in form for name in CHECKBOXES}}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _questions(in_force: Iterable[Question]) -> Iterator[Question]:
    """Yield the district's own questions; one that was there keeps its id, and so its answers."""
    form = request.form
    known = {question.text: question.id for question in in_force}
    ids = [*form.getlist("question_id")[:MOST_QUESTIONS], *[""] * MOST_QUESTIONS]
    for place in range(MOST_QUESTIONS):
        if text := form.get(f"question-{place}", "").strip():
            required = str(place) in form.getlist("question_required")
            yield Question(ids[place] or known.pop(text, "") or new_id(), text, required)


def _page(*, typed: Policy | None = None, wrong: dict[str, str] | None = None) -> Response:
    settings = current_issuer().settings
    with current_issuer().database.reading() as session:
        in_force = policies.current(session)
        values = {
            "fields": session.scalars(
                select(TopicRow).where(TopicRow.retired_at.is_(None)).order_by(TopicRow.name)
            ).all(),
            "windows": session.scalars(
                select(WindowRow)
                .options(selectinload(WindowRow.exceptions))
                .order_by(WindowRow.opens)
            ).all(),
            "rubrics": versions.rubrics(session),
        }
    preset = PRESETS.get(request.args.get("as", ""), PILOT)
    return page(
        "program/setup.html",
        in_force=in_force,
        policy=typed or in_force or preset,
        most_questions=MOST_QUESTIONS,
        wrong=wrong or {},
        zone=settings.timezone,
        done=request.args.get("done"),
        typed=request.form,
        **values,
    )
