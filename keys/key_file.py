"""A private key in a file: a JSON envelope encrypted with AES-256-GCM under an Argon2id key.

All files of a keyring that were made with one passphrase share one salt, so that a start
derives once and opens every key with it. That is sound: the salt is there so that two
*passphrases* cannot be attacked at once, and each file has its own random 96-bit nonce, far
below the 2**32 seals that one AES-GCM key allows. The salt and cost stand in every file, so
each can be opened alone. All that is public in the file is authenticated with the secret:
a changed cost, name or public key opens nothing.
"""

import base64
import json
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from keys import durable_file
from keys.entry import KeyEntry
from keys.signer import KeysError
from verifier.parsing import strict_json

PrivateKey: TypeAlias = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

RSA_BITS = 3072
"""Longer than the 2048 that RS256 asks for: a credential is read for decades."""
MAX_FILE_BYTES = 16 * 1024
MAX_MEMORY_KIB = 1024 * 1024
"""A gibibyte: a forged file must not be able to fill the machine before it is refused."""
MAX_ITERATIONS = 16
MAX_LANES = 16
SALT_BYTES = 16
NONCE_BYTES = 12
_KIND = {"type": "MintmarkKey", "version": 1}


@dataclass(frozen=True, slots=True)
class Cost:
    """The work of one guess at the passphrase."""

    memory_kib: int
    iterations: int
    lanes: int


DEFAULT_COST = Cost(memory_kib=64 * 1024, iterations=3, lanes=4)
"""RFC 9106, section 4, second recommended option: a few tenths of a second, and several
workers may start at once on a small machine. The passphrase is random, not remembered."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a passphrase becomes a sealing key: the salt and the cost."""

    salt: bytes
    cost: Cost


class SealingKeys:
    """The 256-bit keys that one passphrase gives, each derived once: deriving is slow by design."""

    def __init__(self, passphrase: bytes) -> None:
        self._passphrase = passphrase
        self._keys: dict[Derivation, AESGCM] = {}

    def key(self, derivation: Derivation) -> AESGCM:
        """Return the key for files of this salt and cost."""
        if derivation not in self._keys:
            cost = derivation.cost
            argon2id = Argon2id(
                salt=derivation.salt,
                length=32,
                iterations=cost.iterations,
                lanes=cost.lanes,
                memory_cost=cost.memory_kib,
            )
            self._keys[derivation] = AESGCM(argon2id.derive(self._passphrase))
        return self._keys[derivation]


def generate(algorithm: str) -> PrivateKey:
    """Return a new key for one of `keys.entry.ALGORITHMS`."""
    match algorithm:
        case "RS256":
            return rsa.generate_private_key(65537, RSA_BITS)
        case "ES256":
            return ec.generate_private_key(ec.SECP256R1())
        case "ES384":
            return ec.generate_private_key(ec.SECP384R1())
    return ed25519.Ed25519PrivateKey.generate()


