"""The text of documents and the cells of sheets, read in the sandbox (T15)."""

import io
import zipfile

import pytest
from documents import archive, docx, open_document, pptx, relations
from workbooks import workbook

from verifier.intake import document, sandbox
from verifier.intake import workbook as sheets
from verifier.intake.sandbox import SandboxError

BOX = "<w:pict><w:txbxContent><w:p><w:r><w:t>In a frame</w:t></w:r></w:p></w:txbxContent></w:pict>"
TABLE = (
    "<w:tbl><w:tr><w:trPr/><w:tc><w:p><w:r><w:t>Week</w:t></w:r></w:p></w:tc>"
    "<w:tc><w:p><w:r><w:t>Readers</w:t></w:r></w:p><w:p><w:r><w:t>of 31</w:t></w:r></w:p></w:tc>"
    "</w:tr></w:tbl>"
)
WRITTEN = (
    "<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>One</w:t><w:tab/><w:t>two</w:t><w:br/>"
    "<w:t xml:space='preserve'> three</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r>"
    f"</w:del><w:r><mc:AlternateContent><mc:Choice>{BOX}</mc:Choice><mc:Fallback>{BOX}"
    f"</mc:Fallback></mc:AlternateContent></w:r></w:p>{TABLE}"
)
ODT = (
    "<text:tracked-changes><text:p>Gone</text:p></text:tracked-changes>"
    '<text:h>A <text:span>plan</text:span> for<text:s text:c="2"/>May</text:h>'
    "<table:table><table:table-row><table:table-cell><text:p>Week</text:p></table:table-cell>"
    "<table:table-cell><text:p>9</text:p></table:table-cell></table:table-row></table:table>"
)
ODP = (
    "<draw:page><draw:frame><draw:text-box><text:p>Clap</text:p></draw:text-box></draw:frame>"
    "</draw:page><draw:page><text:p>Count</text:p></draw:page>"
)
READ = {
    "docx": (docx("Días & noches", "Second"), [["Días & noches", "Second"]]),
    "docx with a frame and a table": (
        docx(body=WRITTEN),
        [["One\ttwo\n three", "In a frame", "Week | Readers of 31"]],
    ),
    "docx with footnotes": (
        docx(
            "Text",
            **{
                "word/_rels/document.xml.rels": relations(footnotes="notes.xml"),
                "word/notes.xml": "<n><p><t>A note</t></p></n>",
            },
        ),
        [["Text", "A note"]],
    ),
    "pptx": (
        pptx(["Clap", "Twice"], ["Count"], notes="Slowly"),
        [["Clap", "Twice", "Slowly"], ["Count"]],
    ),
    "odt": (open_document("text", ODT), [["A plan for May", "Week | 9"]]),
    "odp": (open_document("presentation", ODP), [["Clap"], ["Count"]]),
    "empty": (docx(), [[]]),
}


@pytest.mark.parametrize(("data", "parts"), READ.values(), ids=READ.keys())
def test_a_document_is_read_as_its_paragraphs_and_slides(data, parts):
    assert sandbox.read("document", data) == {"parts": parts, "is_cut": False}


BOMB = docx(body=" " * (document.MOST_UNPACKED + 1))
ENTITY = '<!DOCTYPE d [<!ENTITY a "aaaa">]><d><p><t>&a;</t></p></d>'
OUTSIDE = '<!DOCTYPE d SYSTEM "file:///etc/passwd"><d/>'
LOCKED = {"META-INF/manifest.xml": "<m><encryption-data/></m>", "content.xml": "\x8f\1"}
RELATIONS = {"_rels/.rels": '<R><Relationship Type="x/officeDocument" Target="a.xml"/></R>'}
UNREAD = {
    "bomb": (BOMB, "document_too_large"),
    "entity": (docx(**{"word/document.xml": ENTITY}), "document_damaged"),
    "outside": (open_document("text", "", **{"content.xml": OUTSIDE}), "document_damaged"),
    "deep": (archive(RELATIONS | {"a.xml": "<d>" * 50_000 + "</d>" * 50_000}), "document_damaged"),
    "no main part": (archive({"a.xml": "<a/>"}), "document_damaged"),
    "packed without a bound": (archive(RELATIONS, zipfile.ZIP_BZIP2), "document_damaged"),
    "password": (open_document("text", "", **LOCKED), "document_encrypted"),
    "no archive": (b"PK\3\4 and nothing", "document_damaged"),
    "cut off": (docx("Text")[:-30], "document_damaged"),
}


@pytest.mark.parametrize(("data", "code"), UNREAD.values(), ids=UNREAD.keys())
def test_what_cannot_be_read_says_why(data, code):
    assert sandbox.read("document", data) == {"code": code}


def test_a_long_document_is_cut_and_says_so():
    line = "a" * 999
    answer = sandbox.read("document", docx(*[line] * 300))
    (lines,) = answer["parts"]
    assert answer["is_cut"]
    assert sum(map(len, lines)) == document.MOST_LETTERS
    assert lines[:200] == [line] * 200


def test_the_first_rows_and_columns_of_each_sheet_are_read():
    long, wide = [["x", n] for n in range(600)], [list(range(26))]
    first, second = read_sheets(workbook(hidden=("Old",), Long=long, Old=[["y"]], Wide=wide))
    assert (first["name"], first["height"], len(first["rows"])) == ("Long", 600, sheets.MOST_ROWS)
    assert (first["rows"][7], second["width"]) == (["x", "7"], 26)


def test_a_sheet_of_open_document_is_read():
    row = "".join(
        f'<table:table-cell office:value-type="{kind}"><text:p>{text}</text:p></table:table-cell>'
        for kind, text in (("string", "Week"), ('float" office:value="9', "9"))
    )
    table = f'<table:table table:name="A"><table:table-row>{row}</table:table-row></table:table>'
    data = open_document("spreadsheet", table)
    assert read_sheets(data)[0]["rows"] == [["Week", "9"]]


def test_a_small_workbook_of_endless_cells_takes_no_more_than_a_reader_has():
    with zipfile.ZipFile(io.BytesIO(workbook(A=[["a", "b"]]))) as parts:
        texts = {name: parts.read(name).decode() for name in parts.namelist()}
    far = {name: text.replace('r="B1"', 'r="XFD1048576"') for name, text in texts.items()}
    with pytest.raises(SandboxError):
        read_sheets(archive(far))


def test_what_is_no_workbook_says_so():
    assert sandbox.read("sheets", b"PK and nothing") == {"code": "document_damaged"}


def read_sheets(data):
    return sandbox.read("sheets", data)["sheets"]
