"""Find due reminders every hour, and put each into the outbox once (section 4.6).

What a message is about is written in its `about`, such as `w7-31`: the window and the project.
Nothing here decides anything (I7), and each message is looked at again when it is sent (E43).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from contexts.json_types import Json
from issuer.home.issuer import Issuer
from issuer.outbox import queue
from issuer.outbox.tables import OutboxRow
from issuer.people import roles
from issuer.people.roles import Role
from issuer.program import policy as policies
from issuer.program.evaluation.waiting import Waiting, WaitingRequest, waiting
from issuer.program.policy import Policy
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow
from issuer.program.windows.tables import WindowRow
from issuer.program.windows.window import Purpose

REMEMBERED: Final = timedelta(days=90)
"""Longer than anything stays due."""
NEWS: Final = timedelta(days=3)
"""For so long it is told that a window has opened or closed, and before its end that it will."""
DUE_IN: Final = (30, 7)
"""Days before a project is due on which its teacher is told."""
REVIEW_DUE_IN: Final = (7, 2)
_WRITTEN_IN: Final = {Purpose.PROPOSAL: State.DRAFT, Purpose.COMPLETION: State.ACTIVE}


class Reminder(StrEnum):
    """The kinds of message that the clock makes due."""

    OPENS = "window-opens"
    CLOSES = "window-closes"
    CLOSED = "window-closed"
    DUE = "project-due"
    ASSIGNED = "assigned"
    REVIEW_DUE = "review-due"
    ALL_GIVEN = "all-reviews"
    LATE = "clock-overdue"


@dataclass(frozen=True)
class Nudge:
    """One reminder: its kind, what it is about, and what its sender looks up."""

    kind: Reminder
    about: str
    payload: Json


@dataclass(frozen=True)
class Present:
    """Now, as the clock and as the district's calendar say it."""

    now: datetime
    today: date


Finder: TypeAlias = Callable[[Session, Present], Iterator[Nudge]]


def look(issuer: Issuer, now: datetime) -> None:
    """Put every reminder that is due into the outbox, if it is not there yet."""
    if issuer.settings.mail is None:
        return
    moment = Present(now, issuer.settings.local(now).date())
    with issuer.database.reading() as session:
        if not _new(session, moment):
            return
    with issuer.database.writing() as session:
        for due in _new(session, moment):
            host = issuer.settings.host
            queue.put(session, due.kind, due.about, host=host, now=now, payload=due.payload)


def _new(session: Session, moment: Present) -> list[Nudge]:
    """Return what is due and was not put yet; nothing while the program is not set up."""
    if policies.current(session) is None:
        return []
    due = {(item.kind, item.about): item for find in FINDERS for item in find(session, moment)}
    rows = select(OutboxRow.kind, OutboxRow.about).where(
        OutboxRow.kind.in_(list(Reminder)), OutboxRow.created_at > moment.now - REMEMBERED
    )
    for kind, about in session.execute(rows):
        due.pop((Reminder(kind), about), None)
    return list(due.values())


def _windows(session: Session, moment: Present) -> Iterator[Nudge]:
    """A window has opened, closes soon with a draft unsent, or has closed and the draft is kept."""
    rows = select(WindowRow).where(
        WindowRow.opens <= moment.now, WindowRow.closes > moment.now - NEWS
    )
    for window in session.scalars(rows):
        purpose = Purpose(window.purpose)
        if moment.now < min(window.opens + NEWS, window.closes):
            yield from _of_window(Reminder.OPENS, window, _may_hand_in(session, purpose, moment))
        if window.closes <= moment.now:
            yield from _of_window(Reminder.CLOSED, window, _with_draft(session, purpose))
        elif moment.now >= window.closes - NEWS:
            yield from _of_window(Reminder.CLOSES, window, _with_draft(session, purpose))


def _of_window(
    kind: Reminder, window: WindowRow, whom: Iterable[tuple[int, Json]]
) -> Iterator[Nudge]:
    for number, payload in whom:
        yield Nudge(kind, f"w{window.id}-{number}", {"window": window.id, **payload})


