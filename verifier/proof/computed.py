"""What was computed to sign a document, for those who check what was signed right after.

Canonical forms take more time than signatures. A program that signs a document and then verifies it
passes the same `Computed` to both. A result is found by the content of everything it was computed
from, so whatever was changed in between is computed again.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import TypeVar, cast

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contexts import BUNDLED, FrozenContexts, canonicalize
from contexts.content import content_of
from contexts.json_types import Json
from verifier.proof.cryptosuites import Cryptosuite, Suite
from verifier.proof.cryptosuites.ecdsa_sd import (
    BaseData,
    SelectiveDisclosure,
    base_data,
    each_signed,
)
from verifier.proof.cryptosuites.sd_proof_value import BaseProof, DerivedProof
from verifier.proof.cryptosuites.transformation import rdfc
from verifier.public_keys.multikey import PublicKey
from verifier.public_keys.signature import verify_jose

_Result = TypeVar("_Result")
_Suite = TypeVar("_Suite", bound=Cryptosuite)


class Computed:
    """Results by what they were computed from. Used for one document, in one thread."""

    def __init__(self) -> None:
        self._results: dict[Hashable, object] = {}

    def suite(self, suite: _Suite) -> _Suite:
        """Return `suite`, with results that were computed before taken from here."""
        if isinstance(suite, SelectiveDisclosure):
            remembering = replace(
                suite,
                base_data=self.base_data,
                each_signed=self.each_signed,
                verify=self.holds,
            )
            return cast(_Suite, remembering)
        if isinstance(suite, Suite) and suite.transform is rdfc:
            return cast(_Suite, replace(suite, verify=self.holds, transform=self._canonical))
        return suite

    def holds(self, key: PublicKey, data: bytes, signature: bytes) -> bool:
        """Whether the signature holds, as `signature.verify_jose` finds out."""
        signed = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), data, signature
        if signed not in self._results:
            self._results[signed] = verify_jose(key, data, signature)
        return self._results[signed] is True

    def base_data(
        self,
        document: Json,
        options: Json,
        hmac_key: bytes,
        mandatory_pointers: Sequence[str],
        *,
        contexts: FrozenContexts = BUNDLED,
    ) -> BaseData:
        """Return what an issuer signs, as `ecdsa_sd.base_data` does, with the same errors."""
        unsecured = {member: value for member, value in document.items() if member != "proof"}
        options = {member: value for member, value in options.items() if member != "proofValue"}
        origin = {"document": unsecured, "options": options, "must": [*mandatory_pointers]}

        def compute() -> BaseData:
            whole = self._canonical(unsecured, contexts, "sha256")
            return base_data(
                unsecured, options, hmac_key, mandatory_pointers, contexts=contexts, whole=whole
            )

        return self._once((hmac_key, content_of(origin)), contexts, compute)

    def each_holds(
        self, public_key: bytes, statements: Sequence[bytes], signatures: Sequence[bytes]
    ) -> None:
        """Record that these signatures of the statements hold: their signer has just made them with
        this key."""
        self._results[public_key, tuple(statements), tuple(signatures)] = True

    def each_signed(self, data: BaseData, proof: BaseProof | DerivedProof) -> bool:
        """Whether the statements are signed, as `ecdsa_sd.each_signed` finds out."""
        signed = proof.public_key, data.non_mandatory, proof.signatures
        return signed in self._results or each_signed(data, proof)

    def _canonical(self, document: Json, contexts: FrozenContexts, hash_name: str) -> bytes:
        return self._once(
            (hash_name, content_of(document)),
            contexts,
            lambda: canonicalize(document, contexts=contexts, hash_name=hash_name),
        )

    def _once(
        self, origin: Hashable, contexts: FrozenContexts, compute: Callable[[], _Result]
    ) -> _Result:
        if contexts is not BUNDLED:  # an issuer signs under these alone
            return compute()
        if origin not in self._results:
            self._results[origin] = compute()
        return cast(_Result, self._results[origin])
