"""People from a file (R8; E47-E50, E52): each row has its fate, and nothing happens twice."""

import csv
import io
import re
import signal
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest
import workbooks
from sqlalchemy import event, select

from issuer.__main__ import main
from issuer.people import register, roles
from issuer.people.roles import Role
from issuer.people.roster import buildings, keeping, oneroster, plan, table
from issuer.people.roster.plan import RosterFate
from issuer.people.roster.rows import RosterError
from issuer.people.tables import BuildingRow, ImportRow, PersonAddressRow, PersonRow
from verifier import clock

TODAY = date(2026, 11, 22)
JORDAN = {"name": "Jordan Example", "address": "jordan@school.example", "staff number": "1"}
MS = {"building": "MS", "building name": "Middle School", "roles": "teacher"}


def file_of(*rows):
    return table.written([{**row} for row in rows])


def planned(session, data, *, by=None, may_name_roles=True):
    roster = keeping.read(data)
    return plan.of(session, roster, by=by, may_name_roles=may_name_roles, today=TODAY)


def done(database, data, now, **more):
    with database.writing() as session:
        plan_of_file = planned(session, data, **more)
        plan.carry_out(session, plan_of_file, by=more.get("by"), now=now, today=TODAY)
    return [str(one.fate) for one in plan_of_file.rows]


def fates(database, data, **more):
    with database.reading() as session:
        return [(str(one.fate), one.reason) for one in planned(session, data, **more).rows]


def person_named(session, name):
    return session.scalars(select(PersonRow).where(PersonRow.name == name)).one()


def test_a_file_is_carried_out_once_and_changes_nothing_again(any_database, now):
    data = file_of(
        {**JORDAN, **MS, "grades": "6; 7", "subjects": "music"},
        {"name": "Alex Example", "address": "Alex@School.example", **MS, "roles": ""},
    )
    assert done(any_database, data, now) == ["new", "new"]
    assert done(any_database, data, now) == ["same", "same"]
    with any_database.reading() as session:
        jordan = person_named(session, "Jordan Example")
        (post,) = jordan.posts
        assert (post.building.name, post.grades, post.subjects) == (
            "Middle School",
            "6, 7",
            "music",
        )
        assert [grant.role for grant in jordan.grants] == ["teacher"]
        assert person_named(session, "Alex Example").grants == []
        rows = session.scalars(select(PersonAddressRow))
        assert {row.verified_at is not None for row in rows} == {True}


def test_the_example_of_the_template_is_nobody():
    """Whoever fills in the template below it need not take it out."""
    filled = table.template() + b"Alex New,alex@x.example,,7,MS,Middle School,,,teacher,\r\n"
    (row,) = table.read(filled).rows
    assert (row.number, row.name, row.roles, row.building_name) == (
        *(3, "Alex New", (Role.TEACHER,)),
        "Middle School",
    )


@pytest.mark.parametrize(
    "data",
    [
        "\ufeffname,address\nMaría Ü,m@x.example\n".encode(),
        "name;address\r\nMaría Ü;m@x.example\r\n".encode("cp1252"),
        "Name\tADDRESS\nMaría Ü\tm@x.example\n\t\n".encode("utf-16"),
    ],
)
def test_a_table_is_read_as_spreadsheets_save_it(data):
    (row,) = table.read(data).rows
    assert (row.name, row.addresses) == ("María Ü", ("m@x.example",))


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2", b"PK\x03\x04broken", b'name,address\n"x'])
def test_what_is_no_table_of_people_is_refused_with_the_remedy(data):
    with pytest.raises(RosterError) as refused:
        keeping.read(data)
    assert refused.value.remedy


def test_another_name_for_a_known_number_is_a_change_and_keeps_the_old_one(any_database, now):
    """(E50)"""
    done(any_database, file_of({**JORDAN, **MS}), now)
    assert done(any_database, file_of({**JORDAN, **MS, "name": "Jordan Sample"}), now) == [
        "changed"
    ]
    with any_database.reading() as session:
        person = person_named(session, "Jordan Sample")
        assert [row.name for row in person.other_names] == ["Jordan Example"]


