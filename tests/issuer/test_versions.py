"""Versions of the catalog: a change adds one, and nothing changes one (SQLite, PostgreSQL)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from issuer.catalog import versions
from issuer.catalog.achievement import Achievement, Criterion, FrameworkItem, Level, Rubric
from issuer.catalog.tables import AchievementVersion
from issuer.database.database import Database

Record = Callable[[Achievement], AchievementVersion]


@pytest.fixture
def record(any_database: Database, now: datetime) -> Record:
    """Record an achievement, each time a day later."""
    days = iter(range(100))

    def do(achievement: Achievement) -> AchievementVersion:
        with any_database.writing() as session:
            day = now + timedelta(days=next(days))
            row = versions.record(session, achievement, now=day)
            assert row.rubric_version  # loaded while the session lasts
            return row

    return do


@pytest.fixture
def listening() -> Achievement:
    levels = (Level("not-yet", "Not yet", "Under way.", 1), Level("met", "Met", "Shown.", 2))
    criterion = Criterion("work", "Work", "What was made.", "met", levels)
    rubric = Rubric("short", "Short", (criterion,))
    return Achievement("listening", "Listening", "Students listen.", "- Listen.", rubric)


def test_what_is_recorded_is_read_back(record: Record, listening: Achievement) -> None:
    full = replace(listening, tags=("a",), alignments=(FrameworkItem("A", "https://a.example/"),))
    recorded = replace(full, version=1, rubric=replace(full.rubric, version=1))

    assert versions.read(record(full)) == recorded


def test_unchanged_content_keeps_its_version(record: Record, listening: Achievement) -> None:
    assert record(listening).id == record(listening).id


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"name": "Hearing"}, id="name"),
        pytest.param({"criteria": "- Hear."}, id="criteria"),
        pytest.param({"tags": ("b",)}, id="tags"),
        pytest.param({"image": b"other"}, id="image"),
        pytest.param({"sign_comments": True}, id="option"),
    ],
)
def test_a_change_is_a_new_version(
    record: Record, listening: Achievement, change: dict[str, object]
) -> None:
    record(listening)

    assert record(replace(listening, **change)).version == 2


def test_a_changed_rubric_is_a_new_version_of_what_it_judges(
    record: Record, listening: Achievement
) -> None:
    record(listening)
    rubric = replace(listening.rubric, name="Longer")
    row = record(replace(listening, rubric=rubric))

    assert (row.version, row.rubric_version.version) == (2, 2)


def test_an_earlier_version_stays_what_it_was(
    record: Record, listening: Achievement, any_database: Database
) -> None:
    record(listening)
    record(replace(listening, name="Hearing"))
    with any_database.reading() as session:
        rows = [versions.find(session, "listening", version) for version in (1, 2, None, 3)]

        assert [row and versions.read(row).name for row in rows] == [
            "Listening",
            "Hearing",
            "Hearing",
            None,
        ]


def test_content_that_comes_back_is_the_newest_version(
    record: Record, listening: Achievement
) -> None:
    for name in ("Listening", "Hearing", "Listening"):
        row = record(replace(listening, name=name))

    assert row.version == 3


def _propose(database: Database, now: datetime, name: str) -> AchievementVersion:
    with database.writing() as session:
        rubric = versions.find_rubric(session, "short")
        assert rubric is not None
        return versions.propose(
            session, name=name, description="D", criteria="C", rubric=rubric, now=now
        )


def test_one_idea_proposed_twice_is_one_unlisted_version(
    record: Record, listening: Achievement, any_database: Database, now: datetime
) -> None:
    record(listening)
    first = _propose(any_database, now, "Family math evenings")
    again = _propose(any_database, now + timedelta(days=9), "Family math evenings")

    assert (first.id, first.listed) == (again.id, False)


def test_one_idea_proposed_twice_at_once_is_one_version(
    record: Record, listening: Achievement, any_database: Database, now: datetime
) -> None:
    record(listening)
    with ThreadPoolExecutor(1) as other:
        with any_database.writing() as session:
            rubric = versions.find_rubric(session, "short")
            assert rubric is not None
            first = versions.propose(
                session, name="Quilts", description="D", criteria="C", rubric=rubric, now=now
            )
            second = other.submit(_propose, any_database, now, "Quilts")
            wait([second], timeout=0.3)  # it stands before the row, or before the whole database
        assert second.result().id == first.id


def test_another_idea_is_another_achievement(
    record: Record, listening: Achievement, any_database: Database, now: datetime
) -> None:
    record(listening)
    ids = {_propose(any_database, now, name).achievement_id for name in ("One", "Two")}

    assert len(ids) == 2
