import json
import os
import random
import signal
import time
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from keys import key_file
from keys.entry import KeyState, KeyUse
from keys.key_file import Cost
from keys.keyring import ISSUING_USES, Keyring
from keys.signer import KeysError, SigningError, is_signature
from verifier.public_keys import multikey

CHEAP = Cost(memory_kib=64, iterations=1, lanes=1)
ISSUER = "did:web:localhost%3A8202"


def states(keyring, use):
    return [entry.state for entry in keyring.entries() if entry.use is use]


def active(keyring, use):
    return next(
        entry for entry in keyring.entries() if entry.use is use and entry.state is KeyState.ACTIVE
    )


def test_create_makes_one_active_key_for_each_use(keyring):
    assert [(e.use, e.algorithm, e.state) for e in keyring.entries()] == [
        (KeyUse.PROOF, "Ed25519", KeyState.ACTIVE),
        (KeyUse.JWT, "ES256", KeyState.ACTIVE),
    ]


def test_a_key_is_named_by_algorithm_and_day(keyring):
    names = [entry.id.rpartition("-")[0] for entry in keyring.entries()]
    assert names == ["ed25519-2026-11-22", "es256-2026-11-22"]


def test_what_is_public_is_read_without_a_passphrase(keyring, tmp_path):
    for file in keyring.folder.glob("e*.json"):
        file.unlink()
    assert len(Keyring(tmp_path).entries()) == 2


def test_an_issuer_without_keys_has_none(new_keyring):
    assert new_keyring.entries() == ()


def test_create_refuses_a_second_active_key(keyring, passphrase, now):
    with pytest.raises(KeysError, match="mintmark keys rotate"):
        keyring.create(passphrase, now=now)
    assert len(keyring.entries()) == 2


def test_create_fills_the_gap_that_a_retired_key_left(keyring, passphrase, now):
    keyring.retire(active(keyring, KeyUse.JWT).id, now=now)
    (new,) = keyring.create(passphrase, now=now)
    assert new.use is KeyUse.JWT
    assert states(keyring, KeyUse.JWT) == [KeyState.RETIRED, KeyState.ACTIVE]


def test_rotate_retires_the_old_key_with_its_date(keyring, passphrase, now):
    old = active(keyring, KeyUse.PROOF)
    later = now + timedelta(days=365)
    new = {entry.use: entry for entry in keyring.rotate(passphrase, now=later)}
    assert keyring.entry(old.id).retired == later + timedelta(seconds=1)
    assert active(keyring, KeyUse.PROOF) == new[KeyUse.PROOF]
    assert states(keyring, KeyUse.JWT) == [KeyState.RETIRED, KeyState.ACTIVE]


def test_a_signature_dated_in_the_second_of_the_rotation_is_before_its_end(
    keyring, passphrase, now
):
    old = active(keyring, KeyUse.PROOF)
    keyring.rotate(passphrase, now=now.replace(microsecond=999_999))
    assert now < keyring.entry(old.id).retired <= now + timedelta(seconds=1)


def test_rotate_can_leave_the_other_use_alone(keyring, passphrase, now):
    before = active(keyring, KeyUse.PROOF)
    keyring.rotate(passphrase, now=now, uses=[KeyUse.JWT])
    assert active(keyring, KeyUse.PROOF) == before
    assert states(keyring, KeyUse.JWT) == [KeyState.RETIRED, KeyState.ACTIVE]


def test_a_key_to_share_less_is_made_by_name_and_rotated_with_the_rest(keyring, passphrase, now):
    assert KeyUse.SD not in keyring.signers(ISSUER, passphrase)
    (entry,) = keyring.create(passphrase, now=now, uses=[KeyUse.SD])
    assert (entry.use, entry.algorithm) == (KeyUse.SD, "ES256")
    rotated = {entry.use for entry in keyring.rotate(passphrase, now=now)}
    assert rotated == {*ISSUING_USES, KeyUse.SD}
    assert states(keyring, KeyUse.SD) == [KeyState.RETIRED, KeyState.ACTIVE]


def test_rotate_without_a_key_says_create(new_keyring, passphrase, now):
    with pytest.raises(KeysError, match="mintmark keys create"):
        new_keyring.rotate(passphrase, now=now)


def test_rotate_with_a_wrong_passphrase_changes_nothing(keyring, now):
    before = sorted(file.name for file in keyring.folder.iterdir()), keyring.entries()
    with pytest.raises(KeysError, match="does not open"):
        keyring.rotate(b"another passphrase altogether", now=now)
    assert (sorted(file.name for file in keyring.folder.iterdir()), keyring.entries()) == before