def test_two_buildings_are_two_rows_of_one_person(any_database, now):
    """(E50, E52) A principal who is a teacher elsewhere."""
    hs = {"building": "HS", "building name": "High School", "roles": "Building administrator"}
    data = file_of({**JORDAN, **MS}, {**JORDAN, **hs})
    assert done(any_database, data, now) == ["new", "changed"]
    assert done(any_database, data, now) == ["same", "same"]
    with any_database.reading() as session:
        person = person_named(session, "Jordan Example")
        assert [post.building.code for post in person.posts] == ["MS", "HS"]
        buildings = {grant.role: grant.building and grant.building.code for grant in person.grants}
        assert buildings == {"teacher": None, "building-administrator": "HS"}


def test_a_row_that_is_missing_drops_nobody_and_is_listed(any_database, now):
    """(E47)"""
    alex = {"name": "Alex Example", "address": "alex@school.example", **MS}
    done(any_database, file_of({**JORDAN, **MS}, alex), now)
    with any_database.reading() as session:
        plan_of_file = planned(session, file_of({**JORDAN, **MS}))
        assert [person.name for person in plan_of_file.missing] == ["Alex Example"]
    done(any_database, file_of({**JORDAN, **MS}), now)
    with any_database.reading() as session:
        assert person_named(session, "Alex Example").is_here


def test_what_is_longer_than_the_register_holds_waits_with_its_reason(issuer):
    rows = [
        {**JORDAN, "name": "J" * 201},
        {**JORDAN, "staff number": "1" * 51},
        {**JORDAN, "building": "B" * 101},
    ]
    reasons = [register.BAD_NAME, register.BAD_NUMBER, plan.TOO_LONG]
    assert fates(issuer.database, file_of(*rows)) == [("decide", reason) for reason in reasons]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({**JORDAN, "name": ""}, plan.NO_NAME),
        ({**JORDAN, "address": ""}, plan.NO_ADDRESS),
        ({**JORDAN, "address": "jordan at school"}, plan.BAD_ADDRESS),
        ({**JORDAN, "roles": "king"}, plan.UNKNOWN_ROLE),
        ({**JORDAN, "roles": "building-administrator"}, plan.NEEDS_BUILDING),
        ({**JORDAN, "staff number": "9"}, plan.OTHER_NUMBER),
        ({**JORDAN, "address": "taken@school.example"}, plan.TWO_RECORDS),
        ({"name": "JORDÁN example", "address": "j2@school.example"}, plan.NAMESAKE),
        ({"name": "Lee Left", "address": "lee@school.example"}, plan.HAS_LEFT),
    ],
)
def test_what_is_not_clear_waits_with_its_reason_and_changes_nothing(
    any_database, now, row, reason
):
    """(E48, E49) Nobody is known by name alone, and no address goes from one to another."""
    others = [
        {"name": "Taken Example", "address": "taken@school.example", "staff number": "2"},
        {"name": "Lee Left", "address": "lee@school.example", "staff number": "3"},
    ]
    done(any_database, file_of(JORDAN, *others), now)
    with any_database.writing() as session:
        person_named(session, "Lee Left").left_at = now
    assert fates(any_database, file_of(row)) == [("decide", reason)]
    assert done(any_database, file_of(row), now) == ["decide"]
    with any_database.reading() as session:
        assert len(session.scalars(select(PersonRow)).all()) == 3
        jordan = person_named(session, "Jordan Example")
        assert [address.address for address in jordan.addresses] == ["jordan@school.example"]


@pytest.mark.parametrize(
    ("building", "name", "code"),
    [("", "middle school", "MS"), ("Middle School", "", "MS"), ("ms", "", "MS"), ("MS", "", "MS")],
)
def test_a_building_is_known_by_its_name_where_one_has_it(any_database, now, building, name, code):
    done(any_database, file_of({**JORDAN, **MS}), now)
    row = {"name": "Alex New", "address": "alex@x.example", "grades": "6", "subjects": "music"}
    row |= {"building": building, "building name": name}
    assert done(any_database, file_of(row), now) == ["new"]
    with any_database.reading() as session:
        (post,) = person_named(session, "Alex New").posts
        assert (post.building.code, post.grades, post.subjects) == (code, "6", "music")
        assert session.scalars(select(BuildingRow.name)).all() == ["Middle School"]


