"""An issuer's keys, from creation to retirement: `keys/` in its home.

`keyring.json` says which keys there are and is public; each private key lies in its own
sealed file beside it. A change writes new key files first and then replaces `keyring.json`,
in one step and under a lock: killed before that step, nothing has happened, and a key file
that no entry names was never used. A retired key keeps its entry for ever, as what it signed
must stay verifiable.
"""

import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from keys import durable_file, key_file
from keys.entry import ALGORITHMS, DID_KEY, KeyEntry, KeyState, KeyUse, entry_of
from keys.file_signer import FileSigner
from keys.key_file import DEFAULT_COST, SALT_BYTES, Cost, Derivation, PrivateKey, SealingKeys
from keys.signer import KeysError, Signer, SigningError
from verifier.parsing import strict_json

ALL_USES = tuple(KeyUse)
ISSUING_USES = (KeyUse.PROOF, KeyUse.JWT)
"""The default."""
_KIND = {"type": "MintmarkKeyring", "version": 1}
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
"""Without l, o, 0 and 1: a key's name may be read out over the telephone."""


class Signers(dict[KeyUse, Signer]):
    """Signers by use; asking for one whose key is not there raises `KeysError` with the remedy."""

    def __init__(self, issuer_id: str, signers: Mapping[KeyUse, Signer]) -> None:
        super().__init__(signers)
        self.issuer_id = issuer_id

    def __missing__(self, use: KeyUse) -> Signer:
        raise KeysError(f"no active {use} key for {self.issuer_id}: mintmark keys create")


