"""The results for people: nothing a stranger wrote becomes a formula, a tag or a turned line."""

import csv
import io
from datetime import UTC, datetime

import axe
import pytest
from planted import NOW

from verifier.batch import sheet
from verifier.batch.row import Row
from verifier.batch.table import ApplicantFile
from verifier.report import Answer

FORMULAS = [
    "=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "＋1", "－1", "＠1",
]  # fmt: skip
EVIL = "<script>alert(1)</script>\u202e\"'&"


def row(text, **facts):
    return Row(
        ApplicantFile(text, text, text), NOW, facts={"name in the credential": text, **facts}
    )


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula_wherever_it_comes_from(text):
    line = row(text, achievement=text, issuer=text, declared=text, credential=text)
    line = line.with_reason(Answer.NO, "handed_in_twice", source=text)
    lines = list(csv.reader(io.StringIO(sheet.as_csv([line]).decode("utf-8-sig"))))
    starts = {cell.lstrip()[:1] for cell in lines[1]}
    assert not starts & set("=+-@＝＋－＠\t\r")


def test_a_table_that_was_made_is_read_again_as_it_was():
    names = ['Ann, "the" teacher', "O'Neill", "'quoted'", "=1", "Écrire"]
    table = sheet.as_csv([row(name) for name in names]).decode("utf-8-sig")
    read = [line["applicant"] for line in csv.DictReader(io.StringIO(table))]
    assert [cell[1:] if cell.startswith("'") else cell for cell in read] == names


def html(*rows, unnamed=()):
    return sheet.as_html(rows, EVIL, datetime.now(UTC), (), unnamed).decode()


def test_everything_in_the_sheet_is_escaped_and_nothing_turns_its_direction():
    page = html(
        row(EVIL, achievement=EVIL, issuer=EVIL, awarded=EVIL, declared=EVIL, points=EVIL[:0]),
        row("a").with_reason(Answer.NO, "handed_in_twice", source=EVIL),
        unnamed=[EVIL],
    )
    assert "<script" not in page
    assert "\u202e" not in page
    assert page.count("&lt;script&gt;") >= 9


def test_the_sheet_loads_nothing_from_anywhere():
    page = html(row("a"))
    assert "default-src 'none'" in page
    assert not any(word in page for word in ("src=", "<link", "@import", "url("))


def test_points_are_added_up_for_each_applicant_and_only_where_they_count():
    rows = [
        row("a", points="0.1"),
        row("a", points="0.2"),
        row("a", points="5").with_reason(Answer.NO, "revoked"),
        row("a", points="7").with_reason(Answer.COULD_NOT_CHECK, "age_unknown"),
    ]
    assert sheet.total(rows) == "0.3"
    page = html(*rows)
    assert "0.3 points in all" in page
    assert "<td>(7)</td>" in page
    assert "<td>5</td>" not in page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sheet_in_a_browser_asks_for_nothing_and_is_for_everybody(chromium, tmp_path, scheme):
    rows = [
        row("Jordan", achievement="Feedback", points="2.4"),
        row("Jordan", achievement="Asking", points="2.4"),
        row("Robin").with_reason(Answer.NO, "signature_wrong"),
        row("Kim", points="1").with_reason(
            Answer.COULD_NOT_CHECK, "name_differs", signed="K", given="Kim"
        ),
    ]
    file = tmp_path / "sheet.html"
    file.write_bytes(sheet.as_html(rows, "Salary lanes", datetime.now(UTC), (), ("left.json",)))
    page = chromium.new_page(color_scheme=scheme, viewport={"width": 320, "height": 640})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert axe.violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("link", name="Kim").click()
    assert asked == [file.as_uri()]
    page.close()
