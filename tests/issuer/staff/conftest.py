"""A district with an office, credentials, and people in browsers."""

import shutil

import pytest
import sqlalchemy
from signed_in_browsers import District

from issuer import issuance
from issuer.app import create_app
from issuer.approvals import event
from issuer.home.settings import load
from issuer.people.roles import Role
from issuer.people.tables import PostRow
from verifier import clock

NAMES = ["Zoë Nguyễn", "Ana Ortiz", "=Bo Example", "Ana Ortiz"]


@pytest.fixture(scope="module")
def district(prepared_home, tmp_path_factory):
    """One for all tests of a file."""
    home = shutil.copytree(prepared_home, tmp_path_factory.mktemp("desk") / "home")
    app = create_app(load(home))
    new_district = District(app, app.extensions["mintmark"])
    yield new_district
    new_district.issuer.database.close()


@pytest.fixture(scope="module")
def office(district):
    """Somebody of the office, in a browser."""
    return district.browser(district.add("Olive Office", Role.OFFICE))


@pytest.fixture(scope="module")
def issue(district):
    """Issue a credential to somebody; return its id."""

    def issue(number, name="Jordan Example", **members):
        data = {
            "approval_id": f"District/{number}",
            "achievement": {"id": "rhythms"},
            "recipient": {"name": name, "emails": [f"t{number}@school.example"]},
            "narrative": {"skill": "Rhythm.", "goal": "Eight bars.", "measured_outcome": "26."},
            "levels": {"learning": "met", "work": "met"},
            "approved_at": "2026-05-15T15:00:00Z",
            **members,
        }
        arrived = {"source": "forms", "event_id": f"e-{number}", "now": clock.now()}
        received = issuance.receive(district.issuer, event.approval_of(data), **arrived)
        return received.credential_id

    return issue


@pytest.fixture(scope="module")
def issued(district, issue):
    """The ids of four credentials; the first teacher works in building 7."""
    ids = [
        issue(number, name, approved_at=f"202{number}-05-15T15:00:00Z")
        for number, name in enumerate(NAMES, 1)
    ]
    building = district.building()
    zoe = district.add(NAMES[0], Role.TEACHER, address="T1@school.example")
    with district.issuer.database.writing() as session:
        session.add(PostRow(person_pk=zoe.id, building_pk=building.id))
    return ids


@pytest.fixture(scope="module")
def operator(district):
    return district.browser(district.add("Otto Operator", Role.OPERATOR))


@pytest.fixture
def statements(district):
    """What is asked of the database during a test, as SQL."""
    asked, engine = [], district.issuer.database.engine

    def note(_connection, _cursor, statement, *_):
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    sqlalchemy.event.listen(engine, "before_cursor_execute", note)
    yield asked
    sqlalchemy.event.remove(engine, "before_cursor_execute", note)
