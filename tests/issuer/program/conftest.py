"""A district whose program is open, and people in browsers."""

from contextlib import contextmanager
from dataclasses import replace

import pytest
from signed_in_browsers import District

from issuer.app import create_app
from issuer.program import policy as policies
from issuer.program.projects.tables import TopicRow
from verifier import clock

PILOT = replace(policies.PILOT, proposal_rubric="completion")


@pytest.fixture
def session(issuer):
    """A session for writing, over the whole test."""
    with issuer.database.writing() as session:
        yield session


@pytest.fixture
def district(settings):
    with _opened(settings) as opened:
        yield opened


@pytest.fixture
def postgresql_district(postgresql_issuer):
    """The same on PostgreSQL."""
    with _opened(postgresql_issuer.settings) as opened:
        yield opened


@pytest.fixture
def opened():
    """What opens a district in a home, until the block ends."""
    return _opened


@contextmanager
def _opened(settings):
    app = create_app(settings)
    new_district = District(app, app.extensions["mintmark"])
    with new_district.issuer.database.writing() as session:
        session.add(TopicRow(name="music"))
        policies.change(session, PILOT, by=None, now=clock.now())
    yield new_district
    new_district.issuer.database.close()
