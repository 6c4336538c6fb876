import base64
import json
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from keys import key_file
from keys.entry import ALGORITHMS, KeyEntry, KeyUse
from keys.key_file import DEFAULT_COST, Cost, Derivation, SealingKeys
from keys.signer import KeysError

CHEAP = Cost(memory_kib=64, iterations=1, lanes=1)


@pytest.fixture
def private_key():
    return ed25519.Ed25519PrivateKey.generate()


@pytest.fixture
def entry(private_key, now):
    return KeyEntry("ed25519-2026-11-22-abcd", KeyUse.PROOF, now, private_key.public_key())


@pytest.fixture
def path(tmp_path, entry, private_key, passphrase):
    path = tmp_path / "key.json"
    write(path, entry, private_key, passphrase)
    return path


def write(path, entry, private_key, passphrase, cost=CHEAP):
    derivation = Derivation(b"0123456789abcdef", cost)
    key_file.write(
        path, entry, private_key, derivation=derivation, sealing_keys=SealingKeys(passphrase)
    )


def raw(private_key):
    return private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize("use", KeyUse)
def test_a_sealed_key_comes_back(tmp_path, passphrase, now, use):
    private_key = key_file.generate(ALGORITHMS[use])
    entry = KeyEntry("some-key", use, now, private_key.public_key())
    write(tmp_path / "key.json", entry, private_key, passphrase)
    opened = key_file.read(tmp_path / "key.json").open(SealingKeys(passphrase), entry)
    assert raw(opened) == raw(private_key)


def test_a_key_file_is_for_its_owner_alone(path):
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_file_is_never_overwritten(path, entry, private_key, passphrase):
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        write(path, entry, private_key, passphrase)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["key.json"]


def test_a_key_file_holds_no_private_bytes(path, private_key):
    text, secret = path.read_bytes(), private_key.private_bytes_raw()
    encodings = (secret, secret.hex().encode(), base64.urlsafe_b64encode(secret).rstrip(b"="))
    assert not any(encoded in text for encoded in encodings)


def test_a_wrong_passphrase_is_refused_with_the_remedy(path, entry):
    with pytest.raises(KeysError, match=r"does not open.*check the passphrase file"):
        key_file.read(path).open(SealingKeys(b"another passphrase altogether"), entry)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_key_file_that_others_may_touch_is_refused(path, mode):
    path.chmod(mode)
    with pytest.raises(KeysError, match=f"chmod 600 {path}"):
        key_file.read(path)


def leaves(value, at=()):
    if isinstance(value, dict):
        for name, member in value.items():
            yield from leaves(member, (*at, name))
    else:
        yield at


def changed(value):
    if isinstance(value, int):
        return value + 1
    return ("B" if value[0] == "A" else "A") + value[1:]


EVERY_MEMBER = [
    ("type",),
    ("version",),
    ("id",),
    ("use",),
    ("algorithm",),
    ("created",),
    ("publicKeyMultibase",),
    *(("derivation", name) for name in ("name", "memoryKib", "iterations", "lanes", "salt")),
    ("cipher", "name"),
    ("cipher", "nonce"),
    ("sealed",),
]


def test_the_table_of_members_is_complete(path):
    assert sorted(leaves(json.loads(path.read_bytes()))) == sorted(EVERY_MEMBER)


@pytest.mark.parametrize("at", EVERY_MEMBER, ids=".".join)
@pytest.mark.parametrize("how", ["changed", "removed"])
def test_a_changed_envelope_opens_nothing(path, entry, passphrase, at, how):
    envelope = json.loads(path.read_bytes())
    parent = envelope
    for name in at[:-1]:
        parent = parent[name]
    if how == "changed":
        parent[at[-1]] = changed(parent[at[-1]])
    else:
        del parent[at[-1]]
    path.write_text(json.dumps(envelope))
    with pytest.raises(KeysError):
        key_file.read(path).open(SealingKeys(passphrase), entry)