def test_a_lost_passphrase_is_survived_by_retiring_and_creating(keyring, now):
    for entry in keyring.entries():
        keyring.retire(entry.id, now=now)
    fresh = b"the passphrase after the lost one"
    keyring.create(fresh, now=now)
    assert set(keyring.signers(ISSUER, fresh)) == set(ISSUING_USES)


def test_a_stolen_machine_is_survived_by_marking_retiring_and_creating(keyring, now):
    stolen, other = keyring.entries()
    keyring.compromise(stolen.id, since=now, reason="laptop stolen", now=now)
    keyring.retire(other.id, now=now)
    fresh = b"the passphrase after the stolen one"
    keyring.create(fresh, now=now)
    names = {signer.verification_method for signer in keyring.signers(ISSUER, fresh).values()}
    assert names == {f"{ISSUER}#{entry.id}" for entry in keyring.entries()[2:]}


def test_retire_refuses_a_key_that_signs_no_more(keyring, now):
    key_id = keyring.entries()[0].id
    keyring.retire(key_id, now=now)
    with pytest.raises(KeysError, match="is retired already"):
        keyring.retire(key_id, now=now)


def test_compromise_keeps_date_and_reason(keyring, now):
    key_id, since = keyring.entries()[0].id, now - timedelta(days=3)
    keyring.compromise(key_id, since=since, reason="laptop stolen", now=now)
    entry = keyring.entry(key_id)
    assert (entry.state, entry.revoked, entry.reason) == (
        KeyState.COMPROMISED,
        since,
        "laptop stolen",
    )


def test_compromise_can_move_only_to_an_earlier_date(keyring, now):
    key_id, first = keyring.entries()[0].id, now - timedelta(days=3)
    keyring.compromise(key_id, since=first, reason="lost", now=now)
    with pytest.raises(KeysError, match="earlier"):
        keyring.compromise(key_id, since=now, reason="found", now=now)
    keyring.compromise(key_id, since=first - timedelta(days=1), reason="lost before", now=now)
    assert keyring.entry(key_id).revoked == first - timedelta(days=1)


def test_compromise_refuses_a_date_in_the_future(keyring, now):
    with pytest.raises(KeysError, match="future"):
        keyring.compromise(
            keyring.entries()[0].id, since=now + timedelta(days=1), reason="?", now=now
        )


@pytest.mark.parametrize("change", ["retire", "compromise", "export_private"])
def test_a_key_that_is_not_there_is_named(keyring, passphrase, now, change):
    with pytest.raises(KeysError, match="no key 'ed25519-nowhere'"):
        {
            "retire": lambda: keyring.retire("ed25519-nowhere", now=now),
            "compromise": lambda: keyring.compromise(
                "ed25519-nowhere", since=now, reason="?", now=now
            ),
            "export_private": lambda: keyring.export_private("ed25519-nowhere", passphrase, b"x"),
        }[change]()


def test_all_keys_of_a_start_are_opened_with_one_derivation(keyring, passphrase, now, monkeypatch):
    keyring.rotate(passphrase, now=now, uses=[KeyUse.JWT])
    derived = []
    real = key_file.Argon2id
    monkeypatch.setattr(
        key_file, "Argon2id", lambda **options: derived.append(1) or real(**options)
    )
    keyring.signers(ISSUER, passphrase)
    assert len(derived) == 1


def test_signers_say_which_use_has_no_active_key(keyring, passphrase, now):
    keyring.retire(active(keyring, KeyUse.JWT).id, now=now)
    with pytest.raises(KeysError, match="no active jwt key for did:web:localhost%3A8202"):
        keyring.signers(ISSUER, passphrase)[KeyUse.JWT]


def test_a_did_key_issuer_signs_proofs_under_its_own_name(keyring, passphrase):
    public_key = multikey.encode(keyring.entries()[0].public_key)
    signers = keyring.signers(f"did:key:{public_key}", passphrase)
    assert {use: signer.verification_method for use, signer in signers.items()} == {
        KeyUse.PROOF: f"did:key:{public_key}#{public_key}"
    }


def test_a_did_key_of_another_key_has_no_signer(keyring, passphrase):
    other = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    with pytest.raises(KeysError, match=f"no active proof key for {other}"):
        keyring.signers(other, passphrase)[KeyUse.PROOF]


