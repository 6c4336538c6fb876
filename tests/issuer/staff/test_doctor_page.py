"""`mintmark doctor` on a page: it shows what was said, and waits for nobody."""

import threading
from datetime import timedelta

import pytest

from issuer.installation.doctor import page as doctor_page
from issuer.installation.doctor import rounds
from issuer.installation.doctor.finding import failed, ok
from verifier import clock


@pytest.fixture
def parts(monkeypatch):
    """Let the doctor find what a test says, here and outside."""

    def find(here, outside=()):
        monkeypatch.setattr(rounds.here, "look", lambda issuer, *, now: iter(here))
        monkeypatch.setattr(rounds.outside, "look", lambda settings, *, now: iter(outside))

    return find


@pytest.fixture(autouse=True)
def no_round(district):
    (district.issuer.settings.home / rounds.FILE).unlink(missing_ok=True)


def test_what_the_doctor_says_stands_there_with_the_remedy(operator, parts):
    parts([ok("disk", "9 GB are free")], [failed("server", "nobody answers", "systemctl status")])
    assert operator.post("/desk/doctor").status_code == 303
    page = operator.get("/desk/doctor").text
    assert "systemctl status" in page
    assert page.index("nobody answers") < page.index("9 GB are free")  # the worst first


def test_the_page_does_not_wait_for_what_hangs(district, operator, parts, monkeypatch):
    hangs = threading.Event()

    def here():
        yield ok("disk", "9 GB are free")
        hangs.wait(30)
        yield ok("mail server", "it answers at last")

    monkeypatch.setattr(doctor_page, "PATIENCE", 0.05)
    parts(here())
    operator.post("/desk/doctor")
    page = operator.get("/desk/doctor").text
    assert "still being looked at" in page
    assert "9 GB are free" in page
    parts([failed("disk", "another round", "")])
    operator.post("/desk/doctor")  # begins none beside it
    assert "another round" not in operator.get("/desk/doctor").text
    hangs.set()
    for thread in threading.enumerate():
        if thread.daemon and getattr(thread, "_target", None) is rounds.look:
            thread.join(10)
    assert "it answers at last" in operator.get("/desk/doctor").text


def test_a_part_that_breaks_is_said_and_the_rest_stays(operator, parts):
    def here():
        yield ok("disk", "9 GB are free")
        raise OSError("a file went away")

    parts(here())
    operator.post("/desk/doctor")
    page = operator.get("/desk/doctor").text
    assert "a file went away" in page
    assert "9 GB are free" in page
    assert "could not be checked" in page


def test_a_round_that_was_cut_off_is_said_and_another_may_begin(district, operator, parts):
    home = district.issuer.settings.home
    long_ago = clock.now() - 2 * rounds.LONGEST
    rounds._write(home / rounds.FILE, rounds.Round(long_ago, None, ()))
    assert "was cut off" in operator.get("/desk/doctor").text
    parts([ok("disk", "9 GB are free")])
    operator.post("/desk/doctor")
    assert "9 GB are free" in operator.get("/desk/doctor").text


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"began": "x", "ended": 1, "parts": [{}]}']
)
def test_a_damaged_file_is_no_error(district, operator, content):
    (district.issuer.settings.home / rounds.FILE).write_bytes(content)
    assert "Nobody has looked yet" in operator.get("/desk/doctor").text


def test_looking_at_the_page_asks_nobody_and_writes_nothing(district, operator, parts, statements):
    def nobody():
        raise AssertionError("asked")
        yield

    parts(nobody(), nobody())
    operator.get("/desk/doctor")
    assert not (district.issuer.settings.home / rounds.FILE).exists()
    assert len(statements) <= 12
    assert [text for text in statements if text.startswith(("INSERT", "UPDATE", "DELETE"))] == []


def test_an_operator_finds_the_pages_of_operation(operator):
    page = operator.get("/account").text
    assert 'href="/desk/doctor"' in page
    page = operator.get("/desk/doctor").text
    assert 'href="/desk/deliveries"' in page
    assert 'href="/desk/log"' in page


def test_a_round_ends_within_its_time():
    began = clock.now()
    assert rounds.Round(began, None, ()).goes_on(began + timedelta(minutes=1))
    assert not rounds.Round(began, None, ()).goes_on(began + rounds.LONGEST)
