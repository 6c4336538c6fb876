"""A building administrator's pages: the progress of the building's projects, and what to sign."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
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
from issuer.web.answers import page
from issuer.web.row_numbers import whole_number
from verifier import clock
from verifier.wording.words import N_

buildings = Blueprint("buildings", __name__)
NAVIGATION: Final = (MenuEntry("buildings.mine", N_("My building"), lands=5),)
PAGE: Final = 50


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
        row = session.scalar(select(BuildingRow).where(BuildingRow.code == building))
        if row is None:
            raise NotFound
        working = select(PostRow.person_pk).where(PostRow.building_pk == row.id)
        rows = (
            select(ProjectRow)
            .join(PersonRow, PersonRow.id == ProjectRow.person_pk)
            .where(ProjectRow.person_pk.in_(working), ProjectRow.state != State.WITHDRAWN)
            .where(exists().where(VersionRow.project_pk == ProjectRow.id))
            .where(gate.seen(session, "project"))
            .options(joinedload(ProjectRow.person))
            .order_by(PersonRow.folded, ProjectRow.id)
        )
        projects = session.scalars(rows).all()
        numbers = [project.id for project in projects]
        outlines = history.outlines(session, projects)
        signed, policy = sign_offs.signers(session, numbers), policies.current(session)
        entries = coaching.count(session, numbers)
        asks = bool(policy and policy.three_sign_offs)
        asked = {
            project.id
            for project in projects
            if asks
            and outlines[project.id].stage is OutlineStage.UNDER_WAY
            and SignOffRole.ADMINISTRATOR not in signed[project.id]
        }
        ordered = sorted(projects, key=lambda project: project.id not in asked)
        pages = max(1, -(-len(ordered) // PAGE))
        number = min(number, pages)
        shown = ordered[(number - 1) * PAGE : number * PAGE]
        written = history.written(session, shown, outlines)
    return page(
        "program/building.html",
        building=row,
        counts=_counts(projects),
        projects=shown,
        outlines=outlines,
        written=written,
        asked=asked,
        asks=asks,
        signed=signed,
        signers=len(SignOffRole),
        fidelity=len(policy.fidelity) if policy else 0,
        entries=entries,
        stages=words.OUTLINE,
        today=_today(),
        number=number,
        pages=pages,
    )


def _counts(projects: Sequence[ProjectRow]) -> dict[str, int]:
    """Return how many projects were started, are complete, still under way, and have a credential
    (R9)."""
    complete = (State.APPROVED, State.ISSUED)
    return {
        "started": len(projects),
        "complete": sum(project.state in complete for project in projects),
        "working": sum(project.state not in (*complete, State.CLOSED) for project in projects),
        "certificates": sum(project.state == State.ISSUED for project in projects),
    }


def _today() -> date:
    return current_issuer().settings.local(clock.now()).date()
