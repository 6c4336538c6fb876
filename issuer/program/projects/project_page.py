"""The page of one project: its form, what keeps it from being handed in, and what became of it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import Response, current_app, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.home.issuer import current_issuer, local_today
from issuer.people.access import gate, rules
from issuer.program import policy as policies
from issuer.program.policy import Policy
from issuer.program.projects import answers, declarations, drafts, history, submission, words
from issuer.program.projects.drafts import WRITTEN_IN, Overtaken
from issuer.program.projects.states import EDITABLE, TURNS, Act, State, Turn
from issuer.program.projects.submission import Check, Missing, Readiness
from issuer.program.projects.tables import ProjectEventRow, ProjectRow, TopicRow, VersionRow
from issuer.program.windows.window import Purpose
from issuer.web.answers import or_404, page
from issuer.wording.days import day_after
from verifier import clock
from verifier.web.headers import ASKING


def project_page(
    public_id: str,
    *,
    missing: tuple[Missing, ...] = (),
    wrong: str = "",
    typed: Mapping[str, str] | None = None,
    overtaken: Overtaken | None = None,
    unsaved: Mapping[str, str] | None = None,
) -> Response:
    """Answer with the page of a project: its form where it is being written, else its content.

    `missing` and `wrong` say why nothing was handed in, `typed` stands in the form in place of what
    is stored, and `unsaved` beside it; `overtaken` has what another window saved.
    """
    now, visitor = clock.now(), gate.whoever()
    with current_issuer().database.reading() as session:
        project = or_404(drafts.find(session, public_id))
        policy = policies.current(session)
        state = State(project.state)
        purpose = WRITTEN_IN.get(state)
        is_mine = project.person_pk == visitor.person.id
        sees_attempts = history.sees_attempts(visitor.me, project)
        version = submission.newest_version(session, project)
        events = history.events(session, project) if is_mine else ()
        ready = None
        if is_mine and purpose and policy:
            ready = submission.readiness(
                session,
                project,
                policy,
                now,
                declared=declared(session, project),
                checks=checks(),
            )
        planned = submission.next_to_open(session, now).get(ready.purpose) if ready else None
        values = {
            "judged": (),
            **(_terms(session, project, policy, version, ready, now) if is_mine and policy else {}),
            "project": project,
            "teacher": project.person,
            "topic": project.topic,
            "offering": project.offering,
            "topics": session.scalars(
                select(TopicRow).where(TopicRow.retired_at.is_(None)).order_by(TopicRow.name)
            ).all(),
            "version": version,
            "decided_by": decided_by(version, state, policy) if sees_attempts else None,
            "events": events,
            "tries": _tries(events, state),
            "results": _results(session, project, now) if is_mine else (),
            "piece": current_app.extensions["wanted"](session, project) if is_mine else None,
            "own_page": _own_page(session, project) if is_mine else None,
            "policy": policy,
            "ready": ready,
            "opens_next": planned,
            "closes_next": planned and planned.closes_for(project.person_pk),
            "decides_next": planned and planned.window.decided_by,
            "is_deletable": is_mine and drafts.is_deletable(session, project),
        }
        outline = None if sees_attempts else history.outline(session, project)
        seen = history.written_of(session, project, outline) if outline else None
        counted = {}
        if is_mine and purpose is Purpose.COMPLETION:
            counted = {"hours": _hours(session, project)}
    fields = answers.FIELDS[purpose or Purpose.PROPOSAL]
    stored = project.completion if purpose is Purpose.COMPLETION else project.proposal
    if seen is not None or (is_mine and purpose is None):  # all that was written, to be read
        fields = answers.FIELDS[Purpose.PROPOSAL] + answers.FIELDS[Purpose.COMPLETION]
        stored = {**(seen or project).proposal, **(seen or project).completion}
    texts = {**counted, **stored, **(typed or {})}
    response = page(
        "program/project.html",
        state=state,
        purpose=purpose,
        is_editable=is_mine and state in EDITABLE,
        has_evidence=is_mine and bool(purpose is Purpose.COMPLETION or project.completion),
        is_closed=ready is not None and not ready.conditions.window_open,
        is_mine=is_mine,
        outline=outline,
        handed_in_at=seen.handed_in_at if seen else None,
        is_coached=is_mine
        or rules.may(visitor.me, "project", "coach")
        or sees_attempts
        or bool(policy and policy.three_sign_offs),
        title=seen.title if seen else project.proposal.get("title"),
        turn=TURNS[state],
        fields=fields,
        answers=texts,
        unanswered=[id for id in values["judged"] if not texts.get(id, "").strip()],
        overtaken=overtaken,
        unsaved=unsaved or {},
        revision=overtaken.revision if overtaken else project.revision,
        missing={item.field: item.code for item in missing},
        wrong=wrong,
        words=words,
        today=local_today(),
        done=request.args.get("done"),
        **values,
    )
    response.headers.update(ASKING)
    response.status_code = 409 if overtaken else 422 if missing or wrong else 200
    return response


def _own_page(session: Session, project: ProjectRow) -> str | None:
    """Return the address of the credential that a project earned; None as long as it has none."""
    if project.state != State.ISSUED:
        return None
    address: str | None = current_app.extensions["own_page"](
        session, current_issuer().settings, project
    )
    return address


def _terms(
    session: Session,
    project: ProjectRow,
    policy: Policy,
    version: VersionRow | None,
    ready: Readiness | None,
    now: datetime,
) -> dict[str, Any]:
    """Return what a teacher wants to know before and after handing in: until when, when its answer
    comes, until when it can be taken back, and which questions are judged that may stay empty."""
    window = version.window if version and not policy.rolling else None
    terms: dict[str, Any] = {
        "may_take_back": submission.may_take_back(version, policy, now),
        "taken_back_until": window.closes_for(project.person_pk) if window else None,
    }
    if ready is not None and ready.conditions.window_open:
        terms["hand_in"] = {
            "until": submission.handed_in_until(session, project, policy, ready),
            "window": ready.window,
            "answered_by": ready.window.window.decided_by
            if ready.window
            else day_after(local_today(), policy.days_to_decide),
        }
    if ready is not None and ready.purpose is Purpose.PROPOSAL:
        terms["judged"] = submission.judged(session, project, policy)
    return terms


def decided_by(version: VersionRow | None, state: State, policy: Policy | None) -> date | None:
    """Return the day by which whoever waits has a decision (R34)."""
    if version is None or policy is None or TURNS[state] is not Turn.EVALUATORS:
        return None
    if version.window is not None:
        return version.window.window.decided_by
    received = current_issuer().settings.local(version.received_at).date()
    return received + timedelta(days=policy.days_to_decide)


def _tries(events: Sequence[ProjectEventRow], state: State) -> int:
    """Return how often this form came back; nobody but its teacher is told (I12)."""
    return sum(event.act == Act.NOT_YET and event.target == state for event in events)


def checks() -> tuple[Check, ...]:
    """Return what the rooms above ask of a submission."""
    registered: tuple[Check, ...] = current_app.extensions["submission_checks"]
    return registered


def declared(session: Session, project: ProjectRow) -> bool:
    """True if its teacher has said who must not review her work."""
    return declarations.is_declared(session, project.person_pk, today=local_today())


def _results(session: Session, project: ProjectRow, now: datetime) -> Sequence[Mapping[str, Any]]:
    """Return what was decided and released, as the room that decides tells it."""
    decisions: Sequence[Mapping[str, Any]] = current_app.extensions["results"](
        session, project, now
    )
    return decisions


def _hours(session: Session, project: ProjectRow) -> str:
    """Return the hours that are written down, with which a completion begins (R16)."""
    hours: float = current_app.extensions["hours"](session, [project])[project.id].total
    return f"{hours:g}" if hours else ""
