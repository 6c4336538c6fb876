"""Mails about what somebody did: a coach's entry, a meeting, a request for a signature, more time,
a role. Each is written when it is sent, and dropped if no longer true (E43).
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from issuer.home.issuer import Issuer
from issuer.outbox.kinds import MessageKind, OvertakenError
from issuer.people import roles
from issuer.people.roles import Role
from issuer.people.tables import PersonRow
from issuer.program import policy as policies
from issuer.program.amendments import amendments
from issuer.program.amendments.tables import AmendmentRow
from issuer.program.coaching import coaching, news, sign_offs
from issuer.program.coaching.sign_offs import SignOffRole
from issuer.program.coaching.tables import (
    CoachEntryRow,
    CohortMemberRow,
    CohortRow,
    MeetingRow,
)
from issuer.program.evaluation import decisions
from issuer.program.projects import due
from issuer.program.projects.states import State
from issuer.program.projects.submission import newest_version_of
from issuer.program.projects.tables import ProjectRow
from issuer.program.reminders.mails import News, kind, project_in
from issuer.program.windows.window import Purpose
from verifier.wording.words import N_

_PROJECT: Final = N_("Open your project")


def _entry(session: Session, _issuer: Issuer, payload: dict[str, Any], _: datetime) -> News:
    """A coach wrote an entry. Its text is between the two, and no mail holds it (R5)."""
    entry = session.get(CoachEntryRow, payload.get("entry"))
    project = session.get(ProjectRow, entry.project_pk) if entry else None
    if entry is None or project is None or project.state in (State.WITHDRAWN, State.CLOSED):
        raise OvertakenError("the entry is gone, or its project has ended")
    values = {"coach": entry.coach.name, "title": project.proposal.get("title", "")}
    sentence = N_("%(coach)s wrote an entry for “%(title)s”. You read it on its page.")
    path = f"/projects/{project.public_id}/coaching"
    return News(project.person, N_("Your coach wrote to you"), (sentence,), values, _PROJECT, path)


def _meeting(session: Session, _issuer: Issuer, payload: dict[str, Any], now: datetime) -> News:
    meeting = session.get(MeetingRow, payload.get("meeting"))
    key = (meeting.cohort_pk, payload.get("person")) if meeting else None
    member = session.get(CohortMemberRow, key) if key else None
    if meeting is None or member is None or member.left_at is not None or meeting.begins <= now:
        raise OvertakenError("the meeting has begun, or is not theirs")
    cohort = session.get_one(CohortRow, meeting.cohort_pk)
    if cohort.ended_at is not None:
        raise OvertakenError("the cohort has ended")
    values = {
        "title": meeting.title,
        "cohort": cohort.name,
        "at": meeting.begins,
        "minutes": meeting.minutes,
    }
    sentences = (
        N_("“%(title)s” of %(cohort)s begins on %(at)s."),
        N_("It takes %(minutes)d minutes, which count as hours if you come."),
    )
    path, subject = f"/cohorts/{cohort.public_id}", N_("A meeting: %(title)s")
    return News(member.person, subject, sentences, values, N_("Open the cohort"), path)


def _to_sign(session: Session, issuer: Issuer, payload: dict[str, Any], now: datetime) -> News:
    """A coach or a building administrator has not signed yet, though the teacher has."""
    project = project_in(session, payload, State.ACTIVE)
    person = session.get_one(PersonRow, payload["person"])
    policy, signer = policies.current(session), SignOffRole(payload["signer"])
    today = issuer.settings.local(now).date()
    if signer is SignOffRole.COACH:
        able = coaching.coaches(session, project)
    else:
        able = news.administrators(session, project, today=today)
    waits = signer in sign_offs.missing(session, project)
    if policy is None or not policy.three_sign_offs or not waits or person not in able:
        raise OvertakenError("it is signed, or somebody else's to sign")
    values = {"teacher": project.person.name, "title": project.proposal.get("title", "")}
    sentences = (
        N_("%(teacher)s has signed for “%(title)s”, and your signature is still to come."),
        N_("Please read the checklist, and sign if the project was carried out as agreed."),
    )
    path = f"/projects/{project.public_id}/coaching#sign-offs"
    subject = N_("Please sign: %(title)s")
    return News(person, subject, sentences, values, N_("Open the project"), path)


def _extended(session: Session, _issuer: Issuer, payload: dict[str, Any], _: datetime) -> News:
    project = project_in(session, payload, State.ACTIVE)
    if project.due_on is None or project.due_on.isoformat() != payload.get("until"):
        raise OvertakenError("it is due on another day")
    values = {"day": project.due_on, "title": project.proposal.get("title", "")}
    sentence = N_("You have more time for “%(title)s”: please finish by %(day)s.")
    path, subject = f"/projects/{project.public_id}", N_("More time: until %(day)s")
    return News(project.person, subject, (sentence,), values, _PROJECT, path)


def _amended(session: Session, _issuer: Issuer, payload: dict[str, Any], _: datetime) -> News:
    """Who released the approval of a plan hears that it was changed."""
    amendment = session.get(AmendmentRow, payload.get("amendment"))
    project = amendment.project if amendment else None
    version = newest_version_of(session, project, Purpose.PROPOSAL) if project else None
    decision = decisions.released(session, version) if version else None
    if amendment is None or project is None or decision is None or decision.released_by is None:
        raise OvertakenError("there is nobody who approved it")
    person = session.get_one(PersonRow, decision.released_by)
    values = {
        "teacher": project.person.name,
        "title": project.proposal.get("title", ""),
        "why": amendment.why,
    }
    sentences = (N_("%(teacher)s changed the plan of “%(title)s”: %(why)s"),)
    path, subject = f"/projects/{project.public_id}/plan", N_("A plan was changed: %(title)s")
    return News(person, subject, sentences, values, N_("Read the plan"), path)


def _role(session: Session, issuer: Issuer, payload: dict[str, Any], now: datetime) -> News:
    person, role = session.get_one(PersonRow, payload["person"]), Role(payload["role"])
    today = issuer.settings.local(now).date()
    has_it = role in {grant.role for grant in roles.roles_of(session, person, today=today)}
    if has_it is not payload["is_granted"]:
        raise OvertakenError("the role was changed again, or has not begun")
    values = {"role": (roles.TITLES[role],)}
    sentence = (
        N_("You have a new role here: %(role)s. Sign in to see what it opens.")
        if has_it
        else N_("Your role here has ended: %(role)s. What is your own stays yours.")
    )
    subject = N_("Your roles have changed")
    return News(person, subject, (sentence,), values, N_("Open your account"), "/account")


KINDS: Final[tuple[MessageKind, ...]] = (
    kind(news.ENTRY, _entry),
    kind(news.MEETING, _meeting),
    kind(news.SIGN, _to_sign),
    kind(due.EXTENDED, _extended),
    kind(amendments.AMENDED, _amended),
    kind(roles.CHANGED, _role),
)