class Keyring:
    """The keys in `home/keys`. Nothing is read until asked for, and what is public needs no
    passphrase. Every method raises `KeysError` with the remedy."""

    def __init__(self, home: Path, *, cost: Cost = DEFAULT_COST) -> None:
        self.folder = home / "keys"
        self._file = self.folder / "keyring.json"
        self._cost = cost

    def entries(self) -> tuple[KeyEntry, ...]:
        """Return every key there ever was, oldest first; empty for an issuer without keys."""
        try:
            return _entries(self._file.read_bytes())
        except FileNotFoundError as exc:
            if any(path != self._file for path in self.folder.glob("*.json")):
                raise KeysError(
                    f"{self._file} is missing beside key files: restore it from the backup"
                ) from exc
            return ()
        except OSError as exc:
            raise KeysError(f"cannot read {self._file}: {exc.strerror}") from exc
        except (KeysError, KeyError, TypeError, AttributeError, strict_json.StrictJsonError) as exc:
            raise KeysError(f"{self._file}: {exc} (restore it from the backup)") from exc

    def entry(self, key_id: str) -> KeyEntry:
        """Return the key of that name."""
        for entry in self.entries():
            if entry.id == key_id:
                return entry
        raise KeysError(f"there is no key {key_id!r}: mintmark keys list")

    def signers(
        self, issuer_id: str, passphrase: bytes, uses: Iterable[KeyUse] = ISSUING_USES
    ) -> Signers:
        """Return a signer for each of `uses` that has an active key.

        A did:key issuer has the key that it is, for `proof`: no document could publish another.
        Each signer refuses once its key is no longer active; ask again then.
        """
        active = {
            use: entry
            for use, entry in _active(self.entries()).items()
            if use in uses and (not issuer_id.startswith(DID_KEY) or entry.is_did_key(issuer_id))
        }
        unlocked = self._unlock(active.values(), SealingKeys(passphrase))
        signers = {use: self._signer(issuer_id, entry, unlocked) for use, entry in active.items()}
        return Signers(issuer_id, signers)

    def create(
        self, passphrase: bytes, *, now: datetime, uses: Iterable[KeyUse] = ISSUING_USES
    ) -> tuple[KeyEntry, ...]:
        """Make an active key for each of `uses` that has none, and return the new entries."""
        with self._changing() as entries:
            missing = [use for use in uses if use not in _active(entries)]
            if not missing:
                raise KeysError("there is an active key already: mintmark keys rotate replaces it")
            new = self._new_keys(entries, missing, passphrase, now)
            self._store([*entries, *new])
        return new

    def rotate(
        self, passphrase: bytes, *, now: datetime, uses: Iterable[KeyUse] = ALL_USES
    ) -> tuple[KeyEntry, ...]:
        """Replace the active key of each of `uses` by a new one, and return the new entries.

        The old keys become retired, with the second after `now`, and stay published.
        """
        with self._changing() as entries:
            old = [entry for use, entry in _active(entries).items() if use in set(uses)]
            if not old:
                raise KeysError("there is no active key to replace: mintmark keys create")
            new = self._new_keys(entries, [entry.use for entry in old], passphrase, now)
            retired = [
                replace(entry, retired=_second_after(now)) if entry in old else entry
                for entry in entries
            ]
            self._store([*retired, *new])
        return new

    def retire(self, key_id: str, *, now: datetime) -> KeyEntry:
        """Retire the active key `key_id`, which then no longer signs. Needs no passphrase."""
        with self._changing() as entries:
            entry = self.entry(key_id)
            if entry.state is not KeyState.ACTIVE:
                raise KeysError(f"{key_id} is {entry.state} already")
            return self._store_changed(entries, entry, replace(entry, retired=_second_after(now)))

    def compromise(self, key_id: str, *, since: datetime, reason: str, now: datetime) -> KeyEntry:
        """Publish that signatures by `key_id` from `since` on count for nothing.

        Needs no passphrase. The date of a compromised key can only move to an earlier one.
        """
        if since > now:
            raise KeysError(f"a key cannot be compromised in the future: {since:%Y-%m-%d}")
        with self._changing() as entries:
            entry = self.entry(key_id)
            if entry.revoked is not None and since >= entry.revoked:
                raise KeysError(
                    f"{key_id} is compromised since {entry.revoked:%Y-%m-%dT%H:%M:%SZ} already;"
                    " the date can only move to an earlier one"
                )
            changed = replace(entry, revoked=since, reason=reason)
            return self._store_changed(entries, entry, changed)

    def export_private(self, key_id: str, passphrase: bytes, export_passphrase: bytes) -> bytes:
        """Return the private key `key_id` as PKCS#8 PEM encrypted with `export_passphrase`.

        OpenSSL's derivation there is weak (PBKDF2), so only a random passphrase protects it.
        """
        entry = self.entry(key_id)
        private_key = self._unlock([entry], SealingKeys(passphrase))[entry.id]
        encryption = BestAvailableEncryption(export_passphrase)
        return private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)

    def _signer(
        self, issuer_id: str, entry: KeyEntry, unlocked: dict[str, PrivateKey]
    ) -> FileSigner:
        def require_active() -> None:
            try:
                state = self.entry(entry.id).state
            except KeysError as exc:
                raise SigningError(str(exc)) from exc
            if state is not KeyState.ACTIVE:
                raise SigningError(f"{entry.id} is {state}: load the keys again")

        return FileSigner(
            verification_method=entry.verification_method(issuer_id),
            algorithm=entry.algorithm,
            public_key=entry.public_key,
            private_key=unlocked[entry.id],
            require_active=require_active,
        )

    def _unlock(
        self, entries: Iterable[KeyEntry], sealing_keys: SealingKeys
    ) -> dict[str, PrivateKey]:
        return {
            entry.id: key_file.read(self._path(entry)).open(sealing_keys, entry)
            for entry in entries
        }

    def _new_keys(
        self, entries: list[KeyEntry], uses: Iterable[KeyUse], passphrase: bytes, now: datetime
    ) -> tuple[KeyEntry, ...]:
        """Write a sealed file for each of `uses`, with a passphrase that opens all active keys.

        Otherwise a mistaken passphrase would come to light when the issuer next starts.
        """
        active = list(_active(entries).values())
        sealing_keys = SealingKeys(passphrase)
        self._unlock(active, sealing_keys)
        derivation = (
            key_file.read(self._path(active[0])).derivation
            if active
            else Derivation(secrets.token_bytes(SALT_BYTES), self._cost)
        )
        taken = {entry.id for entry in entries}
        new = []
        for use in uses:
            private_key = key_file.generate(ALGORITHMS[use])
            entry = KeyEntry(_new_id(use, now, taken), use, now, private_key.public_key())
            key_file.write(
                self._path(entry),
                entry,
                private_key,
                derivation=derivation,
                sealing_keys=sealing_keys,
            )
            new.append(entry)
        return tuple(new)

    def _path(self, entry: KeyEntry) -> Path:
        return self.folder / f"{entry.id}.json"

    @contextmanager
    def _changing(self) -> Iterator[list[KeyEntry]]:
        """Hold the lock of these keys."""
        try:
            self._refuse_strangers()
            durable_file.make_folder(self.folder, mode=0o700)
            with durable_file.locked(self.folder / ".lock"):
                self._prepare()
                yield list(self.entries())
        except OSError as exc:
            raise KeysError(f"cannot change the keys in {self.folder}: {exc}") from exc

    def _refuse_strangers(self) -> None:
        """Refuse users other than the owner and root: the service could not read the new keys."""
        folder = self.folder if self.folder.exists() else self.folder.parent
        if folder.exists() and os.geteuid() not in (0, folder.stat().st_uid):
            owner = key_file.owner_of(folder)
            raise KeysError(
                f"{folder} belongs to {owner}, whose service could not read what you make there:"
                f" run this as {owner}, or as root"
            )

    def _prepare(self) -> None:
        for unfinished in self.folder.glob(durable_file.UNFINISHED):
            unfinished.unlink()
        ignore = self.folder / ".gitignore"
        if not ignore.exists():
            text = b"# a home kept in git must not commit its keys\n*\n"
            durable_file.create(ignore, text, mode=0o644)
        if not self.entries() and not self._file.exists():  # first of all: see `entries`
            self._store([])

    def _store_changed(self, entries: list[KeyEntry], old: KeyEntry, new: KeyEntry) -> KeyEntry:
        self._store([new if entry.id == old.id else entry for entry in entries])
        return new

    def _store(self, entries: list[KeyEntry]) -> None:
        members = _KIND | {"keys": [entry.members() for entry in entries]}
        text = json.dumps(members, indent=2, ensure_ascii=False) + "\n"
        durable_file.replace(self._file, text.encode(), mode=0o644)


