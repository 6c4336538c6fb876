"""The mails that the clock makes due, each once and only while it is so (4.6, E43), and one's
own calendar."""

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from played import ANSWERS, MET, Play
from sqlalchemy import select

from issuer.home.mail_settings import Mail
from issuer.outbox import mail
from issuer.outbox.kinds import OvertakenError
from issuer.outbox.tables import OutboxRow
from issuer.people.roles import Role
from issuer.people.tables import PersonAddressRow, PersonRow
from issuer.program import policy as policies
from issuer.program.evaluation.tables import AssignmentRow
from issuer.program.projects import drafts
from issuer.program.reminders import due, mails
from issuer.program.reminders.due import Present, Reminder
from issuer.program.windows.tables import WindowExceptionRow, WindowRow
from issuer.wording.language import closing
from verifier import clock

MAIL = Mail(sender="office@school.example", host="mail.example", port=25, tls="none", language="en")
SENDERS = {kind.name: kind.send for kind in mails.KINDS}


@pytest.fixture
def play(district, monkeypatch):
    new_play = Play(district)
    new_play.begin()
    with district.issuer.database.writing() as session:
        for person in session.scalars(select(PersonRow).where(PersonRow.name != "Jordan Example")):
            address = f"p{person.id}@school.example"
            session.add(
                PersonAddressRow(
                    person_pk=person.id, address=address, folded=address, verified_at=clock.now()
                )
            )
    new_play.letters = []
    monkeypatch.setattr(mail, "deliver", lambda letter, *_: new_play.letters.append(letter))
    object.__setattr__(
        district.issuer.settings,
        "mail",
        MAIL,
    )
    return new_play


def window(play, opens, closes, purpose="proposal"):
    with play.district.issuer.database.writing() as session:
        row = WindowRow(
            name="P2",
            purpose=purpose,
            opens=opens,
            closes=closes,
            zone="America/Chicago",
            days_to_decide=30,
            created_at=opens,
        )
        session.add(row)
        session.flush()
        return row.id


def due_of(play, now, kind):
    """What is due of a kind at a moment."""
    with play.district.issuer.database.reading() as session:
        new = due._new(session, Present(now, now.date()))
    return [item for item in new if item.kind is kind]


def sent(play, kind, item=None, **payload):
    """Send one mail as it is worded now; return its subject and its sentences."""
    payload = item.payload if item else payload
    row = OutboxRow(kind=kind, about=item.about if item else "", payload=payload)
    SENDERS[kind](play.district.issuer, row)
    words = play.letters[-1].words
    return words["subject_line"], " ".join(words["sentences"])


def test_a_window_opens_closes_and_keeps_a_draft(play):
    now = clock.now()
    window(play, now - timedelta(days=1), now + timedelta(days=13))
    (opens,) = due_of(play, now, Reminder.OPENS)
    assert "are open until" in sent(play, Reminder.OPENS, opens)[0]
    assert due_of(play, now + timedelta(days=9), Reminder.OPENS) == []
    path = play.project
    play.at_teacher.post(path, page=path, revision=0, title="Rhythm")
    assert due_of(play, now + timedelta(days=9), Reminder.CLOSES) == []
    (closes,) = due_of(play, now + timedelta(days=11), Reminder.CLOSES)
    assert "“Rhythm” is not handed in" in sent(play, Reminder.CLOSES, closes)[1]
    (closed,) = due_of(play, now + timedelta(days=14), Reminder.CLOSED)
    with pytest.raises(OvertakenError):  # it is open, as it is now
        sent(play, Reminder.CLOSED, closed)


