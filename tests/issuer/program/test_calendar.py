"""The calendar feed (RFC 5545), against icalendar as the oracle."""

from datetime import UTC, date, datetime

import icalendar
from hypothesis import given
from hypothesis import strategies as st

from issuer.program.windows.calendar import Appointment, feed

NOW = datetime(2026, 11, 1, tzinfo=UTC)
CLOSES = datetime.fromisoformat("2026-11-09T00:00:00-06:00")


def test_times_are_told_in_utc():
    written = feed([Appointment("w2-closes@example.org", "Proposals close", CLOSES)], "Year", NOW)
    assert b"DTSTART:20261109T060000Z\r\n" in written
    assert b"TZID" not in written


def test_a_day_is_a_whole_day_wherever_its_reader_is():
    written = feed([Appointment("p1", "Due: Rhythm", date(2026, 11, 9))], "Year", NOW)
    assert b"DTSTART;VALUE=DATE:20261109\r\n" in written
    assert icalendar.Calendar.from_ical(written).walk("VEVENT")[0]["DTSTART"].dt == date(
        2026, 11, 9
    )


def test_a_line_has_at_most_75_octets():
    title = "Ventanas para propuestas: mañana, " * 9
    written = feed([Appointment("w2", title, CLOSES)], "Year", NOW)
    assert max(len(line) for line in written.split(b"\r\n")) <= 75
    written.decode()


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_read_as_it_was_written(title):
    text = title.replace("\r", "")
    written = feed([Appointment("w2", text, CLOSES, text=text)], text, NOW)
    event = icalendar.Calendar.from_ical(written).walk("VEVENT")[0]
    printable = "".join(c for c in text if c == "\n" or c.isprintable())
    assert str(event["SUMMARY"]) == printable
    assert event["DTSTART"].dt == CLOSES
