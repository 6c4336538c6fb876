"""A button that is pressed twice: what it adds is there once, and the second press ends well."""

import pytest
from sqlalchemy import func, select

from issuer.outbox.tables import OutboxRow
from issuer.people.roles import Role
from issuer.program.coaching import cohorts
from issuer.program.coaching.tables import MeetingRow
from issuer.program.projects.tables import OfferingRow
from issuer.program.records.tables import HoldRow
from issuer.program.windows.tables import WindowRow
from verifier import clock

OFFERING = {"achievement": "rhythms", "about": "Ten weeks.", "topic": "music"}
WINDOW = {"purpose": "proposal", "opens": "2099-10-26T00:00", "closes": "2099-11-09T00:00"}
MEETING = {"title": "First evening", "begins": "2099-10-26T17:00", "minutes": "90"}


@pytest.fixture
def chief(district):
    return district.add("Pat Model", Role.SUPERINTENDENT, Role.COACH, address="pat@school.example")


@pytest.fixture
def cohort(district, chief):
    teacher = district.add("Jordan Example", Role.TEACHER)
    with district.issuer.database.writing() as session:
        row = cohorts.gather(session, "Music", None, session.merge(chief), now=clock.now())
        cohorts.join(session, row, session.merge(teacher), now=clock.now())
        return row.public_id


def test_what_is_saved_twice_is_there_once(district, chief, cohort):
    browser = district.browser(chief)
    forms = {
        WindowRow: ("/program/setup/windows", WINDOW, {"closes": "2099-11-10T00:00"}),
        OfferingRow: ("/program/offerings", OFFERING, {"plan": "Ten weeks."}),
        MeetingRow: (f"/cohorts/{cohort}/meetings", MEETING, {"minutes": "60"}),
        HoldRow: ("/program/records/holds", {"reason": "A complaint"}, {"reason": "A request"}),
    }
    for table, (path, fields, changed) in forms.items():
        for expected, form in ((1, fields), (1, fields), (2, fields | changed)):
            assert browser.post(path, **form).status_code == 303, path
            with district.issuer.database.reading() as session:
                assert session.scalar(select(func.count()).select_from(table)) == expected, path
    with district.issuer.database.reading() as session:
        assert session.scalars(select(OutboxRow.kind)).all() == ["meeting", "meeting"]
