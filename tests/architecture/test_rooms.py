"""The rooms: imports point one way, and the verifier alone is light (design, section 1)."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("issuer", "keys", "verifier", "contexts")
"""From the top down: each may import those behind it, and none before it."""
HEAVY = {"flask", "sqlalchemy", "alembic", "PIL", "pypdf", "pypdfium2", "zxingcpp", "pyld", "lxml"}
HEAVY |= {"jinja2", "markdown_it", "nh3", "httpx", "typst", "qrcode", "numpy"}
HEAVY |= {"issuer", "keys"}


def imports(path):
    """Yield the first name of every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


FILES = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_imports_only_its_own_room_and_those_below(path):
    above = ROOMS[: ROOMS.index(path.relative_to(ROOT).parts[0])]
    assert not set(imports(path)) & set(above)


def test_only_one_file_of_the_verifier_opens_sockets():
    openers = {"socket", "httpx", "httpcore", "requests", "http", "asyncio", "ssl"}
    library = [path for path in (ROOT / "verifier").rglob("*.py") if "web" not in path.parts]
    found = {path.name for path in library if openers & set(imports(path))}
    assert found == {"fetch.py"}


def test_only_one_file_takes_web_addresses_apart():
    """Two readers of one address read two addresses (T21)."""
    found = {
        path.name
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "urllib.parse"
        if {"urlsplit", "urlparse", "urljoin"} & {alias.name for alias in node.names}
    }
    assert found == {"web_address.py"}


def test_the_contexts_open_no_socket():
    found = {name for path in (ROOT / "contexts").rglob("*.py") for name in imports(path)}
    assert not found & {"socket", "httpx", "httpcore", "urllib", "http", "requests"}


@pytest.mark.parametrize("module", ["verifier", "verifier.__main__", "contexts"])
def test_importing_the_verifier_loads_nothing_heavy(module):
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(ended.stdout.split())


def test_the_libraries_that_have_let_forgeries_through_are_not_used():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [name for names in project["optional-dependencies"].values() for name in names]
    wanted = {name.split(">")[0].split("[")[0] for name in project["dependencies"] + extras}
    assert not wanted & {"ecdsa", "python-jose", "pyjwt", "authlib", "requests"}


def test_what_is_secret_is_compared_in_constant_time():
    """A digest in a credential compared with `==` would tell by its time how much of it fits."""
    for name in ("recipient.py", "evidence.py"):
        assert "hmac.compare_digest" in (ROOT / "verifier" / "checks" / name).read_text()
