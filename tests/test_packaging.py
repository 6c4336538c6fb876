"""What a wheel holds: every package and data file that is named, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("contexts", "verifier", "keys", "issuer")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Build the wheel from a copy of what git tracks; return the names in it."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    (source / "keys" / "district.key.json").write_text("a key left lying in a folder")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"),
            *("--no-build-isolation", "--wheel-dir", str(out), str(source)),
        ],
        check=True,
    )
    (built,) = out.glob("*.whl")
    return [name for name in zipfile.ZipFile(built).namelist() if ".dist-info/" not in name]


def test_every_python_file_of_the_rooms_is_in_the_wheel(wheel):
    files = {str(f.relative_to(ROOT)) for room in ROOMS for f in (ROOT / room).rglob("*.py")}
    assert files <= set(wheel)


def test_every_page_font_and_context_is_in_the_wheel(wheel):
    data = [
        *(ROOT / "contexts" / "data").glob("*"),
        *(ROOT / "verifier" / "web" / "templates").glob("*"),
        *(ROOT / "verifier" / "web" / "static").glob("*"),
    ]
    templates = [f for f in (ROOT / "templates").rglob("*") if f.suffix not in (".py", ".pyc")]
    wanted = {str(f.relative_to(ROOT)) for f in data}
    wanted |= {f"issuer/{f.relative_to(ROOT)}" for f in templates if f.is_file()}
    assert wanted <= set(wheel)


def test_nothing_but_the_rooms_is_in_the_wheel(wheel):
    assert {name.partition("/")[0] for name in wheel} == set(ROOMS)


def test_a_key_that_lies_in_a_folder_is_not_in_the_wheel(wheel):
    assert not [name for name in wheel if name.endswith((".key.json", ".pem", ".sqlite3"))]
