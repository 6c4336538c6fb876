import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from issuer.__main__ import COMMANDS, main
from issuer.app import start_app
from issuer.database.database import Database
from issuer.home import published
from issuer.issuance import find, receive
from issuer.issuance.status_lists.lists import revoke
from verifier import trust, verify
from verifier.report import Answer


@pytest.fixture
def mintmark(home, capsys):
    """Run a command in the home; return its exit code and what it said."""

    def run(*arguments):
        code = main(["--home", str(home), *arguments])
        output = capsys.readouterr()
        return code, output.out + output.err

    return run


@pytest.fixture
def issued(issuer, approval):
    now = datetime.now(UTC)
    return receive(issuer, approval(), source="forms", event_id="e-1", now=now).credential_id


def lock(home):
    return (home / "passphrase").rename(home / "away")


@pytest.mark.parametrize("command", [["pending"], ["revoke", "nothing", "--reason", "x"]])
def test_a_command_closes_its_database_however_it_ends(home, command, monkeypatch):
    opened, closed = [], []
    make, close = Database.__init__, Database.close
    monkeypatch.setattr(Database, "__init__", lambda self, url: opened.append(make(self, url)))
    monkeypatch.setattr(Database, "close", lambda self: closed.append(close(self)))
    main(["--home", str(home), *command])
    assert len(opened) == len(closed) == 1


def test_a_folder_that_is_no_issuer_is_named_with_the_remedy(tmp_path, capsys):
    assert main(["--home", str(tmp_path), "pending"]) == 1
    assert "mintmark init" in capsys.readouterr().err


def test_without_a_home_it_asks_for_one(monkeypatch, capsys):
    monkeypatch.delenv("MINTMARK_HOME", raising=False)
    assert main(["pending"]) == 1
    assert "--home" in capsys.readouterr().err


def test_the_home_can_come_from_the_environment(home, monkeypatch, capsys):
    monkeypatch.setenv("MINTMARK_HOME", str(home))
    assert main(["pending"]) == 0


def test_an_issuer_is_made_in_one_command(tmp_path, capsys):
    arguments = ["--public-url", "http://localhost:8299", "--name", "District"]
    assert main(["init", str(tmp_path / "new"), *arguments]) == 0
    assert "did:web:localhost%3A8299" in capsys.readouterr().out
    assert main(["init", str(tmp_path / "new"), *arguments]) == 1


def test_an_old_database_is_refused_until_it_is_brought_up_to_date(mintmark, home):
    (home / "mintmark.sqlite3").unlink()
    code, output = mintmark("pending")
    assert (code, "mintmark migrate" in output) == (1, True)
    assert mintmark("migrate")[0] == 0
    assert mintmark("pending") == (0, "nothing is pending\n")


def test_a_credential_is_revoked_by_its_address_or_its_id(mintmark, issued):
    address = f"http://localhost:8202/credentials/{issued}"
    assert "is revoked" in mintmark("revoke", address, "--reason", "a mistake", "--yes")[1]
    assert "was revoked before" in mintmark("revoke", issued, "--reason", "again", "--yes")[1]
    assert mintmark("revoke", f"{address}.html", "--reason", "again", "--yes")[0] == 0


def test_who_revokes_is_told_that_the_reason_is_shown_and_it_is(mintmark, issued, settings, capsys):
    with pytest.raises(SystemExit):
        main(["revoke", "--help"])
    assert "shown on the credential's page" in " ".join(capsys.readouterr().out.split())
    output = mintmark("revoke", issued, "--reason", "issued twice", "--yes")[1]
    assert "everybody can read the reason" in output
    app = start_app(settings)
    page = app.test_client().get(f"/credentials/{issued}.html").get_data(as_text=True)
    app.extensions["mintmark"].database.close()
    assert "issued twice" in page


def test_a_credential_that_is_not_there_cannot_be_revoked(mintmark):
    code, output = mintmark("revoke", "nothing", "--reason", "x", "--yes")
    assert (code, "no credential" in output) == (1, True)


def test_a_revocation_with_locked_keys_says_what_is_left_to_do(mintmark, issued, home):
    away = lock(home)
    code, output = mintmark("revoke", issued, "--reason", "a mistake", "--yes")
    assert (code, "passphrase" in output, "mintmark publish" in output) == (1, True, True)
    away.rename(home / "passphrase")
    assert mintmark("publish")[0] == 0
    assert "was revoked before" in mintmark("revoke", issued, "--reason", "again", "--yes")[1]


