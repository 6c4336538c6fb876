"""A building administrator's pages: the progress of the building's projects, and what to sign."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Final, NamedTuple

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer, local_today
from issuer.people.access import gate
from issuer.people.access.gate import MenuEntry
from issuer.people.roles import Role
from issuer.people.tables import BuildingRow, PersonRow, PostRow
from issuer.program import policy as policies
from issuer.program.coaching import coaching, sign_offs
from issuer.program.coaching.sign_offs import SignOffRole
from issuer.program.coaching.tables import CoachingRow
from issuer.program.projects import history, words
from issuer.program.projects.history import Outline, OutlineStage
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.windows import school_year
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from issuer.web.row_numbers import whole_number
from issuer.web.spreadsheet import spreadsheet
from issuer.wording.language import gettext
from verifier import clock
from verifier.wording.words import N_

buildings = Blueprint("buildings", __name__)
NAVIGATION: Final = (MenuEntry("buildings.mine", N_("My building"), lands=5),)
PAGE: Final = 50
HEADS: Final = (
    N_("Teacher"),
    N_("Project"),
    N_("Stage"),
    N_("To be finished by"),
    N_("Credential of"),
)
TO_SIGN: Final = "to-sign"
LATE: Final = "late"
WITHOUT_COACH: Final = "without-coach"
THIS_YEAR: Final = "this-year"
"""Filters of the list, beside the stages."""
TITLES: Final[Mapping[str, str]] = {
    TO_SIGN: N_("Projects that ask for your signature"),
    LATE: N_("Projects past the day to finish by"),
    WITHOUT_COACH: N_("Projects under way without a coach"),
}
_COMPLETE: Final = (State.APPROVED, State.ISSUED)
_ENDED: Final[Mapping[str, OutlineStage]] = {
    State.APPROVED: OutlineStage.COMPLETE,
    State.ISSUED: OutlineStage.EARNED,
    State.CLOSED: OutlineStage.CLOSED,
}
"""The stages in which nobody works on a project, in the order of the list."""
_OF_ENDED: Final = (*_ENDED.values(), THIS_YEAR)
FILTERS: Final[dict[str, str]] = {
    stage: words.OUTLINE[stage]
    for stage in (OutlineStage.UNDER_WAY, OutlineStage.PLANNING, *_ENDED.values())
}
FILTERS[THIS_YEAR] = N_("Earned this school year")
"""What each filter above the list is called."""


class _Standing(NamedTuple):
    """What the list knows of each project before it reads those that it shows."""

    state: str
    changed_at: datetime
    coached: bool


@buildings.get("/buildings")
@needs("building progress", "read")
def mine() -> AnyResponse:
    """Redirect to the signed-in person's building; list the buildings if there are several."""
    roles = gate.whoever().me.roles
    own = [building for role, building in roles if role == Role.BUILDING_ADMINISTRATOR]
    with current_issuer().database.reading() as session:
        rows = select(BuildingRow).where(BuildingRow.id.in_(own)).order_by(BuildingRow.name)
        administered = session.scalars(rows).all()
    if len(administered) == 1:
        return redirect(url_for("buildings.show", building=administered[0].code), 303)
    return page("program/buildings.html", buildings=administered)


@buildings.get("/buildings/<building>")
@needs("building progress", "read", key="building")
def show(building: str) -> Response:
    """Show a building's progress: counts, then its projects, those that ask for a signature or are
    late first; or only those that a filter, `which`, lets through.

    A project appears once its proposal was handed in (E14), and stays. The page shows nothing of
    an evaluation under way or of an earlier one (I12).
    """
    number = max(1, request.args.get("page", 1, type=whole_number))
    which, today, now = request.args.get("which", ""), local_today(), clock.now()
    with current_issuer().database.reading() as session:
        row, policy = _building(session, building), policies.current(session)
        standings = _standings(session, row)
        working = [key for key, standing in standings.items() if standing.state not in _ENDED]
        ended = _ended(standings, which, today)
        # Those at work come first, but for a filter that lets none of them through.
        before = 0 if which in _OF_ENDED else len(working)
        number = min(number, _pages(before + len(ended)))
        near = ended[max(0, (number - 1) * PAGE - before) : number * PAGE]
        projects = _projects(session, [*working, *near])
        outlines = history.outlines(session, projects.values())
        signed = sign_offs.signers(session, projects)
        asks = bool(policy and policy.three_sign_offs)
        coached = asks or any(standing.coached for standing in standings.values())
        under_way = [key for key in working if outlines[key].stage is OutlineStage.UNDER_WAY]
        marked = {
            TO_SIGN: {key for key in under_way if asks and _asks(projects[key], signed[key])},
            LATE: {key for key in under_way if outlines[key].is_overdue(today)},
            WITHOUT_COACH: {
                key for key in under_way if coached and _lacks_coach(standings[key], outlines[key])
            },
        }
        first = marked[TO_SIGN] | marked[LATE]
        at_work = [
            key
            for key in sorted(working, key=lambda key: (key not in first, *_place(outlines[key])))
            if which in ("", outlines[key].stage) or key in marked.get(which, ())
        ]
        fitting = at_work + ended
        pages = _pages(len(fitting))
        number = min(number, pages)
        shown = [projects[key] for key in fitting[(number - 1) * PAGE : number * PAGE]]
        entries = coaching.count(session, [project.id for project in shown])
        to_sign = [project for project in shown if project.id in marked[TO_SIGN]]
        needed_by = sign_offs.needed_by(
            session, to_sign, outlines, signed, policy, today=today, now=now
        )
        written = history.written(session, shown, outlines)
    return page(
        "program/building.html",
        building=row,
        counts=_counts([standing.state for standing in standings.values()]),
        projects=shown,
        filters=FILTERS,
        which=which,
        title=TITLES.get(which) or FILTERS.get(which),
        school_year=school_year.of_day(today),
        fitting=len(fitting),
        outlines=outlines,
        written=written,
        asked=marked[TO_SIGN],
        late=marked[LATE],
        without_coach=marked[WITHOUT_COACH],
        coached=coached,
        asks=asks,
        needed_by=needed_by,
        signed=signed,
        signers=len(SignOffRole),
        fidelity=len(policy.fidelity) if policy else 0,
        entries=entries,
        stages=words.OUTLINE,
        today=today,
        number=number,
        pages=pages,
    )