def test_e4_pages_mails_and_calendar_tell_one_deadline(play):
    """Beyond a change of clocks, by those of its own day; later for whom it was opened longer."""
    district, now, zone = play.district, clock.now(), ZoneInfo("America/Chicago")
    object.__setattr__(district.issuer.settings, "timezone", zone)
    days = (now.astimezone(zone).date() + timedelta(days=number) for number in range(30, 300))
    midnights = (datetime.combine(day, time(), zone) for day in days)
    closes = next(it for it in midnights if it.utcoffset() != now.astimezone(zone).utcoffset())
    number = window(play, now - timedelta(days=1), closes.astimezone(UTC))
    late, until = (
        district.add("Lee Late", Role.TEACHER, address="l@x.example"),
        closes + timedelta(days=2),
    )
    with district.issuer.database.writing() as session:
        by_windows = replace(policies.current(session), rolling=False)
        policies.change(session, by_windows, by=None, now=now)
        longer = {"person_pk": late.id, "until": until.astimezone(UTC), "created_at": now}
        session.add(WindowExceptionRow(window_pk=number, **longer))

    def in_words(moment):
        with district.app.test_request_context():
            return closing(moment)

    assert in_words(closes).startswith("the end of ")

    opens = {item.payload["person"]: item for item in due_of(play, now, Reminder.OPENS)}
    for person, moment in ((play.teacher, closes), (late, until)):
        browser, sentence = district.browser(person), f"hand it in until {in_words(moment)}."
        project = browser.post("/projects", page="/projects").location
        assert sentence in browser.get("/projects").text
        assert sentence in browser.get(project).text
        subject, words = sent(play, Reminder.OPENS, opens[person.id])
        assert f"open until {in_words(moment)} ({moment.tzname()})." in words
        assert in_words(moment) == f"the end of {subject.partition('until ')[2]}"
        browser.post(project, page=project, revision=0, title="Rhythm")
        with district.issuer.database.reading() as session:
            row = drafts.find(session, project.rpartition("/")[2])
        assert in_words(moment) in sent(play, Reminder.CLOSES, window=number, project=row.id)[1]
        page = browser.get("/calendar").text
        assert f"until {in_words(moment)}." in page
        path = re.search(r'href="[^"]*(/calendar/[^"]+[.]ics)"', page)[1]
        (event,) = icalendar.Calendar.from_ical(browser.get(path).data).walk("VEVENT")
        assert event["DTEND"].dt == moment
    assert f"– {in_words(closes)}" in play.at_chief.get("/program/setup").text
    own_page = play.at_chief.get(f"/program/windows/{number}").text
    assert f'value="{closes:%Y-%m-%dT%H:%M}"' in own_page
    assert in_words(until) in own_page


def test_e43_a_draft_that_was_handed_in_is_not_reminded_of(play):
    now = clock.now()
    number = window(play, now - timedelta(days=12), now + timedelta(days=2))
    play.at_teacher.post(play.project, page=play.project, revision=0, title="Rhythm")
    (closes,) = due_of(play, now, Reminder.CLOSES)
    play.hand_in(**ANSWERS)
    with pytest.raises(OvertakenError, match="moved on"):
        sent(play, Reminder.CLOSES, closes)
    assert due_of(play, now, Reminder.CLOSES) == []
    assert number


def test_what_is_received_is_sent_back_as_a_copy(play):
    play.hand_in(**ANSWERS)
    with play.district.issuer.database.reading() as session:
        row = session.scalars(select(OutboxRow).where(OutboxRow.kind == "received")).one()
    subject, _ = sent(play, "received", **row.payload)
    assert subject == "Received: Rhythm by composing"
    assert ("Your plan", "Ten weeks.") in play.letters[-1].words["texts"]
    play.at_teacher.post(f"{play.project}/take-back", page=play.project)
    with pytest.raises(OvertakenError):
        sent(play, "received", **row.payload)


def test_a_project_is_due_in_thirty_and_in_seven_days(play):
    play.hand_in(**ANSWERS)
    play.assign("proposal")
    play.judge(**MET)
    play.release()
    now = clock.now()
    for left, expected in ((31, []), (30, ["30"]), (8, ["30"]), (7, ["7"]), (0, ["7"])):
        due_in(play, now, left)
        items = due_of(play, now, Reminder.DUE)
        assert [item.about.rpartition("-")[2] for item in items] == expected
    assert sent(play, Reminder.DUE, items[0])[0].startswith("Due on ")
    due_in(play, now, 400)
    with pytest.raises(OvertakenError, match="another day"):
        sent(play, Reminder.DUE, items[0])
    due_in(play, now, -1)  # as after an outage
    yesterday = (now.date() - timedelta(days=1)).isoformat()
    with pytest.raises(OvertakenError, match="past"):
        sent(play, Reminder.DUE, **{**items[0].payload, "due_on": yesterday})


def due_in(play, now, days):
    with play.district.issuer.database.writing() as session:
        project = drafts.locked(session, play.project.rpartition("/")[2])
        project.due_on = now.date() + timedelta(days=days)


