"""A building administrator's pages: the progress of the building's projects, and what to sign."""

from collections.abc import Collection
from typing import Final

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
from issuer.program.projects import history, words
from issuer.program.projects.history import OutlineStage
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow, VersionRow
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
_COMPLETE: Final = (State.APPROVED, State.ISSUED)


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
    """Show a building's progress: counts, then its projects, those that ask for a signature first.

    A project appears once its proposal was handed in (E14), and stays. The page shows nothing of
    an evaluation under way or of an earlier one (I12).
    """
    number = max(1, request.args.get("page", 1, type=whole_number))
    with current_issuer().database.reading() as session:
        row, policy = _building(session, building), policies.current(session)
        states = _states(session, row)
        working = [project for project, state in states.items() if state not in _COMPLETE]
        pages = max(1, -(-len(states) // PAGE))
        number = min(number, pages)
        # Those who ask come first, so at most as many are moved as are working.
        near = [*states][max(0, (number - 1) * PAGE - len(working)) : number * PAGE]
        projects = _projects(session, {*working, *near})
        outlines = history.outlines(session, projects.values())
        signed = sign_offs.signers(session, projects)
        asks = bool(policy and policy.three_sign_offs)
        asked = {
            project
            for project in working
            if asks
            and outlines[project].stage is OutlineStage.UNDER_WAY
            and SignOffRole.ADMINISTRATOR not in signed[project]
        }
        ordered = sorted(states, key=lambda project: project not in asked)
        shown = ordered[(number - 1) * PAGE : number * PAGE]
        entries = coaching.count(session, shown)
        to_sign = [projects[project] for project in shown if project in asked]
        today, now = local_today(), clock.now()
        needed_by = sign_offs.needed_by(
            session, to_sign, outlines, signed, policy, today=today, now=now
        )
        written = history.written(session, [projects[project] for project in shown], outlines)
    return page(
        "program/building.html",
        building=row,
        counts=_counts(states.values()),
        projects=[projects[project] for project in shown],
        outlines=outlines,
        written=written,
        asked=asked,
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
        projects = _projects(session, [*_states(session, _building(session, building))])
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


def _states(session: Session, building: BuildingRow) -> dict[int, str]:
    """Return the states of the projects of a building that the reader sees, by teacher."""
    working = select(PostRow.person_pk).where(PostRow.building_pk == building.id)
    rows = (
        select(ProjectRow.id, ProjectRow.state)
        .join(PersonRow, PersonRow.id == ProjectRow.person_pk)
        .where(ProjectRow.person_pk.in_(working), ProjectRow.state != State.WITHDRAWN)
        .where(exists().where(VersionRow.project_pk == ProjectRow.id))
        .where(gate.seen(session, "project"))
        .order_by(PersonRow.folded, ProjectRow.id)
    )
    return dict(session.execute(rows).all())


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
