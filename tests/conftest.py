"""Fixtures that every room's tests share."""

import pytest
from world import World


@pytest.fixture
def world() -> World:
    """A world in memory with one honest issuer."""
    return World()
