"""Changing a plan after its approval. Goal and measure stay: they are what was approved.

amend(session, project, "Eight weeks, since the hall is closed.", "The hall.", now=now)
plan_of(session, project)       # the plan that holds now
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer.home.problem import FieldError
from issuer.program.amendments.tables import AmendmentRow
from issuer.program.projects.answers import LONGEST_TEXT
from issuer.program.projects.states import State
from issuer.program.projects.submission import newest_version_of
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.windows.window import Purpose
from verifier.wording.words import N_

AMENDED: Final = "plan-amended"
"""The kind of message that tells who approved a plan that it was changed."""
LONGEST_REASON: Final = 1000


class AmendmentRefused(FieldError):
    """The plan is not changed; `field` names what to change."""


def amend(
    session: Session, project: ProjectRow, plan: str, why: str, *, now: datetime
) -> AmendmentRow | None:
    """Change the plan of a project that is under way, and return the change; None if it is there.
    Raises `AmendmentRefused`."""
    plan, why = plan.strip(), why.strip()
    if project.state != State.ACTIVE:
        raise AmendmentRefused("plan", N_("A plan is changed while the project is under way."))
    if not 0 < len(plan) <= LONGEST_TEXT:
        raise AmendmentRefused("plan", N_("Write the whole plan as it is now."))
    changes = of_project(session, project)
    if changes and (changes[-1].plan, changes[-1].why) == (plan, why):
        return None
    if plan == plan_of(session, project):
        raise AmendmentRefused("plan", N_("This is the plan that there is."))
    if not 0 < len(why) <= LONGEST_REASON:
        raise AmendmentRefused("why", N_("Say in a sentence why it changes."))
    row = AmendmentRow(project_pk=project.id, plan=plan, why=why, created_at=now)
    session.add(row)
    session.flush()
    return row


def of_project(session: Session, project: ProjectRow) -> Sequence[AmendmentRow]:
    """Return the changes of a plan, the oldest first."""
    rows = select(AmendmentRow).where(AmendmentRow.project_pk == project.id)
    return session.scalars(rows.order_by(AmendmentRow.id)).all()


def before_completion(session: Session, project: ProjectRow) -> Sequence[AmendmentRow]:
    """Return the changes from before the project was first handed in as completed, which are all
    that tell nobody whether it came back (I12)."""
    handed_in = session.scalar(
        select(func.min(VersionRow.received_at)).where(
            VersionRow.project_pk == project.id, VersionRow.purpose == Purpose.COMPLETION
        )
    )
    changes = of_project(session, project)
    return [row for row in changes if handed_in is None or row.created_at < handed_in]


def approved(session: Session, project: ProjectRow) -> dict[str, str]:
    """Return the answers of the proposal that was handed in last."""
    version = newest_version_of(session, project, Purpose.PROPOSAL)
    return dict(version.answers if version else project.proposal)


def plan_of(session: Session, project: ProjectRow) -> str:
    """Return the plan of a project as it holds now: a proposal that was handed in again replaces
    what was changed before it."""
    proposal = newest_version_of(session, project, Purpose.PROPOSAL)
    changes = [
        row
        for row in of_project(session, project)
        if proposal is None or row.created_at > proposal.received_at
    ]
    return changes[-1].plan if changes else approved(session, project).get("plan", "").strip()
