"""Reminders, and the mail that a submission was received: written when sent, in the reader's
language, and dropped if no longer true (E43).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from babel.dates import format_date
from sqlalchemy.orm import Session

from issuer.home.issuer import Issuer
from issuer.outbox.kinds import MessageKind, OvertakenError
from issuer.outbox.tables import OutboxRow
from issuer.people.tables import PersonRow
from issuer.program import letters
from issuer.program import policy as policies
from issuer.program.evaluation.waiting import Assigned, waiting
from issuer.program.projects import answers, submission, words
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.reminders import due
from issuer.program.reminders.due import Reminder
from issuer.program.windows.local_time import last_day_before
from issuer.program.windows.tables import WindowRow
from issuer.program.windows.window import Purpose
from issuer.wording import language
from verifier import clock
from verifier.web.language import time_of_day
from verifier.wording.words import N_


@dataclass(frozen=True)
class News:
    """The words of a mail: its subject, its sentences with their values, and its button's address.

    `texts` are answers with their labels, quoted as they were written.
    """

    person: PersonRow
    subject: str
    sentences: tuple[str, ...]
    values: dict[str, Any]
    button: str
    path: str
    texts: list[tuple[str, str]] = field(default_factory=list)


Writer = Callable[[Session, Issuer, dict[str, Any], datetime], News]
_MINE: Final = (N_("Open your projects"), "/projects")
_JUDGING: Final = (N_("Open my reviews"), "/judging")
_RUNNING: Final = (N_("Open the program"), "/program/decisions")
_SUBJECTS: Final = {
    Purpose.PROPOSAL: {
        Reminder.OPENS: N_("Proposals are open until %(day)s"),
        Reminder.CLOSES: N_("Your proposal is not handed in yet"),
        Reminder.CLOSED: N_("Your proposal is kept for the next window"),
    },
    Purpose.COMPLETION: {
        Reminder.OPENS: N_("Completed projects are taken until %(day)s"),
        Reminder.CLOSES: N_("Your completed project is not handed in yet"),
        Reminder.CLOSED: N_("Your completed project is kept for the next window"),
    },
}


def _send(write: Writer, issuer: Issuer, row: OutboxRow) -> None:
    """Send a mail as `write` words it now."""
    now = clock.now()
    with issuer.database.reading() as session:
        news = write(session, issuer, dict(row.payload or {}), now)
        if not news.person.is_here:
            raise OvertakenError("this person has left")
        _ = news.person.addresses
    mail = issuer.settings.mail
    tongue = language.of(news.person.language, otherwise=mail.language if mail else "en")
    say, values = language.catalog(tongue).gettext, _in_words(news.values, issuer, tongue)
    letters.send(
        issuer,
        row,
        news.person,
        "mail/reminder.html",
        {
            "subject_line": say(news.subject) % values,
            "sentences": [say(sentence) % values for sentence in news.sentences],
            "texts": [(say(label), text) for label, text in news.texts],
            "button": say(news.button),
            "page": f"{issuer.settings.public_url}{news.path}",
        },
    )


def _in_words(values: dict[str, Any], issuer: Issuer, tongue: str) -> dict[str, Any]:
    """Return values as a sentence says them: days and moments in words, moments with their zone,
    that at which something `closes` as the end of a day if it is one, and sentences of ours in a
    tuple translated."""
    say = language.catalog(tongue).gettext

    def in_words(name: str, value: Any) -> Any:
        if isinstance(value, tuple):
            return ", ".join(map(say, value))
        if isinstance(value, datetime):
            local = issuer.settings.local(value)
            if name == "closes":
                return language.closing(local, tongue, local.tzname() or "")
            at = f"{time_of_day(local, tongue)} {local.tzname()}"
            return f"{format_date(local, 'long', locale=tongue)}, {at}"
        return format_date(value, "long", locale=tongue) if isinstance(value, date) else value

    return {name: in_words(name, value) for name, value in values.items()}


def _window(session: Session, payload: dict[str, Any]) -> WindowRow:
    window = session.get(WindowRow, payload.get("window"))
    if window is None:
        raise OvertakenError("the window is gone")
    return window


def project_in(session: Session, payload: dict[str, Any], *states: State) -> ProjectRow:
    """Return the project of a message while it is in one of `states`. Raises `OvertakenError`."""
    project = session.get(ProjectRow, payload.get("project"))
    if project is None or project.state not in states:
        raise OvertakenError("the project has moved on")
    return project


def _opens(session: Session, issuer: Issuer, payload: dict[str, Any], now: datetime) -> News:
    window = _window(session, payload)
    if not window.window.takes(now):
        raise OvertakenError("the window is not open")
    sentence = N_("The window is open until %(closes)s. What you write is saved as you write it.")
    closes = window.closes_for(payload["person"])
    return News(
        session.get_one(PersonRow, payload["person"]),
        _SUBJECTS[Purpose(window.purpose)][Reminder.OPENS],
        (sentence,),
        {"day": last_day_before(closes, window.window.zone), "closes": closes},
        *_MINE,
    )


def _unsent(
    kind: Reminder, session: Session, _issuer: Issuer, payload: dict[str, Any], now: datetime
) -> News:
    """A draft is not handed in: the window closes soon, or has closed."""
    window = _window(session, payload)
    purpose = Purpose(window.purpose)
    writing = State.DRAFT if purpose is Purpose.PROPOSAL else State.ACTIVE
    project = project_in(session, payload, writing)
    is_open = window.window.takes(now, project.person_pk)
    if is_open is not (kind is Reminder.CLOSES):
        raise OvertakenError("the window is as it was before")
    newest = submission.newest_version_of(session, project, purpose)
    if newest is not None and newest.window_pk == window.id:
        raise OvertakenError("it was handed in, and came back")
    sentence = (
        N_("The window is open until %(closes)s, and “%(title)s” is not handed in.")
        if is_open
        else N_("The window has closed. “%(title)s” is kept with every word, for the next one.")
    )
    closes, title = window.closes_for(project.person_pk), project.proposal.get("title", "")
    values = {"closes": closes, "title": title}
    path = f"/projects/{project.public_id}"
    subject = _SUBJECTS[purpose][kind]
    return News(project.person, subject, (sentence,), values, N_("Open your project"), path)


def _project_due(session: Session, issuer: Issuer, payload: dict[str, Any], now: datetime) -> News:
    project = project_in(session, payload, State.ACTIVE)
    if project.due_on is None or project.due_on.isoformat() != payload.get("due_on"):
        raise OvertakenError("it is due on another day")
    if project.due_on < issuer.settings.local(now).date():
        raise OvertakenError("the day is past")
    values = {"day": project.due_on, "title": project.proposal.get("title", "")}
    sentences = (
        N_("Please hand in “%(title)s” by %(day)s."),
        N_("If you need more time, tell the district office before that day."),
    )
    path = f"/projects/{project.public_id}"
    subject = N_("Due on %(day)s: %(title)s")
    return News(project.person, subject, sentences, values, N_("Open your project"), path)


def _assigned(session: Session, _issuer: Issuer, payload: dict[str, Any], _: datetime) -> News:
    """What waits for an evaluator: a count and a day, and never whose it is (E31)."""
    rows = _to_judge(session, payload)
    values = {"count": len(rows), "day": min(row.due_on for row in rows)}
    sentence = N_("Reviews that wait for you: %(count)d. The first is due on %(day)s.")
    person, subject = session.get_one(PersonRow, rows[0].evaluator_pk), N_("New work to review")
    return News(person, subject, (sentence,), values, *_JUDGING)


def _review_due(session: Session, issuer: Issuer, payload: dict[str, Any], now: datetime) -> News:
    rows = [
        row for row in _to_judge(session, payload) if row.due_on.isoformat() == payload["due_on"]
    ]
    if not rows or rows[0].due_on < issuer.settings.local(now).date():
        raise OvertakenError("nothing is due then, or the day is past")
    values = {"count": len(rows), "day": rows[0].due_on}
    sentence = N_("Reviews that are due on %(day)s: %(count)d. What you began is saved.")
    person, subject = session.get_one(PersonRow, rows[0].evaluator_pk), N_("Reviews due by %(day)s")
    return News(person, subject, (sentence,), values, *_JUDGING)


def _to_judge(session: Session, payload: dict[str, Any]) -> list[Assigned]:
    to_judge = waiting(session).to_judge
    rows = [row for row in to_judge if row.evaluator_pk == payload.get("person")]
    if not rows:
        raise OvertakenError("nothing waits any more")
    return rows


def _all_given(session: Session, _issuer: Issuer, payload: dict[str, Any], _: datetime) -> News:
    window, now = _window(session, payload), waiting(session)
    if window.id not in due.all_given(now):
        raise OvertakenError("not all reviews are given, or all is decided")
    values = {"window": window.name, "day": window.window.decided_by}
    sentence = N_("All reviews of “%(window)s” are given. The teachers hear by %(day)s.")
    person = session.get_one(PersonRow, payload["person"])
    return News(person, N_("All reviews are in: %(window)s"), (sentence,), values, *_RUNNING)


def _late(session: Session, issuer: Issuer, payload: dict[str, Any], now: datetime) -> News:
    policy = policies.current(session)
    today = issuer.settings.local(now).date()
    late = due.overdue(session, waiting(session), policy, today) if policy else []
    if not late:
        raise OvertakenError("nothing is overdue")
    sentence = N_("Requests whose day for a decision has passed: %(count)d.")
    person = session.get_one(PersonRow, payload["person"])
    subject = N_("Teachers wait for a decision")
    return News(person, subject, (sentence,), {"count": len(late)}, *_RUNNING)


def _received(session: Session, _issuer: Issuer, payload: dict[str, Any], _: datetime) -> News:
    """What was handed in, with a copy of its text."""
    version = session.get(VersionRow, payload.get("version"))
    if version is None or submission.newest_version(session, version.project) is not version:
        raise OvertakenError("something newer is handed in")
    project = version.project
    if project.state not in (State.PROPOSED, State.SUBMITTED):
        raise OvertakenError("it was taken back, or is decided")
    texts = [
        (words.FIELDS[item.id][0], version.answers[item.id])
        for item in answers.FIELDS[Purpose(version.purpose)]
        if version.answers.get(item.id)
    ]
    title = {"title": project.proposal.get("title", ""), "at": version.received_at}
    sentence = N_("“%(title)s” was received on %(at)s. This is a copy of what you wrote:")
    path, subject = f"/projects/{project.public_id}", N_("Received: %(title)s")
    return News(project.person, subject, (sentence,), title, N_("Open your project"), path, texts)


def kind(name: str, write: Writer, **more: Any) -> MessageKind:
    """Return a kind of mail that `write` words when it is sent."""
    return MessageKind(name, partial(_send, write), **more)


KINDS: Final = (
    kind(submission.RECEIVED, _received),
    kind(Reminder.OPENS, _opens, look=due.look),
    kind(Reminder.CLOSES, partial(_unsent, Reminder.CLOSES)),
    kind(Reminder.CLOSED, partial(_unsent, Reminder.CLOSED)),
    kind(Reminder.DUE, _project_due),
    kind(Reminder.ASSIGNED, _assigned),
    kind(Reminder.REVIEW_DUE, _review_due),
    kind(Reminder.ALL_GIVEN, _all_given),
    kind(Reminder.LATE, _late),
)