def write(
    path: Path,
    entry: KeyEntry,
    private_key: PrivateKey,
    *,
    derivation: Derivation,
    sealing_keys: SealingKeys,
) -> None:
    """Create the file of `entry`, mode 0600, sealed with the passphrase of `sealing_keys`.

    Raises `FileExistsError` rather than overwrite.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    cost = derivation.cost
    public = _KIND | {
        **entry.lasting_members(),
        "derivation": {
            "name": "argon2id",
            "memoryKib": cost.memory_kib,
            "iterations": cost.iterations,
            "lanes": cost.lanes,
            "salt": _encode(derivation.salt),
        },
        "cipher": {"name": "AES-256-GCM", "nonce": _encode(nonce)},
    }
    secret = private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    sealed = sealing_keys.key(derivation).encrypt(nonce, secret, _authenticated(public))
    text = json.dumps(public | {"sealed": _encode(sealed)}, indent=2) + "\n"
    durable_file.create(path, text.encode(), mode=0o600)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A key file that was read and not decrypted."""

    path: Path
    derivation: Derivation
    public: dict[str, Any]
    nonce: bytes
    sealed: bytes

    def open(self, sealing_keys: SealingKeys, entry: KeyEntry) -> PrivateKey:
        """Return the private key of `entry`.

        Raises `KeysError` for a wrong passphrase, a changed file, or the file of another key.
        """
        try:
            sealing_key = sealing_keys.key(self.derivation)
            secret = sealing_key.decrypt(self.nonce, self.sealed, _authenticated(self.public))
        except InvalidTag as exc:
            raise KeysError(
                f"{self.path} does not open: the passphrase is not the one it was made with, or"
                " the file was changed (check the passphrase file, else restore the backup)"
            ) from exc
        private_key = load_der_private_key(secret, password=None)
        if (
            any(self.public[name] != value for name, value in entry.lasting_members().items())
            or not isinstance(private_key, PrivateKey)
            or private_key.public_key() != entry.public_key
        ):
            raise KeysError(
                f"{self.path} is not the key that keyring.json names {entry.id} (restore both"
                " from one backup)"
            )
        return private_key


def read(path: Path) -> Envelope:
    """Return the closed envelope in `path`.

    Raises `KeysError` if it is missing, readable by others, not in our format, or asks for a
    derivation beyond the limits above.
    """
    public = _read_object(path)
    try:
        sealed = _decode(public.pop("sealed"))
        derivation, cipher = public["derivation"], public["cipher"]
        names = (public["type"], public["version"], derivation["name"], cipher["name"])
        if names != (*_KIND.values(), "argon2id", "AES-256-GCM"):
            raise ValueError(f"made by another program or version: {names}")
        nonce, salt = _decode(cipher["nonce"]), _decode(derivation["salt"])
        if len(nonce) != NONCE_BYTES or len(salt) != SALT_BYTES:
            raise ValueError("the nonce or the salt has another length")
        return Envelope(path, Derivation(salt, _bounded(derivation)), public, nonce, sealed)
    except (KeyError, TypeError, ValueError) as exc:
        raise KeysError(f"{path} is not a key file: {exc} (restore it from the backup)") from exc


def _read_object(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise KeysError(f"others may read or change the private key: chmod 600 {path}")
            return strict_json.loads_object(file.read(MAX_FILE_BYTES + 1), max_bytes=MAX_FILE_BYTES)
    except PermissionError as exc:
        raise KeysError(
            f"cannot read the private key {path}: it belongs to {owner_of(path)} (give it to the"
            f" owner of the folder: chown {owner_of(path.parent)} {path})"
        ) from exc
    except OSError as exc:
        raise KeysError(
            f"cannot read the private key {path}: {exc.strerror} (restore it from the backup, or"
            " retire the key)"
        ) from exc
    except strict_json.StrictJsonError as exc:
        raise KeysError(f"{path} is not a key file: {exc} (restore it from the backup)") from exc


def owner_of(path: Path) -> str:
    """Return the name of the user whom `path` belongs to, or the number of one without a name."""
    try:
        return path.owner()
    except KeyError:
        return str(path.stat().st_uid)


def _bounded(derivation: dict[str, Any]) -> Cost:
    cost = Cost(derivation["memoryKib"], derivation["iterations"], derivation["lanes"])
    for value, least, most in (
        (cost.lanes, 1, MAX_LANES),
        (cost.memory_kib, 8 * cost.lanes, MAX_MEMORY_KIB),  # RFC 9106, section 3.1
        (cost.iterations, 1, MAX_ITERATIONS),
    ):
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"the Argon2id cost {value!r} is not between {least} and {most}")
    return cost


def _authenticated(public: dict[str, Any]) -> bytes:
    return json.dumps(public, sort_keys=True, separators=(",", ":")).encode()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _encode(data) != text:
        raise ValueError("not base64url without padding")
    return data
