"""The documents: every link, path, name and command in them is one that there is."""

import importlib
import json
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


BRITISH = re.compile(
    r"(?<![a-z])(pupil|tick(s|ed|ing)?(?![a-z])|programmes?(?![a-z])|timetabl|fortnight|whilst"
    r"|amongst|learnt|spelt|cheque(?!d)"
    r"|enrol(?!l)|fulfil(?!l)|licence|catalogue|dialogue|artefact|judgement|ageing|sceptic|defence"
    r'|cancell(?!ation|edError)|labell(?!ed(by|"))|modell|travell|signall|greys?(?![a-z])|maths'
    r"|(col|fav|hon|neighb|behavi|lab)our|(cent|met|theat)re(?![a-z])"
    r"|(organ|recogn|author|normal|canonical|serial|summar|emphas|real|minim|maxim|optim|categor|final"
    r"|special|standard|synchron|util|apolog|custom|initial)is(e|ed|es|ing|ation)(?![a-z])"
    r"|(anal|paral)ys(e|ed|es|ing)(?![a-z]))",
    re.IGNORECASE,
)
OF_OTHERS = ("requirements/", "tests/vectors/", "contexts/data/", "templates/fonts/")
OLD_SPELLING = {
    "verifier/parsing/old_spelling.py",  # what settings and commands were called before 0.1.0
    "tests/issuer/test_old_spelling.py",
    "tests/test_documents.py",
    "issuer/migrations/versions/0012_evidence.py",  # a column keeps its name: tables.py maps it
    "issuer/program/evidence/tables.py",
    "tests/issuer/program/test_every_word.py",
    "bench/program/rows.py",
}


def test_words_are_spelled_as_americans_do():
    """In names, comments, pages and mails alike; a translation follows its English."""
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.splitlines()
    words = [
        (name, word.group())
        for name in tracked
        if Path(name).suffix in CITING and not name.startswith(OF_OTHERS)
        if name not in OLD_SPELLING
        for word in BRITISH.finditer((ROOT / name).read_text())
    ]
    assert words == []


PATH = re.compile(
    r"`((?:contexts|verifier|keys|issuer|templates|tests|docs|examples|bench)/[\w./-]+)`"
)
NAME = re.compile(r"`((?:contexts|verifier|keys)(?:\.[A-Za-z_]\w*)+)(?:\(.*?\))?`")
COMMAND = re.compile(
    r"(?:^|[`$] ?|&& |\bbin/)(mintmark(?:-verify)?)\b +([-A-Z\[a-z][^`\n|#>(]*)", re.M
)
OURS = [page for page in PAGES if page.parent.name != "vectors"]


@pytest.mark.parametrize("page", OURS, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_and_name_is_one_of_the_code(page):
    text = page.read_text()
    assert [path for path in PATH.findall(text) if not (ROOT / path).exists()] == []
    assert [name for name in NAME.findall(text) if not _is_there(name)] == []


def _is_there(name):
    """Return whether a dotted name leads to a module, or to something in one."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            continue
        for part in parts[length:]:
            thing = getattr(thing, part, None)
        return thing is not None
    return False


def _commands():
    """Return each command of docs/reference.md, which a test holds to the code, and its options."""
    table = (ROOT / "docs/reference.md").read_text()
    rows = re.findall(r"^\| `(mintmark(?:-verify)?(?: [a-z][a-z-]*)*)([^`]*)` \|", table, re.M)
    return {name: set(re.findall(r"--[a-z-]+", rest)) for name, rest in rows}


@pytest.mark.parametrize("page", OURS, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_and_option_is_one_that_there_is(page):
    """A page may leave out the last word of a command: `mintmark keys` for all of them."""
    commands = _commands()
    for program, rest in COMMAND.findall(page.read_text()):
        written = re.sub(r"--home( [A-Z/]\S*)?|--version", "", f"{program} {rest}").split()
        named = [name for name in commands if name.split() == written[: len(name.split())]]
        shortened = [name for name in commands if name.split()[:-1] == written[:2]]
        assert named or shortened or written == [program], (program, rest)
        options = set().union(*(commands[name] for name in named[-1:] or shortened))
        assert {word for word in written if re.match("--[a-z]", word)} <= options, (program, rest)


def test_every_make_target_that_a_page_names_is_there():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {word for page in OURS for word in re.findall(r"`make ([a-z]+)", page.read_text())}
    assert named - targets == set()


def _fields(schema, node, at=""):
    """Yield the path of every field that a JSON Schema describes, with `[]` for an item."""
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].removeprefix("#/$defs/")]
    for other in (*node.get("oneOf", ()), *node.get("anyOf", ()), *node.get("allOf", ())):
        yield from _fields(schema, other, at)
    if "items" in node:
        yield from _fields(schema, node["items"], f"{at}[]")
    for name, field in node.get("properties", {}).items():
        path = f"{at}.{name}".lstrip(".")
        yield path
        yield from _fields(schema, field, path)


def test_the_page_on_the_webhook_names_every_field_of_its_schema():
    schema = json.loads((ROOT / "issuer/approvals/approval.schema.json").read_bytes())
    page = (ROOT / "docs/webhook.md").read_text()
    listed = {
        name.removesuffix("[]") for name in re.findall(r"^\| `([a-z0-9_.\[\]]+)` \|", page, re.M)
    }
    fields = set(_fields(schema, schema))
    assert "data.evidence[].sha256" in fields
    assert fields - listed == set()
