"""Tables as they come: whose columns they are, workbooks, other names, odd cells."""

import io
import zipfile

import pytest
from workbooks import workbook

from verifier.batch import table
from verifier.batch.applicants import read_submissions
from verifier.batch.files import BatchError

HEADS = ["Applicant ID", "Name", "Email", "Certificate"]
ROW = [48123, "Jordan Example", "jordan@school.example", "jordan.pdf"]


def things(data, where="applicants.csv"):
    return [(t.applicant, t.source, t.name, t.emails) for t in table.read(data, where).rows]


def test_a_workbook_is_read_and_a_number_in_it_is_a_number():
    rows = things(workbook(Applicants=[HEADS, ROW]), "applicants.xlsx")
    assert rows == [("48123", "jordan.pdf", "Jordan Example", ("jordan@school.example",))]


def test_of_several_sheets_the_one_with_applicants_is_read():
    data = workbook(Notes=[["What", "Who"], ["a", "b"]], Round=[[], HEADS, ROW])
    assert len(things(data)) == 1


def test_a_hidden_sheet_is_not_read():
    data = workbook(hidden=["Old"], Old=[HEADS, ROW, ROW], New=[HEADS, [1, "A B", "", "a.json"]])
    assert [row[0] for row in things(data)] == ["1"]


def test_two_sheets_of_applicants_stop_the_run_since_nobody_may_be_forgotten():
    with pytest.raises(BatchError, match="2 sheets of applicants: keep one"):
        table.read(workbook(One=[HEADS, ROW], Two=[HEADS, ROW]), "applicants.xlsx")


@pytest.mark.parametrize("data", [b"PK\x03\x04 no zip", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a"])
def test_a_workbook_that_cannot_be_read_stops_the_run(data):
    with pytest.raises(BatchError, match="save it as CSV"):
        table.read(data, "applicants.xlsx")


def test_a_workbook_that_blows_up_harms_nobody():
    """T15: a row at the end of a sheet makes a million of them."""
    data = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(One=[HEADS, ROW]))) as old,
        zipfile.ZipFile(data, "w") as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'r="D2"', b'r="XFD1048576"'))
    with pytest.raises(BatchError, match="too large or too hard to read"):
        table.read(data.getvalue(), "applicants.xlsx")


@pytest.mark.parametrize(
    "name",
    [
        *("applicants.csv", "Applicants.CSV", "applicants - Sheet1.csv", "applicants (1).csv"),
        *("applicants.tsv", "responses.csv", "Form Responses 1.csv"),
    ],
)
def test_a_table_under_another_name_is_used(tmp_path, name):
    (tmp_path / name).write_text("Name,File\nJordan Example,jordan.json\n")
    (tmp_path / "jordan.json").write_text("{}")
    submissions = read_submissions(tmp_path)
    assert [(t.name, t.source, t.by_table) for t in submissions.files] == [
        ("Jordan Example", "jordan.json", True)
    ]
    assert (submissions.table_name, submissions.unnamed) == (name, ())


@pytest.mark.parametrize("name", ["applicants.xlsx", "List.xlsx"])
def test_a_workbook_under_any_name_is_used(tmp_path, name):
    (tmp_path / name).write_bytes(workbook(One=[HEADS, ROW]))
    assert [thing.name for thing in read_submissions(tmp_path).files] == ["Jordan Example"]
    assert [thing.name for thing in read_submissions(tmp_path / name).files] == ["Jordan Example"]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"applicants.xlsx": b"PK\x03\x04"}, id="unreadable"),
        pytest.param({"applicants.numbers": b"PK\x03\x04"}, id="of-another-program"),
        pytest.param({"hours.csv": b"Day,Hours\n1,2\n"}, id="no-table-of-applicants"),
        pytest.param({"a.csv": b"Name,File\n", "b.csv": b"Name,File\n"}, id="two"),
    ],
)
def test_where_the_table_cannot_be_told_the_run_stops_and_nothing_counts_unowned(tmp_path, files):
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(BatchError):
        read_submissions(tmp_path)