@pytest.mark.parametrize(
    ("building", "name", "reason", "codes"),
    [
        ("", "New School", buildings.NO_CODE, ""),
        ("", "Twin School", buildings.SEVERAL, "T1, T2"),
        ("EES", "Middle  School", buildings.OTHER_CODE, "MS"),
        ("T1", "Middle School", buildings.OTHER_CODE, "MS"),
        ("", "", buildings.NO_BUILDING, ""),
    ],
)
def test_a_building_that_is_not_clear_waits_and_no_grade_is_dropped(
    any_database, now, building, name, reason, codes
):
    """A second building of one name comes in by nobody's guess."""
    done(any_database, file_of({**JORDAN, **MS}), now)
    with any_database.writing() as session:
        session.add_all(BuildingRow(code=code, name="Twin School") for code in ("T1", "T2"))
    row = {"name": "Alex New", "address": "alex@x.example", "grades": "6"}
    data = file_of({**row, "building": building, "building name": name})
    with any_database.reading() as session:
        (one,) = planned(session, data).rows
        assert (one.fate, one.reason, one.codes) == (RosterFate.DECIDE, reason, codes)
        assert codes in plan.to_mend(planned(session, data))[0]["reason"]
    assert done(any_database, data, now) == ["decide"]
    with any_database.reading() as session:
        assert session.scalars(select(PersonRow.name)).all() == ["Jordan Example"]


def test_a_building_of_the_file_is_known_by_name_in_its_other_rows(any_database, now):
    """Also above the row with its code; the preview names the buildings that are new."""
    alex = {"name": "Alex New", "address": "alex@x.example", "building name": "Middle School"}
    data = file_of(alex, {**JORDAN, **MS})
    with any_database.reading() as session:
        assert planned(session, data).new_buildings == {"MS": "Middle School"}
    assert done(any_database, data, now) == ["new", "new"]
    with any_database.reading() as session:
        assert person_named(session, "Alex New").posts[0].building.code == "MS"


@pytest.mark.parametrize(("decision", "people"), [("same", 1), ("new", 2), ("NEW", 2)])
def test_who_has_the_name_of_somebody_is_decided_in_the_file(any_database, now, decision, people):
    done(any_database, file_of(JORDAN), now)
    second = {"name": "Jordan Example", "address": "j@home.example", "decision": decision}
    done(any_database, file_of(second), now)
    assert fates(any_database, file_of(second)) == [("same", "")]
    with any_database.reading() as session:
        assert len(session.scalars(select(PersonRow)).all()) == people


def test_namesakes_with_two_staff_numbers_are_two_people(any_database, now):
    other = {**JORDAN, "address": "other@school.example", "staff number": "2"}
    assert done(any_database, file_of(JORDAN, other), now) == ["new", "new"]


def test_a_double_within_the_file_is_asked_about(any_database):
    second = {"name": "JORDAN EXAMPLE", "address": "j@home.example"}
    assert fates(any_database, file_of(JORDAN, second))[1] == ("decide", plan.NAMESAKE)
    cased = {**JORDAN, "address": "JORDAN@SCHOOL.example", "name": "Somebody Else"}
    assert fates(any_database, file_of(JORDAN, cased))[1] == ("decide", plan.TWO_NAMES)


def test_who_comes_back_is_here_again_when_somebody_said_so(any_database, now):
    """(E50) Rehired."""
    done(any_database, file_of({**JORDAN, **MS}), now)
    with any_database.writing() as session:
        person_named(session, "Jordan Example").left_at = now
    assert done(any_database, file_of({**JORDAN, **MS, "decision": "same"}), now) == ["changed"]
    with any_database.reading() as session:
        assert person_named(session, "Jordan Example").is_here


def test_who_grants_no_roles_grants_none_by_a_file(any_database, now):
    """Nor by an address: it would sign in as its owner (T28)."""
    done(any_database, file_of({**JORDAN, "roles": "operator"}), now)
    stolen = {**JORDAN, "other addresses": "mine@evil.example"}
    for row in (stolen, {**JORDAN, "staff number": "", "roles": "payroll"}):
        fates_of_row = fates(any_database, file_of(row), may_name_roles=False)
        assert fates_of_row == [("decide", plan.NOT_YOURS)]
    assert fates(any_database, file_of(JORDAN), may_name_roles=False) == [("same", "")]


