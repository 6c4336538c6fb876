"""Who hands in what: folders, zips and tables, sound ones and hostile ones."""

import hashlib
import io
import os
import stat
import struct
import zipfile

import pytest
from carriers import memory_below

from verifier.batch import files as source_files
from verifier.batch import table
from verifier.batch.applicants import read_submissions, spelling
from verifier.batch.files import BatchError, Folder, UnreadableError, Zip
from verifier.batch.sheet import RecordedFile
from verifier.batch.table import ApplicantFile
from verifier.batch.table import read as read_rows
from verifier.intake.submission import MAX_BYTES


@pytest.fixture
def folder(tmp_path):
    """A folder in which files lie as people leave them."""
    for name in ("ann.json", "Bo/one.png", "Bo/deep/two.pdf", ".DS_Store", "__MACOSX/ann.json"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(name.encode())
    return tmp_path / "in"


def read_table(data):
    return list(read_rows(data, "applicants.csv").rows)


def named(applicant, source, name="", emails=()):
    """Return what a row of a table says."""
    return ApplicantFile(applicant, source, name, emails, by_table=True)


def zipped(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def test_a_file_is_its_own_applicants_and_a_folder_one_applicants(folder):
    assert [(thing.applicant, thing.source) for thing in read_submissions(folder).files] == [
        ("Bo", "Bo/deep/two.pdf"),
        ("Bo", "Bo/one.png"),
        ("ann", "ann.json"),
    ]


def test_a_zip_of_a_folder_is_read_as_the_folder(tmp_path):
    path = zipped(tmp_path / "in.zip", {"in/ann.json": "a", "in/Bo/one.png": "b"})
    assert [thing.applicant for thing in read_submissions(path).files] == ["Bo", "ann"]


@pytest.mark.parametrize("where", ["", "in/"])
def test_the_table_in_a_zip_says_by_whom(tmp_path, where):
    text = "applicant,file\r\nAnn,a.json\r\n"
    files = {f"{where}applicants.csv": text, f"{where}a.json": "a", f"{where}b.json": "b"}
    submissions = read_submissions(zipped(tmp_path / "in.zip", files))
    assert submissions.files == (named("Ann", f"{where}a.json"),)
    assert submissions.unnamed == (f"{where}b.json",)
    assert [(line.applicant, line.source) for line in submissions.lines] == [
        ("Ann", f"{where}a.json"),
        ("", f"{where}b.json"),
    ]
    assert submissions.table_sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_a_table_alone_names_files_beside_it_and_links(tmp_path):
    path = tmp_path / "round 2.csv"
    path.write_text(
        "Name;E-Mail;File;Link\nAnn;a@x.example b@x.example;a.json;https://x.example/1\n"
    )
    emails = ("a@x.example", "b@x.example")
    assert read_submissions(path).files == (
        named("Ann", "a.json", "Ann", emails),
        named("Ann", "https://x.example/1", "Ann", emails),
    )


def test_columns_are_known_by_how_their_heads_begin():
    table = b"Applicant ID,Full name,E-mail address,E-mail 2,File or link,URL,Remark\n"
    table += b"7,Ann E.,a@x.example,b@x.example,a.json,https://x.example/1,!\n"
    emails = ("a@x.example", "b@x.example")
    assert read_table(table) == [
        named("7", source, "Ann E.", emails) for source in ("a.json", "https://x.example/1")
    ]


@pytest.mark.parametrize(
    ("table", "things"),
    [
        pytest.param("sep=;\napplicant;file\nA;a.json\n", [("A", "a.json")], id="hint"),
        pytest.param("\n,,\napplicant,file\n\nA,a.json\n", [("A", "a.json")], id="empty-rows"),
        pytest.param("applicant,file\rA,a.json\r", [("A", "a.json")], id="old-line-ends"),
        pytest.param(
            'applicant,files\nA,"a.json; b, c.png\nd.pdf"\n',
            [("A", "a.json"), ("A", "b, c.png"), ("A", "d.pdf")],
            id="several-files",
        ),
        pytest.param(
            'applicant,link\nA,"HTTPS://x.example/a,b, https://x.example/2"\n',
            [("A", "https://x.example/a,b"), ("A", "https://x.example/2")],
            id="several-links",
        ),
    ],
)
def test_a_table_is_read_as_people_and_forms_write_it(table, things):
    assert [(t.applicant, t.source) for t in read_table(table.encode())] == things


@pytest.mark.parametrize("heads", ["Last name,First name", "Surname,Applicant given name"])
def test_a_name_in_two_columns_is_one_name(heads):
    (thing,) = read_table(f"Applicant number,{heads},File\n7,Example,Jordan \t A.,a\n".encode())
    assert thing == named("7", "a", "Jordan A. Example")


def test_a_folder_in_a_folder_is_one_applicants_even_alone(tmp_path):
    (tmp_path / "in" / "Jordan").mkdir(parents=True)
    for name in ("a.json", "b.json", "~$b.docx"):
        (tmp_path / "in" / "Jordan" / name).touch()
    assert [thing.applicant for thing in read_submissions(tmp_path / "in").files] == [
        "Jordan",
        "Jordan",
    ]


def test_a_file_is_found_however_a_system_spells_its_name(tmp_path):
    table = "applicant,file\nJosé,José.JSON\nAnn,nobody.json\n"
    path = zipped(tmp_path / "in.zip", {"applicants.csv": table, "Jose\u0301.json": "{}"})
    assert [thing.source for thing in read_submissions(path).files] == [
        "Jose\u0301.json",
        "nobody.json",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_table_is_read_as_spreadsheets_save_it(encoding):
    data = "applicant\tfile\nÉcrire\ta.json\n".encode(encoding)
    assert read_table(data) == [named("Écrire", "a.json")]


def test_whoever_handed_in_nothing_has_a_row():
    assert read_table(b"applicant,file\nAnn,\n,\n") == [named("Ann", "")]


def test_one_file_that_an_applicant_names_twice_is_one_thing():
    table = b"applicant,name,file\nAnn,Ann,a.json\nAnn,Ann E.,./a.json\nBo,,a.json\n"
    assert [(t.applicant, t.source) for t in read_table(table)] == [
        ("Ann", "a.json"),
        ("Bo", "a.json"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(b"", "does not say who handed in what", id="empty"),
        pytest.param(b"who,what\na,b\n", "needs a column File or Link", id="columns"),
        pytest.param(b"applicant,file\na,b,c\n", "row 2, has more cells", id="comma-in-a-name"),
        pytest.param(b'applicant,file\n"a,b\n', "no table", id="open-quote"),
        pytest.param(b"applicant,file\na," + b"b" * 140_000, "larger than", id="endless-cell"),
        pytest.param(b"applicant,file\n\x81,b\n", "save it as CSV UTF-8", id="no-text"),
        pytest.param(b"a" * (MAX_BYTES + 1), "over 10 MB", id="huge"),
        pytest.param(b"PK\x03\x04", "no workbook that can be read", id="spreadsheet"),
    ],
)
def test_a_table_that_cannot_be_gone_through_is_told(text, message):
    with pytest.raises(BatchError, match=message):
        read_table(text)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        pytest.param("../secret.json", "file_outside", id="climbs"),
        pytest.param("/etc/hostname", "file_outside", id="absolute"),
        pytest.param("link.json", "file_outside", id="link-out"),
        pytest.param("nobody.json", "file_missing", id="missing"),
        pytest.param("Bo", "file_unreadable", id="folder"),
        pytest.param("pipe", "file_unreadable", id="pipe"),
        pytest.param("a\0b", "file_unreadable", id="no-file-name"),
    ],
)
def test_a_file_outside_or_that_is_none_is_not_read(folder, name, code):
    (folder.parent / "secret.json").write_text("{}")
    (folder / "link.json").symlink_to(folder.parent / "secret.json")
    os.mkfifo(folder / "pipe")
    with pytest.raises(UnreadableError) as raised:
        Folder(folder).read(name)
    assert raised.value.code == code


def test_of_a_huge_file_little_is_read_and_all_is_hashed(tmp_path):
    data = bytes(3 * MAX_BYTES)
    (tmp_path / "film").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    with memory_below(MAX_BYTES + 4 * 1024 * 1024):
        read, sha256 = Folder(tmp_path).read("film")
    assert (len(read), sha256) == (MAX_BYTES + 1, digest)


@pytest.mark.parametrize(
    "name", ["../evil.json", "/evil.json", "a/../../evil.json", "C:/evil.json"]
)
def test_a_name_in_a_zip_that_leads_out_of_it_has_a_row_and_is_not_read(tmp_path, name):
    path = zipped(tmp_path / "in.zip", {name: "{}", "ann.json": "{}"})
    assert name in [thing.source for thing in read_submissions(path).files]
    with pytest.raises(UnreadableError) as raised:
        Zip(path).read(name)
    assert raised.value.code == "file_outside"


def test_a_zip_whose_folders_are_parted_by_backslashes_is_read(tmp_path):
    path = zipped(tmp_path / "in.zip", {"in\\Ann\\a.json": "{}", "in\\..\\evil.json": "{}"})
    assert [(t.applicant, t.source) for t in read_submissions(path).files] == [
        ("..", "in/../evil.json"),
        ("Ann", "in/Ann/a.json"),
    ]
    assert Zip(path).read("in/Ann/a.json")[0] == b"{}"
    with pytest.raises(UnreadableError):
        Zip(path).read("in/../evil.json")


def test_a_bomb_in_a_zip_is_not_even_begun(tmp_path):
    path = zipped(tmp_path / "in.zip", {"bomb.json": bytes(3 * MAX_BYTES), "ann.json": "{}"})
    with memory_below(1024 * 1024), pytest.raises(UnreadableError) as raised:
        Zip(path).read("bomb.json")
    assert raised.value.code == "too_large"
    assert Zip(path).read("ann.json")[0] == b"{}"


def test_a_bomb_that_lies_about_its_size_is_cut_off(tmp_path):
    path = zipped(tmp_path / "in.zip", {"bomb.json": bytes(5 * MAX_BYTES)})
    size, lie = struct.pack("<I", 5 * MAX_BYTES), struct.pack("<I", 100)
    path.write_bytes(path.read_bytes().replace(size, lie))
    with memory_below(4 * 1024 * 1024), pytest.raises(UnreadableError) as raised:
        Zip(path).read("bomb.json")
    assert raised.value.code == "file_unreadable"


@pytest.mark.parametrize(
    ("options", "detail"),
    [
        pytest.param({"flag_bits": 1}, "locked", id="locked"),
        pytest.param({"compress_type": zipfile.ZIP_LZMA}, "unusually", id="lzma"),
    ],
)
def test_a_file_in_a_zip_that_cannot_be_unpacked_is_told(tmp_path, options, detail):
    files = Zip(zipped(tmp_path / "in.zip", {"ann.json": "{}"}))
    (info,) = files._files.values()
    for name, value in options.items():
        setattr(info, name, value)
    with pytest.raises(UnreadableError) as raised:
        files.read("ann.json")
    assert detail in raised.value.params["detail"]


def test_a_link_in_a_zip_to_another_file_is_not_read_as_its_text(tmp_path):
    link = zipfile.ZipInfo("ann.json")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(UnreadableError) as raised:
        Zip(tmp_path / "in.zip").read("ann.json")
    assert raised.value.params["detail"] == "it only points to another file"


@pytest.mark.parametrize(
    ("written", "there", "meant"),
    [
        ("Ann.PDF", ["ann.pdf", "bo.pdf"], "ann.pdf"),
        ("Jose\u0301.pdf", ["jos\xe9.pdf"], "jos\xe9.pdf"),
        ("Ann.pdf", ["Ann.pdf", "ann.pdf"], "Ann.pdf"),
        ("ann.pdf", ["Ann.pdf", "ann.pdf"], "ann.pdf"),
        ("ANN.pdf", ["Ann.pdf", "ann.pdf"], "ANN.pdf"),
    ],
    ids=["case", "accent", "first", "second", "either"],
)
def test_a_name_means_the_file_that_is_spelled_so_else_the_only_one_that_may_be(
    written, there, meant
):
    assert spelling(there)(written) == meant


def with_end(entries=0, size=0, comment=b"", before=b""):
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, entries, entries, size, 0, len(comment))
    return before + end + comment


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"a text", id="no-zip"),
        pytest.param(b"PK\x05\x06", id="cut-off"),
        pytest.param(with_end(size=2**31), id="endless-contents"),
        pytest.param(with_end(before=b"PK\x06\x07" + bytes(16)), id="zip64"),
        pytest.param(with_end() + b"more", id="something-after-it"),
    ],
)
def test_a_zip_that_is_none_or_lists_too_much_is_refused(tmp_path, data):
    (tmp_path / "in.zip").write_bytes(data)
    with pytest.raises(BatchError, match="is no folder, table"):
        read_submissions(tmp_path / "in.zip")


