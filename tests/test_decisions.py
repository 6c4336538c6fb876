"""The decisions: one numbered, dated file each, in one form, and each in the lists that name it."""

import re
from datetime import date
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))
PARTS = ["Context", "Options", "Decision", "Consequences"]


def code_of(path):
    return f"D{int(path.name[:4])}"


def test_the_numbers_have_no_gap():
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("path", DECISIONS, ids=code_of)
def test_a_decision_has_its_code_its_date_and_its_four_parts(path):
    title, _, dated, *rest = path.read_text().splitlines()
    assert re.fullmatch(rf"# {code_of(path)}: \S.+", title)
    day, _, status = dated.partition(" · ")
    assert date.fromisoformat(day)
    assert status.startswith(("accepted", "replaced by D"))
    assert [line[3:] for line in rest if line.startswith("## ")] == PARTS
    options = path.read_text().split("## Options")[1].split("## Decision")[0]
    assert options.count("\n- ") >= 2, "what was weighed?"


@pytest.mark.parametrize("path", DECISIONS, ids=code_of)
def test_a_decision_stands_in_both_lists(path):
    title = path.read_text().partition("\n")[0].partition(": ")[2]
    listed = (DOCS / "decisions" / "README.md").read_text()
    assert f"| [{code_of(path)}]({path.name}) | {title} |" in listed
    assert f"| {code_of(path)} | " in (DOCS / "requirements.md").read_text()


def test_the_list_of_requirements_names_no_other_decision():
    rows = re.findall(r"^\| (D\d+) \|", (DOCS / "requirements.md").read_text(), re.MULTILINE)
    assert rows == [code_of(path) for path in DECISIONS]
