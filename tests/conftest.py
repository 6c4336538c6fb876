"""Fixtures that every room's tests share."""

import gc
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import compiled_once
import pytest
from hypothesis import settings
from world import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# How long an example takes says something of the machine and nothing of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

compiled_once.install()

# Most of what a worker makes stays until its end: 6,000 tests, pages, tables. To look through all
# of it for garbage as often as Python does takes a fifth of the time of collecting tests.
gc.set_threshold(100_000, 20, 100)

# The trust lists that somebody keeps on this machine are no part of a test.
os.environ["MINTMARK_VERIFY_HOME"] = os.devnull


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In `make mutants`: puts first what notices most; ends where a test would be lost.

    It collects more than once in one process; pytest then escapes once more what `ids=` named,
    mutmut finds no such test, and every mutant of it counts as killed.
    """
    mutant = os.environ.get("MUTANT_UNDER_TEST")
    if mutant is None:
        return
    for item in items:
        named = any("ids" in mark.kwargs for mark in item.iter_markers("parametrize"))
        if named and "\\" in item.name:
            raise ValueError(f"{item.nodeid}: give it an id of plain letters")
    own = mutant.rpartition(".")[0].rpartition(".")[2]
    keen = ("in_full", "test_each_", "test_members")
    items.sort(
        key=lambda item: (own not in item.path.name, not any(w in item.path.name for w in keen))
    )


@pytest.fixture
def world() -> World:
    """A world in memory with one honest issuer."""
    return World()


@pytest.fixture
def badge(world: World) -> dict[str, Any]:
    """A badge that the honest issuer signed."""
    return world.issuer.sign(world.badge())


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """Debian's Chromium, started once."""
    import browser

    yield from browser.launched()
