"""A day is shown in the offset that its document states; `Z` is UTC (VCDM 2.0, section 4.9)."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from verifier import __main__ as command
from verifier import verify
from verifier.fetching.fetch import offline
from verifier.web.app import create_app

BADGE = Path(__file__).parents[1] / "cases" / "dates" / "tzforeign.jwt"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AT = ["--offline", "--at", NOW.isoformat()]


def test_a_report_shows_the_days_that_the_issuer_wrote(capsys):
    assert command.main([str(BADGE), *AT]) == 0
    shown = capsys.readouterr().out
    assert "May 31, 2026" in shown
    assert "June 1, 2026" not in shown
    command.main([str(BADGE), "--details", *AT])
    assert "in force until June 30, 2027." in capsys.readouterr().out


def test_a_report_for_programs_has_the_offset(capsys):
    command.main([str(BADGE), "--json", *AT])
    assert "2027-06-30T23:59:59-05:00" in capsys.readouterr().out


def test_the_table_and_the_sheet_of_a_batch_show_the_same_days(tmp_path):
    folder, out = tmp_path / "folder", tmp_path / "out"
    (folder / "alex").mkdir(parents=True)
    (folder / "alex" / "badge.jwt").write_bytes(BADGE.read_bytes())
    command.main(["batch", str(folder), "--out", str(out), "--workers", "1", *AT])
    (row,) = csv.DictReader(io.StringIO((out / "results.csv").read_text("utf-8-sig")))
    assert row["awarded"] == "2026-05-31"
    assert "May 31, 2026" in next(out.glob("*.html")).read_text("utf-8")


@pytest.mark.parametrize(
    ("language", "days"),
    [
        ("en", ("May 31, 2026", "June 30, 2027")),
        ("es", ("31 de mayo de 2026", "30 de junio de 2027")),
    ],
)
def test_the_page_shows_the_same_days(language, days):
    client = create_app(make_fetch=lambda: offline, clock=lambda: NOW).test_client()
    page = client.post(f"/verify?lang={language}", data={"text": BADGE.read_text()}).text
    for day in days:
        assert day in page


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-05-31T19:30:00-05:00", "2026-05-31"),
        ("2026-05-31T19:30:00.123456-05:00", "2026-05-31"),
        ("2026-06-01T00:30:00Z", "2026-06-01"),
        ("2026-06-01T00:30:00", "2026-06-01"),  # VCDM 2.0, 5.8: without an offset it is UTC
        ("2026-06-01T02:30:00+14:00", "2026-06-01"),
    ],
)
def test_a_date_keeps_its_offset_whatever_it_is(world, written, day):
    badge = world.issuer.sign(world.badge() | {"validFrom": written, "awardedDate": written})
    report = verify(json.dumps(badge).encode(), fetch=world.fetch, now=NOW)
    assert f"{report.credential.awarded_date:%Y-%m-%d}" == day
    assert f"{report.credential.valid_from:%Y-%m-%d}" == day