def test_nobody_grants_themself_a_role_by_a_file(any_database, now):
    done(any_database, file_of({**JORDAN, "roles": "operator"}), now)
    with any_database.reading() as session:
        me = person_named(session, "Jordan Example")
        plan_of_file = planned(session, file_of({**JORDAN, "roles": "operator, payroll"}), by=me)
        assert [one.reason for one in plan_of_file.rows] == [plan.NOT_YOURS]
        assert planned(session, file_of(JORDAN), by=me).count(RosterFate.SAME) == 1


def test_a_mended_file_is_loaded_as_it_is(any_database, now):
    """The reason is not read, and no cell is a formula (E62)."""
    bad = {**JORDAN, "name": "=cmd|' /C calc'!A0", "roles": "king"}
    with any_database.reading() as session:
        rows = plan.to_mend(planned(session, file_of(bad)))
    mended = table.written(rows, table.REASON)
    (line,) = csv.DictReader(io.StringIO(mended.decode("utf-8-sig")))
    assert line["name"].startswith("'=")
    assert line["reason"] == plan.UNKNOWN_ROLE
    again = mended.replace(b"king", b"coach")
    assert done(any_database, again, now) == ["new"]
    with any_database.reading() as session:
        assert session.scalars(select(PersonRow)).one().name == bad["name"]


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"export/{name}.csv", text)
    return out.getvalue()


ONEROSTER = {
    "manifest": "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\n",
    "orgs": "sourcedId,status,dateLastModified,name,type,identifier\n"
    "o1,active,,Middle School,school,MS\no2,active,,High School,school,\n",
    "users": "sourcedId,status,dateLastModified,enabledUser,givenName,familyName,identifier,email\n"
    "u1,active,,true,Jordan,Example,1,jordan@school.example\n"
    "u2,active,,true,Pat,Principal,2,pat@school.example\n"
    "p1,active,,true,Student,Secret,77,student@school.example\n"
    "g1,active,,true,Parent,Secret,78,parent@home.example\n"
    "u3,tobedeleted,,true,Gone,Example,3,gone@school.example\n"
    "u4,active,,true,Casey,Counsel,4,casey@school.example\n",
    "roles": "sourcedId,status,dateLastModified,userSourcedId,roleType,role,orgSourcedId\n"
    "r1,active,,u1,primary,teacher,o1\nr2,active,,u1,secondary,teacher,o2\n"
    "r3,active,,u2,primary,principal,o1\nr4,active,,p1,primary,student,o1\n"
    "r5,active,,g1,primary,guardian,o1\nr6,active,,u1,secondary,parent,o1\n"
    "r7,tobedeleted,,u2,secondary,teacher,o2\nr8,active,,u4,primary,counselor,o1\n",
}


def test_oneroster_brings_staff_and_stores_no_student_and_no_parent(any_database, now):
    """OneRoster 1.2 CSV: a teacher who is a parent, too, is a teacher."""
    data = zipped(**ONEROSTER)
    roster = keeping.read(data)
    assert roster.left_out == 2
    assert "Secret" not in str(roster)
    assert done(any_database, data, now) == ["new", "changed", "new", "new"]
    assert done(any_database, data, now) == ["same"] * 4
    with any_database.reading() as session:
        names = session.scalars(select(PersonRow.name).order_by(PersonRow.name)).all()
        assert names == ["Casey Counsel", "Jordan Example", "Pat Principal"]
        codes = session.scalars(select(BuildingRow.code).order_by(BuildingRow.code)).all()
        assert codes == ["MS", "o2"]
        (grant,) = person_named(session, "Pat Principal").grants
        assert (grant.role, grant.building.code) == ("building-administrator", "MS")
        assert person_named(session, "Casey Counsel").grants == []


def test_oneroster_1_1_has_the_role_with_the_user():
    users = "sourcedId,status,orgSourcedIds,role,givenName,familyName,email\n"
    users += 'u1,active,"o1,o2",teacher,Jordan,Example,j@x.example\n'
    users += "p1,active,o1,student,Student,Secret,p@x.example\n"
    roster = oneroster.read(zipped(orgs=ONEROSTER["orgs"], users=users))
    assert [(row.building, row.staff_number) for row in roster.rows] == [("MS", "u1"), ("o2", "u1")]
    assert roster.left_out == 1


