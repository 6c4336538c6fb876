"""What a cryptosuite is: the steps of Data Integrity 1.0, section 4, as parts of a row."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contexts import BUNDLED, FrozenContexts
from verifier.multikey import PublicKey

Json = Mapping[str, Any]

Transform = Callable[[Json, FrozenContexts, str], bytes]
"""Canonical bytes of a document, by contexts and the name of a hash."""


class ProofValueError(ValueError):
    """The `proofValue` is not in the encoding that its cryptosuite prescribes."""


@dataclass(frozen=True, slots=True)
class Suite:
    """One cryptosuite: how documents become bytes (`transform`, `configure`), which hash a key
    asks for (`hash_of`; None: a key that is not of this suite), how signatures are written
    (`encode`, `decode`), and how one is checked.
    """

    name: str
    proof_type: str
    transform: Transform
    configure: Callable[[Json, Json], dict[str, Any]]
    hash_of: Callable[[PublicKey], str | None]
    encode: Callable[[bytes], str]
    decode: Callable[[str], bytes]
    verify: Callable[[PublicKey, bytes, bytes], bool]
    legacy: bool = False

    def hash_data(
        self, document: Json, proof: Json, key: PublicKey, *, contexts: FrozenContexts = BUNDLED
    ) -> bytes:
        """Return the bytes that are signed: the hash of the proof options, then the document's.

        `document` may still hold its proof and `proof` its `proofValue`; both are left out.
        Raises `contexts.CanonicalizationError`, and `ValueError` for a key of another kind.
        """
        name = self.hash_of(key)
        if name is None:
            raise ValueError(f"not a key for {self.name}")
        unsecured = {member: value for member, value in document.items() if member != "proof"}
        options = {member: value for member, value in proof.items() if member != "proofValue"}
        configured = self.configure(unsecured, options)
        return b"".join(
            hashlib.new(name, self.transform(part, contexts, name)).digest()
            for part in (configured, unsecured)
        )
