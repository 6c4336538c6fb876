"""What a wheel holds: every package and data file that is named, and nothing else."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from world import World

ROOT = Path(__file__).parents[1]
ROOMS = ("contexts", "verifier", "keys", "issuer")


def _tracked() -> list[str]:
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of what git tracks, with a key left lying in a folder."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in _tracked():
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
    (wheel,) = out.glob("*.whl")
    return wheel


@pytest.fixture(scope="session")
def wheel(built: Path) -> list[str]:
    """The names of the files in the wheel, without its metadata."""
    return [name for name in zipfile.ZipFile(built).namelist() if ".dist-info/" not in name]


def test_every_python_file_of_the_rooms_is_in_the_wheel(wheel):
    files = {str(f.relative_to(ROOT)) for room in ROOMS for f in (ROOT / room).rglob("*.py")}
    assert files <= set(wheel)


def test_every_file_that_git_tracks_in_the_rooms_is_in_the_wheel(wheel):
    tracked = [name for name in _tracked() if name.partition("/")[0] in (*ROOMS, "templates")]
    wanted = {f"issuer/{name}" if name.startswith("templates/") else name for name in tracked}
    assert wanted <= set(wheel)


def test_the_bare_verifier_checks_a_credential_from_the_wheel(built, tmp_path):
    """Only what the base install names is importable: no Flask, no SQLAlchemy."""
    home = tmp_path / "installed"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    subprocess.run([*command, str(home), str(built)], check=True)
    badge = tmp_path / "badge.json"
    world = World()
    badge.write_text(json.dumps(world.issuer.sign(world.badge())))
    program = (
        "import sys\n"
        "for room in ('flask', 'sqlalchemy', 'alembic', 'qrcode', 'typst', 'nh3'):\n"
        "    sys.modules[room] = None\n"
        f"sys.path.insert(0, {str(home)!r})\n"
        "from verifier import __main__ as command\n"
        f"assert command.__file__.startswith({str(home)!r})\n"
        f"sys.exit(command.main([{str(badge)!r}, '--offline', '--json']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3, done.stderr
    assert json.loads(done.stdout)["verdicts"]["authentic"]["code"] == "issuer_unreachable"


def test_nothing_but_the_rooms_is_in_the_wheel(wheel):
    assert {name.partition("/")[0] for name in wheel} == set(ROOMS)


def test_a_key_that_lies_in_a_folder_is_not_in_the_wheel(wheel):
    assert not [name for name in wheel if name.endswith((".key.json", ".pem", ".sqlite3"))]
