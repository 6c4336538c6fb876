import argparse
import json
import sys
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from keys.commands import add_commands, changes_keys, run
from keys.entry import KeyState
from keys.keyring import Keyring
from keys.signer import KeysError
from verifier.public_keys import multikey

ISSUER = "did:web:localhost%3A8202"


def parsed(*words):
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers())
    return parser.parse_args(["keys", *map(str, words)])


@pytest.fixture
def mintmark_keys(tmp_path, passphrase, now):
    def call(*words, issuer_id=ISSUER, passphrase=lambda: passphrase):
        args = parsed(*words)
        try:
            run(args, home=tmp_path, issuer_id=issuer_id, passphrase=passphrase, now=now)
        except KeysError as exc:  # as the program does that adds the commands
            print(f"mintmark keys: {exc}", file=sys.stderr)
            return exc.exit_status
        return 0

    return call


@pytest.fixture
def entries(tmp_path, keyring):
    return keyring.entries


def no_passphrase():
    raise KeysError("no passphrase for the keys: set passphrase_file")


def test_create_shows_the_new_keys(mintmark_keys, tmp_path, capsys):
    assert mintmark_keys("create") == 0
    shown = capsys.readouterr().out
    for entry in Keyring(tmp_path).entries():
        assert entry.id in shown
        assert multikey.encode(entry.public_key) in shown


def test_create_twice_says_rotate(mintmark_keys, entries, capsys):
    assert mintmark_keys("create") == 1
    assert "mintmark keys rotate" in capsys.readouterr().err


def test_list_is_a_table_and_needs_no_passphrase(mintmark_keys, entries, now, keyring, capsys):
    proof, jwt = entries()
    keyring.compromise(jwt.id, since=now - timedelta(days=2), reason="stolen", now=now)
    assert mintmark_keys("list", passphrase=no_passphrase) == 0
    head, *rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert head == ["KEY", "USE", "ALGORITHM", "CREATED", "STATE", "PUBLIC", "KEY"]
    assert rows == [
        [proof.id, "proof", "Ed25519", "2026-11-22", "active", multikey.encode(proof.public_key)],
        [jwt.id, "jwt", "ES256", "2026-11-22", "compromised", "2026-11-20", rows[1][-1]],
    ]
    assert rows[1][-1] == multikey.encode(jwt.public_key)


def test_list_without_keys_says_create(mintmark_keys, capsys):
    assert mintmark_keys("list") == 1
    assert "mintmark keys create" in capsys.readouterr().err


def test_rotate_replaces_the_keys(mintmark_keys, entries):
    old = entries()
    assert mintmark_keys("rotate") == 0
    states = {entry.id: entry.state for entry in entries()}
    assert len(states) == 4
    assert {states[entry.id] for entry in old} == {KeyState.RETIRED}


def test_rotate_one_use(mintmark_keys, entries):
    assert mintmark_keys("rotate", "--use", "jwt") == 0
    assert [str(entry.use) for entry in entries()] == ["proof", "jwt", "jwt"]


def test_retire_needs_no_passphrase(mintmark_keys, entries):
    assert mintmark_keys("retire", entries()[0].id, passphrase=no_passphrase) == 0
    assert entries()[0].state is KeyState.RETIRED


@pytest.mark.parametrize(
    ("since", "revoked"),
    [
        pytest.param((), "2026-11-22T12:00:00Z", id="now-unless-given"),
        pytest.param(("--since", "2026-11-20"), "2026-11-20T00:00:00Z", id="a-day"),
        pytest.param(
            ("--since", "2026-11-20T09:30:00-06:00"), "2026-11-20T15:30:00Z", id="with-a-zone"
        ),
    ],
)
def test_compromise_needs_a_reason_and_no_passphrase(mintmark_keys, entries, since, revoked):
    words = ("compromise", entries()[0].id, "--reason", "laptop stolen", *since)
    assert mintmark_keys(*words, passphrase=no_passphrase) == 0
    assert entries()[0].members()["revoked"] == revoked
    assert entries()[0].reason == "laptop stolen"


def test_compromise_without_a_reason_is_a_usage_error(entries, capsys):
    with pytest.raises(SystemExit) as exit_:
        parsed("compromise", entries()[0].id)
    assert exit_.value.code == 2
    assert "--reason" in capsys.readouterr().err


