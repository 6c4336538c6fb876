"""The approval that a project becomes: the very message that a webhook would bring (R37, I1).

    approval_data(session, project, decision, settings)     # what `from_data` takes

Nothing is retyped: every field is what the teacher wrote, what was handed in, or what was decided.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from issuer.home.settings import Settings
from issuer.people import register
from issuer.people.tables import PersonRow
from issuer.program.evaluation.tables import ProjectDecisionRow
from issuer.program.evidence import pieces
from issuer.program.evidence.artifacts import ArtifactTier, withdrawn
from issuer.program.partner_badges import badges
from issuer.program.projects import answers
from issuer.program.projects.submission import newest_version_of
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.windows.window import Purpose

MOST_ADDRESSES = 4


def approval_id(project: ProjectRow) -> str:
    """Return the id under which a project's approval goes through the one door."""
    return f"program:{project.public_id}"


def approval_data(
    session: Session,
    decision: ProjectDecisionRow,
    settings: Settings,
    sign_offs: Iterable[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """Return the `data` of a released, approved decision's approval.

    `sign_offs` holds `role` and `at` of each who signed (R6).
    """
    version = decision.version
    project = version.project
    proposal = newest_version_of(session, project, Purpose.PROPOSAL)
    idea = proposal.answers if proposal else project.proposal
    if decision.released_at is None:
        raise ValueError("a decision becomes an approval once it is released")
    data = {
        "approval_id": approval_id(project),
        "achievement": _achievement(project, idea, version),
        "recipient": _recipient(project.person),
        "narrative": {name: idea[name].strip() for name in ("skill", "goal", "measured_outcome")},
        "activity": {"start": version.answers["began"], "end": version.answers["ended"]},
        "credits": _credits(version),
        "levels": dict(decision.levels),
        "comments": dict(decision.comments),
        "evidence": [
            *_evidence(session, version),
            *badges.as_evidence(session, version),
        ],
        "approvals": [dict(sign_off) for sign_off in sign_offs],
        "approved_at": settings.local(decision.released_at).isoformat(timespec="seconds"),
    }
    return {name: value for name, value in data.items() if value not in ({}, [])}


def _achievement(
    project: ProjectRow, idea: Mapping[str, str], version: VersionRow
) -> dict[str, Any]:
    if project.offering is not None:
        return {"id": project.offering.achievement_id}
    rubric = version.rubric_version
    return {
        "name": idea["title"].strip(),
        "description": idea["skill"].strip(),
        "criteria": idea["goal"].strip(),
        "rubric": {"id": rubric.rubric_id, "version": rubric.version},
    }


def _recipient(person: PersonRow) -> dict[str, Any]:
    emails = register.verified_addresses(person)[:MOST_ADDRESSES]
    recipient = {"name": person.name, "emails": emails}
    return recipient | ({"did": person.did} if person.did else {})


def _credits(version: VersionRow) -> list[dict[str, Any]]:
    hours = answers.number(version.answers.get("hours", ""))
    return [{"value": hours, "unit": "hours"}] if hours else []


def _evidence(session: Session, version: VersionRow) -> list[dict[str, str]]:
    """Return the evidence that was judged, but for what a consent was withdrawn for since."""
    judged = pieces.judged(session, version)
    hidden = withdrawn(session, judged)
    return [_piece(item) for item in judged if item.get("artifact") not in hidden]


def _piece(item: Mapping[str, str]) -> dict[str, str]:
    """Return a piece of evidence as an approval states it, without anything of where it is.

    One that colleagues may see here is sealed: in a credential, everybody would see it.
    """
    members = ("name", "description", "genre", "sha256", "media_type", "tier", "url")
    piece = {name: item[name] for name in members if item.get(name)}
    if piece.get("tier") == ArtifactTier.DISTRICT:
        piece["tier"] = ArtifactTier.SEALED
    return piece