def test_an_archive_that_unpacks_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(oneroster, "MOST", 10)
    with pytest.raises(RosterError, match="too large"):
        keeping.read(zipped(**ONEROSTER))


def many(count):
    return file_of(
        *(
            {
                "name": f"Teacher {number}",
                "address": f"t{number}@school.example",
                "staff number": str(number),
                **MS,
                "building": f"B{number % 9}",
                "building name": f"School {number % 9}",
            }
            for number in range(count)
        )
    )


def test_many_people_take_as_few_queries_to_look_through_as_ten(any_database, now):
    done(any_database, many(200), now)
    queries = []
    event.listen(any_database.engine, "before_cursor_execute", lambda *a: queries.append(a[2]))
    assert {fate for fate, _ in fates(any_database, many(10))} == {"same"}
    few = len(queries)
    assert {fate for fate, _ in fates(any_database, many(200))} == {"same"}
    assert len(queries) == 2 * few


KILLED = """
import os, signal, sys
from issuer.__main__ import main
from issuer.people import register
add, added = register.add, 0
def killed(*args, **more):
    global added
    added += 1
    if added == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return add(*args, **more)
register.add = killed
main(sys.argv[1:])
"""


def test_an_import_that_is_killed_in_the_middle_is_run_again(issuer, home, tmp_path):
    """All of it or nothing: nobody is lost, and nobody is there twice."""
    file = tmp_path / "people.csv"
    file.write_bytes(many(5))
    words = ["--home", str(home), "people", "import", str(file), "--apply"]
    killed = subprocess.run([sys.executable, "-c", KILLED, *words], check=False)
    assert killed.returncode == -signal.SIGKILL
    with issuer.database.reading() as session:
        assert session.scalars(select(PersonRow)).all() == []
    assert [main(words), main(words)] == [0, 0]
    with issuer.database.reading() as session:
        assert len(session.scalars(select(PersonRow)).all()) == 5


def test_the_command_says_each_fate_and_changes_only_when_told(home, tmp_path, capsys):
    file, mend = tmp_path / "people.csv", tmp_path / "mend.csv"
    file.write_bytes(file_of({**JORDAN, **MS}, {"name": "X", "address": "none"}))
    words = ["--home", str(home), "people", "import", str(file)]
    assert main([*words, "--mend", str(mend)]) == 3
    assert "row 2: new, Jordan Example" in (printed := capsys.readouterr().out)
    assert "in the file: 1 building, 1 teacher" in printed
    assert "1 new, 0 changed, 0 same, 1 decide; 0 students" in printed
    assert "not an e-mail address" in mend.read_text()
    assert main([*words, "--apply"]) == 3
    capsys.readouterr()
    main(words)
    assert "0 new, 0 changed, 1 same, 1 decide" in capsys.readouterr().out


def test_the_preview_says_from_what_to_what(district):
    """With building, roles and staff number of everybody, and where somebody would be at both."""
    now = clock.now()
    done(district.issuer.database, file_of({**JORDAN, **MS, "grades": "6"}), now)
    more = {"name": "Jordan Sample", "roles": "teacher, coach"}
    high = {"building": "HS", "building name": "High School"}
    data = file_of({**JORDAN, **MS, **more, "grades": "7"}, {**JORDAN, **more, **high})
    browser = district.browser(district.add("Sue Super", Role.SUPERINTENDENT))
    looked = browser.post("/people/import", file=(io.BytesIO(data), "people.csv"))
    text = re.sub(r"<[^>]+>", "", browser.get(looked.location).text)
    for words in (
        "Staff number 1",
        "name: Jordan Example → Jordan Sample",
        "grades: 6 → 7",
        "role: Teacher → Teacher, Coach",
        "works at: Middle School → Middle School, High School",
    ):
        assert words in text


