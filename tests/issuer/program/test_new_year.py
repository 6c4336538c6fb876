"""A new year: windows on the same weekdays, everybody asked again, projects run on."""

import pytest
from paying import moment
from signed_in_browsers import filled
from sqlalchemy import select

from issuer.people.roles import Role
from issuer.program.new_year import plan
from issuer.program.projects import declarations, drafts
from issuer.program.windows.tables import WindowRow
from verifier import clock

NOW = moment("2027-06-20")


@pytest.fixture
def year(district, monkeypatch):
    """A district with two windows of the year that ends."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with district.issuer.database.writing() as session:
        for name, purpose, opens, closes in (
            ("P1 2026–27", "proposal", "2026-08-31T05:00", "2026-09-14T05:00"),
            ("C1 2026", "completion", "2026-11-30T06:00", "2026-12-14T06:00"),
        ):
            row = WindowRow(name=name, purpose=purpose, zone="America/Chicago", days_to_decide=21)
            row.opens, row.closes = (
                moment(day[:10]).replace(hour=int(day[11:13])) for day in (opens, closes)
            )
            row.created_at, row.grace_minutes = NOW, 5
            session.add(row)
    district.chief = district.add("Pat Model", Role.SUPERINTENDENT)
    return district


def windows(year):
    with year.issuer.database.reading() as session:
        return session.scalars(select(WindowRow).order_by(WindowRow.opens)).all()


def test_windows_are_planned_again_on_the_same_weekdays(year):
    with year.issuer.database.reading() as session:
        copied = plan.copies(session.scalars(select(WindowRow)).all())
    assert [copy.name for copy in copied] == ["P1 2027–28", "C1 2027"]
    assert str(copied[0].opens) == "2027-08-30 00:00:00"  # a Monday, as in the year before
    chief, path = year.browser(year.chief), "/program/new-year"
    assert "A new year" in chief.get("/program/setup").text
    page = chief.get(path).text
    fields = filled(
        page.replace('<form method="post" action="/program/new-year/windows"', '<form class="card"')
    )
    fields["window"] = [str(copy.window.id) for copy in copied]
    wrong = fields | {f"opens-{copied[1].window.id}": "2027-03-14T02:30"}
    answer = chief.post(f"{path}/windows", page=path, **wrong)
    assert (answer.status_code, len(windows(year))) == (422, 2)
    assert "does not exist" in answer.text
    for _ in range(2):  # the button is pressed twice
        assert chief.post(f"{path}/windows", page=path, **fields).status_code == 303
    longer = fields | {f"closes-{copied[0].window.id}": "2027-09-20T00:00"}
    assert chief.post(f"{path}/windows", page=path, **longer).status_code == 422
    planned = windows(year)[2:]
    assert [str(row.opens) for row in planned] == [
        "2027-08-30 05:00:00+00:00",
        "2027-11-29 06:00:00+00:00",
    ]
    assert {(row.grace_minutes, row.days_to_decide) for row in planned} == {(5, 21)}


def test_everybody_is_asked_again_and_projects_run_on(year):
    teacher = year.add("Jordan Example", Role.TEACHER)
    with year.issuer.database.writing() as session:
        declarations.declare(session, teacher, confidential=True, now=moment("2027-06-01"))
        drafts.begin(session, teacher, None, now=NOW).state = "active"
        assert declarations.may_judge(session, teacher.id, today=NOW.date())
    chief, path = year.browser(year.chief), "/program/new-year"
    assert "1 project runs on" in chief.get(path).text
    assert chief.post(f"{path}/ask", page=path).status_code == 303
    with year.issuer.database.writing() as session:
        assert not declarations.may_judge(session, teacher.id, today=NOW.date())
        assert not declarations.is_declared(session, teacher.id, today=NOW.date())
        declarations.declare(session, teacher, now=moment("2027-06-21"))
        assert declarations.is_declared(session, teacher.id, today=NOW.date())
        assert not declarations.may_judge(session, teacher.id, today=NOW.date())
