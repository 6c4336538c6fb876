"""Which version it is, and what an install without the issuer says to who wants to issue."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import verifier
from issuer import __main__ as issuing
from verifier import __main__ as verifying
from verifier.fetching.fetch import offline


@pytest.mark.parametrize(
    ("main", "name"), [(issuing.main, "mintmark"), (verifying.main, "mintmark-verify")]
)
def test_both_commands_say_their_version(main, name, capsys):
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert (end.value.code, capsys.readouterr().out) == (0, f"{name} {verifier.__version__}\n")


def test_the_version_is_written_once():
    assert version("mintmark") == verifier.__version__


@pytest.mark.parametrize("missing", ["sqlalchemy", "alembic", "flask", "jsonschema_rs"])
def test_the_base_install_says_which_extra_issuing_needs(missing):
    program = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from issuer.entry import main\n"
        "sys.exit(main())\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "pip install 'mintmark[issuer]'" in done.stderr


def test_a_fault_of_our_own_is_not_taken_for_a_missing_extra():
    program = (
        "import sys; sys.modules['issuer.installation'] = None; import issuer.entry as e; e.main()"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "ModuleNotFoundError" in done.stderr or "ImportError" in done.stderr


@pytest.mark.parametrize("name", ["badge.png", Path("badge.png"), None])
def test_the_library_says_that_it_wants_bytes(name):
    from datetime import UTC, datetime

    with pytest.raises(TypeError, match="read_bytes"):
        verifier.verify(name, fetch=offline, now=datetime.now(UTC))
    with pytest.raises(TypeError, match="read_bytes"):
        list(verifier.verify_all(name, make_fetch=lambda: offline, now=datetime.now(UTC)))