def test_a_table_in_an_applicants_own_folder_is_handed_in_like_the_rest(tmp_path):
    (tmp_path / "Jordan").mkdir()
    (tmp_path / "Jordan" / "hours.xlsx").write_bytes(b"PK\x03\x04")
    submissions = read_submissions(tmp_path)
    assert ([t.source for t in submissions.files], submissions.table) == (
        ["Jordan/hours.xlsx"],
        None,
    )


def test_it_is_told_which_column_is_used_for_what_and_which_are_not():
    applicants = table.read(b"Name,Email,Email of reference,LinkedIn profile,File\n", "a.csv")
    assert applicants.used == (("Name", "name"), ("Email", "e-mail"), ("File", "file or link"))
    assert applicants.unused == ("Email of reference", "LinkedIn profile")


def test_two_columns_with_one_head_stop_the_run_because_one_may_be_a_references():
    with pytest.raises(BatchError, match="2 columns “email”: rename those"):
        table.read(b"Name,Email,Reference,EMAIL,File\n,,,,a\n", "a.csv")
    files = table.read(b"Name,File,File\nA B,a,b\n", "a.csv")
    assert [thing.source for thing in files.rows] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "person"),
    [
        pytest.param(
            'Teacher\tName\tFile\tNotes\rA-01\t"Example, Jordan"\tj.png\tband, choir, and jazz\r',
            ("A-01", "Jordan Example"),
            id="cr-and-tabs",
        ),
        pytest.param(
            '"Name (last, first)";"File (PDF, PNG, JPG)"\r\nExample, Jordan;j.png\r\n',
            ("Jordan Example", "Jordan Example"),
            id="commas-in-heads",
        ),
        pytest.param("Nombre;Apellidos;Archivo\nAna;Peña;j.png\n", ("Ana Peña",) * 2, id="Spanish"),
        pytest.param("Name|File\nAna Peña|j.png\n", ("Ana Peña",) * 2, id="bars"),
        pytest.param('Name,File\n"Ana Peña, Ed.D.",j.png\n', ("Ana Peña, Ed.D.",) * 2, id="degree"),
        pytest.param("Name,Full name,File\nanonymous,Ana P,j.png\n", ("Ana P",) * 2, id="nobody"),
        pytest.param("Applicant,File\nAna Peña,j.png\n", ("Ana Peña",) * 2, id="applicant-named"),
        pytest.param("Applicant,File\nA-31,j.png\n", ("A-31", ""), id="applicant-numbered"),
    ],
)
def test_names_are_read_in_the_order_in_which_they_are_spoken(text, person):
    assert [(t.applicant, t.name) for t in table.read(text.encode(), "a.csv").rows] == [person]


@pytest.mark.parametrize(
    ("cell", "emails"),
    [
        ("Jordan Example <jordan@school.example>", ("jordan@school.example",)),
        ("mailto:jordan@school.example?subject=Badge", ("jordan@school.example",)),
        ("a@x.example; b@x.example / c@x.example", ("a@x.example", "b@x.example", "c@x.example")),
        ("[jordan@school.example](mailto:jordan@school.example)", ("jordan@school.example",)),
        ("n/a", ()),
        ("Yes", ()),
    ],
)
def test_addresses_are_taken_out_of_whatever_stands_around_them(cell, emails):
    (thing,) = table.read(f'Name,Email,File\nA B,"{cell}",a\n'.encode(), "a.csv").rows
    assert thing.emails == emails


def test_a_file_that_a_database_links_to_is_that_link():
    text = 'Name,Attachments\nA B,"one.png (https://x.example/1),two.pdf (https://x.example/2)"\n'
    rows = table.read(text.encode(), "a.csv").rows
    assert [thing.source for thing in rows] == ["https://x.example/1", "https://x.example/2"]


def test_a_zip_as_macos_makes_it_has_the_names_that_were_given(tmp_path):
    """APPNOTE D.2: a name in UTF-8 without the flag that says so."""
    name = "José Peña.png"
    path, unflagged = tmp_path / "in.zip", b"x" * len(name.encode())
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("applicants.csv", f"Name,File\nJosé Peña,{name}\n")
        archive.writestr(unflagged.decode(), b"{}")
    path.write_bytes(path.read_bytes().replace(unflagged, name.encode()))
    assert [thing.source for thing in read_submissions(path).files] == [name]
    assert read_submissions(path).unnamed == ()