def test_on_the_page_one_sees_before_one_does(district):
    office = district.add("Olive Office", Role.OFFICE, address="olive@school.example")
    browser = district.browser(office)
    data = file_of({**JORDAN, **MS}, {"name": "Bad Row", "address": "none"})
    looked = browser.post("/people/import", file=(io.BytesIO(data), "people.csv"))
    page = browser.get(looked.location).text
    for text in ("Jordan Example", "new person", "Bad Row", "not an e-mail address"):
        assert text in page
    assert "A new building: <bdi>Middle School</bdi> (<code>MS</code>)" in page
    assert "Jordan" not in browser.get("/people").text
    mend = browser.get(f"{looked.location}/mend.csv")
    assert b"Bad Row" in mend.data
    carried_out = browser.post(looked.location).location
    assert carried_out.startswith(looked.location)
    assert "1 person is new." in browser.get(carried_out).text
    assert "Jordan Example" in browser.get("/people").text
    assert "<code>MS</code> <bdi>Middle School</bdi>" in browser.get("/people/import").text
    again = browser.post("/people/import", file=(io.BytesIO(file_of({**JORDAN, **MS})), "p.csv"))
    assert "Nothing to do" in browser.get(again.location).text
    forgotten = browser.post(f"{again.location}/forget")
    assert "The file is forgotten" in browser.get(forgotten.location).text
    assert browser.get(again.location).status_code == 404
    template = browser.get("/people/import/template.csv")
    assert re.match("attachment", template.headers["Content-Disposition"])
    wrong = browser.post("/people/import", file=(io.BytesIO(b"x,y"), "p.csv"))
    assert (wrong.status_code, "take the template" in wrong.text) == (422, True)


WORKBOOK = Path(__file__).with_name("staff.xlsx")
"""As a spreadsheet saves it: texts in a table of their own, a title in merged cells above the
heads, numbers as floats, days, a column of no meaning here, empty rows, and a second sheet."""


LIBREOFFICE = Path(__file__).with_name("staff-libreoffice.xlsx")
"""Saved by LibreOffice Calc 7.4 (`soffice --convert-to xlsx`): a title, empty rows, numbers among
texts, shared strings, and a second sheet."""


@pytest.mark.parametrize("saved", [bytes, workbooks.as_google_sheets_saves])
def test_a_workbook_of_another_program_is_read(saved):
    people = table.read(saved(LIBREOFFICE.read_bytes())).rows
    assert [(row.number, row.name, row.staff_number, row.building) for row in people] == [
        (4, "Zoë Nguyễn", "10042", "7"),
        (6, "Ana Ortiz", "00917", "7"),
        (7, "Bo Example", "10044", "HS"),
    ]
    assert [row.grades for row in people] == ["6, 7, 8", "6", ""]
    assert people[1].roles == (Role.TEACHER, Role.COACH)


def test_a_workbook_is_read_on_the_page_as_it_was_saved(district):
    browser = district.browser(district.add("Olive Office", Role.OFFICE))
    looked = browser.post("/people/import", file=(io.BytesIO(WORKBOOK.read_bytes()), "s.xlsx"))
    text = browser.get(looked.location).text
    assert all(name in text for name in ("Ana Ortiz", "Zoë Nguyễn", "Ben Sample"))
    assert "Not a person" not in text
    assert re.search(r"<td>9</td><th scope=.row.><bdi>No Address", text)  # its number in the sheet
    browser.post(looked.location)
    with district.issuer.database.reading() as session:
        zoe = person_named(session, "Zoë Nguyễn")
        assert (zoe.staff_number, zoe.posts[0].building.name) == ("10043", "Middle School")


def test_a_workbook_is_read_by_the_command(home, capsys):
    assert main(["--home", str(home), "people", "import", str(WORKBOOK)]) == 3
    printed = capsys.readouterr().out
    assert "row 5: new, Zoë Nguyễn" in printed
    assert "3 new, 0 changed, 0 same, 1 decide" in printed


def test_what_was_looked_at_is_kept_until_it_is_done(district):
    office = district.add("Olive Office", Role.OFFICE)
    browser = district.browser(office)
    looked = browser.post("/people/import", file=(io.BytesIO(file_of(JORDAN)), "p.csv"))
    assert "Saved. 1 person is new." in browser.get(browser.post(looked.location).location).text
    with district.issuer.database.reading() as session:
        left = session.scalars(select(ImportRow)).one().roster
        assert left == {"rows": [], "left_out": 0, "added": 1, "changed": 0}
        added = register.of_address(session, JORDAN["address"])
        assert roles.roles_of(session, session.get(PersonRow, added.person_pk), today=TODAY) == []
