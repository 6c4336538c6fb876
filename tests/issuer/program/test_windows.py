"""When proposals and completions are taken: local times, grace, exceptions (R18, R19, I13)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from issuer.program.windows.form_time import moment_in
from issuer.program.windows.local_time import (
    NoSuchTime,
    Occurrence,
    TimeIsTwice,
    moment_of,
    start_of,
)
from issuer.program.windows.window import (
    Purpose,
    Window,
    WindowRefused,
    current,
    moved,
)

CHICAGO = ZoneInfo("America/Chicago")


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def window(opens, closes, purpose=Purpose.PROPOSAL, **more):
    opens, closes = (moment_of(datetime.fromisoformat(text), CHICAGO) for text in (opens, closes))
    return Window(purpose, opens, closes, CHICAGO, **more)


P1 = window("2026-08-31", "2026-09-14")
P2 = window("2026-10-26", "2026-11-09")
P3 = window("2027-03-01", "2027-03-15")
C1 = window("2026-11-30", "2026-12-14", Purpose.COMPLETION)
C2 = window("2027-01-18", "2027-02-01", Purpose.COMPLETION)
C3 = window("2027-05-03", "2027-05-17", Purpose.COMPLETION)
YEAR = (P1, P2, P3, C1, C2, C3)


@pytest.mark.parametrize(
    ("name", "planned", "opens", "closes", "hours"),
    [
        ("P1", P1, "2026-08-31T05:00", "2026-09-14T05:00", 336),
        ("P2", P2, "2026-10-26T05:00", "2026-11-09T06:00", 337),
        ("P3", P3, "2027-03-01T06:00", "2027-03-15T05:00", 335),
        ("C1", C1, "2026-11-30T06:00", "2026-12-14T06:00", 336),
        ("C2", C2, "2027-01-18T06:00", "2027-02-01T06:00", 336),
        ("C3", C3, "2027-05-03T05:00", "2027-05-17T05:00", 336),
    ],
)
def test_play_b_two_local_weeks_are_as_long_as_they_are(name, planned, opens, closes, hours):
    assert (planned.opens, planned.closes) == (utc(opens), utc(closes)), name
    assert planned.length == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("planned", "decided"),
    [(P2, date(2026, 12, 8)), (C1, date(2027, 1, 12))],
    ids=["play B 5: P2", "play B 6: C1"],
)
def test_a_window_says_by_when_it_is_decided(planned, decided):
    assert planned.decided_by == decided


def test_an_hour_that_clocks_skip_is_refused():
    with pytest.raises(NoSuchTime, match=r"Write 03:30, for example") as refused:
        moment_of(datetime(2027, 3, 14, 2, 30), CHICAGO)
    assert refused.value.after.hour == 3


def test_an_hour_that_is_there_twice_asks_which():
    local = datetime(2026, 11, 1, 1, 30)
    with pytest.raises(TimeIsTwice, match="first or the second"):
        moment_of(local, CHICAGO)
    assert moment_of(local, CHICAGO, Occurrence.FIRST) == utc("2026-11-01T06:30")
    assert moment_of(local, CHICAGO, Occurrence.SECOND) == utc("2026-11-01T07:30")


@pytest.mark.parametrize("year", ["0001", "1899", "2100", "9999"])
def test_a_year_that_is_mistyped_is_said(year):
    with pytest.raises(WindowRefused, match="years 1900 to 2099") as refused:
        moment_in({"opens": f"{year}-12-31T23:59"}, "opens", CHICAGO)
    assert refused.value.field == "opens"


def test_a_day_begins_when_it_begins_also_where_midnight_is_skipped():
    assert start_of(date(2026, 9, 6), ZoneInfo("America/Santiago")) == utc("2026-09-06T04:00")
    assert start_of(date(2026, 11, 9), CHICAGO) == utc("2026-11-09T06:00")


@pytest.mark.parametrize(
    ("received", "in_time"),
    [
        ("2026-10-26T04:59:59.999", False),
        ("2026-10-26T05:00", True),
        ("2026-11-09T05:59:59.900", True),
        ("2026-11-09T06:00", False),
    ],
)
def test_i13_a_window_takes_what_was_received_from_its_opening_until_its_close(received, in_time):
    assert P2.takes(utc(received)) is in_time


def test_grace_goes_on_and_ends():
    lenient = window("2026-10-26", "2026-11-09", grace=timedelta(minutes=10))
    assert lenient.takes(utc("2026-11-09T06:09:59"))
    assert not lenient.takes(utc("2026-11-09T06:10"))
    assert lenient.decided_by == P2.decided_by


def test_e6_an_exception_is_for_one_person():
    late = utc("2026-11-10T12:00")
    kind = window("2026-10-26", "2026-11-09", exceptions={7: utc("2026-11-11T06:00")})
    assert kind.takes(late, 7)
    assert not kind.takes(late, 8)
    assert not kind.takes(late)
    assert not kind.takes(utc("2026-11-11T06:00"), 7)


def test_an_exception_never_shortens_a_window():
    early = window("2026-10-26", "2026-11-09", exceptions={7: utc("2026-10-30T00:00")})
    assert early.takes(utc("2026-11-05T00:00"), 7)


def test_e8_a_window_is_not_moved_away_from_what_was_handed_in():
    handed_in = [(utc("2026-11-08T12:00"), 1), (utc("2026-10-26T06:00"), 2)]
    with pytest.raises(WindowRefused, match="was handed in would be outside") as refused:
        moved(P2, P2.opens, utc("2026-11-08T06:00"), handed_in)
    assert refused.value.field == "closes"
    with pytest.raises(WindowRefused) as refused:
        moved(P2, utc("2026-10-27T05:00"), P2.closes, handed_in)
    assert refused.value.field == "opens"
    assert moved(P2, P2.opens, utc("2026-11-16T06:00"), handed_in).takes(utc("2026-11-15T00:00"))


def test_a_window_closes_after_it_opens():
    with pytest.raises(WindowRefused, match="closes before it opens"):
        window("2026-11-09", "2026-10-26")


def test_a_window_is_current_for_its_purpose_alone():
    late = utc("2026-11-09T06:00")
    assert current(YEAR, Purpose.PROPOSAL, late) is None
    assert current(YEAR, Purpose.COMPLETION, utc("2026-12-01T00:00")) is C1