@lru_cache(maxsize=2)
def _entries(keyring: bytes) -> tuple[KeyEntry, ...]:
    """Return the entries of a keyring; the same bytes are read for every signature."""
    members = strict_json.loads_object(keyring)
    if {name: members.pop(name, None) for name in _KIND} != _KIND or len(members) != 1:
        raise KeysError("not a keyring that this version reads")
    return tuple(entry_of(entry) for entry in members["keys"])


def _active(entries: Iterable[KeyEntry]) -> dict[KeyUse, KeyEntry]:
    return {entry.use: entry for entry in entries if entry.state is KeyState.ACTIVE}


def _second_after(now: datetime) -> datetime:
    """Return the first whole second in which a key stopped `now` cannot have signed.

    Signatures are dated in whole seconds, and one dated in the second of `now` is honest.
    """
    return now.replace(microsecond=0) + timedelta(seconds=1)


def _new_id(use: KeyUse, now: datetime, taken: set[str]) -> str:
    """Return a fragment that no key of this issuer had before: algorithm, day, four characters."""
    while True:
        suffix = "".join(secrets.choice(_ALPHABET) for _ in range(4))
        key_id = f"{ALGORITHMS[use].lower()}-{now:%Y-%m-%d}-{suffix}"
        if key_id not in taken:
            return key_id