def test_an_evaluator_gets_one_digest_a_day_and_no_name(play):
    play.hand_in(**ANSWERS)
    play.assign("proposal")
    now = clock.now()
    (item,) = due_of(play, now, Reminder.ASSIGNED)
    assert "Reviews that wait for you: 1." in sent(play, Reminder.ASSIGNED, item)[1]
    assert "Jordan" not in str(play.letters[-1].words)
    due.look(play.district.issuer, now)
    due.look(play.district.issuer, now + timedelta(hours=1))
    with play.district.issuer.database.reading() as session:
        kinds = list(session.scalars(select(OutboxRow.kind)))
    assert kinds.count("assigned") == 1
    play.judge(**MET)
    with pytest.raises(OvertakenError, match="nothing waits"):
        sent(play, Reminder.ASSIGNED, item)


def test_a_review_is_due_in_seven_and_in_two_days(play):
    play.hand_in(**ANSWERS)
    play.assign("proposal")
    now = clock.now()
    for left, steps in ((-1, []), (8, []), (7, ["7"]), (3, ["7"]), (2, ["2"]), (0, ["2"])):
        with play.district.issuer.database.writing() as session:
            row = session.scalars(select(AssignmentRow)).one()
            row.due_on = now.date() + timedelta(days=left)
        items = due_of(play, now, Reminder.REVIEW_DUE)
        assert [item.about.rpartition("-")[2] for item in items] == steps
    assert sent(play, Reminder.REVIEW_DUE, items[0])[0].startswith("Reviews due by ")
    with play.district.issuer.database.writing() as session:
        session.scalars(select(AssignmentRow)).one().due_on = now.date() - timedelta(days=1)
    yesterday = (now.date() - timedelta(days=1)).isoformat()
    with pytest.raises(OvertakenError, match="past"):
        sent(play, Reminder.REVIEW_DUE, **{**items[0].payload, "due_on": yesterday})


def test_the_superintendent_hears_once_that_all_is_judged_and_weekly_that_some_wait(play):
    now = clock.now()
    window(play, now - timedelta(days=12), now + timedelta(days=2))
    window(play, now, datetime(9999, 12, 31, tzinfo=UTC), "completion")  # as one could plan before
    play.hand_in(**ANSWERS)
    play.assign("proposal")
    assert due_of(play, now, Reminder.ALL_GIVEN) == []
    play.judge(**MET)
    (item,) = due_of(play, now, Reminder.ALL_GIVEN)
    assert sent(play, Reminder.ALL_GIVEN, item)[0] == "All reviews are in: P2"
    assert due_of(play, now, Reminder.LATE) == []
    (late,) = due_of(play, now + timedelta(days=40), Reminder.LATE)
    with pytest.raises(OvertakenError):  # nothing is overdue today
        sent(play, Reminder.LATE, late)
    play.release()
    with pytest.raises(OvertakenError):
        sent(play, Reminder.ALL_GIVEN, item)


def test_a_mail_is_in_the_language_of_its_reader(play):
    now = clock.now()
    window(play, now - timedelta(days=1), now + timedelta(days=13))
    with play.district.issuer.database.writing() as session:
        session.get_one(PersonRow, play.teacher.id).language = "es"
    (item,) = due_of(play, now, Reminder.OPENS)
    subject, _ = sent(play, Reminder.OPENS, item)
    assert subject.startswith("Se reciben propuestas hasta")
    assert play.letters[-1].language == "es"


def test_the_calendar_of_a_teacher_is_in_utc_and_for_nobody_else(play):
    opens = datetime(2026, 10, 26, 5, tzinfo=UTC)
    window(play, opens, datetime(2026, 11, 9, 6, tzinfo=UTC))
    page = play.at_teacher.get("/calendar").text
    path = re.search(r'href="[^"]*(/calendar/[^"]+[.]ics)"', page)[1]
    anybody = play.district.browser()
    answer = anybody.get(path)
    assert answer.headers["Content-Type"].startswith("text/calendar")
    (event,) = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert (event["DTSTART"].dt, str(event["SUMMARY"])) == (opens, "Proposals are open")
    assert b"20261109T060000Z" in answer.data
    for other in (
        path.replace(play.teacher.public_id, play.evaluator.public_id),
        path[:-5] + ".ics",
    ):
        assert anybody.get(other).status_code == 404
    play.at_teacher.post("/calendar", page="/calendar")
    assert anybody.get(path).status_code == 404
    page = play.at_teacher.get("/calendar").text
    renewed = re.search(r'href="[^"]*(/calendar/[^"]+[.]ics)"', page)[1]
    assert anybody.get(renewed).status_code == 200