@pytest.mark.parametrize("change", ["rotate", "retire", "compromise"])
def test_a_running_process_cannot_sign_with_a_key_that_was_stopped(
    keyring, passphrase, now, change
):
    signer = keyring.signers(ISSUER, passphrase)[KeyUse.PROOF]
    signer.sign(b"before")
    key_id = active(keyring, KeyUse.PROOF).id
    {
        "rotate": lambda: keyring.rotate(passphrase, now=now),
        "retire": lambda: keyring.retire(key_id, now=now),
        "compromise": lambda: keyring.compromise(key_id, since=now, reason="stolen", now=now),
    }[change]()
    with pytest.raises(SigningError, match="load the keys again"):
        signer.sign(b"after")


def test_a_running_process_does_not_sign_by_a_keyring_it_cannot_read(keyring, passphrase):
    signer = keyring.signers(ISSUER, passphrase)[KeyUse.PROOF]
    (keyring.folder / "keyring.json").write_text("{")
    with pytest.raises(SigningError, match="restore it from the backup"):
        signer.sign(b"data")


def test_an_exported_key_opens_with_the_export_passphrase(keyring, passphrase):
    entry = keyring.entries()[0]
    pem = keyring.export_private(entry.id, passphrase, b"for the safe in the office")
    private_key = load_pem_private_key(pem, b"for the safe in the office")
    assert multikey.encode(private_key.public_key()) == multikey.encode(entry.public_key)


def test_the_private_folder_is_closed_and_ignored_by_git(keyring):
    assert keyring.folder.stat().st_mode & 0o777 == 0o700
    assert (keyring.folder / ".gitignore").read_text().endswith("\n*\n")


def edited(**members):
    return lambda keyring: keyring["keys"][0].update(members)


@pytest.mark.parametrize(
    "flaw",
    [
        pytest.param(lambda keyring: keyring.update(version=2), id="another-version"),
        pytest.param(lambda keyring: keyring.update(note="x"), id="an-unknown-member"),
        pytest.param(lambda keyring: keyring.update(keys=7), id="keys-a-number"),
        pytest.param(lambda keyring: keyring.update(keys=[7]), id="a-key-a-number"),
        pytest.param(edited(id="../../etc/passwd"), id="a-name-that-is-a-path"),
        pytest.param(edited(id=7), id="a-name-a-number"),
        pytest.param(edited(use="tls"), id="an-unknown-use"),
        pytest.param(edited(algorithm="none"), id="another-algorithm"),
        pytest.param(edited(created="2026-11-22"), id="a-date-without-time"),
        pytest.param(edited(retired=None), id="retired-null"),
        pytest.param(edited(reason=["x"]), id="a-reason-a-list"),
        pytest.param(edited(state="active"), id="a-member-nobody-wrote"),
        pytest.param(
            edited(publicKeyMultibase="z" + multikey.base58_encode(b"\xed\x01\x01" + b"\0" * 31)),
            id="a-public-key-of-small-order",
        ),
    ],
)
def test_an_edited_keyring_is_refused_with_the_remedy(keyring, flaw):
    file = keyring.folder / "keyring.json"
    members = json.loads(file.read_bytes())
    flaw(members)
    file.write_text(json.dumps(members))
    with pytest.raises(KeysError, match=r"keyring\.json: .*restore it from the backup"):
        keyring.entries()


def test_a_key_put_in_place_of_another_does_not_sign(keyring, passphrase, now, tmp_path):
    """Whoever can write keyring.json must not make the issuer sign under a name of theirs."""
    file = keyring.folder / "keyring.json"
    members = json.loads(file.read_bytes())
    stranger = Keyring(tmp_path / "stranger", cost=CHEAP)
    stranger.create(passphrase, now=now)
    members["keys"][0]["publicKeyMultibase"] = multikey.encode(stranger.entries()[0].public_key)
    file.write_text(json.dumps(members))
    with pytest.raises(KeysError, match=r"not the key that keyring\.json names"):
        keyring.signers(ISSUER, passphrase)


def test_a_keyring_that_cannot_be_read_is_named(new_keyring):
    (new_keyring.folder / "keyring.json").mkdir(parents=True)
    with pytest.raises(KeysError, match=r"cannot read .*keyring\.json: Is a directory"):
        new_keyring.entries()


def test_a_lost_keyring_beside_key_files_is_not_begun_anew(keyring, passphrase, now):
    (keyring.folder / "keyring.json").unlink()
    with pytest.raises(KeysError, match="missing beside key files: restore"):
        keyring.create(passphrase, now=now)


# Processes at once, and processes killed. Children are forked, so that they start at once.


def in_processes(target, arguments):
    fork = get_context("fork")
    processes = [fork.Process(target=target, args=own_arguments) for own_arguments in arguments]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    return [process.exitcode for process in processes]