def test_export_prints_the_public_key(mintmark_keys, entries, capsys):
    assert mintmark_keys("export", entries()[0].id, passphrase=no_passphrase) == 0
    method = json.loads(capsys.readouterr().out)
    assert method["id"] == f"{ISSUER}#{entries()[0].id}"
    assert method["publicKeyMultibase"] == multikey.encode(entries()[0].public_key)


@pytest.fixture
def export_passphrase_file(tmp_path):
    file = tmp_path / "export-passphrase"
    file.write_text("for the safe in the office\n")
    file.chmod(0o600)
    return file


def test_export_saves_an_encrypted_private_key(
    mintmark_keys, entries, tmp_path, export_passphrase_file
):
    pem = tmp_path / "key.pem"
    key_id = entries()[0].id
    words = ("export", key_id, "--private", pem, "--export-passphrase-file", export_passphrase_file)
    assert mintmark_keys(*words) == 0
    assert pem.stat().st_mode & 0o777 == 0o600
    private_key = load_pem_private_key(pem.read_bytes(), b"for the safe in the office")
    assert private_key.public_key() == entries()[0].public_key


def test_export_overwrites_nothing(
    mintmark_keys, entries, tmp_path, export_passphrase_file, capsys
):
    pem = tmp_path / "key.pem"
    pem.write_text("precious")
    key_id = entries()[0].id
    words = ("export", key_id, "--private", pem, "--export-passphrase-file", export_passphrase_file)
    assert mintmark_keys(*words) == 1
    assert f"cannot write {pem}: File exists" in capsys.readouterr().err
    assert pem.read_text() == "precious"


def test_a_private_key_leaves_only_encrypted(mintmark_keys, entries, tmp_path, capsys):
    pem = tmp_path / "key.pem"
    assert mintmark_keys("export", entries()[0].id, "--private", pem) == 1
    assert "--export-passphrase-file" in capsys.readouterr().err
    assert not pem.exists()


@pytest.mark.parametrize("command", ["create", "rotate"])
def test_a_did_key_issuer_gets_no_new_key_and_is_told_why(mintmark_keys, entries, capsys, command):
    issuer = f"did:key:{multikey.encode(entries()[0].public_key)}"
    assert mintmark_keys(command, issuer_id=issuer) == 1
    assert "issuer" in capsys.readouterr().err
    assert len(entries()) == 2


def test_a_did_key_issuer_is_told_that_nobody_learns_of_a_stolen_key(
    mintmark_keys, entries, capsys
):
    issuer = f"did:key:{multikey.encode(entries()[0].public_key)}"
    words = ("compromise", entries()[0].id, "--reason", "stolen")
    assert mintmark_keys(*words, issuer_id=issuer) == 0
    assert "Nobody else can learn this" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["create", "rotate"])
def test_a_missing_passphrase_is_a_message_not_a_traceback(mintmark_keys, entries, capsys, command):
    for entry in entries() if command == "create" else ():
        assert mintmark_keys("retire", entry.id) == 0
    assert mintmark_keys(command, passphrase=no_passphrase) == 1
    assert capsys.readouterr().err.startswith("mintmark keys: no passphrase for the keys")


def test_a_home_that_is_a_file_is_a_message(passphrase, now, tmp_path):
    home = tmp_path / "home"
    home.write_text("")
    words = {"home": home, "issuer_id": ISSUER, "passphrase": lambda: passphrase, "now": now}
    with pytest.raises(KeysError, match="cannot change the keys"):
        run(parsed("create"), **words)


@pytest.mark.parametrize(
    ("words", "changes"),
    [
        (("create",), True),
        (("rotate",), True),
        (("retire", "k"), True),
        (("compromise", "k", "--reason", "r"), True),
        (("list",), False),
        (("export", "k"), False),
    ],
)
def test_what_must_be_published_again_is_known(words, changes):
    assert changes_keys(parsed(*words)) is changes


@pytest.mark.parametrize("since", ["yesterday", "20/11/2026", "0001-01-01T00:00:00+14:00"])
def test_a_date_in_another_form_is_answered_with_the_form(since, capsys):
    with pytest.raises(SystemExit):
        parsed("compromise", "KEY", "--reason", "stolen", "--since", since)
    assert "no day such as 2026-11-20" in capsys.readouterr().err


def test_the_earliest_date_leaves_a_keyring_that_can_be_read(mintmark_keys, entries):
    words = ("compromise", entries()[0].id, "--reason", "stolen", "--since", "0001-01-01")
    assert mintmark_keys(*words) == 0
    assert entries()[0].state is KeyState.COMPROMISED
