"""The documents: every link between them leads somewhere, every picture is there."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.split()
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(page):
    links = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", page.read_text(), flags=re.S))
    files = [link.partition("#")[0] for link in links if "://" not in link and link[0] != "#"]
    assert [name for name in files if not (page.parent / name).exists()] == []


CITED = re.compile(r"(?<![\w$%./-])(OB-[1-9]\d{0,2}|[TRPDIE][1-9]\d?)\b")
CITING = {".py", ".md", ".toml", ".html", ".txt", ".typ", ".sh", ".gs", ".js", ".css"}


def test_every_cited_requirement_stands_in_the_list_of_requirements():
    listed = (ROOT / "docs/requirements.md").read_text()
    rows = re.findall(r"^\| ([A-Z]+-?\d+) \|", listed, re.MULTILINE)
    assert len(rows) == len(set(rows))
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.splitlines()
    cited = {
        (code, name)
        for name in tracked
        if Path(name).suffix in CITING and not name.startswith(("requirements/", "tests/vectors/"))
        for code in CITED.findall((ROOT / name).read_text())
    }
    assert cited, "nothing was searched"
    assert {code for code, _ in cited} >= {"T31", "OB-46", "D3", "P7", "R42"}
    assert sorted((code, name) for code, name in cited if code not in rows) == []
