"""The public facts about a key: its name, its public half, and the dates of its use."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from keys.signer import KeysError
from verifier.public_keys import multikey
from verifier.public_keys.jwk import from_jwk, to_jwk
from verifier.public_keys.multikey import PublicKey

DID_KEY = "did:key:"
_ID = re.compile(r"[a-z0-9-]{1,64}")
_TIME = "%Y-%m-%dT%H:%M:%SZ"


class KeyUse(StrEnum):
    """What a key signs. One key serves one use, so that no signature passes for another kind."""

    PROOF = "proof"
    PROOF_P256 = "proof-p256"
    PROOF_P384 = "proof-p384"
    SD = "sd"
    JWT = "jwt"
    JWT_RS256 = "jwt-rs256"
    JWT_ES384 = "jwt-es384"
    JWT_EDDSA = "jwt-eddsa"


ALGORITHMS = {
    KeyUse.PROOF: "Ed25519",
    KeyUse.PROOF_P256: "ES256",
    KeyUse.PROOF_P384: "ES384",
    KeyUse.SD: "ES256",
    KeyUse.JWT: "ES256",
    KeyUse.JWT_RS256: "RS256",
    KeyUse.JWT_ES384: "ES384",
    KeyUse.JWT_EDDSA: "EdDSA",
}
"""Use to algorithm, by its name in JOSE; `Ed25519` is `EdDSA` of another use."""
JWT_USES = {ALGORITHMS[use]: use for use in KeyUse if use.startswith("jwt")}
"""JOSE algorithm to the use of the key that signs JWTs with it."""


class KeyState(StrEnum):
    """Whether a key signs, has stopped signing, or can no longer be trusted."""

    ACTIVE = "active"
    RETIRED = "retired"
    COMPROMISED = "compromised"


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One key as `keyring.json` and the published documents know it: nothing secret.

    `retired` is when it stopped signing; `revoked` is from when its signatures count for
    nothing, with the `reason`. The state follows from these dates and cannot contradict them.
    """

    id: str
    use: KeyUse
    created: datetime
    public_key: PublicKey
    retired: datetime | None = None
    revoked: datetime | None = None
    reason: str | None = None

    @property
    def algorithm(self) -> str:
        """The algorithm of its signatures, one for each use."""
        return ALGORITHMS[self.use]

    @property
    def state(self) -> KeyState:
        """Active until retired; compromised outweighs both."""
        if self.revoked is not None:
            return KeyState.COMPROMISED
        return KeyState.ACTIVE if self.retired is None else KeyState.RETIRED

    def verification_method(self, issuer_id: str) -> str:
        """Return the DID URL of this key; a did:key issuer is its key and names it twice.

        Raises `KeysError` if `issuer_id` is a did:key of another key.
        """
        if not issuer_id.startswith(DID_KEY):
            return f"{issuer_id}#{self.id}"
        if not self.is_did_key(issuer_id):
            raise KeysError(f"{self.id} is not the key of {issuer_id}, and can never become it")
        return f"{issuer_id}#{issuer_id.removeprefix(DID_KEY)}"

    def is_did_key(self, issuer_id: str) -> bool:
        """True if `issuer_id` is the did:key of this key."""
        multibase: str = public_half(self.public_key).get("publicKeyMultibase", "")
        return issuer_id == DID_KEY + multibase

    def lasting_members(self) -> dict[str, Any]:
        """Return the JSON members that never change, which the key file binds to the secret."""
        return {
            "id": self.id,
            "use": str(self.use),
            "algorithm": self.algorithm,
            "created": format_time(self.created),
            **public_half(self.public_key),
        }

    def members(self) -> dict[str, Any]:
        """Return all JSON members, as `keyring.json` holds them."""
        return self.lasting_members() | {
            name: value
            for name, value in (
                ("retired", self.retired and format_time(self.retired)),
                ("revoked", self.revoked and format_time(self.revoked)),
                ("reason", self.reason),
            )
            if value
        }


def entry_of(members: Mapping[str, Any]) -> KeyEntry:
    """Return the entry with these JSON `members`.

    Raises `KeysError` for anything that `KeyEntry.members` would not have written, and for
    an unsound public key (small order, not on the curve).
    """
    try:
        entry = KeyEntry(
            id=members["id"],
            use=KeyUse(members["use"]),
            created=parse_time(members["created"]),
            public_key=_public_key(members),
            retired=parse_time(members["retired"]) if "retired" in members else None,
            revoked=parse_time(members["revoked"]) if "revoked" in members else None,
            reason=members.get("reason"),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise KeysError(f"not the entry of a key: {exc}") from exc
    sound = isinstance(entry.reason, str | None) and isinstance(entry.id, str)
    if not sound or not _ID.fullmatch(entry.id) or entry.members() != dict(members):
        raise KeysError(f"the entry of {entry.id!r} has a member that is unknown or does not fit")
    return entry


def public_half(public_key: PublicKey) -> dict[str, Any]:
    """Return the member that holds a public key: a JWK for RSA, else a Multikey."""
    if isinstance(public_key, rsa.RSAPublicKey):
        return {"publicKeyJwk": to_jwk(public_key)}
    return {"publicKeyMultibase": multikey.encode(public_key)}


def _public_key(members: Mapping[str, Any]) -> PublicKey:
    if "publicKeyJwk" in members:
        return from_jwk(members["publicKeyJwk"])
    return multikey.decode(members["publicKeyMultibase"])


def format_time(time: datetime) -> str:
    """Return `time` in UTC to the second, as an XML Schema dateTimeStamp."""
    # Not strftime, which writes the year 1 as "1" on some systems and "0001" on others.
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def parse_time(text: str) -> datetime:
    """Return the time that `format_time` wrote; `ValueError` for another form."""
    return datetime.strptime(text, _TIME).replace(tzinfo=UTC)