@buildings.get("/buildings/<building>.csv")
@needs("building progress", "read", key="building")
def table(building: str) -> Response:
    """Send the projects of a building for a spreadsheet, as far as its page shows them."""
    issuer = current_issuer()
    with issuer.database.reading() as session:
        projects = _projects(session, [*_standings(session, _building(session, building))])
        outlines = history.outlines(session, projects.values())
        written = history.written(session, projects.values(), outlines)
        lines = [
            (
                project.person.name,
                written[key].title,
                gettext(words.OUTLINE[outlines[key].stage]),
                outlines[key].due_on,
                (earned := outlines[key].earned_at) and issuer.settings.local(earned).date(),
            )
            for key, project in projects.items()
        ]
    return spreadsheet(f"{building}.csv", [gettext(head) for head in HEADS], lines)


def _building(session: Session, code: str) -> BuildingRow:
    return or_404(session.scalar(select(BuildingRow).where(BuildingRow.code == code)))


def _standings(session: Session, building: BuildingRow) -> dict[int, _Standing]:
    """Return how the projects of a building that the reader sees stand, by teacher."""
    working = select(PostRow.person_pk).where(PostRow.building_pk == building.id)
    coached = exists().where(
        CoachingRow.project_pk == ProjectRow.id, CoachingRow.ended_at.is_(None)
    )
    rows = (
        select(ProjectRow.id, ProjectRow.state, ProjectRow.changed_at, coached)
        .join(PersonRow, PersonRow.id == ProjectRow.person_pk)
        .where(ProjectRow.person_pk.in_(working), ProjectRow.state != State.WITHDRAWN)
        .where(exists().where(VersionRow.project_pk == ProjectRow.id))
        .where(gate.seen(session, "project"))
        .order_by(PersonRow.folded, ProjectRow.id)
    )
    return {
        key: _Standing(state, changed_at, is_coached)
        for key, state, changed_at, is_coached in session.execute(rows)
    }


def _asks(project: ProjectRow, signed: Collection[SignOffRole]) -> bool:
    """True if a project still needs the signature of whoever is signed in."""
    is_own = project.person_pk == gate.whoever().person.id
    return not is_own and SignOffRole.ADMINISTRATOR not in signed


def _lacks_coach(standing: _Standing, outline: Outline) -> bool:
    """True until a coach is chosen, or the completed project is handed in without one."""
    return not standing.coached and "completion" not in outline.versions


def _ended(standings: Mapping[int, _Standing], which: str, today: date) -> list[int]:
    """Return the projects that a filter lets through and that are not worked on any more: complete,
    then earned, then closed, the newest first."""
    local = current_issuer().settings.local
    this_year = school_year.of_day(today)

    def fits(state: str, changed_at: datetime) -> bool:
        if which == THIS_YEAR:
            year = school_year.of_day(local(changed_at).date())
            return state == State.ISSUED and year == this_year
        return which in ("", _ENDED.get(state))

    fitting = [key for key, (state, changed_at, _) in standings.items() if fits(state, changed_at)]
    fitting = [key for key in fitting if standings[key].state in _ENDED]
    fitting.sort(key=lambda key: standings[key].changed_at, reverse=True)
    return sorted(fitting, key=lambda key: [*_ENDED].index(standings[key].state))


def _place(outline: Outline) -> tuple[bool, date]:
    """Return by what projects at work are ordered: by stage, then by the day to finish by."""
    return outline.stage is OutlineStage.PLANNING, outline.due_on or date.max


def _pages(number: int) -> int:
    return max(1, -(-number // PAGE))


def _projects(session: Session, numbers: Collection[int]) -> dict[int, ProjectRow]:
    """Return these projects by number and in its order, with their teachers."""
    rows = select(ProjectRow).where(ProjectRow.id.in_(numbers))
    read = {row.id: row for row in session.scalars(rows.options(joinedload(ProjectRow.person)))}
    return {number: read[number] for number in numbers}


def _counts(states: Collection[str]) -> dict[str, int]:
    """Return how many projects were started, are complete, still under way, and have a credential
    (R9). What was closed is no longer counted as started."""
    return {
        "started": sum(state != State.CLOSED for state in states),
        "complete": sum(state in _COMPLETE for state in states),
        "working": sum(state not in (*_COMPLETE, State.CLOSED) for state in states),
        "certificates": sum(state == State.ISSUED for state in states),
    }