def _may_hand_in(session: Session, purpose: Purpose, moment: Present) -> Iterator[tuple[int, Json]]:
    """Yield the teachers for whom a window opens: all of them, or those who have work for it."""
    if purpose is Purpose.PROPOSAL:
        for person in roles.everybody(session, Role.TEACHER, today=moment.today):
            yield person.id, {"person": person.id}
        return
    rows = select(ProjectRow.person_pk).where(ProjectRow.state == State.ACTIVE).distinct()
    for number in session.scalars(rows):
        yield number, {"person": number}


def _with_draft(session: Session, purpose: Purpose) -> Iterator[tuple[int, Json]]:
    """Yield the projects in which something is written that was not handed in."""
    rows = select(ProjectRow).where(ProjectRow.state == _WRITTEN_IN[purpose])
    for project in session.scalars(rows):
        texts = project.proposal if purpose is Purpose.PROPOSAL else project.completion
        if any(texts.values()):
            yield project.id, {"project": project.id}


def _projects(session: Session, moment: Present) -> Iterator[Nudge]:
    """A project is due in thirty, or in seven, days."""
    last = moment.today + timedelta(days=max(DUE_IN))
    rows = select(ProjectRow).where(
        ProjectRow.state == State.ACTIVE,
        ProjectRow.due_on >= moment.today,
        ProjectRow.due_on <= last,
    )
    for project in session.scalars(rows):
        if project.due_on is not None:
            days = _step(project.due_on - moment.today, DUE_IN)
            payload = {"project": project.id, "due_on": project.due_on.isoformat()}
            yield Nudge(Reminder.DUE, f"p{project.id}-{project.due_on:%y%m%d}-{days}", payload)


def _step(left: timedelta, steps: tuple[int, ...]) -> int:
    """Return the step that has been reached: of 30 and 7 days, 7 if five are left."""
    return min(days for days in steps if left <= timedelta(days=days))


def _reviews(session: Session, moment: Present) -> Iterator[Nudge]:
    """Something new is to be judged (one mail a day), or is due in seven, or in two, days."""
    now = waiting(session)
    for row in now.to_judge:
        payload: Json = {"person": row.evaluator_pk}
        if row.created_at > moment.now - NEWS:
            about = f"e{row.evaluator_pk}-{row.created_at:%y%m%d}"
            yield Nudge(Reminder.ASSIGNED, about, payload)
        left = row.due_on - moment.today
        if timedelta(0) <= left <= timedelta(days=max(REVIEW_DUE_IN)):
            days = _step(left, REVIEW_DUE_IN)
            about = f"e{row.evaluator_pk}-{row.due_on:%y%m%d}-{days}"
            due_on = {"due_on": row.due_on.isoformat()}
            yield Nudge(Reminder.REVIEW_DUE, about, {**payload, **due_on})


def _superintendents(session: Session, moment: Present) -> Iterator[Nudge]:
    """All reviews of a window are given; or somebody waits longer than the district said."""
    people = roles.everybody(session, Role.SUPERINTENDENT, today=moment.today)
    now, policy = waiting(session), policies.current(session)
    for window in all_given(now):
        for person in people:
            payload = {"person": person.id, "window": window}
            yield Nudge(Reminder.ALL_GIVEN, f"w{window}-{person.id}", payload)
    if policy is not None and overdue(session, now, policy, moment.today):
        week = f"{moment.today:%G%V}"
        for person in people:
            yield Nudge(Reminder.LATE, f"c{week}-{person.id}", {"person": person.id})


def all_given(now: Waiting) -> set[int]:
    """Return the windows in which work waits, and all of it can be decided."""
    waits = {row.window_pk for row in now.requests if row.window_pk}
    return waits - {row.window_pk for row in now.requests if not row.is_ready}


def overdue(session: Session, now: Waiting, policy: Policy, today: date) -> list[WaitingRequest]:
    """Return what should have been decided before today (R34)."""
    rows = session.scalars(select(WindowRow).options(joinedload(WindowRow.exceptions))).unique()
    by_window = {row.id: row.window.decided_by for row in rows}
    days = timedelta(days=policy.days_to_decide)
    return [
        request
        for request in now.requests
        if by_window.get(request.window_pk or 0, request.received_at.date() + days) < today
    ]


FINDERS: Final[tuple[Finder, ...]] = (_windows, _projects, _reviews, _superintendents)