def test_what_is_pending_is_named_and_finished(mintmark, home, issuer, approval):
    away = lock(home)
    now = datetime.now(UTC)
    stored = receive(issuer, approval(), source="forms", event_id="e-1", now=now).credential_id
    assert mintmark("pending") == (3, f"{stored}  prepared  not signed yet\n")
    code, output = mintmark("issue", "--pending")
    assert (code, stored in output, "passphrase" in output) == (3, True, True)
    away.rename(home / "passphrase")
    assert mintmark("issue", "--pending") == (0, f"{stored}  issued\n")
    assert mintmark("pending") == (0, "nothing is pending\n")


def test_publishing_writes_every_file_again(mintmark, home):
    shutil.rmtree(home / "public")
    code, output = mintmark("publish")
    assert (code, "1 status list" in output) == (0, True)
    assert (home / "public" / ".well-known" / "did.json").exists()
    assert (home / "public" / "status" / "1").exists()


def test_rotated_keys_are_published_at_once(mintmark, home):
    assert mintmark("keys", "rotate")[0] == 0
    document = json.loads((home / "public" / ".well-known" / "did.json").read_bytes())
    assert len(document["verificationMethod"]) == 6


def test_new_keys_after_a_theft_sign_the_status_lists_without_another_command(
    mintmark, home, issuer, issued
):
    (proof,) = (key.id for key in issuer.keyring.entries() if key.use == "proof")
    code, output = mintmark("keys", "compromise", proof, "--reason", "laptop stolen")
    assert (code, "no active proof key" in output, "mintmark publish" in output) == (0, True, True)
    code, output = mintmark("keys", "create")
    assert (code, "1 status list(s) are signed" in output) == (0, True)
    jwt = find(issuer, issued).jwt  # signed by the key that was not stolen
    report = verify(jwt, fetch=published.fetch_own(issuer.settings), now=datetime.now(UTC))
    assert report.current.answer is Answer.YES


def test_its_trust_entry_is_one_that_a_verifier_reads(mintmark, settings):
    now = datetime.now(UTC)
    entry = json.loads(mintmark("trust-entry")[1])
    code, output = mintmark("trust-entry", "--list", "Districts that we know")
    known = trust.load(output.encode())
    assert (code, known.name, entry["kind"]) == (0, "Districts that we know", "district")
    assert trust.snapshot([known], settings.issuer_id, now).methods
    assert [entry["id"]] == list(known.entries)


def test_after_a_restore_says_what_it_took_in(mintmark, issuer, issued, home, tmp_path):
    issuer.database.close()
    shutil.copy(home / "mintmark.sqlite3", tmp_path / "backup")
    revoke(issuer, issued, reason="x", by="command", now=datetime.now(UTC))
    issuer.database.close()
    for file in home.glob("mintmark.sqlite3*"):
        file.unlink()
    shutil.copy(tmp_path / "backup", home / "mintmark.sqlite3")
    code, output = mintmark("after-restore")
    assert (code, "took in 1 revocation" in output) == (0, True)


def test_a_catalog_is_loaded(mintmark, tmp_path):
    code, output = mintmark("catalog", "load", str(tmp_path))
    assert (code, "achievements/<id>.toml" in output) == (1, True)


def test_a_database_that_cannot_be_reached_is_one_line(mintmark, home):
    file = home / "mintmark.toml"
    url = 'database_url = "postgresql+psycopg://nobody@/none?host=/nowhere"\n'
    file.write_text(url + file.read_text())
    code, output = mintmark("pending")
    assert (code, output.startswith("mintmark pending: the database cannot be used")) == (1, True)
    assert "Traceback" not in output


def test_an_unknown_command_is_a_usage_error(home):
    with pytest.raises(SystemExit) as stopped:
        main(["--home", str(home), "unknown"])
    assert stopped.value.code == 2


ALONE = """
import os
from sqlalchemy.orm import configure_mappers
from issuer.__main__ import COMMANDS, parser
from issuer.database.database import Base
from verifier.parsing.old_spelling import NEW_WORDS

def look(module, names):
    commands = [one for one in parser(names[0])._actions if one.dest == "command"][0]
    if {*commands.choices} - {*NEW_WORDS} != {*names}:
        return f"{module} adds {[*commands.choices]}"
    configure_mappers()
    for table in Base.metadata.tables.values():
        [key.column for key in table.foreign_keys]

for module, names in COMMANDS.items():
    child = os.fork()
    if not child:
        wrong = look(module, names)
        print(wrong or "fine", flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


def test_each_command_works_with_what_its_own_module_imports():
    """Only its module is imported: it adds what the list says; no table lacks one it refers to."""
    alone = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True)
    assert alone.stdout.split("\n")[:-1] == ["fine"] * len(COMMANDS), alone.stdout + alone.stderr
