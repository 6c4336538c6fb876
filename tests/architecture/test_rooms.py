"""The rooms: imports point one way, and the verifier alone is light (design, section 1)."""

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("issuer", "keys", "verifier", "contexts")
"""From the top down: each may import those behind it, and none before it."""
HEAVY = {"flask", "sqlalchemy", "alembic", "PIL", "pypdf", "pypdfium2", "zxingcpp", "pyld", "lxml"}
HEAVY |= {"jinja2", "markdown_it", "nh3", "httpx", "typst", "qrcode", "numpy"}
HEAVY |= {"issuer", "keys"}


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Return every node of a file, which is parsed once for all tests of a worker."""
    return tuple(ast.walk(ast.parse(path.read_text())))


def imports(path):
    """Yield the first name of every module that a file imports, wherever in it."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


FILES = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]


def test_a_file_imports_only_its_own_room_and_those_below():
    rooms = {path: ROOMS.index(path.relative_to(ROOT).parts[0]) for path in FILES}
    assert set(rooms.values()) == set(range(len(ROOMS)))
    upwards = {path: set(imports(path)) & set(ROOMS[:room]) for path, room in rooms.items()}
    assert not {str(path): names for path, names in upwards.items() if names}


def test_no_room_of_the_two_programs_has_more_than_a_dozen_files():
    sizes = Counter(path.parent for path in FILES if path.name != "__init__.py")
    program = {room for room in sizes if room.relative_to(ROOT).parts[0] != "contexts"}
    rooms = {room for room in program if room.name != "versions"}  # the steps only ever grow
    assert not {str(room.relative_to(ROOT)): sizes[room] for room in rooms if sizes[room] > 12}


def test_routes_are_imported_by_the_application_alone():
    """What two pages share stands in a module that is no page."""
    money = ROOT / "issuer" / "program" / "compensation" / "pages" / "site.py"
    applications = {ROOT / "issuer" / "app.py", ROOT / "verifier" / "web" / "app.py", money}
    names = [
        (path.relative_to(ROOT), f"{node.module}.{alias.name}")
        for path in FILES
        for node in nodes(path)
        if path not in applications
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    ]
    routes = re.compile(r"\.(\w+_)?routes\b")
    assert not [(str(path), name) for path, name in names if routes.search(name)]


def test_only_one_file_of_the_verifier_opens_sockets():
    openers = {"socket", "httpx", "httpcore", "requests", "http", "asyncio", "ssl"}
    library = [path for path in (ROOT / "verifier").rglob("*.py") if "web" not in path.parts]
    openers_of_sockets = {path.name for path in library if openers & set(imports(path))}
    assert openers_of_sockets == {"fetch.py"}


def test_only_one_file_takes_web_addresses_apart():
    """Two readers of one address read two addresses (T21)."""
    readers = {
        path.name
        for path in FILES
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and node.module == "urllib.parse"
        if {"urlsplit", "urlparse", "urljoin"} & {alias.name for alias in node.names}
    }
    assert readers == {"web_address.py"}


def test_every_error_of_ours_is_in_one_tree():
    """So that one clause stops a command, with the remedy and the exit status."""
    bases = {
        node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        for path in FILES
        for node in nodes(path)
        if isinstance(node, ast.ClassDef)
    }

    def in_the_tree(name):
        return name == "MintmarkError" or any(map(in_the_tree, bases.get(name, ())))

    outside = {name for name in bases if name.endswith("Error") and not in_the_tree(name)}
    assert not outside


def test_a_class_name_stands_for_one_thing():
    places = Counter(
        node.name
        for path in FILES
        for node in nodes(path)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert not {name for name, count in places.items() if count > 1}


NAMELESS = {"found", "told", "kept", "given", "said", "each", "made"}
"""What was done to a thing is not what it is: the name says what the variable holds."""


def bound_names(path):
    """Yield every name that a file chooses: of variables, parameters, functions and classes."""
    for node in nodes(path):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.alias) and node.asname:
            yield node.asname


def test_a_name_says_what_it_holds():
    words = re.compile(rf"\b_*({'|'.join(NAMELESS)})\b")
    others = [
        path for room in ("tests", "bench", "examples") for path in (ROOT / room).rglob("*.py")
    ]
    nameless = {
        (path.name, name)
        for path in [*FILES, *others]
        if words.search(path.read_text())
        for name in bound_names(path)
        if name.lstrip("_") in NAMELESS
    }
    assert nameless == {("contract.py", "given")}, "a rule of contracts, stored under this name"


def test_the_contexts_open_no_socket():
    modules = {name for path in (ROOT / "contexts").rglob("*.py") for name in imports(path)}
    assert not modules & {"socket", "httpx", "httpcore", "urllib", "http", "requests"}


@pytest.mark.parametrize("module", ["verifier", "verifier.check_files", "contexts"])
def test_importing_the_verifier_loads_nothing_heavy(module):
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(ended.stdout.split())


def declared(*extras):
    """Return the distributions that pyproject declares, for the base install and for `extras`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    rows = [*project["dependencies"]]
    for extra in extras:
        rows += project["optional-dependencies"][extra]
    return {re.match(r"[\w-]+", row)[0].lower() for row in rows}


def distributions(paths):
    """Return the distributions of which these files import a module."""
    of_module = packages_distributions()
    modules = {name for path in paths for name in imports(path)}
    modules -= {*ROOMS, *sys.stdlib_module_names}
    return {of_module[name][0].lower().replace("_", "-") for name in modules}


def test_what_the_product_imports_is_declared():
    """What another library happens to bring along may be gone with its next version."""
    web = {path for path in FILES if path.is_relative_to(ROOT / "verifier" / "web")}
    issuer = {path for path in FILES if path.relative_to(ROOT).parts[0] in ("issuer", "keys")}
    extra = {ROOT / "verifier/options/executors.py", ROOT / "verifier/batch/sources.py"}
    assert distributions({*FILES} - web - issuer - extra) <= declared()
    assert distributions(extra) <= declared("bucket", "cluster")
    assert distributions(web) <= declared("web")
    assert distributions(issuer) <= declared("web", "issuer", "metrics", "bucket", "redis")


def test_the_libraries_that_have_let_forgeries_through_are_not_used():
    unwanted = {"ecdsa", "python-jose", "pyjwt", "requests"}
    assert not declared("web", "issuer") & unwanted


def test_authlib_signs_people_in_and_does_nothing_else():
    """Signatures of credentials are ours: it has let forged tokens through."""
    users = {path for path in FILES if "authlib" in set(imports(path))}
    assert {path.relative_to(ROOT).parts[:2] for path in users} == {("issuer", "people")}


CLOCK = ROOT / "verifier" / "clock.py"
ASKING_THE_TIME = {
    *(("datetime", name) for name in ("now", "utcnow", "today")),
    *(("date", "today"), ("time", "time"), ("time", "time_ns"), ("time", "gmtime")),
    ("time", "localtime"),
}


def test_one_file_alone_asks_what_time_it_is():
    """Rules are handed a moment; `time.monotonic` measures how long something takes."""
    asking = {
        path
        for path in FILES
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if (node.value.id, node.attr) in ASKING_THE_TIME
    }
    assert asking == {CLOCK}


def test_what_is_secret_is_compared_in_constant_time():
    """A digest in a credential compared with `==` would tell by its time how much of it fits."""
    for name in ("recipient.py", "evidence.py"):
        assert "hmac.compare_digest" in (ROOT / "verifier" / "checks" / name).read_text()