def test_a_member_added_to_an_envelope_opens_nothing(path, entry, passphrase):
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"note": "mine"}))
    with pytest.raises(KeysError, match="does not open"):
        key_file.read(path).open(SealingKeys(passphrase), entry)


def test_the_file_of_another_key_is_refused(path, passphrase, now):
    other = ed25519.Ed25519PrivateKey.generate()
    entry = KeyEntry("ed25519-2026-11-22-abcd", KeyUse.PROOF, now, other.public_key())
    with pytest.raises(KeysError, match=r"not the key that keyring\.json names"):
        key_file.read(path).open(SealingKeys(passphrase), entry)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("memoryKib", 2**21, id="two-gibibytes"),
        pytest.param("memoryKib", 7, id="less-than-argon2-allows"),
        pytest.param("memoryKib", "65536", id="a-text"),
        pytest.param("iterations", 10**9, id="a-year-of-work"),
        pytest.param("iterations", 0, id="no-work"),
        pytest.param("lanes", 10**6, id="a-million-threads"),
        pytest.param("lanes", True, id="a-truth-value"),
    ],
)
def test_a_cost_beyond_the_bounds_is_refused_before_it_is_paid(path, name, value):
    envelope = json.loads(path.read_bytes())
    envelope["derivation"][name] = value
    path.write_text(json.dumps(envelope))
    with pytest.raises(KeysError, match="Argon2id cost"):
        key_file.read(path)


@pytest.mark.parametrize(
    ("part", "name", "text"),
    [
        pytest.param("cipher", "nonce", "AAAA", id="a-nonce-of-three-bytes"),
        pytest.param("cipher", "nonce", "", id="no-nonce"),
        pytest.param("derivation", "salt", "AAAAAAAAAAA", id="a-salt-of-eight-bytes"),
        pytest.param("derivation", "salt", "AAAAAAAAAAAAAAAAAAAAAA==", id="a-padded-salt"),
    ],
)
def test_a_nonce_or_salt_of_another_shape_is_refused(path, part, name, text):
    envelope = json.loads(path.read_bytes())
    envelope[part][name] = text
    path.write_text(json.dumps(envelope))
    with pytest.raises(KeysError, match="is not a key file"):
        key_file.read(path)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"[]", id="a-list"),
        pytest.param(b"{}", id="no-members"),
        pytest.param(b'{"sealed": "AA", "sealed": "AA"}', id="a-key-twice"),
        pytest.param(b'{"sealed": 7}', id="sealed-a-number"),
        pytest.param(b'{"sealed": "A==="}', id="not-base64url"),
        pytest.param(b" " * 20_000, id="too-long"),
    ],
)
def test_what_is_no_key_file_is_refused_by_name(path, data):
    path.write_bytes(data)
    with pytest.raises(KeysError, match=f"{path} is not a key file"):
        key_file.read(path)


def test_a_missing_key_file_is_refused_with_the_remedy(tmp_path):
    with pytest.raises(KeysError, match="restore it from the backup"):
        key_file.read(tmp_path / "gone.json")


def test_one_salt_is_derived_once(passphrase, monkeypatch):
    derived = []
    real = key_file.Argon2id
    monkeypatch.setattr(
        key_file, "Argon2id", lambda **options: derived.append(1) or real(**options)
    )
    sealing_keys = SealingKeys(passphrase)
    for salt in (b"0" * 16, b"0" * 16, b"1" * 16):
        sealing_keys.key(Derivation(salt, CHEAP))
    assert len(derived) == 2


def test_the_default_cost_makes_a_guess_expensive(passphrase):
    start = time.process_time()
    SealingKeys(passphrase).key(Derivation(b"0" * 16, DEFAULT_COST))
    assert time.process_time() - start > 0.05
    assert DEFAULT_COST.memory_kib >= 64 * 1024