def test_a_zip_with_two_files_of_one_name_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.writestr("ann.json", "{}")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("ann.json", "[]")
    with pytest.raises(BatchError, match="two files of one name"):
        read_submissions(tmp_path / "in.zip")


def test_more_files_than_anybody_has_are_refused(folder, tmp_path, monkeypatch):
    for module in (table, source_files):
        monkeypatch.setattr(module, "MAX_FILES", 2)
    path = zipped(tmp_path / "in.zip", dict.fromkeys("abc", "{}"))
    many = io.BytesIO(b"applicant,file\na,1\na,2\na,3\n").getvalue()
    for refused in (
        lambda: read_submissions(folder),
        lambda: read_submissions(path),
        lambda: read_table(many),
    ):
        with pytest.raises(BatchError, match="in parts"):
            refused()


def test_the_rules_themselves_are_nobodys_submission(tmp_path):
    """Wherever they lie, by name and content: an applicant's file of the same name stays."""
    files = {"policy.toml": b"a = 1", "Ann/policy.toml": b"", "l.json": b"x", "b.json": b""}
    path = zipped(tmp_path / "in.zip", files)
    rules = [
        RecordedFile("office/policy.toml", hashlib.sha256(b"a = 1").hexdigest(), "Policy"),
        RecordedFile("l.json", hashlib.sha256(b"y").hexdigest(), "List"),
    ]
    assert [thing.source for thing in read_submissions(path, rules).files] == [
        "Ann/policy.toml",
        "b.json",
        "l.json",
    ]
