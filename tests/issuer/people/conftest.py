"""People of a district, and browsers in which they are signed in."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.headerregistry import Address

import pytest
from signed_in_browsers import District

from issuer.app import create_app
from issuer.home.mail_settings import Mail
from issuer.people.roles import Role
from verifier import clock


@pytest.fixture
def mailing(settings, sink):
    """The settings of an issuer that sends mail."""
    sender = Address("Prairie Example District", addr_spec="badges@prairie.example")
    return replace(settings, mail=Mail("127.0.0.1", sink.port, sender, "none", "en"))


@pytest.fixture
def district(mailing):
    app = create_app(mailing)
    issuer = app.extensions["mintmark"]
    yield District(app, issuer)
    issuer.database.close()


@pytest.fixture
def at(monkeypatch) -> Callable[[object], None]:
    """Set the clock of everything to a moment, or ahead by a span."""

    def set_to(moment):
        ahead = clock.now() + moment if isinstance(moment, timedelta) else moment
        monkeypatch.setattr(clock, "now", lambda: ahead)

    return set_to


EVERY_ROLE = tuple(Role)
