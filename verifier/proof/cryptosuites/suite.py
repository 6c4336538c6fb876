"""The type of a cryptosuite: the steps of Data Integrity 1.0, section 4, as fields."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from contexts import BUNDLED, FrozenContexts
from contexts.errors import MintmarkError
from contexts.json_types import Json
from verifier.public_keys.multikey import PublicKey
from verifier.public_keys.signature import Holds

Transform = Callable[[Json, FrozenContexts, str], bytes]
"""Canonical bytes of a document, by contexts and the name of a hash."""


class ProofValueError(MintmarkError, ValueError):
    """The `proofValue` is not in the encoding that its cryptosuite prescribes."""


class Cryptosuite(Protocol):
    """What a verifier asks of every cryptosuite."""

    @property
    def name(self) -> str:
        """The name that proofs give in `cryptosuite` (or in `type`)."""

    @property
    def proof_type(self) -> str:
        """The `type` of its proofs."""

    def hash_of(self, key: PublicKey) -> str | None:
        """Return the hash that a key asks for; None for a key that is not of this suite."""

    def check(
        self, document: Json, proof: Json, key: PublicKey, *, contexts: FrozenContexts
    ) -> str | None:
        """Return the code of a proof that `key` made of `document`, or None if it did not.

        Raises `ProofValueError` and `contexts.CanonicalizationError`.
        """


@dataclass(frozen=True, slots=True)
class Suite:
    """A cryptosuite that hashes, then signs: how documents become bytes (`transform`,
    `configure`), which hash a key asks for (`hash_of`), how signatures are written (`encode`,
    `decode`), and how one is checked.
    """

    name: str
    proof_type: str
    transform: Transform
    configure: Callable[[Json, Json], dict[str, Any]]
    hash_of: Callable[[PublicKey], str | None]
    encode: Callable[[bytes], str]
    decode: Callable[[str], bytes]
    verify: Holds
    legacy: bool = False
    keeps_contexts: bool = False
    """Whether a new proof repeats the document's `@context`."""
    member: str = "proofValue"
    """Where the proof holds its signature, which it cannot sign."""

    def hash_data(
        self, document: Json, proof: Json, key: PublicKey, *, contexts: FrozenContexts = BUNDLED
    ) -> bytes:
        """Return the bytes that are signed: the hash of the proof options, then the document's.

        `document` may still hold its proof and `proof` its signature; both are left out.
        Raises `contexts.CanonicalizationError`, and `ValueError` for a key of another kind.
        """
        name = self.hash_of(key)
        if name is None:
            raise ValueError(f"not a key for {self.name}")
        unsecured = document
        if "proof" in document:
            unsecured = {member: value for member, value in document.items() if member != "proof"}
        options = {name: value for name, value in proof.items() if name != self.member}
        configured = self.configure(unsecured, options)
        return b"".join(
            hashlib.new(name, self.transform(part, contexts, name)).digest()
            for part in (configured, unsecured)
        )

    def check(
        self, document: Json, proof: Json, key: PublicKey, *, contexts: FrozenContexts
    ) -> str | None:
        """As `Cryptosuite.check`."""
        signature = self.decode(proof.get("proofValue", ""))
        if not self.verify(key, self.hash_data(document, proof, key, contexts=contexts), signature):
            return None
        return "signature_verified_legacy" if self.legacy else "signature_verified"