def create_or_refuse(keyring, passphrase, now):
    try:
        keyring.create(passphrase, now=now)
    except KeysError:
        os._exit(3)


def test_of_many_creating_at_once_one_creates(new_keyring, passphrase, now):
    codes = in_processes(create_or_refuse, [(new_keyring, passphrase, now)] * 6)
    assert sorted(codes) == [0, 3, 3, 3, 3, 3]
    assert set(new_keyring.signers(ISSUER, passphrase)) == set(ISSUING_USES)
    assert len(new_keyring.entries()) == 2


def rotate(keyring, passphrase, now):
    keyring.rotate(passphrase, now=now)


def test_many_rotating_at_once_lose_no_key(keyring, passphrase, now):
    codes = in_processes(rotate, [(keyring, passphrase, now)] * 6)
    assert codes == [0] * 6
    for use in ISSUING_USES:
        assert sorted(states(keyring, use)) == [KeyState.ACTIVE, *[KeyState.RETIRED] * 6]
    ids = [entry.id for entry in keyring.entries()]
    assert len(set(ids)) == len(ids)


def rotate_for_ever(keyring, passphrase, now):
    while True:
        keyring.rotate(passphrase, now=now)


def test_a_kill_in_the_middle_of_rotating_leaves_one_active_key_per_use(keyring, passphrase, now):
    fork, chance = get_context("fork"), random.Random(20)
    known = {entry.id for entry in keyring.entries()}
    for kills in range(200):
        if kills >= 20 and len(known) > 2:  # a busy machine may finish no rotation in time
            break
        process = fork.Process(target=rotate_for_ever, args=(keyring, passphrase, now))
        process.start()
        time.sleep(chance.uniform(0.02, 0.06))
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        entries = keyring.entries()
        for use in ISSUING_USES:
            assert states(keyring, use).count(KeyState.ACTIVE) == 1
        assert known <= {entry.id for entry in entries}
        known = {entry.id for entry in entries}
        for signer in keyring.signers(ISSUER, passphrase).values():
            assert is_signature(signer.public_key, signer.sign(b"data"), b"data")
    assert len(known) > 2, "no rotation was ever finished, so no kill came after one"
    keyring.rotate(passphrase, now=now)
    assert not list(keyring.folder.glob(".new-*"))


def test_who_is_not_the_owner_changes_no_key_and_is_told_as_whom_to_run(
    keyring, passphrase, now, monkeypatch
):
    before = sorted(keyring.folder.iterdir())
    monkeypatch.setattr(os, "geteuid", lambda: keyring.folder.stat().st_uid + 4711)
    owner = keyring.folder.owner()
    for change in (keyring.create, keyring.rotate):
        with pytest.raises(KeysError, match=f"belongs to {owner}.*run this as {owner}"):
            change(passphrase, now=now)
    with pytest.raises(KeysError, match="belongs to"):
        keyring.retire(keyring.entries()[0].id, now=now)
    assert sorted(keyring.folder.iterdir()) == before


def test_what_root_makes_belongs_to_the_owner_of_the_keys(keyring, passphrase, now, monkeypatch):
    """Played where the tests are not run by root: then it is what the system was asked for."""
    owners = []

    def chown(file, user, group):
        owners.append((os.fstat(file).st_ino, user, group))
        if really:
            _chown(file, user, group)

    really, _chown = os.geteuid() == 0, os.chown
    if really:
        os.chown(keyring.folder, 4711, 4712)
    owner = keyring.folder.stat()
    monkeypatch.setattr(os, "chown", chown)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    new = keyring.rotate(passphrase, now=now)
    for name in [*(f"{entry.id}.json" for entry in new), "keyring.json", ".lock"]:
        status = (keyring.folder / name).stat()
        assert (status.st_ino, owner.st_uid, owner.st_gid) in owners
        assert (status.st_uid, status.st_gid) == (owner.st_uid, owner.st_gid)


def test_a_key_that_may_not_be_read_is_to_be_handed_over_not_retired(
    keyring, passphrase, monkeypatch
):
    kind, open_file = type(keyring.folder), Path.open

    def denied(path, *args, **how):
        if path.name != "keyring.json":
            raise PermissionError(13, "Permission denied")
        return open_file(path, *args, **how)

    monkeypatch.setattr(kind, "open", denied)
    with pytest.raises(KeysError, match="chown") as refusal:
        keyring.signers("did:web:x.example", passphrase)
    assert "retire" not in str(refusal.value)
